import type { Plan } from '../../../db/plan-store.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import { longDate, longInstant } from '../../../shared/dates.ts'
import type { Affiliation } from '../../people/affiliation.ts'
import type { Person } from '../../people/people-queries.ts'
import { yearName } from '../../people/year-name.ts'
import type { School } from '../../schools/school-store.ts'
import type { WaitingJob } from '../access-jobs.ts'
import { type EntryStatus, type LeaverList, type ListEntry, meant } from './leaver-list.ts'
import { listTitle } from './stage-listed.ts'

type Names = (label: string | null) => string

/** The view model of `/access/leavers`. */
export function leaversView(input: {
  values: Readonly<Record<string, string | string[]>>
  sample: string | null
  haveSample: boolean
  yesterday: CalendarDate
  schools: readonly School[]
  wholeTrust: boolean
  lists: readonly LeaverList[]
  names: Names
  job: WaitingJob | null
  look: { plan: Plan; people: number } | null
}): object {
  const { values, look } = input
  const value = (name: string, otherwise: string) => (typeof values[name] === 'string' ? values[name] : otherwise)
  return {
    crumbs: [{ text: 'Access', href: '/access' }],
    looking: input.job !== null && !input.job.givenUp,
    look: look && { text: `The last look, on ${longInstant(look.plan.createdAt)}, found ${count(look.people)} who ${look.people === 1 ? 'has' : 'have'} left and still ${look.people === 1 ? 'has' : 'have'} access.`, href: look.people > 0 ? `/access/plans/${look.plan.id}` : null },
    form: {
      list: value('list', input.sample ?? ''), lastDay: value('last-day', input.yesterday), school: value('school', input.schools.length === 1 ? input.schools[0]?.id ?? '' : input.sample === null ? '' : 'all'),
      schools: [{ value: '', text: 'Choose' }, ...input.wholeTrust ? [{ value: 'all', text: 'They leave the whole trust' }] : [], ...input.schools.map(({ id, name }) => ({ value: id, text: name }))],
    },
    sampleHref: input.haveSample && input.sample === null ? '/access/leavers?sample=yes#list' : null,
    lists: input.lists.map((list) => ({
      title: listTitle(list), href: list.planId === null ? `/access/leavers/${list.id}` : `/access/plans/${list.planId}`, hint: `given by ${input.names(list.madeBy)} on ${longInstant(list.madeAt)}`,
      status: list.planId === null ? 'outstanding' : 'quiet', statusText: list.planId === null ? 'Not planned yet' : 'Planned',
    })),
  }
}

/** Why a line is left out, or what will happen; in the order in which they want somebody. */
const GROUPS: { status: EntryStatus; title: string; text: string; tag: string }[] = [
  { status: 'ambiguous', title: 'Could be several people', text: 'Say who is meant, or leave it open: an open line is left out.', tag: 'attention' },
  { status: 'not-found', title: 'Not found', text: 'No pupil or member of staff has this name, username, address, UPN or admission number. Check the spelling, or leave them out.', tag: 'attention' },
  { status: 'wrong-school', title: 'At another school', text: 'They are not at the school of this list, so they are left out.', tag: 'attention' },
  { status: 'yourself', title: 'You yourself', text: 'Nobody ends their own access. A colleague has to do that.', tag: 'held' },
  { status: 'protected', title: 'Protected', text: 'Administrators, heads, safeguarding leads and service accounts are never changed by a list (B4). If one of them has left, change the account by hand.', tag: 'held' },
  { status: 'twice', title: 'Named twice', text: 'They count once.', tag: 'quiet' },
  { status: 'already', title: 'Suspended as leavers already', text: 'Nothing more happens to them.', tag: 'quiet' },
]

const GOOD: { status: EntryStatus; title: string; text: string }[] = [
  { status: 'found', title: 'Will lose access', text: 'Their accounts are suspended when the plan is approved.' },
  { status: 'moves', title: 'Move inside the trust', text: 'They have a place at another school, so they keep their account and leave this school’s groups.' },
  { status: 'no-account', title: 'Have no account', text: 'There is nothing to suspend; only a session in Assent would end.' },
]

/** The view model of one list. */
export function leaverListView(input: {
  list: LeaverList
  path: string
  people: ReadonlyMap<string, Person>
  affiliations: ReadonlyMap<string, readonly Affiliation[]>
  school: string
  names: Names
  waiting: boolean
}): object {
  const { list, people, affiliations } = input
  const who = (id: string): string => {
    const place = (affiliations.get(id) ?? []).find(({ role }) => role !== 'guardian')
    const year = place?.yearCode ? yearName(place.yearCode) : place?.role ?? ''
    return [people.get(id)?.name ?? '', [year, place?.regGroup ?? ''].filter(Boolean).join(', ')].filter(Boolean).join(' – ')
  }
  const of = (status: EntryStatus) => list.entries.filter((entry) => entry.status === status)
  const line = (entry: ListEntry) => ({
    line: entry.line, text: entry.text, who: entry.personId === null ? null : who(entry.personId), note: entry.note,
    choices: entry.candidates.map((id) => ({ value: `${entry.line}:${id}`, text: `${who(id)}${people.get(id)?.username ? `, ${people.get(id)?.username}` : ''}` })),
  })
  const ready = meant(list).length
  return {
    crumbs: [{ text: 'Access', href: '/access' }, { text: 'Leavers', href: '/access/leavers' }],
    title: `List for ${input.school}`, lead: `${count(list.entries.length, 'line')}; last day ${longDate(list.lastDay)}. Given by ${input.names(list.madeBy)}. Nobody has lost anything yet.`,
    tiles: [
      { figure: of('found').length, text: 'will lose access', status: 'suspended' },
      ...(of('moves').length > 0 ? [{ figure: of('moves').length, text: 'move inside the trust' }] : []),
      { figure: list.entries.length - ready, text: 'left out, each with the reason', ...(list.entries.length > ready ? { status: 'attention' } : {}) },
    ],
    path: input.path, refresh: input.waiting, waiting: input.waiting, planned: list.planId === null ? null : `/access/plans/${list.planId}`,
    plan: list.planId === null && !input.waiting ? { action: `${input.path}/plan`, ready, text: ready === 1 ? 'Make the plan for 1 person' : `Make the plan for ${ready.toLocaleString('en-GB')} people` } : null,
    groups: GROUPS.map((group) => ({ ...group, lines: of(group.status).map(line), pick: group.status === 'ambiguous' && list.planId === null })).filter(({ lines }) => lines.length > 0),
    good: GOOD.map((group) => ({ ...group, lines: of(group.status).map(line) })).filter(({ lines }) => lines.length > 0),
  }
}

const count = (n: number, one = 'person', many = one === 'person' ? 'people' : `${one}s`): string => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`
