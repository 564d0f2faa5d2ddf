import type { RosterFact } from '../../adapters/sources/source.ts'
import type { PlanItem } from '../../db/plan-store.ts'
import { chunks } from '../../shared/chunks.ts'
import { factsBefore } from './apply-context.ts'
import { rank } from './fact-changes.ts'
import { type EndingContext, factsAfter } from './judge-endings.ts'

/**
 * R6: people who are in the feed under another identifier are not missing. The lines of the old identifier say only what the new one
 * does not say again: a place that is not named any more is missing (R4), a cleared group or guardian link is braked like any other (R3).
 * @param matched new identifier -> person, as `matchNewPeople` found them.
 */
export async function settleReplaced(context: EndingContext, matched: ReadonlyMap<string, string>): Promise<void> {
  const { db, planId } = context
  await countAsKnown(context, matched)
  const rows = await db.read('plan_items').where({ plan_id: planId }).whereIn('action', ['missing', 'gone']).distinct('subject') as { subject: string }[]
  for (const part of chunks(rows.map((row) => row.subject), 300)) await settlePart(context, part, matched)
}

/** Their lines were staged as joiners. */
async function countAsKnown({ db, planId }: EndingContext, matched: ReadonlyMap<string, string>): Promise<void> {
  for (const part of chunks([...matched.keys()], 300)) {
    await db.step(async () => {
      await db.sql('plan_items').where({ plan_id: planId, rank: rank.joiner }).whereIn('subject', part)
        .update({ rank: rank.changed, reason: 'known under another identifier' })
    })
  }
}

async function settlePart(context: EndingContext, subjects: string[], matched: ReadonlyMap<string, string>): Promise<void> {
  const persons = await context.sources.personIds(context.source.id, subjects)
  const newKeys = await newKeysOf(context, persons, matched)
  if (newKeys.size === 0) return
  const keys = [...new Set([...newKeys.values()].flat())]
  const facts = await factsAfter(context, keys)
  const guardians = await guardianIds(context, [...facts.values()].flat(), matched)
  const lines = (await context.plans.itemsOf(context.planId, [...newKeys.keys()])).filter((item) => item.action === 'missing' || item.action === 'gone')
  const oldGuardians = await guardianIds(context, lines.flatMap(factsBefore), matched)
  await context.db.step(async () => {
    for (const line of lines) {
      const said = new Set((newKeys.get(line.subject) ?? []).flatMap((key) => facts.get(key) ?? []).map((fact) => meaning(context, fact, guardians)))
      const lost = factsBefore(line).filter((fact) => fact.kind !== 'person' && !said.has(meaning(context, fact, oldGuardians)))
      await replace(context, line, lost)
    }
  })
}

/** Old identifier -> other identifiers of the same person that this feed still names. */
async function newKeysOf(context: EndingContext, persons: ReadonlyMap<string, string>, matched: ReadonlyMap<string, string>): Promise<Map<string, string[]>> {
  const { db, source, sources, planId } = context
  const ids = [...new Set(persons.values())]
  if (ids.length === 0) return new Map()
  const noted = await db.read('source_people').where({ source_id: source.id }).whereIn('person_id', ids).select('external_id', 'person_id') as { external_id: string; person_id: string }[]
  const wanted = new Set(ids)
  const keys = [...noted.map(({ external_id, person_id }) => [external_id, person_id] as const), ...[...matched].filter(([, id]) => wanted.has(id))]
  const others = keys.filter(([key]) => !persons.has(key)).map(([key]) => key)
  const stated = new Set((await sources.rowsAbout(source.id, others)).map((row) => row.subject))
  for (const { subject } of await db.read('plan_items').where({ plan_id: planId, action: 'missing' }).whereIn('subject', others).select('subject')) stated.delete(subject as string)
  const found = new Map<string, string[]>()
  for (const [old, id] of persons) {
    const now = keys.filter(([key, person]) => person === id && key !== old && (matched.has(key) || stated.has(key))).map(([key]) => key)
    if (now.length > 0) found.set(old, now)
  }
  return found
}

async function guardianIds({ sources, source }: EndingContext, facts: readonly RosterFact[], matched: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const keys = [...new Set(facts.flatMap((fact) => (fact.kind === 'link' ? [fact.guardianKey] : [])))]
  const known = await sources.personIds(source.id, keys)
  for (const key of keys) {
    const id = matched.get(key)
    if (id !== undefined) known.set(key, id)
  }
  return known
}

/** What a fact says of the person, whatever identifiers it says it with. */
function meaning({ schools }: EndingContext, fact: RosterFact, guardians: ReadonlyMap<string, string>): string {
  switch (fact.kind) {
    case 'person': return 'person'
    case 'affiliation': return `affiliation|${schools.get(fact.schoolKey) ?? fact.schoolKey}|${fact.role}`
    case 'group': return `group|${fact.groupKey}`
    case 'link': return `link|${guardians.get(fact.guardianKey) ?? fact.guardianKey}`
  }
}

async function replace({ db, planId }: EndingContext, line: PlanItem, lost: readonly RosterFact[]): Promise<void> {
  const clears = lost.some((fact) => fact.kind === 'group' || fact.kind === 'link')
  await db.sql('plan_items').where({ plan_id: planId, seq: line.seq }).update({
    action: 'rekeyed', rank: clears ? rank.changed : rank.none, population: clears ? 'clearing' : null, before: JSON.stringify(lost),
    reason: clears ? 'replaced by a new identifier, which does not name all groups or guardians again' : 'replaced by a new identifier',
  })
}
