import type { RosterFact } from '../../adapters/sources/source.ts'
import { reasonsFor } from '../../shared/brake.ts'
import { today } from '../../shared/dates.ts'
import { pagesOf } from '../../http/paging.ts'
import { changeWords, roleWords, yearWords } from './change-words.ts'
import { personClasses } from './person-classes.ts'
import type { PlanItem } from '../../db/plan-store.ts'
import type { Rejection, RosterRun } from './roster-run.ts'
import type { PlannedPerson, RunView } from './roster-queries.ts'
import { formatWords, heldWords, refusalWords, runTitle, sentenceOf, stateOfRun, type StatusWords } from './run-words.ts'

/** Tabs of a run's page. */
export const runTabs = [...personClasses, 'rejected'] as const
export type RunTab = (typeof runTabs)[number]
export const PEOPLE_PER_PAGE = 50

const TAB_WORDS: Record<RunTab, { text: string; one: string; many: string; none: string }> = {
  held: { text: 'Held', one: 'person', many: 'people', none: 'Nobody waits for a decision.' },
  leavers: { text: 'Leavers', one: 'leaver', many: 'leavers', none: 'Nobody leaves.' },
  joiners: { text: 'Joiners', one: 'joiner', many: 'joiners', none: 'Nobody is new.' },
  movers: { text: 'Movers', one: 'mover', many: 'movers', none: 'Nobody changes year, group or school.' },
  changed: { text: 'Changed', one: 'person', many: 'people', none: 'Nobody’s details change.' },
  missing: { text: 'Newly missing', one: 'person', many: 'people', none: 'Nobody is missing for the first time.' },
  rejected: { text: 'Rows we could not use', one: 'row', many: 'rows', none: 'Every row could be used.' },
}

/** The first tab with something in it, what needs a person first. */
export function firstTab(counts: Record<RunTab, number>): RunTab {
  return runTabs.find((tab) => counts[tab] > 0) ?? 'leavers'
}

export interface RunPageInput {
  view: RunView
  counts: Record<RunTab, number>
  tab: RunTab
  page: number
  people: PlannedPerson[]
  rejections: Rejection[] | null
  schoolNames: ReadonlyMap<string, string>
  now: number
  /** Whether the reader may see a school. */
  sees: (schoolId: string) => boolean
  actorName: (label: string | null) => string
  /** Where a person's own page is; null when the reader may not see it. */
  personHref: ((personId: string) => string) | null
  approve: { mine: boolean; may: boolean; othersHeld: boolean }
  access: { text: string; href: string | null; linkText: string } | null
  /** Where new identifiers of known people are merged; null where that is not the trouble. */
  mergeHref: string | null
  path: string
}

/** The view model of a run that has been read. */
export function runView(input: RunPageInput): object {
  const { view: { run, plan, source }, counts, tab, now } = input
  const expired = plan.expiresAt !== null && now > plan.expiresAt
  const status = stateOfRun(run, expired)
  const { page, path } = input
  const shown = tab === 'rejected' ? input.rejections?.length ?? 0 : input.people.length
  const words = TAB_WORDS[tab]
  const file = run.report.file
  return {
    crumbs: [{ text: 'Rosters', href: '/rosters' }, { text: source.name, href: `/rosters?source=${source.id}` }],
    run: {
      name: runTitle(run.startedAt), status: status.status, statusText: status.text, sentence: sentenceOf(run, counts.held, expired),
      detail: [`Source “${source.name}”, ${formatWords(source.format)}`, ...(file ? [`file ${file.name}`] : []), `read by ${input.actorName(run.actor)}`,
        ...(plan.approvedBy ? [`approved by ${input.actorName(plan.approvedBy)}`] : [])].join('; '),
    },
    tiles: tiles(input, status),
    mergeHref: input.mergeHref,
    refused: run.state === 'failed' ? [] : run.report.refused.map(refusalWords),
    problem: run.state === 'failed' ? { ...(run.report.error ?? { what: run.report.refused.join(' '), where: '', remedy: '' }), again: run.report.again ? `/rosters/runs/${run.report.again}` : null } : null,
    warnings: run.report.warnings,
    held: run.state === 'held' || run.state === 'planned' ? heldWords(reasonsFor(plan.brake.held, input.sees)) : [],
    heldCount: counts.held,
    approve: approval(input, expired),
    access: input.access,
    next: nextStep(input), undoHref: run.report.someApplied && run.state !== 'reading' ? `${path}/undo` : null, undone: run.state === 'undone',
    tabs: {
      label: 'Kinds of change',
      items: runTabs.filter((name) => name !== 'held' || counts.held > 0).map((name) => ({ text: TAB_WORDS[name].text, href: `${path}?kind=${name}`, count: counts[name], ...(name === tab ? { current: true } : {}) })),
    },
    tab: { title: words.text, nothing: words.none, csvHref: counts[tab] > 0 ? `${path}/${tab === 'rejected' ? 'rejected' : 'people'}.csv${tab === 'rejected' ? '' : `?kind=${tab}`}` : null },
    missingHref: tab === 'missing' && counts.missing > 0 ? '/rosters/missing' : null,
    lines: input.people.map((person) => personLine(person, input)),
    rejected: input.rejections === null ? null : rejectedTable(input.rejections),
    pages: pagesOf({ page, size: PEOPLE_PER_PAGE, shown, total: counts[tab], what: words.one, whatMany: words.many, path, keep: { kind: tab } }),
  }
}

function tiles({ counts, view: { run } }: RunPageInput, status: StatusWords): object[] {
  if (run.state === 'failed' || run.state === 'refused') return []
  const held = run.state === 'held' || run.state === 'planned'
  return [
    { figure: counts.leavers, text: counts.leavers === 1 ? 'leaver' : 'leavers', status: counts.leavers > 0 && held ? 'held' : counts.leavers > 0 ? status.status : undefined },
    { figure: counts.joiners, text: counts.joiners === 1 ? 'joiner' : 'joiners' },
    { figure: counts.movers, text: counts.movers === 1 ? 'mover' : 'movers' },
    { figure: counts.changed, text: 'with other changes' },
    { figure: counts.missing, text: 'missing for the first time', status: counts.missing > 0 ? 'attention' : undefined },
    { figure: counts.rejected, text: counts.rejected === 1 ? 'row we could not use' : 'rows we could not use', status: counts.rejected > 0 ? 'attention' : undefined },
  ]
}

function approval({ view: { run, plan }, approve, path, counts }: RunPageInput, expired: boolean): object | null {
  if (run.state !== 'held' || expired || counts.held === 0) return null
  const { secondPerson, typedCount } = plan.brake
  if (!approve.may) return { blocked: 'You may read this list but not approve it. Somebody with the right to approve rosters decides.' }
  if (approve.othersHeld) return { blocked: 'This reading also holds people of schools that are not yours. Somebody for the whole trust decides.' }
  if (secondPerson && approve.mine) {
    return { blocked: 'You began this reading, and it concerns so many people that a second person has to approve it (B5). Ask a colleague who may approve rosters to open this page, read the list and type the number.' }
  }
  return { action: path, typed: typedCount, count: counts.held, ...(secondPerson ? { second: 'You are the second person: read the list as if you had never seen it. Your name is kept with the approval.' } : {}) }
}

function nextStep({ view: { run, source, newerRunId } }: RunPageInput): { text: string; href: string; linkText: string } | null {
  if (newerRunId && run.state !== 'planned') return { text: 'There is a newer reading of this source.', href: `/rosters/runs/${newerRunId}`, linkText: 'Open the newest reading' }
  const upload = `/rosters/upload?source=${encodeURIComponent(source.name)}`
  if (run.state === 'planned') return { text: 'To apply it, choose the file again and press “Read and apply”. We do not keep files that were only looked at.', href: upload, linkText: 'Read the file and apply it' }
  if (run.state === 'failed' || run.state === 'refused') return { text: 'When the file has been put right, read it again.', href: upload, linkText: 'Choose another file' }
  return null
}

/** One person: who, what would change, why, and from which rows. */
function personLine(person: PlannedPerson, input: Pick<RunPageInput, 'view' | 'schoolNames' | 'now' | 'sees' | 'personHref'>): object {
  const school = schoolWords(input)
  const whats = [...new Set(person.items.flatMap((item) => changeWords(item, { school, on: today(input.now) })))]
  const first = person.items[0]
  const status = first ? itemStatus(first, input.view.run) : null
  return {
    who: person.name ?? person.subject, sub: [person.subject, placeOf(person, school, input)].filter(Boolean).join(', '),
    ...(person.personId && input.personHref ? { whoHref: input.personHref(person.personId) } : {}),
    whats: whats.slice(0, 6), more: Math.max(0, whats.length - 6),
    why: reasonOf(person),
    rows: rowsOf(person, input.view),
    noRow: person.items.every((item) => item.file === null) ? 'No row: this is about what the file does not say any more.' : null,
    ...(status ? { status: status.status, statusText: status.text } : {}),
    ...(first?.error ? { error: first.error } : {}),
  }
}

/** The rows behind a person's lines, each once; at most three. */
function rowsOf({ items }: PlannedPerson, view: RunView): { file: string; line: number }[] {
  const rows = items.flatMap(({ file, line }) => (file === null || line === null ? [] : [{ file: shownFile(file, view), line }]))
  return rows.filter((row, at) => rows.findIndex((other) => other.file === row.file && other.line === row.line) === at).slice(0, 3)
}

/** A school's name by the feed's key; null for one the reader may not see. */
export function schoolWords({ view, schoolNames, sees }: Pick<RunPageInput, 'view' | 'schoolNames' | 'sees'>): (key: string) => string | null {
  return (key) => {
    const id = view.schoolKeys.get(key)
    if (id === undefined) return key
    return sees(id) ? schoolNames.get(id) ?? key : null
  }
}

/** An upload's own name, where its file is the only one. */
export const shownFile = (file: string, { run }: RunView): string => (/^upload\.(csv|zip)$/.test(file) ? run.report.file?.name ?? file : file)

/** "Pupil, Year 4, Ashbeck": where the plan or an earlier reading places the person. */
function placeOf(person: PlannedPerson, school: (key: string) => string | null, input: Pick<RunPageInput, 'schoolNames' | 'sees'>): string {
  const words = (role: string, yearCode: string | null, name: string) => [roleWords(role), ...(yearCode === null ? [] : [yearWords(yearCode)]), name].join(', ')
  const facts = person.items.flatMap((item) => [...((item.after as { facts?: RosterFact[] } | null)?.facts ?? []), ...((item.before as RosterFact[] | null) ?? [])])
  for (const fact of facts) {
    if (fact.kind !== 'affiliation') continue
    const name = school(fact.schoolKey)
    if (name !== null) return words(fact.role, fact.yearCode, name)
  }
  const known = person.places.find(({ schoolId }) => input.sees(schoolId))
  return known ? words(known.role, known.yearCode, input.schoolNames.get(known.schoolId) ?? '') : ''
}

function reasonOf({ items }: PlannedPerson): string {
  if (items.some((item) => item.action === 'end')) return 'Inferred: every class at this school has ended.'
  const told = items.map((item) => item.reason ?? '').find((reason) => /known under another identifier|stays at another school/.test(reason))
  if (!told) return ''
  return /stays at another school/.test(told) ? 'Stays at another school of the trust, so keeps the account.' : 'Known under another identifier: same MIS id, admission number or UPN.'
}

function itemStatus({ state, action }: PlanItem, { state: run, report }: RosterRun): StatusWords | null {
  if (state === 'held') return { status: 'held', text: run === 'planned' ? 'Would wait' : run === 'held' ? 'Waits' : 'Not applied' }
  if (state === 'applied' || (state === 'planned' && action === 'add' && report.someApplied)) return { status: 'signed', text: 'Applied' }
  if (state === 'skipped') return { status: 'attention', text: 'Skipped' }
  return run === 'planned' ? { status: 'quiet', text: 'Would be applied' } : run === 'applied' || run === 'held' ? null : { status: 'quiet', text: 'Not applied' }
}

function rejectedTable(rows: readonly Rejection[]): object {
  return {
    table: {
      caption: 'Rows we could not use', captionHidden: true, columns: [{ text: 'Row' }, { text: 'What is wrong, and what to do' }],
      rows: rows.map((row) => [{ text: `${row.file}, line ${row.line.toLocaleString('en-GB')}` }, { text: row.reason }]),
    },
  }
}
