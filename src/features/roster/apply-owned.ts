import type { AffiliationFact } from '../../adapters/sources/source.ts'
import type { PlanLine } from '../../db/plan-store.ts'
import { type ApplyContext, factsBefore, ofKind, yieldsOf } from './apply-context.ts'
import { type HeldYears, yearColumns } from './apply-years.ts'
import { factKey } from './fact-changes.ts'

/**
 * R1: true where the owner of places holds this very place: what this source says of its dates is not used, only the year, where that is
 * this source's to say. A place that the owner does not name is this source's own.
 */
export async function isHeldByOwner(
  context: ApplyContext, item: PlanLine, { fact, raw, personId, held }: { fact: AffiliationFact; raw: AffiliationFact; personId: string; held: HeldYears },
): Promise<boolean> {
  const yields = yieldsOf(item)
  if (!yields.has('places')) return false
  const { db, ownership, schools, clock } = context
  const owners = ownership.others.filter(({ fields }) => fields.includes('places')).map(({ sourceId }) => sourceId)
  const place = await db.sql('affiliations').where({ person_id: personId, school_id: schools.get(fact.schoolKey) ?? '', role: fact.role }).whereIn('source_id', owners).first('id', 'school_id', 'year_code', 'year_next', 'year_from')
  if (!place) return false
  const was = ofKind(factsBefore(item), 'affiliation').find((before) => factKey(before) === factKey(fact))
  const newYear = fact.yearCode !== null && (item.action === 'return' || was?.yearCode !== raw.yearCode)
  if (!yields.has('year') && newYear) {
    const now = new Map([...held, [`${personId}|${place.school_id as string}`, { yearCode: place.year_code, yearNext: place.year_next, yearFrom: place.year_from }]])
    await db.sql('affiliations').where({ id: place.id }).update({ ...yearColumns(context, fact, personId, now), updated_at: clock.now() })
  }
  return true
}

/**
 * R1: the owner of places says of a place what holds for the others' too: it takes over the row that another source made, and an end
 * of its own ends theirs. True when a row was taken over.
 */
export async function holdAlone(
  { db, ownership, source }: ApplyContext, where: { person_id: string; school_id: string; role: string; source_id: string },
  { saying, ends, now, mine }: { saying: object; ends: object; now: number; mine: boolean },
): Promise<boolean> {
  if (!ownership.mine.has('places') || ownership.lesser.length === 0) return false
  const theirs = () => db.sql('affiliations').where({ person_id: where.person_id, school_id: where.school_id, role: where.role }).whereIn('source_id', ownership.lesser)
  if (mine) {
    if (Object.keys(ends).length > 0) await theirs().update({ ...ends, updated_at: now })
    return false
  }
  const row = await theirs().first('id') as { id: string } | undefined
  if (!row) return false
  await db.sql('affiliations').where({ id: row.id }).update({ ...saying, source_id: source.id })
  return true
}
