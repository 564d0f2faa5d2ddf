import type { AffiliationFact, PersonFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { PlanItem, PlanStore } from '../../db/plan-store.ts'
import { nameSearch } from '../../shared/names.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { rank } from './fact-changes.ts'
import type { Source, SourceStore } from './source-store.ts'
import type { StagedRow } from './stage-rows.ts'

export interface MatchContext {
  db: Database; plans: PlanStore; people: PeopleQueries; sources: SourceStore; source: Source; planId: string; schools: Map<string, string>
}

interface Candidate { source_id: string; external_id: string; person_id: string; admission_number: string | null; mis_id: string | null; upn: string | null }

/**
 * R6: people of the input whose identifier is new but whose MIS id, admission number or UPN is known, or whom a merge has noted.
 * Returns new identifier -> person.
 */
export async function matchNewPeople(context: MatchContext): Promise<Map<string, string>> {
  const matched = new Map<string, string>()
  for await (const items of context.plans.items(context.planId)) {
    const fresh = items.filter((item) => item.action === 'add' && personOf(item))
    if (fresh.length === 0) continue
    const merged = await mergedBefore(context, fresh.map((item) => item.subject))
    for (const [subject, id] of merged) matched.set(subject, id)
    const candidates = await candidatesFor(context, fresh)
    const schools = await context.people.affiliationsOf(candidates.map((candidate) => candidate.person_id))
    for (const item of fresh) {
      if (merged.has(item.subject)) continue
      const found = new Set(candidates.filter((candidate) => agrees(context, item, candidate, (schools.get(candidate.person_id) ?? []).map((a) => a.schoolId)))
        .map((candidate) => candidate.person_id))
      // Two people with one number is for the office, not for a guess.
      if (found.size === 1) matched.set(item.subject, [...found][0] as string)
    }
  }
  return matched
}

/** Identifiers that a merge noted (B3): known here, and no row of the feed has spoken of them yet. */
async function mergedBefore({ sources, source }: MatchContext, subjects: string[]): Promise<Map<string, string>> {
  const known = await sources.personIds(source.id, subjects)
  for (const { subject } of await sources.rowsAbout(source.id, [...known.keys()])) known.delete(subject)
  return known
}

const personOf = (item: PlanItem): PersonFact | undefined =>
  ((item.after as Partial<StagedRow> | null)?.facts ?? []).find((fact): fact is PersonFact => fact.kind === 'person')

async function candidatesFor(context: MatchContext, items: PlanItem[]): Promise<Candidate[]> {
  const facts = items.map(personOf)
  const found: Candidate[] = []
  for (const [column, values] of [
    ['mis_id', facts.map((fact) => fact?.misId)], ['admission_number', facts.map((fact) => fact?.admissionNumber)], ['upn', facts.map((fact) => fact?.upn)],
  ] as const) {
    const present = [...new Set(values.filter((value): value is string => Boolean(value)))]
    if (present.length > 0) found.push(...await context.db.read('source_people').whereIn(column, present))
  }
  return found
}

function agrees(context: MatchContext, item: PlanItem, candidate: Candidate, schoolIds: string[]): boolean {
  const person = personOf(item)
  if (!person || (candidate.source_id === context.source.id && candidate.external_id === item.subject)) return false
  if (person.misId && person.misId === candidate.mis_id) return true
  if (person.upn && person.upn === candidate.upn) return true
  if (!person.admissionNumber || person.admissionNumber !== candidate.admission_number) return false
  // Two schools may give the same admission number.
  const stated = ((item.after as StagedRow).facts).filter((fact): fact is AffiliationFact => fact.kind === 'affiliation')
    .map((fact) => context.schools.get(fact.schoolKey))
  return stated.length === 0 || stated.some((id) => id !== undefined && schoolIds.includes(id))
}

/** B3: how many of the new people look like somebody who is now missing. */
export async function countAlike(context: Pick<MatchContext, 'db' | 'plans' | 'planId'>): Promise<{ newPeople: number; missing: number; alike: number }> {
  const missing = new Map<string, number>()
  let gone = 0
  for (const row of await context.db.read('plan_items').where({ plan_id: context.planId, action: 'missing' }).select('before')) {
    const person = (JSON.parse(row.before) as PersonFact[]).find((fact) => fact.kind === 'person')
    if (!person) continue
    gone += 1
    const name = nameSearch(person.preferredForename, person.surname)
    missing.set(name, (missing.get(name) ?? 0) + 1)
  }
  const counts = { newPeople: 0, missing: gone, alike: 0 }
  if (gone === 0) return counts
  for await (const items of context.plans.items(context.planId)) {
    for (const item of items) {
      const person = item.action === 'add' && item.rank === rank.joiner ? personOf(item) : undefined
      if (!person) continue
      counts.newPeople += 1
      const name = nameSearch(person.preferredForename, person.surname)
      const left = missing.get(name) ?? 0
      if (left === 0) continue
      missing.set(name, left - 1)
      counts.alike += 1
    }
  }
  return counts
}
