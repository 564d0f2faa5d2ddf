import { Readable } from 'node:stream'
import { z } from 'zod'
import { definePage, type Page } from '../../../http/define-page.ts'
import { download, view } from '../../../http/page-result.ts'
import { csvLine } from '../../../shared/csv-line.ts'
import { longInstant } from '../../../shared/dates.ts'
import { afterOf } from '../access-item.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { thePlan } from '../access-plan-routes.ts'
import type { Schools } from '../access-page-queries.ts'
import { actionWords, planTitle, reasonWords, stateOfItem, stateOfPlan } from '../access-words.ts'

const params = z.strictObject({ id: z.string().length(26) })
const PART = 500
/** More than this is a file, not a print. */
const MOST_PRINTED = 2000

/** The report of a run: on paper (or printed to PDF by the browser), and as a CSV of every line. */
export function planReportPages(deps: AccessPageDeps): Page[] {
  return [printPage(deps), csvPage(deps)]
}

function printPage(deps: AccessPageDeps): Page {
  const { pages } = deps
  return definePage({
    name: 'access report', path: '/access/plans/:id/report', permission: 'access.view', params,
    get: async ({ actor, params: { id }, now }) => {
      const { plan, counts } = await thePlan(deps, id, actor)
      const names = await pages.actorNames([plan.createdBy, plan.approvedBy])
      const lines: object[] = []
      for await (const part of parts(deps, id, actor.schools('access.view'), MOST_PRINTED)) {
        for (const { item, name } of part) lines.push({ who: name, account: `${afterOf(item).username}, ${afterOf(item).directory}`, what: actionWords(item).join('; '), why: reasonWords(item.reason ?? '').text, state: stateOfItem(item).text, error: item.error })
      }
      return view('pages/access/report.njk', {
        back: { href: `/access/plans/${id}`, text: 'Back to the plan' }, title: planTitle(plan), state: stateOfPlan(plan, now).text, printedAt: longInstant(now),
        facts: [
          { key: 'Asked for by', value: `${names(plan.createdBy)}, ${longInstant(plan.createdAt)}` },
          ...(plan.approvedBy === null ? [] : [{ key: 'Approved by', value: `${names(plan.approvedBy)}${plan.approvedAt === null ? '' : `, ${longInstant(plan.approvedAt)}`}` }]),
          ...(plan.finishedAt === null ? [] : [{ key: 'Finished', value: longInstant(plan.finishedAt) }]),
          { key: 'Accounts', value: `${counts.total}: ${counts.done} done and read back, ${counts.failed} failed, ${counts.skipped} left out, ${counts.waiting} not begun` },
          ...plan.brake.held.map(({ rule, text }) => ({ key: `Held (${rule})`, value: text })),
        ],
        lines, more: Math.max(0, counts.total - lines.length),
      })
    },
  })
}

function csvPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'access report file', path: '/access/plans/:id/report.csv', permission: 'access.view', params, stepUp: true,
    get: async ({ actor, params: { id } }) => {
      await thePlan(deps, id, actor)
      return download({ filename: `access-plan-${id}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(csv(deps, id, actor.schools('access.view'))) })
    },
  })
}

async function* csv(deps: AccessPageDeps, id: string, schools: Schools): AsyncIterable<string> {
  yield `\uFEFF${csvLine(['Person', 'Account', 'Directory', 'What', 'Why', 'State', 'Note', 'File', 'Line'])}`
  for await (const part of parts(deps, id, schools, Infinity)) {
    yield part.map(({ item, name }) => csvLine([
      name, afterOf(item).username, afterOf(item).directory, actionWords(item).join('; '), reasonWords(item.reason ?? '').text, stateOfItem(item).text, item.error, item.file, item.line,
    ])).join('')
  }
}

async function* parts({ pages }: AccessPageDeps, id: string, schools: Schools, most: number): AsyncIterable<Awaited<ReturnType<AccessPageDeps['pages']['lines']>>> {
  for (let offset = 0; offset < most; offset += PART) {
    const part = await pages.lines(id, schools, null, { offset, limit: Math.min(PART, most - offset) })
    yield part
    if (part.length < PART) return
  }
}
