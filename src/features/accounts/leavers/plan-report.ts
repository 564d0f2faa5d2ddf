import type { Plan, PlanItem } from '../../../db/plan-store.ts'
import { reasonsFor } from '../../../shared/brake.ts'
import { csvLine } from '../../../shared/csv-line.ts'
import { longInstant } from '../../../shared/dates.ts'
import { afterOf } from '../access-item.ts'
import type { AccessPageQueries, PlanCounts, Schools } from '../access-page-queries.ts'
import { actionWords, reasonWords, stateOfItem } from '../access-words.ts'

const PART = 500
/** More than this is a file, not a print. */
export const MOST_PRINTED = 2000

type Pages = Pick<AccessPageQueries, 'lines'>
type Names = (label: string | null) => string

/** One line of a run's report, in the words of its page. */
export function reportLine(item: PlanItem, name: string): { who: string; account: string; what: string; why: string; state: string; error: string | null } {
  const { username, directory } = afterOf(item)
  return { who: name, account: `${username}, ${directory}`, what: actionWords(item).join('; '), why: reasonWords(item.reason ?? '').text, state: stateInReport(item), error: item.error }
}

/** On the page a line that waits is named by what it would do; beside a column that says so, by how far it is. */
const stateInReport = (item: PlanItem): string => (item.state === 'planned' || item.state === 'held' ? 'Not begun' : stateOfItem(item).text)

/** Who asked, who approved, and what came of it; of what held the plan, only what is about schools that the reader sees. */
export function reportFacts(plan: Plan, counts: PlanCounts, names: Names, sees: (schoolId: string) => boolean): { key: string; value: string }[] {
  return [
    { key: 'Asked for by', value: `${names(plan.createdBy)}, ${longInstant(plan.createdAt)}` },
    ...(plan.approvedBy === null ? [] : [{ key: 'Approved by', value: `${names(plan.approvedBy)}${plan.approvedAt === null ? '' : `, ${longInstant(plan.approvedAt)}`}` }]),
    ...(plan.finishedAt === null || plan.approvedAt === null ? [] : [{ key: 'Finished', value: longInstant(plan.finishedAt) }]),
    { key: 'Accounts', value: `${counts.total}: ${counts.done} done and read back, ${counts.failed} failed, ${counts.skipped} left out, ${counts.waiting} not begun` },
    ...reasonsFor(plan.brake.held, sees).map(({ rule, text }) => ({ key: `Held (${rule})`, value: text })),
  ]
}

/** Every line that the reader may see, as a spreadsheet reads it. */
export async function* reportCsv(pages: Pages, planId: string, schools: Schools): AsyncIterable<string> {
  yield `\uFEFF${csvLine(['Person', 'Account', 'Directory', 'What', 'Why', 'State', 'Note', 'File', 'Line'])}`
  for await (const part of reportParts(pages, planId, schools, Infinity)) {
    yield part.map(({ item, name }) => csvLine([
      name, afterOf(item).username, afterOf(item).directory, actionWords(item).join('; '), reasonWords(item.reason ?? '').text, stateInReport(item), item.error, item.file, item.line,
    ])).join('')
  }
}

/** The lines in parts, takings-away first, at most `most` of them. */
export async function* reportParts(pages: Pages, planId: string, schools: Schools, most: number): AsyncIterable<{ item: PlanItem; name: string }[]> {
  for (let offset = 0; offset < most; offset += PART) {
    const part = await pages.lines(planId, schools, null, { offset, limit: Math.min(PART, most - offset) })
    yield part
    if (part.length < PART) return
  }
}
