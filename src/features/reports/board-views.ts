import { longDate, today, type CalendarDate, type Instant } from '../../shared/dates.ts'
import type { Agreement } from '../agreements/agreement-store.ts'
import type { School } from '../schools/school-store.ts'
import { type BoardFigures, byGroup, coverageBy, figuresOf } from './board-figures.ts'
import { type BoardFilter, boardHref, type BoardSort } from './board-filter.ts'
import type { BoardCell, BoardLine } from './board-queries.ts'
import { AUDIENCE_CHOICES, STATUS_CHOICES, STATUS_WORDS } from './board-words.ts'
import { byYear, yearName } from '../people/year-name.ts'

export const BOARD_PATH = '/office/board'
export const PAGE_SIZE = 50

/** All that the board shows, as read. */
export interface BoardData {
  /** Where trainings are, which nobody signs; null for whoever may not see them. */
  trainingsHref: string | null
  filter: BoardFilter
  /** The name searched for; empty when none. */
  name: string
  schools: School[]
  agreements: Agreement[]
  /** Every cell of the schools in view: the choices of the filters. */
  cells: BoardCell[]
  /** Those of the chosen school, year, group and agreement, whatever their state. */
  chosen: BoardCell[]
  /** The same, with somebody at two schools counted at each. */
  places: BoardCell[]
  lines: BoardLine[]
  total: number
  /** Signature behind a signed line's request, where the reader may open records. */
  records: ReadonlyMap<string, string>
  now: Instant
  mayExport: boolean
  mayChase: boolean
  /** The reader may open a person's page. */
  mayOpen?: boolean
  /** School days of a school's calendar between two days (I6). */
  schoolDaysBetween?: (schoolId: string, from: CalendarDate, to: CalendarDate) => number
  searchAction: string
}

/** The view model of `pages/office/board.njk`. */
export function boardView(data: BoardData): object {
  const { filter, chosen, schools } = data
  const figures = figuresOf(chosen)
  const link = (change: Partial<BoardFilter>) => boardHref(BOARD_PATH, filter, change)
  const single = schools.length === 1 ? schools[0] : schools.find((school) => school.id === filter.school)
  const waiting = figures.outstanding
  return {
    heading: 'Who has signed', trainingsHref: data.trainingsHref,
    sentence: sentenceOf(figures, single?.name ?? null),
    asOf: data.now,
    tiles: [
      { figure: figures.signed, text: 'signed', href: link({ status: 'signed' }), status: 'signed' },
      { figure: figures.outstanding, text: 'not yet, and can be reached', href: link({ status: 'asked' }), status: 'outstanding' },
      { figure: figures.overdue, text: 'overdue', href: link({ status: 'overdue' }), ...(figures.overdue ? { status: 'attention' } : {}) },
      { figure: figures.unreachable, text: 'cannot be reached', href: link({ status: 'unreachable' }), ...(figures.unreachable ? { status: 'attention' } : {}) },
      { figure: figures.declined, text: 'said no', href: link({ status: 'declined' }), ...(figures.declined ? { status: 'held' } : {}) },
      ...(figures.excused ? [{ figure: figures.excused, text: 'excused, not counted', href: link({ status: 'excused' }) }] : []),
    ],
    oddCases: oddCases(figures, link),
    coverage: {
      first: 'Year',
      rows: [
        ...coverageBy(chosen, (cell) => cell.yearCode, byYear).map((row) => ({ label: yearName(row.key), href: link({ year: row.key, group: '' }), signed: row.signed, total: row.total })),
        ...coverageBy(chosen, (cell) => (cell.yearCode === null ? 'adults' : null), byGroup).map((row) => ({ label: 'Adults', signed: row.signed, total: row.total })),
      ],
    },
    groups: groupsOf(data, link),
    search: { action: data.searchAction, name: data.name, back: boardHref(BOARD_PATH, filter) },
    filters: filtersOf(data),
    table: tableOf(data, link),
    pages: pagesOf(data),
    ...(data.mayExport ? { csvHref: boardHref(`${BOARD_PATH}.csv`, { ...filter, sort: 'name' }) } : {}),
    ...(data.mayChase && waiting > 0 && ['', 'open', 'asked', 'overdue', 'outstanding', 'waiting-guardian', 'waiting-pupil'].includes(filter.status)
      ? { chase: { action: boardHref(`${BOARD_PATH}/chase`, filter), text: 'Chase those who can be reached' } } : {}),
  }
}

function sentenceOf(figures: BoardFigures, school: string | null): string {
  const number = (value: number) => value.toLocaleString('en-GB')
  if (figures.total === 0) return `Nothing has been asked yet${school ? ` at ${school}` : ''}. Requests are put when the new year is issued.`
  const rest = figures.total - figures.signed
  const start = `${number(figures.signed)} of ${number(figures.total)} agreements are signed${school ? ` at ${school}` : ''}.`
  if (rest === 0) return `${start} Nothing is outstanding.`
  const person = figures.unreachable + figures.declined
  return `${start} ${number(rest)} ${rest === 1 ? 'is' : 'are'} not${person > 0 ? (rest === 1 ? ', and it needs a person' : `; ${number(person)} of them ${person === 1 ? 'needs' : 'need'} a person`) : ''}.`
}

function oddCases(figures: BoardFigures, link: (change: Partial<BoardFilter>) => string): object[] {
  const cases: object[] = []
  if (figures.unreachable > 0) {
    cases.push({ title: `${count(figures.unreachable, 'agreement')} cannot reach anybody`, text: 'There is no e-mail address of a parent or carer who may sign, or no login. Add one in the MIS, or ask on paper.', href: link({ status: 'unreachable' }), linkText: 'See who' })
  }
  if (figures.declined > 0) cases.push({ title: `${count(figures.declined, 'person', 'people')} said no`, text: 'Nobody is chased after a no. A conversation is the next step.', href: link({ status: 'declined' }), linkText: 'See who' })
  if (figures.overdue > 0) cases.push({ title: `${count(figures.overdue, 'agreement')} overdue`, text: 'The date they were asked to sign by has passed.', href: link({ status: 'overdue' }), linkText: 'See who' })
  return cases
}

/** By registration group; with several schools in view, by school first: a group's name means nothing without it. */
function groupsOf({ places, schools, filter }: BoardData, link: (change: Partial<BoardFilter>) => string): object | null {
  const several = schools.length > 1 && !filter.school
  const names = new Map(schools.map((school) => [school.id, school.name]))
  const rows = several
    ? coverageBy(places, (cell) => cell.schoolId, (a, b) => byGroup(names.get(a) ?? '', names.get(b) ?? '')).map((row) => ({ label: names.get(row.key) ?? row.key, href: link({ school: row.key, group: '' }), signed: row.signed, total: row.total }))
    : coverageBy(places, (cell) => cell.regGroup, byGroup).map((row) => ({ label: row.key, href: link({ group: row.key }), signed: row.signed, total: row.total }))
  return rows.length === 0 ? null : { first: several ? 'School' : 'Registration group', rows, ...(several ? { note: 'Somebody at two schools counts at each.' } : {}) }
}

function filtersOf({ filter, schools, agreements, cells, name }: BoardData): object {
  const inSchool = cells.filter((cell) => !filter.school || cell.schoolId === filter.school)
  const years = [...new Set(inSchool.flatMap((cell) => cell.yearCode ?? []))].sort(byYear)
  const groups = [...new Set(inSchool.filter((cell) => !filter.year || cell.yearCode === filter.year).flatMap((cell) => cell.regGroup ?? []))].sort(byGroup)
  const asked = new Set(cells.map((cell) => cell.agreementId))
  const bands = new Set<string>(agreements.filter((agreement) => asked.has(agreement.id)).map((agreement) => agreement.band))
  return {
    action: BOARD_PATH, label: 'Filter this list',
    fields: [
      ...(schools.length > 1 ? [{ id: 'school', label: 'School', value: filter.school, options: [{ value: '', text: 'All schools' }, ...schools.map((school) => ({ value: school.id, text: school.name }))] }] : []),
      { id: 'year', label: 'Year', value: filter.year, options: [{ value: '', text: 'All years' }, ...years.map((year) => ({ value: year, text: yearName(year) }))] },
      { id: 'group', label: 'Registration group', value: filter.group, options: [{ value: '', text: 'All groups' }, ...groups.map((group) => ({ value: group, text: group }))] },
      { id: 'who', label: 'Who', value: filter.who, options: AUDIENCE_CHOICES.filter(({ value }) => value === '' || value === 'pupil' || value === filter.who || bands.has(value)) },
      { id: 'agreement', label: 'Agreement', value: filter.agreement, options: [{ value: '', text: 'All agreements' }, ...agreements.filter((agreement) => asked.has(agreement.id) || agreement.id === filter.agreement).map((agreement) => ({ value: agreement.id, text: agreement.title }))] },
      { id: 'status', label: 'State', value: filter.status, options: STATUS_CHOICES },
    ],
    hidden: [...(filter.named && name ? [{ name: 'named', value: '1' }] : []), ...(filter.sort === 'name' ? [] : [{ name: 'sort', value: filter.sort }])],
    clearHref: BOARD_PATH,
  }
}

function tableOf({ filter, lines, schools, agreements, records, total, now, mayOpen, schoolDaysBetween }: BoardData, link: (change: Partial<BoardFilter>) => string): object {
  const several = schools.length > 1 && !filter.school
  const schoolNames = new Map(schools.map((school) => [school.id, school.name]))
  const titles = new Map(agreements.map((agreement) => [agreement.id, agreement.title]))
  const on = today(now)
  return {
    caption: `${count(total, 'agreement')} in this list`, captionHidden: true,
    columns: [sortable('Name', 'name', filter, link), sortable('Year and group', 'group', filter, link), { text: 'Agreement' }, { text: 'State' }, { text: 'What happened' }, sortable('Due', 'due', filter, link)],
    rows: lines.map((line) => {
      const words = STATUS_WORDS[line.status]
      const record = records.get(line.requestId)
      return [
        { text: `${line.surname}, ${line.forename}`.replace(/^, |, $/, ''), ...(record ? { href: `/records/${record}` } : mayOpen ? { href: `/office/signing/${line.personId}` } : {}) },
        { text: [line.yearCode ? yearName(line.yearCode) : '', line.regGroup ?? ''].filter(Boolean).join(', ') || 'Adult', ...(several ? { sub: schoolNames.get(line.schoolId) ?? '' } : {}) },
        { text: titles.get(line.agreementId) ?? '', sub: /^\d{4}\//.test(line.occasion) ? line.occasion : '' },
        { tag: { status: line.overdue && words.tag === 'outstanding' ? 'attention' : words.tag, text: words.text } },
        { text: line.completedAt === null ? `Asked on ${shortDate(today(line.askedAt))}` : `On ${shortDate(today(line.completedAt))}` },
        line.status === 'signed' || line.dueOn === null ? { text: '–' } : { text: shortDate(line.dueOn), ...(line.overdue ? { sub: overdueBy(schoolDaysBetween?.(line.schoolId, line.dueOn, on) ?? 0) } : {}) },
      ]
    }),
  }
}

/** I6: what is late is late by school days; over a weekend or holiday it grows no later. */
function overdueBy(schoolDays: number): string {
  return schoolDays === 0 ? 'overdue' : `overdue by ${count(schoolDays, 'school day')}`
}

function sortable(text: string, by: 'name' | 'group' | 'due', { sort }: BoardFilter, link: (change: Partial<BoardFilter>) => string): object {
  const sorted = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : null
  const next: BoardSort = sort === by ? `-${by}` : by
  return { text, sortHref: link({ sort: next }), ...(sorted ? { sorted } : {}) }
}

function pagesOf({ filter, total, lines }: BoardData): object {
  const from = (filter.page - 1) * PAGE_SIZE
  return {
    from: total === 0 ? 0 : from + 1, to: from + lines.length, total, what: 'agreement',
    ...(filter.page > 1 ? { previousHref: boardHref(BOARD_PATH, filter, { page: filter.page - 1 }) } : {}),
    ...(from + lines.length < total ? { nextHref: boardHref(BOARD_PATH, filter, { page: filter.page + 1 }) } : {}),
  }
}

const shortDate = (date: CalendarDate): string => longDate(date).replace(/^\S+ /, '')
const count = (amount: number, one: string, many = `${one}s`): string => `${amount.toLocaleString('en-GB')} ${amount === 1 ? one : many}`
