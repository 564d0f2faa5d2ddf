import type { Plan, PlanItem } from '../../db/plan-store.ts'
import { pagesOf } from '../../http/paging.ts'
import { reasonsFor } from '../../shared/brake.ts'
import { addDays, instantAt, longInstant, today } from '../../shared/dates.ts'
import type { WaitingJob } from './access-jobs.ts'
import type { PeopleSearchView } from './access-people-search.ts'
import type { BulkPause } from './bulk-pause.ts'
import { NEW_ACCOUNTS, RETENTION } from './life/life-plans.ts'
import { accessRank, afterOf, isLifeAction } from './access-item.ts'
import type { LineKind, PlanCounts } from './access-page-queries.ts'
import { LEFT_OUT } from './leavers/plan-choices.ts'
import { directoryKindWords } from './directory-views.ts'
import { actionWords, brakeWords, planTitle, reasonWords, stateOfItem, stateOfPlan } from './access-words.ts'

export const PLANS_PER_PAGE = 20
export const LINES_PER_PAGE = 50

type Names = (label: string | null) => string

/** The view model of `/access`. */
export function accessView(input: {
  waiting: { plan: Plan; counts: PlanCounts }[]
  done: { plan: Plan; counts: PlanCounts }[]
  total: number
  page: number
  now: number
  names: Names
  job: WaitingJob | null
  mayPlan: boolean
  maySwitch: boolean
  directories: { name: string; kind: string; paused: boolean }[]
  /** The newest finished look, where it found nobody. */
  emptyLook: Plan | null
  /** Finding one person; null for who may look at nobody. */
  people: PeopleSearchView | null
  /** Other lists of access that this reader may open. */
  more: { text: string; href: string }[]
}): object {
  return {
    lead: 'Who would lose or regain access, first as a plan, then approved, then done.',
    look: input.mayPlan ? { action: '/access/look', running: input.job !== null && !input.job.givenUp } : null,
    job: input.job, refresh: input.job !== null && !input.job.givenUp,
    lastLook: input.emptyLook && `The last look, on ${longInstant(input.emptyLook.createdAt)}, found nobody who has to lose access.`,
    waiting: input.waiting.map(({ plan, counts }) => {
      const { status, text } = stateOfPlan(plan, input.now)
      return { title: planTitle(plan), href: `/access/plans/${plan.id}`, hint: countWords(counts), status, statusText: text }
    }),
    table: {
      caption: 'Done before', captionHidden: true, columns: [{ text: 'Plan' }, { text: 'State' }, { text: 'What' }, { text: 'Approved by' }],
      rows: input.done.map(({ plan, counts }) => {
        const { status, text } = plan.state === 'planned' && counts.total === 0 ? { status: 'quiet' as const, text: 'Nothing to do' } : stateOfPlan(plan, input.now)
        return [{ text: planTitle(plan), href: `/access/plans/${plan.id}`, sub: `asked for by ${input.names(plan.createdBy)}` }, { tag: { status, text } }, { text: countWords(counts) }, { text: plan.approvedBy === null ? '–' : input.names(plan.approvedBy) }]
      }),
    },
    pages: pagesOf({ page: input.page, size: PLANS_PER_PAGE, shown: input.done.length, total: input.total, what: 'plan', path: '/access' }),
    people: input.people, more: input.more,
    directories: input.directories.map(({ name, kind, paused }) => ({
      name, href: `/access/directories/${name}`, kind: directoryKindWords(kind), paused, ...(input.maySwitch ? { action: '/access/directories' } : {}),
    })),
  }
}

/** "2 accounts lose access, 1 gets it back". */
export function countWords({ losing, giving, failed }: PlanCounts): string {
  const parts = [
    ...(losing > 0 ? [`${losing.toLocaleString('en-GB')} ${losing === 1 ? 'account loses' : 'accounts lose'} access`] : []),
    ...(giving > 0 ? [`${giving.toLocaleString('en-GB')} ${giving === 1 ? 'account gets' : 'accounts get'} it back`] : []),
    ...(failed > 0 ? [`${failed.toLocaleString('en-GB')} failed`] : []),
  ]
  return parts.join(', ') || 'Nobody'
}

export interface PlanPageInput {
  plan: Plan
  counts: PlanCounts
  lines: { item: PlanItem; name: string }[]
  kind: LineKind | null
  page: number
  now: number
  names: Names
  job: WaitingJob | null
  path: string
  still: boolean
  undoneBy: string | null
  may: { plan: boolean; approve: boolean; undo: boolean; stop: boolean; own: boolean; person: boolean; roster: boolean }
  /** Whether the reader may see a school. */
  sees: (schoolId: string) => boolean
  concernsOthers: boolean
  paused: boolean
  undoDays: number
  /** Why it should not begin now (B6). */
  pause: BulkPause | null
}

/** The view model of one plan. */
export function accessPlanView(input: PlanPageInput): object {
  const { plan, counts, kind, path, page, now, job } = input
  const running = plan.state === 'applying' || plan.state === 'planning' || (job !== null && !job.givenUp)
  const state = counts.total === 0 && !running ? { status: 'quiet' as const, text: 'Nothing to do' }
    : running && plan.state !== 'applying' ? { status: 'outstanding' as const, text: job?.what === 'undo' ? 'Undo is waiting' : 'About to begin' } : stateOfPlan(plan, now)
  const total = kind === null ? counts.total : counts[kind]
  return {
    crumbs: [{ text: 'Access', href: '/access' }],
    plan: { title: planTitle(plan), status: state.status, statusText: state.text, sentence: sentence(input, running), detail: byWhom(input) },
    tiles: [
      { figure: counts.losing, text: counts.losing === 1 ? 'account loses access' : 'accounts lose access', status: counts.losing > 0 ? 'suspended' : undefined },
      { figure: counts.giving, text: counts.giving === 1 ? 'account gets access back' : 'accounts get access back', status: counts.giving > 0 ? 'signed' : undefined },
      ...(counts.skipped > 0 ? [{ figure: counts.skipped, text: 'left out, with the reason' }] : []),
      ...(counts.failed > 0 ? [{ figure: counts.failed, text: 'failed, can be tried again', status: 'attention' }] : []),
    ],
    brake: running ? [] : brakeWords(reasonsFor(plan.brake.held, input.sees)),
    brakeTitle: plan.approvedBy === null && ['planned', 'held'].includes(plan.state) ? 'Why this waits for you' : 'What to know',
    progress: running && plan.state === 'applying' ? progress(input) : null,
    stop: running && input.may.approve && !input.concernsOthers ? { action: `${path}/stop`, text: job?.startsAt ? 'Call it off' : 'Stop after this account' } : null,
    choose: running ? null : chooser(input),
    reports: counts.total > 0 ? { print: `${path}/report`, csv: `${path}/report.csv` } : null,
    job: job && { ...job, ...(job.trouble ? { trouble: job.trouble } : {}) },
    refresh: running && !input.still && !job?.startsAt, running, stillHref: `${path}?refresh=off`, lookHref: path,
    filter: filterTabs(counts, kind, path),
    lines: input.lines.map((line) => lineView(line, input)),
    pages: pagesOf({ page, size: LINES_PER_PAGE, shown: input.lines.length, total, what: 'account', path, keep: { kind: kind ?? undefined } }),
    approve: running ? null : approval(input),
    undo: running ? null : undo(input),
    undone: input.undoneBy === null ? null : `/access/plans/${input.undoneBy}`,
    original: plan.undoOf === null ? null : `/access/plans/${plan.undoOf}`,
  }
}

function sentence({ plan, counts, now, job }: PlanPageInput, running: boolean): string {
  const n = (count: number, one: string, many: string) => `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`
  if (plan.state === 'applying') return 'The accounts are being changed and read back, one after the other.'
  if (job?.startsAt) return `Approved. It begins on ${longInstant(job.startsAt)}.`
  if (running) return 'Assent takes it up in a moment. You can leave this page.'
  if (counts.total === 0) return 'Nobody has to lose access and nobody gets it back.'
  if (plan.state === 'applied') return `${n(counts.done, 'account was', 'accounts were')} changed and read back.`
  if (plan.state === 'undone') return 'What this plan took was given back.'
  if (plan.state === 'superseded') return 'Nothing was changed. A newer look has taken its place, or somebody set it aside.'
  if (plan.expiresAt !== null && now > plan.expiresAt) return 'It was not approved within seven days and has lapsed. Look for leavers again.'
  if (plan.approvedBy !== null) return `${n(counts.done, 'account is', 'accounts are')} done, ${n(counts.waiting + counts.failed, 'is', 'are')} not. Let it go on, or undo it.`
  return `If you approve, ${n(counts.losing, 'account loses', 'accounts lose')} access${counts.giving > 0 ? ` and ${n(counts.giving, 'gets', 'get')} it back` : ''}. Nobody else is touched.`
}

function byWhom({ plan, names }: PlanPageInput): string {
  return [`Asked for by ${names(plan.createdBy)}`, ...(plan.approvedBy ? [`approved by ${names(plan.approvedBy)}${plan.approvedAt === null ? '' : ` on ${longInstant(plan.approvedAt)}`}`] : [])].join('; ')
}

function progress({ counts }: PlanPageInput): object {
  return {
    label: 'Accounts changed and checked', done: counts.total - counts.waiting - counts.failed, total: counts.total, failed: counts.failed,
  }
}

function approval(input: PlanPageInput): object | null {
  const { plan, counts, may, concernsOthers, now, path } = input
  if (!['planned', 'held'].includes(plan.state) || counts.total === 0 || (plan.expiresAt !== null && now > plan.expiresAt)) return null
  if (counts.waiting + counts.failed === 0) return null
  if (!may.approve) return { blocked: 'You may read this plan but not approve it. Somebody with the right to approve access decides.' }
  if (concernsOthers) return { blocked: 'This plan also concerns people of schools that are not yours. Somebody for the whole trust decides.' }
  if (plan.approvedBy !== null) return { action: path, again: true, setAside: false, when: startChoices(input), warning: `${(counts.waiting + counts.failed).toLocaleString('en-GB')} accounts are not done. It goes on where it stopped; what is done is not done twice.` }
  if (plan.brake.secondPerson && may.own) {
    return { blocked: 'You asked for this plan, and it concerns so many people that a second person has to approve it (B5). Ask a colleague who may approve access to open this page, read the list and type the number.' }
  }
  const losing = counts.losing > 0
  return {
    action: path, typed: plan.brake.typedCount, count: plan.brake.count, setAside: true,
    warning: warningOf(plan, losing),
    second: plan.brake.secondPerson ? 'You are the second person: read the list as if you had never seen it. Your name is kept with the approval.' : null,
    when: startChoices(input),
    note: counts.losing > 3 ? 'The first three accounts are changed and read back before the rest is begun.' : null,
  }
}

/** What will follow from the approval. */
function warningOf({ about, counts }: Plan, losing: boolean): string {
  const deletes = counts['delete'] ?? 0
  if (about === RETENTION && deletes > 0) return `${deletes === 1 ? '1 account is' : `${deletes} accounts are`} deleted, and Assent cannot bring that back: what the directory can, and until when, stands above. What is archived can be undone.`
  if (about === RETENTION) return 'The accounts are put into the archive. They cannot be used, their data stays, and this plan can be undone.'
  if (about === NEW_ACCOUNTS) return 'The accounts are made, and open as soon as their people may have access. Look for people whose account was only not recognised.'
  return losing ? 'A suspended person cannot sign in to computers, mail or files. Their work stays where it is, and this plan can be undone.' : 'Access is given back.'
}

function undo(input: PlanPageInput): object | null {
  const { plan, may, concernsOthers, path, undoneBy } = input
  if (plan.undoOf !== null || plan.approvedBy === null || undoneBy !== null || !['applied', 'held'].includes(plan.state) || !may.undo || concernsOthers || !undoable(input)) return null
  if (plan.about === NEW_ACCOUNTS || (plan.about === RETENTION && (plan.counts['delete'] ?? 0) >= (plan.counts['planned'] ?? 0))) return null
  if (plan.about === RETENTION) return { action: `${path}/undo`, text: 'Puts archived accounts back where they were; they stay suspended. What was deleted stays deleted.' }
  return {
    action: `${path}/undo`,
    text: 'Lifts what this plan placed, and nothing else: who is suspended for another reason stays so. Accounts get back what this plan took; what somebody has changed in the directory since then is left alone and listed. These people are then kept until their source says something new about them.',
  }
}

function filterTabs(counts: PlanCounts, kind: LineKind | null, path: string): object | null {
  const items = ([['losing', 'Lose access'], ['giving', 'Get it back'], ['failed', 'Failed'], ['skipped', 'Left out']] as const)
    .filter(([name]) => counts[name] > 0).map(([name, text]) => ({ text, href: `${path}?kind=${name}`, count: counts[name], ...(kind === name ? { current: true } : {}) }))
  if (items.length < 2) return null
  return { label: 'Which accounts', items: [{ text: 'All', href: path, count: counts.total, ...(kind === null ? { current: true } : {}) }, ...items] }
}

function lineView({ item, name }: { item: PlanItem; name: string }, input: PlanPageInput): object {
  const { may, path } = input
  const { username, directory } = afterOf(item)
  const { text, run } = reasonWords(item.reason ?? '')
  const state = stateOfItem(item)
  return {
    who: name, sub: `${username}, ${directory}`, ...(may.person ? { whoHref: `/access/people/${item.subject}` } : {}),
    whats: actionWords(item), why: text, ...(item.error ? { error: item.error } : {}),
    ...(item.file !== null && item.line !== null ? { row: { file: item.file, line: item.line } } : {}),
    ...(run && may.roster ? { link: { href: `/rosters/runs/${run}`, text: 'The reading that says so' } } : {}),
    status: state.status, statusText: state.text,
    ...(mayChoose(input) && item.rank > accessRank.giving && (['planned', 'held'].includes(item.state) || item.error === LEFT_OUT) ? { tick: { name: 'people', value: item.subject, label: item.error === LEFT_OUT ? 'Choose' : 'Leave out' } } : {}),
    ...(mayGiveBack(input) && !isLifeAction(item.action) && item.rank > accessRank.giving && ['applied', 'verified', 'failed'].includes(item.state) ? { give: { action: `${path}/give-back`, person: item.subject } } : {}),
  }
}

const undoable = ({ plan, now, undoDays }: PlanPageInput): boolean => plan.approvedAt !== null && now <= plan.approvedAt + undoDays * 86_400_000

const mayGiveBack = (input: PlanPageInput): boolean =>
  input.may.undo && !input.concernsOthers && input.plan.undoOf === null && ['applied', 'held'].includes(input.plan.state) && input.job === null && undoable(input)

const mayChoose = ({ plan, may, concernsOthers, job, now }: PlanPageInput): boolean =>
  may.plan && !concernsOthers && plan.approvedBy === null && job === null && ['planned', 'held'].includes(plan.state) && (plan.expiresAt === null || now <= plan.expiresAt)

/** The form around the lines of a plan that waits. */
function chooser(input: PlanPageInput): object | null {
  if (!mayChoose(input) || input.counts.losing + input.counts.skipped === 0) return null
  return { action: `${input.path}/leave-out`, back: input.kind === 'skipped' }
}

/** Now or later; in lessons and exams a person says which (B6). */
function startChoices({ pause, now }: PlanPageInput): object {
  const at = pause?.free ? localTime(pause.free) : afterSchool(now)
  if (!pause) return { at, value: 'now', items: [{ value: 'now', text: 'Now' }, { value: 'later', text: 'Later, at the time below' }] }
  return { at, value: '', why: pause.text, items: [{ value: 'later', text: 'Later, at the time below' }, { value: 'anyway', text: 'Now, all the same', hint: 'Your decision is kept with the approval.' }] }
}

/** As a browser's field for date and time takes it. */
const localTime = (at: number): string => `${today(at)}T${new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)}`

/** Today at 16:00, or tomorrow when that is over: as a browser's field for date and time takes it. */
function afterSchool(now: number): string {
  const on = today(now)
  return `${instantAt(on, '16:00') > now ? on : addDays(on, 1)}T16:00`
}
