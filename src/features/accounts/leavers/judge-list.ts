import type { CalendarDate } from '../../../shared/dates.ts'
import { type Affiliation, isCurrent, keepsAccess } from '../../people/affiliation.ts'
import type { LineMatch } from './find-listed-people.ts'
import type { ListEntry } from './leaver-list.ts'

/** What is known of everybody whom some line may mean. */
export interface ListFacts {
  on: CalendarDate
  /** The school of the list; null: the whole trust. */
  schoolId: string | null
  /** Schools whose people the maker may know of. */
  within: 'all' | readonly string[]
  affiliations: ReadonlyMap<string, readonly Affiliation[]>
  schoolNames: ReadonlyMap<string, string>
  protectedIds: ReadonlySet<string>
  /** People with an account of a connected directory. */
  withAccount: ReadonlySet<string>
  /** People restricted as leavers already. */
  already: ReadonlySet<string>
  /** The maker of the list, who is never acted on by it (B4). */
  self: string | null
  startsWithinDays: number
  /** Lines that a person decided: line to person. */
  picks: ReadonlyMap<number, string>
}

/** Says of each line whom it means and what follows. Pure; somebody named twice counts once. */
export function judgeList(matches: readonly LineMatch[], facts: ListFacts): ListEntry[] {
  const first = new Map<string, number>()
  return matches.map(({ line: { line, text }, byKey, byName }): ListEntry => {
    const entry = judgeLine({ line, text, byKey: byKey.filter((id) => mayKnow(id, facts)), byName: byName.filter((id) => mayKnow(id, facts)) }, facts)
    if (entry.personId === null) return entry
    const before = first.get(entry.personId)
    if (before !== undefined) return { ...entry, status: 'twice', note: `also on line ${before}` }
    first.set(entry.personId, line)
    return entry
  })
}

/** Parents are no leavers of a school, and people of schools that are not the maker's read as unknown. */
function mayKnow(personId: string, { affiliations, within }: ListFacts): boolean {
  const own = (affiliations.get(personId) ?? []).filter(({ role }) => role !== 'guardian')
  return within === 'all' ? own.length > 0 : own.some(({ schoolId }) => within.includes(schoolId))
}

function judgeLine({ line, text, byKey, byName }: { line: number; text: string; byKey: string[]; byName: string[] }, facts: ListFacts): ListEntry {
  const base = { line, text, candidates: [], note: null, personId: null }
  const here = (ids: readonly string[]) => (facts.schoolId === null ? ids : ids.filter((id) => isHere(id, facts)))
  const all = byKey.length > 0 ? byKey : byName
  const current = here(all)
  const narrowed = current.length > 1 ? current.filter((id) => placesOf(id, facts).some((place) => isCurrent(place, facts.on))) : current
  const chosen = facts.picks.get(line)
  const candidates = narrowed.length > 0 ? narrowed : current
  const personId = candidates.length === 1 ? candidates[0] : chosen !== undefined && candidates.includes(chosen) ? chosen : undefined
  if (personId !== undefined) return { ...base, personId, ...judgePerson(personId, facts) }
  if (candidates.length > 1) return { ...base, status: 'ambiguous', candidates: [...candidates] }
  const elsewhere = all[0]
  if (elsewhere === undefined) return { ...base, status: 'not-found' }
  const where = [...new Set(placesOf(elsewhere, facts).map(({ schoolId }) => facts.schoolNames.get(schoolId) ?? ''))].join(', ')
  return { ...base, status: 'wrong-school', note: all.length === 1 ? where : null }
}

function judgePerson(personId: string, facts: ListFacts): Pick<ListEntry, 'status' | 'note'> {
  if (personId === facts.self) return { status: 'yourself', note: null }
  if (facts.protectedIds.has(personId)) return { status: 'protected', note: null }
  if (facts.already.has(personId)) return { status: 'already', note: null }
  const staysAt = facts.schoolId === null ? undefined
    : placesOf(personId, facts).find((place) => place.schoolId !== facts.schoolId && keepsAccess(place, facts.on, facts.startsWithinDays))
  if (staysAt) return { status: 'moves', note: facts.schoolNames.get(staysAt.schoolId) ?? null }
  return { status: facts.withAccount.has(personId) ? 'found' : 'no-account', note: null }
}

const placesOf = (personId: string, facts: ListFacts): readonly Affiliation[] => (facts.affiliations.get(personId) ?? []).filter(({ role }) => role !== 'guardian')

const isHere = (personId: string, facts: ListFacts): boolean => placesOf(personId, facts).some(({ schoolId }) => schoolId === facts.schoolId)
