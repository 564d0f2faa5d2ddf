import type { RosterFact } from '../../adapters/sources/source.ts'
import { nameSearch } from '../../shared/names.ts'

/** Everything a plan says about one identifier. */
export interface StatedPerson {
  /** The source's identifier. */
  key: string
  facts: readonly RosterFact[]
}

/** An identifier that went missing and the new one of, it seems, the same person. */
export interface MergePair {
  oldKey: string
  newKey: string
  name: string
  /** "pupil", with the year where one is stated. */
  role: string
  yearCode: string | null
}

export interface MergeFindings {
  pairs: MergePair[]
  /** New identifiers with a namesake among the missing that is not theirs alone. */
  unclear: string[]
}

interface Sketch { key: string; name: string; shown: string; role: string; year: string | null; marks: string[] }

/**
 * Pairs missing identifiers with new ones (B3): the same name and role, where needed the same year, group and school, and only where
 * exactly one is left on each side. Pure. A name alone is a suggestion (R6): a person confirms it.
 */
export function findMergePairs(missing: Iterable<StatedPerson>, fresh: Iterable<StatedPerson>): MergeFindings {
  const old = Map.groupBy(sketches(missing), nameAndRole)
  const now = Map.groupBy(sketches(fresh), nameAndRole)
  const found: MergeFindings = { pairs: [], unclear: [] }
  for (const [who, newcomers] of now) {
    const gone = old.get(who)
    if (!gone) continue
    const open = settle(gone, newcomers, found.pairs)
    found.unclear.push(...open)
  }
  return found
}

/** Matches by ever more marks; returns the new identifiers that stay open. */
function settle(gone: readonly Sketch[], newcomers: readonly Sketch[], pairs: MergePair[]): string[] {
  let left = gone
  let open = newcomers
  for (const depth of [0, 1, 2, 3]) {
    const mark = ({ marks }: Sketch) => marks.slice(0, depth).join('|')
    const before = Map.groupBy(left, mark)
    const after = Map.groupBy(open, mark)
    const taken = new Set<Sketch>()
    for (const [value, those] of after) {
      const [one, another] = before.get(value) ?? []
      const [only, more] = those
      if (!one || another || !only || more) continue
      taken.add(one).add(only)
      pairs.push({ oldKey: one.key, newKey: only.key, name: only.shown, role: only.role, yearCode: only.year })
    }
    left = left.filter((sketch) => !taken.has(sketch))
    open = open.filter((sketch) => !taken.has(sketch))
    if (left.length === 0 || open.length === 0) return []
  }
  return open.map(({ key }) => key)
}

const nameAndRole = ({ name, role }: Sketch): string => `${name}|${role}`

function sketches(people: Iterable<StatedPerson>): Sketch[] {
  const found: Sketch[] = []
  for (const { key, facts } of people) {
    const person = facts.find((fact) => fact.kind === 'person')
    if (person?.kind !== 'person') continue
    const place = facts.find((fact) => fact.kind === 'affiliation' && fact.role === 'pupil') ?? facts.find((fact) => fact.kind === 'affiliation')
    const role = place?.kind === 'affiliation' ? place.role : 'person'
    const year = place?.kind === 'affiliation' ? place.yearCode ?? person.yearCode ?? null : null
    const groups = facts.flatMap((fact) => (fact.kind === 'group' && fact.registration ? [fact.name] : [])).toSorted()
    found.push({
      key, role, year, name: nameSearch(person.preferredForename, person.surname), shown: `${person.preferredForename} ${person.surname}`.trim(),
      marks: [year ?? '', groups.join(','), place?.kind === 'affiliation' ? place.schoolKey : ''],
    })
  }
  return found
}
