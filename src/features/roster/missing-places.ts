import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'

/** A place (person x school x role) that its source no longer states. */
export interface MissingPlace {
  affiliationId: string
  personId: string
  /** Preferred name. */
  name: string
  /** The source's own identifier of the person. */
  externalId: string
  admissionNumber: string | null
  sourceName: string
  schoolId: string
  role: string
  yearCode: string | null
  regGroup: string | null
  startDate: CalendarDate | null
  missingSince: Instant
  /** Proven complete readings without them, the first included. */
  missingRuns: number
  /** The source itself marks the person as deleted (R5). */
  deletedInSource: boolean
  /** When the newest good reading of the source ended. */
  lastReadAt: Instant | null
}

const TWO_DAYS = 48 * 3_600_000

/** R4: proved twice, by complete readings at least 48 hours apart; R5: or marked as deleted by the source. */
export function isProposedLeaver({ missingRuns, missingSince, lastReadAt, deletedInSource }: Pick<MissingPlace, 'missingRuns' | 'missingSince' | 'lastReadAt' | 'deletedInSource'>): boolean {
  if (deletedInSource) return true
  return missingRuns >= 2 && lastReadAt !== null && lastReadAt - missingSince >= TWO_DAYS
}

/** Places that are missing and have not ended, longest missing first. */
export async function missingPlaces(db: Database, where: { on: CalendarDate; affiliationId?: string; schools?: 'all' | readonly string[] }): Promise<MissingPlace[]> {
  const query = db.read('affiliations as a').join('people as p', 'p.id', 'a.person_id').join('sources as s', 's.id', 'a.source_id')
    .leftJoin('source_people as x', function join() { this.on('x.person_id', 'a.person_id').andOn('x.source_id', 'a.source_id') })
    .leftJoin('roster_runs as r', 'r.id', 's.last_good_run_id')
    .whereNotNull('a.missing_since').where((open) => { void open.whereNull('a.end_date').orWhere('a.end_date', '>=', where.on) })
    .orderBy([{ column: 'a.missing_since' }, { column: 'p.name_search' }, { column: 'a.id' }])
    .select('a.id', 'a.person_id', 'p.preferred_forename', 'p.surname', 'x.external_id', 'x.admission_number', 's.name as source_name', 'a.school_id', 'a.role',
      'a.year_code', 'a.reg_group', 'a.start_date', 'a.missing_since', 'a.missing_runs', 'a.deleted_in_source', 'r.finished_at')
  if (where.affiliationId !== undefined) void query.where('a.id', where.affiliationId)
  if (where.schools !== undefined && where.schools !== 'all') void query.whereIn('a.school_id', [...where.schools])
  const rows = await query as Record<string, unknown>[]
  const seen = new Set<string>()
  // Somebody with two identifiers in one source is still one.
  return rows.filter((row) => !seen.has(row['id'] as string) && seen.add(row['id'] as string)).map(fromRow)
}

function fromRow(row: Record<string, unknown>): MissingPlace {
  const text = (name: string) => row[name] as string | null
  return {
    affiliationId: row['id'] as string, personId: row['person_id'] as string, name: `${text('preferred_forename') ?? ''} ${text('surname') ?? ''}`.trim(),
    externalId: text('external_id') ?? '', admissionNumber: text('admission_number'), sourceName: row['source_name'] as string, schoolId: row['school_id'] as string,
    role: row['role'] as string, yearCode: text('year_code'), regGroup: text('reg_group'), startDate: text('start_date'),
    missingSince: Number(row['missing_since']), missingRuns: Number(row['missing_runs']), deletedInSource: Boolean(row['deleted_in_source']), lastReadAt: row['finished_at'] === null ? null : Number(row['finished_at']),
  }
}
