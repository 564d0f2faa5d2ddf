import type { AffiliationFact, RosterFact } from '../../adapters/sources/source.ts'
import type { OwnedField, SourceClaim } from '../../adapters/sources/source-claims.ts'
import type { Database } from '../../db/database.ts'
import type { PlanItem, PlanStore } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { factsBefore } from './apply-context.ts'
import { compareRow, rank } from './fact-changes.ts'
import type { Source, SourceStore } from './source-store.ts'
import type { StagedRow } from './stage-rows.ts'
import { noOwnership, type Ownership } from './who-owns.ts'

/** Works out who owns what at the schools of this reading. */
export async function ownershipOf(
  { db, sources, source, claims, schoolIds }: { db: Database; sources: SourceStore; source: Source; claims: readonly SourceClaim[]; schoolIds: readonly string[] },
): Promise<Ownership> {
  if (claims.every(({ owns }) => owns.length === 0)) return noOwnership
  const known = new Map((await sources.all()).map(({ id, name }) => [id, name]))
  const rows = await db.rowsIn('select distinct source_id from source_schools where source_id <> ? and school_id in (:list)', [source.id], schoolIds)
  const mine = new Set(claims.find((claim) => claim.source === source.name)?.owns)
  const beside = rows.map((row) => row['source_id'] as string)
  const owns = (id: string): readonly OwnedField[] => claims.find((claim) => claim.source === known.get(id))?.owns ?? []
  return {
    mine, lesser: beside.filter((id) => !owns(id).includes('places')),
    others: beside.filter((id) => owns(id).length > 0).map((id) => ({ sourceId: id, name: known.get(id) ?? '', fields: owns(id) })),
  }
}

/** Why a reading cannot be believed: another source owns the same. */
export function ownershipProblems({ mine, others }: Ownership, source: Pick<Source, 'name'>): string[] {
  return others.flatMap(({ name, fields }) => {
    const both = fields.filter((field) => mine.has(field))
    return both.length === 0 ? [] : [`R1: both "${source.name}" and "${name}" own ${both.join(', ')} of the same school. Decide in the settings (sources, owns) which of the two does.`]
  })
}

/**
 * Marks on each line what another source owns of that person, and judges the line by the rest: an ending, a cleared address or a
 * year that another source owns is none (R1).
 */
export async function settleOwned(
  { db, plans, sources, source, planId, on, ownership, schools }: {
    db: Database; plans: PlanStore; sources: SourceStore; source: Source; planId: string; on: CalendarDate; ownership: Ownership; schools: ReadonlyMap<string, string>
  },
  matched: ReadonlyMap<string, string>,
): Promise<void> {
  if (ownership.others.length === 0) return
  for await (const items of plans.items(planId)) {
    const persons = new Map([...await sources.personIds(source.id, [...new Set(items.flatMap(keysOf))]), ...matched])
    const yields = await yieldsOf(db, ownership, [...new Set(persons.values())])
    const owned = items.flatMap((item) => {
      const personId = persons.get(personKeyOf(item))
      const theirs = personId === undefined ? undefined : yields.get(personId)
      return theirs ? [{ item, theirs }] : []
    })
    if (owned.length > 0) await db.step(async () => { for (const { item, theirs } of owned) await settle(db, item, theirs, { on, schools }) })
  }
}

interface Yields { fields: Set<OwnedField>; owners: Set<string>; places: Set<string> }

/** Of these people what others own, and which places (`school|role`) an owner of places holds. */
async function yieldsOf(db: Database, { others }: Ownership, personIds: readonly string[]): Promise<Map<string, Yields>> {
  const found = new Map<string, Yields>()
  for (const { sourceId, name, fields } of others) {
    for (const row of await db.rowsIn('select distinct person_id from source_people where source_id = ? and person_id in (:list)', [sourceId], personIds)) {
      const id = row['person_id'] as string
      const theirs = found.get(id) ?? { fields: new Set(), owners: new Set(), places: new Set() }
      for (const field of fields) theirs.fields.add(field)
      theirs.owners.add(name)
      found.set(id, theirs)
    }
    if (!fields.includes('places')) continue
    for (const row of await db.rowsIn('select person_id, school_id, role from affiliations where source_id = ? and person_id in (:list)', [sourceId], personIds)) {
      found.get(row['person_id'] as string)?.places.add(`${row['school_id'] as string}|${row['role'] as string}`)
    }
  }
  return found
}

async function settle(db: Database, item: PlanItem, theirs: Yields, { on, schools }: { on: CalendarDate; schools: ReadonlyMap<string, string> }): Promise<void> {
  const staged = item.after as Partial<StagedRow> | null
  const held = (fact: AffiliationFact): boolean => theirs.places.has(`${schools.get(fact.schoolKey) ?? ''}|${fact.role}`)
  const before = factsBefore(item)
  const rest = (facts: readonly RosterFact[]) => withoutOwned(facts, theirs.fields, held)
  const change: Record<string, unknown> = {}
  if (staged?.facts) {
    change['after'] = JSON.stringify({ ...staged, yields: [...theirs.fields] })
    const judged = compareRow(item.before === null ? null : rest(before), rest(staged.facts), on)
    change['rank'] = item.before === null ? Math.min(item.rank, rank.changed) : judged.rank
    change['population'] = judged.takesAway ? 'clearing' : theirs.fields.has('groups') || theirs.fields.has('places') || item.population === 'clearing' ? null : item.population
    if (JSON.stringify(rest(staged.facts)) !== JSON.stringify(staged.facts)) change['reason'] = [judged.reason, `what ${[...theirs.owners].join(' and ')} owns is not used`].filter(Boolean).join('; ').slice(0, 500)
  } else if (item.action === 'missing' && before.some((fact) => fact.kind === 'affiliation' && held(fact))) {
    change['rank'] = rank.none
    change['reason'] = `not in the file; the place belongs to ${[...theirs.owners].join(' and ')}`
  } else if (item.action === 'gone' && item.population !== null && rest(before).length === 0) {
    change['rank'] = rank.none
    change['population'] = null
  }
  if (Object.keys(change).length > 0) await db.sql('plan_items').where({ plan_id: item.planId, seq: item.seq }).update(change)
}

/** The facts without what others own; both sides of a comparison lose the same. */
function withoutOwned(facts: readonly RosterFact[], owned: ReadonlySet<OwnedField>, held: (fact: AffiliationFact) => boolean): RosterFact[] {
  return facts.flatMap((fact): RosterFact[] => {
    switch (fact.kind) {
      case 'person': return [{
        ...fact, ...(owned.has('name') ? { preferredForename: '', surname: '' } : {}), ...(owned.has('email') ? { email: null } : {}),
        ...(owned.has('username') ? { username: null, enabled: true } : {}), ...(owned.has('year') && fact.yearCode !== undefined ? { yearCode: null } : {}), ...(owned.has('places') ? { toBeDeleted: false } : {}),
      }]
      case 'affiliation': {
        if (owned.has('places') && held(fact)) return owned.has('year') || fact.yearCode === null ? [] : [{ ...fact, startDate: null, endDate: null }]
        return [owned.has('year') ? { ...fact, yearCode: null } : fact]
      }
      case 'group': return owned.has('groups') ? [] : [fact]
      case 'link': return owned.has('guardians') ? [] : [fact]
    }
  })
}

const keysOf = (item: PlanItem): string[] => [item.subject, ...[...factsBefore(item), ...(item.after as Partial<StagedRow> | null)?.facts ?? []].map((fact) => fact.personKey)]

/** Whom a line is about: for a contact's line that states the adult's own facts, the adult. */
const personKeyOf = (item: PlanItem): string => ([...(item.after as Partial<StagedRow> | null)?.facts ?? [], ...factsBefore(item)].find((fact) => fact.kind === 'person') ?? { personKey: item.subject }).personKey
