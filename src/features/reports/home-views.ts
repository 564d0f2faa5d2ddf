import type { Plan } from '../../db/plan-store.ts'
import { longDate, type Instant, today } from '../../shared/dates.ts'
import type { RosterRun } from '../roster/roster-run.ts'
import { type BoardFigures, byGroup, coverageBy } from './board-figures.ts'
import type { BoardCell } from './board-queries.ts'
import { BOARD_PATH } from './board-views.ts'
import { byWords, type RecentEvent } from './home-queries.ts'
import { byYear, yearName } from '../people/year-name.ts'

/** What the office's home page knows; a part is null where the reader may not see it. */
export interface HomeData {
  name: string
  now: Instant
  board: { figures: BoardFigures; cells: BoardCell[]; schools: ReadonlyMap<string, string> } | null
  heldRuns: RosterRun[]
  /** Restrictions of one person that this reader is to look at again. */
  reviews: readonly { secondLookBy: Instant | null }[]
  waitingPlans: Plan[]
  proposedLeavers: number
  sealsOverdue: number
  /** The sealing certificate ends soon; told to those who see the whole ledger. */
  sealEnds: { left: number; endsAt: Instant } | null
  runs: RosterRun[]
  donePlans: Plan[]
  issues: RecentEvent[]
}

/** The view model of `pages/home/office-home.njk`. */
export function homeView(data: HomeData): object {
  const todo = todoOf(data)
  return {
    greeting: `${partOfDay(data.now)}, ${data.name.split(' ')[0] ?? data.name}`,
    sentence: `${longDate(today(data.now))}. ${todo.length === 0 ? 'Nothing needs you; the rest runs by itself.' : `${number(todo.length)} ${todo.length === 1 ? 'thing needs' : 'things need'} somebody; the rest runs by itself.`}`,
    todo, tiles: tilesOf(data), coverage: coverageOf(data), events: eventsOf(data),
  }
}

function todoOf({ heldRuns, reviews, waitingPlans, proposedLeavers, sealsOverdue, sealEnds, board }: HomeData): object[] {
  const figures = board?.figures
  const urgent = reviews.filter(({ secondLookBy }) => secondLookBy !== null).length
  return [
    ...(urgent > 0 ? [{ title: `${count(urgent, 'emergency restriction waits', 'emergency restrictions wait')} for a second look`, text: 'Somebody else than who placed it looks within a day.', href: '/access/reviews', linkText: 'Look at it' }] : []),
    ...(reviews.length > urgent ? [{ title: `${count(reviews.length - urgent, 'restriction is', 'restrictions are')} to be looked at again`, text: 'Does it still have to stand?', href: '/access/reviews', linkText: 'See which' }] : []),
    ...heldRuns.map((run) => ({
      title: `${count(run.report.heldPeople, 'ending')} held`, text: `The reading of ${run.report.source} on ${longDate(today(run.startedAt))} would end more than usual. Nothing happens to them until somebody decides.`,
      href: `/rosters/runs/${run.id}`, linkText: 'Look at the plan',
    })),
    ...waitingPlans.map((plan) => ({
      title: 'An access plan waits for a decision', text: `${count(plan.counts['planned'] ?? 0, 'account')} would change. Made on ${longDate(today(plan.createdAt))} ${byWords(plan.createdBy)}.`,
      href: `/access/plans/${plan.id}`, linkText: 'Look at the plan',
    })),
    ...(proposedLeavers > 0 ? [{ title: `${count(proposedLeavers, 'person is', 'people are')} missing from the feed`, text: 'They were absent twice, two days apart. Have they left?', href: '/rosters/missing', linkText: 'Answer for each' }] : []),
    ...(figures && figures.unreachable > 0 ? [{ title: `${count(figures.unreachable, 'agreement')} cannot reach anybody`, text: 'No e-mail address of a parent or carer who may sign, or no login.', href: `${BOARD_PATH}?status=unreachable`, linkText: 'See who' }] : []),
    ...(figures && figures.declined > 0 ? [{ title: `${count(figures.declined, 'person', 'people')} said no`, text: 'A conversation is the next step. Nobody is chased after a no.', href: `${BOARD_PATH}?status=declined`, linkText: 'See who' }] : []),
    ...(sealEnds ? [{
      title: sealEnds.left > 0 ? `The seal ends in ${count(sealEnds.left, 'day')}` : 'The seal has ended', href: '/verify/trust', linkText: 'About the seal',
      text: `The certificate that seals signed agreements lasts until ${longDate(today(sealEnds.endsAt))}. On the server: npx assent rotate certificate, then start anew. What is sealed stays valid.`,
    }] : []),
    ...(sealsOverdue > 0 ? [{ title: `${count(sealsOverdue, 'signature is', 'signatures are')} not sealed yet`, text: 'They are kept and count; their PDFs are late. If this stays, the worker is not running.', href: '/records?state=waiting', linkText: 'See which' }] : []),
  ]
}

function tilesOf({ board }: HomeData): object[] {
  if (!board) return []
  const { signed, outstanding, overdue, unreachable } = board.figures
  return [
    { figure: signed, text: 'agreements are signed', href: `${BOARD_PATH}?status=signed`, status: 'signed' },
    { figure: outstanding, text: 'not yet, and can be reached', href: `${BOARD_PATH}?status=asked`, status: 'outstanding' },
    { figure: overdue, text: 'overdue', href: `${BOARD_PATH}?status=overdue`, ...(overdue > 0 ? { status: 'attention' } : {}) },
    { figure: unreachable, text: 'cannot be reached', href: `${BOARD_PATH}?status=unreachable`, ...(unreachable > 0 ? { status: 'attention' } : {}) },
  ]
}

/** By school where there are several, else by year. */
function coverageOf({ board }: HomeData): object | null {
  if (!board || board.cells.length === 0) return null
  const { cells, schools } = board
  const several = schools.size > 1
  const rows = several
    ? coverageBy(cells, (cell) => cell.schoolId, (a, b) => byGroup(schools.get(a) ?? '', schools.get(b) ?? '')).map((row) => ({ ...row, label: schools.get(row.key) ?? '', href: `${BOARD_PATH}?school=${row.key}` }))
    : coverageBy(cells, (cell) => cell.yearCode, byYear).map((row) => ({ ...row, label: yearName(row.key), href: `${BOARD_PATH}?year=${row.key}` }))
  return { first: several ? 'School' : 'Year', rows }
}

const RUN_WORDS: Partial<Record<RosterRun['state'], { text: string; status?: 'signed' | 'held' | 'suspended' }>> = {
  applied: { text: 'applied', status: 'signed' }, held: { text: 'partly held', status: 'held' }, refused: { text: 'refused', status: 'suspended' }, failed: { text: 'failed', status: 'suspended' },
}

function eventsOf({ runs, donePlans, issues }: HomeData): RecentEvent[] {
  const readings = runs.flatMap((run): RecentEvent[] => {
    const words = RUN_WORDS[run.state]
    if (!words) return []
    const { joiners, leavers } = run.report
    return [{ at: run.finishedAt ?? run.startedAt, title: `Reading of ${run.report.source} ${words.text}`, text: `${count(joiners, 'joiner')}, ${count(leavers, 'leaver')}`, by: byWords(run.actor), ...(words.status ? { status: words.status } : {}) }]
  })
  const plans = donePlans.map((plan): RecentEvent => ({
    at: plan.finishedAt ?? plan.createdAt, title: `Access plan ${plan.state}`, text: `${count(plan.counts['planned'] ?? 0, 'account')}`, by: byWords(plan.createdBy), status: 'suspended',
  }))
  return [...readings, ...plans, ...issues].sort((a, b) => b.at - a.at).slice(0, 8)
}

function partOfDay(now: Instant): string {
  const hour = Number(new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', hour12: false }).format(now))
  return hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'
}

const number = (value: number): string => value.toLocaleString('en-GB')
const count = (amount: number, one: string, many = `${one}s`): string => `${number(amount)} ${amount === 1 ? one : many}`
