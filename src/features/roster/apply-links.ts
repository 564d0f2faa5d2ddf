import type { LinkFact } from '../../adapters/sources/source.ts'
import type { PlanLine } from '../../db/plan-store.ts'
import { chunks } from '../../shared/chunks.ts'
import { type ApplyContext, applyRows, factsBefore, factsOf, ofKind, yieldsOf } from './apply-context.ts'

/**
 * Guardian links, once both people exist. Returns the lines whose guardian is nobody the source knows.
 */
export async function applyLinks(context: ApplyContext, items: PlanLine[]): Promise<PlanLine[]> {
  const now = context.clock.now()
  const stated = items.flatMap((item) => ofKind([...factsOf(item), ...factsBefore(item)], 'link'))
  const persons = await context.sources.personIds(context.source.id, [...new Set(stated.flatMap((fact) => [fact.personKey, fact.guardianKey]))])
  const pupils = await pupilsAmong(context, [...persons.values()])
  const added: object[] = []
  const nobody: PlanLine[] = []
  for (const item of items) {
    // Who belongs to whom is another source's to say (R1).
    if (yieldsOf(item).has('guardians')) continue
    const after = ofKind(factsOf(item), 'link')
    for (const fact of after) {
      const pupilId = persons.get(fact.personKey)
      const guardianId = persons.get(fact.guardianKey)
      // A feed that states links of everybody: only those from a pupil to an adult are meant (F1).
      if (!pupilId || !pupils.has(pupilId) || (guardianId && pupils.has(guardianId))) continue
      if (!guardianId) nobody.push(item)
      else if (item.before === null && item.action === 'add' && !context.matched.has(fact.personKey)) added.push(linkRow(context, fact, pupilId, guardianId, now))
      else await saveLink(context, fact, pupilId, guardianId, now)
    }
    if (item.action !== 'missing' && !(item.action === 'gone' && item.rank <= 1)) await endLinks(context, item, after, persons, now)
  }
  await context.db.insertNew('guardian_links', added)
  await applyRows(context, items)
  return nobody
}

async function pupilsAmong(context: ApplyContext, personIds: string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const part of chunks([...new Set(personIds)])) {
    for (const row of await context.db.sql('affiliations').whereIn('person_id', part).where({ role: 'pupil' }).select('person_id')) found.add(row.person_id)
  }
  return found
}

async function endLinks(context: ApplyContext, item: PlanLine, after: LinkFact[], persons: Map<string, string>, now: number): Promise<void> {
  // By person: a guardian with a new identifier is still the same guardian.
  const kept = new Set(after.map((fact) => persons.get(fact.guardianKey)))
  for (const fact of ofKind(factsBefore(item), 'link')) {
    const pupilId = persons.get(fact.personKey)
    const guardianId = persons.get(fact.guardianKey)
    if (!pupilId || !guardianId || kept.has(guardianId)) continue
    await context.db.sql('guardian_links').where({ pupil_id: pupilId, guardian_id: guardianId, source_id: context.source.id }).update({ ended_at: now })
  }
}

function linkRow(context: ApplyContext, fact: LinkFact, pupilId: string, guardianId: string, now: number): object {
  return {
    id: context.ids.next(), pupil_id: pupilId, guardian_id: guardianId, ...linkColumns(fact),
    source_id: context.source.id, ended_at: null, created_at: now,
  }
}

const linkColumns = (fact: LinkFact) => ({
  relationship: fact.relationship.slice(0, 60), may_sign: fact.maySign ? 1 : 0, may_consent: fact.mayConsent ? 1 : 0,
  do_not_contact: fact.doNotContact ? 1 : 0, priority: fact.priority,
})

async function saveLink(context: ApplyContext, fact: LinkFact, pupilId: string, guardianId: string, now: number): Promise<void> {
  const changed = await context.db.sql('guardian_links').where({ pupil_id: pupilId, guardian_id: guardianId })
    .update({ ...linkColumns(fact), ended_at: null, source_id: context.source.id })
  if (changed === 0) await context.db.insertNew('guardian_links', [linkRow(context, fact, pupilId, guardianId, now)])
}
