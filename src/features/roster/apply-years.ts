import type { AffiliationFact, PersonFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { changeOfYear, type HeldYear } from '../people/year-on.ts'
import type { ApplyContext } from './apply-context.ts'

/** The years of pupils' places as they are held now, by `person|school`. */
export type HeldYears = ReadonlyMap<string, HeldYear>

/** Columns of a place by which a year is held. */
export interface YearColumns { year_code: string | null; year_next: string | null; year_from: CalendarDate | null }

/** Reads what is held of these people by this source. */
export async function heldYears({ db, source }: Pick<ApplyContext, 'db' | 'source'>, personIds: readonly string[]): Promise<HeldYears> {
  const rows = await db.rowsIn(
    "select person_id, school_id, year_code, year_next, year_from from affiliations where source_id = ? and role = 'pupil' and person_id in (:list)", [source.id], personIds)
  return new Map(rows.map((row) => [`${row['person_id'] as string}|${row['school_id'] as string}`, fromRow(row)]))
}

/** The columns once the source states `fact` of somebody: a promotion waits for the new year (R8). */
export function yearColumns(context: Pick<ApplyContext, 'schools' | 'comingYears' | 'on'>, fact: AffiliationFact, personId: string, held: HeldYears): YearColumns {
  const schoolId = context.schools.get(fact.schoolKey) ?? ''
  const before = fact.role === 'pupil' ? held.get(`${personId}|${schoolId}`) : undefined
  return before ? changed(context, before, fact.yearCode, schoolId) : { year_code: fact.yearCode, year_next: null, year_from: null }
}

/** Where the feed states the year of the person, whatever the school: every pupil's place of theirs. */
export async function changeYearOfPerson(context: ApplyContext, fact: PersonFact, personId: string): Promise<void> {
  const { ownership, source } = context
  const rows = await ofPerson(context.db, personId, [source.id, ...(ownership.mine.has('year') ? [...ownership.lesser, ...ownership.others.map(({ sourceId }) => sourceId)] : [])])
  for (const row of rows) {
    const columns = changed(context, fromRow(row), fact.yearCode ?? null, row['school_id'] as string)
    await context.db.sql('affiliations').where({ id: row['id'] }).update({ ...columns, updated_at: context.clock.now() })
  }
}

function ofPerson(db: Database, personId: string, sourceIds: string[]): Promise<Record<string, unknown>[]> {
  return db.sql('affiliations').where({ person_id: personId, role: 'pupil' }).whereIn('source_id', sourceIds).select('id', 'school_id', 'year_code', 'year_next', 'year_from')
}

function changed({ comingYears, on }: Pick<ApplyContext, 'comingYears' | 'on'>, held: HeldYear, stated: string | null, schoolId: string): YearColumns {
  const { yearCode, yearNext, yearFrom } = changeOfYear(held, stated, { on, newYear: comingYears.get(schoolId) ?? null })
  return { year_code: yearCode, year_next: yearNext, year_from: yearFrom }
}

const fromRow = (row: Record<string, unknown>): HeldYear => ({
  yearCode: row['year_code'] as string | null, yearNext: row['year_next'] as string | null, yearFrom: row['year_from'] as CalendarDate | null,
})
