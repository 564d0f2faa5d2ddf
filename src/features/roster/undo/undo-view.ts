import type { Plan } from '../../../db/plan-store.ts'
import { pagesOf } from '../../../http/paging.ts'
import type { Refused } from '../../../shared/errors.ts'
import type { RunView } from '../roster-queries.ts'
import { runTitle } from '../run-words.ts'
import { type UndoneLine, whatWords } from './run-changes.ts'
import type { UndoCounts } from './stage-undo.ts'

/** People on one page of an undo. */
export const LINES_PER_PAGE = 50

/** What the page of an undo is made of. */
export interface UndoViewInput {
  view: RunView
  undo: Plan | null
  lines: readonly UndoneLine[]
  page: number
  path: string
  /** The page does not load itself again. */
  still: boolean
  job: { what: 'plan' | 'apply'; trouble: string | null } | null
  /** Why this run cannot be undone, or null. */
  problem: Refused | null
  actorName: (label: string | null) => string
  may: boolean
  /** The reader worked it out. */
  own: boolean
  personHref: ((personId: string) => string) | null
}

/** The view model of `/rosters/runs/:id/undo`. */
export function undoView(input: UndoViewInput): object {
  const { view: { run, source }, undo, job, page, path } = input
  const counts = undo?.counts as unknown as (UndoCounts & { newer?: number }) | undefined
  const total = counts ? counts.people + counts.kept + leftOnly(input) : 0
  const begun = undo?.state === 'applying'
  return {
    crumbs: [{ text: 'Rosters', href: '/rosters' }, { text: runTitle(run.startedAt), href: `/rosters/runs/${run.id}` }],
    path, source: source.name, title: runTitle(run.startedAt),
    state: undo?.state === 'applied' ? 'done' : job ? 'waiting' : begun ? 'stopped' : undo ? 'ready' : 'none',
    waiting: job?.what === 'apply' ? 'It is being undone. You can leave this page; nothing is lost.' : 'It is being worked out. You can leave this page.', trouble: job?.trouble ?? null,
    refresh: job !== null && !input.still, stillHref: `${path}?refresh=off`,
    problem: undo?.state === 'applied' || begun ? null : input.problem && `${input.problem.what} ${input.problem.remedy}`,
    done: undo?.state === 'applied' ? `Undone by ${input.actorName(undo.approvedBy)}. Access follows by a plan of its own.` : null,
    newer: counts?.newer ? `${counts.newer === 1 ? 'A newer reading' : `${counts.newer} newer readings`} of this source ${counts.newer === 1 ? 'has' : 'have'} been applied since. What ${counts.newer === 1 ? 'it has' : 'they have'} changed is left as it is.` : null,
    tiles: counts ? tiles(counts) : [],
    plan: undo?.id ?? null, people: counts?.people ?? 0, typed: undo?.brake.typedCount === true && !begun,
    blocked: !input.may ? 'You may read this but not decide. Somebody with the right to approve rosters in every school of it does.'
      : undo?.brake.secondPerson === true && input.own && !begun ? 'You worked this out, and so many would lose something by it that a second person has to approve it (B5).' : null,
    lines: input.lines.map((line) => lineOf(line, input)),
    pages: pagesOf({ page, size: LINES_PER_PAGE, shown: input.lines.length, total: Math.max(total, input.lines.length), what: 'person', whatMany: 'people', path }),
  }
}

/** People of whom nothing can be taken back: they are lines, but not in the number of people. */
const leftOnly = ({ undo }: UndoViewInput): number => undo?.counts['leftOnly'] ?? 0

function tiles({ endsLifted, endsSet, missing, details, withdrawn, kept, changedSince }: UndoCounts): object[] {
  const tile = (figure: number, text: string, status?: string) => (figure === 0 ? [] : [{ figure, text, ...(status ? { status } : {}) }])
  return [
    ...tile(endsLifted, 'have their place again'), ...tile(endsSet, 'are ended again', 'suspended'), ...tile(missing, 'no longer missing'), ...tile(details, 'have details back'),
    ...tile(withdrawn, withdrawn === 1 ? 'joiner goes' : 'joiners go'), ...tile(kept, kept === 1 ? 'joiner stays, with the reason' : 'joiners stay, each with the reason', 'attention'),
    ...tile(changedSince, 'changed since, in part or whole', 'attention'),
  ]
}

const LIFTED: Record<string, string> = { 'end-lifted': 'Has their place again', 'end-set': 'Is ended again', missing: 'Is no longer missing' }

function lineOf({ subject, name, known, line, state, reason }: UndoneLine, { personHref }: UndoViewInput): object {
  const details = line.did.filter((what) => LIFTED[what] === undefined)
  return {
    who: name ?? subject, sub: subject, ...(known && personHref ? { whoHref: personHref(line.personId) } : {}),
    whats: line.kind === 'withdraw' ? [state === 'skipped' ? 'Came in with this reading' : 'Came in with this reading and goes again']
      : [...line.did.flatMap((what) => LIFTED[what] ?? []), ...(details.length > 0 ? [`Goes back: ${whatWords(details)}`] : [])],
    more: 0, why: reason === null ? '' : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, rows: [], noRow: null,
    ...(state === 'skipped' ? { status: 'attention', statusText: 'Stays' } : state === 'applied' ? { status: 'signed', statusText: 'Undone' } : {}),
  }
}
