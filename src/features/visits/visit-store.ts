import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import type { DeskTablet, Visit } from './visit.ts'

/** Rows of visits and of reception's tablets. */
export class VisitStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** @throws a duplicate-key error when the form was sent before. */
  async insert(visit: Visit, formKey: string, at: Instant): Promise<void> {
    await this.#db.sql('visits').insert({
      id: visit.id, school_id: visit.schoolId, person_id: visit.personId, name: visit.name, organisation: visit.organisation, host: visit.host, kind: visit.kind,
      uses_systems: visit.usesSystems ? 1 : 0, first_day: visit.firstDay, last_day: visit.lastDay, arrived_at: visit.arrivedAt, arranged_by: visit.arrangedBy, form_key: formKey, created_at: at,
    })
  }

  async get(id: string): Promise<Visit | null> {
    const row = await this.#db.read('visits').where({ id }).first()
    return row ? visitFromRow(row) : null
  }

  async byFormKey(formKey: string): Promise<Visit | null> {
    const row = await this.#db.sql('visits').where({ form_key: formKey }).first()
    return row ? visitFromRow(row) : null
  }

  /** Visits that touch a day, and those arranged for later ones. */
  async from(schoolIds: 'all' | readonly string[], day: CalendarDate): Promise<Visit[]> {
    const query = this.#db.read('visits').where('last_day', '>=', day).orderBy(['first_day', 'id']).limit(500)
    if (schoolIds !== 'all') void query.whereIn('school_id', [...schoolIds])
    return (await query).map(visitFromRow)
  }

  /** False when they had arrived before. */
  async arrive(id: string, at: Instant): Promise<boolean> {
    return await this.#db.sql('visits').where({ id }).whereNull('arrived_at').update({ arrived_at: at }) === 1
  }

  /** @throws a duplicate-key error when another tablet waits with this code. */
  async insertTablet(tablet: DeskTablet): Promise<void> {
    await this.#db.sql('desk_tablets').insert({
      id: tablet.id, school_id: tablet.schoolId, code: tablet.code, code_until: tablet.codeUntil, started_by: tablet.startedBy, started_at: tablet.startedAt, ends_at: tablet.endsAt, ended_at: null,
    })
  }

  async tablet(id: string): Promise<DeskTablet | null> {
    const row = await this.#db.read('desk_tablets').where({ id }).first()
    return row ? tabletFromRow(row) : null
  }

  async tabletsOf(schoolIds: 'all' | readonly string[], now: Instant): Promise<DeskTablet[]> {
    const query = this.#db.read('desk_tablets').whereNull('ended_at').where('ends_at', '>', now).orderBy('id', 'desc').limit(50)
    if (schoolIds !== 'all') void query.whereIn('school_id', [...schoolIds])
    return (await query).map(tabletFromRow)
  }

  /** The first tablet that types the code gets it; the code is worth nothing afterwards. */
  async claim(code: string, now: Instant): Promise<DeskTablet | null> {
    const row = await this.#db.read('desk_tablets').where({ code }).where('code_until', '>', now).whereNull('ended_at').first()
    if (!row) return null
    return await this.#db.sql('desk_tablets').where({ id: row.id, code }).update({ code: null }) === 1 ? tabletFromRow({ ...row, code: null }) : null
  }

  async endTablet(id: string, at: Instant): Promise<boolean> {
    return await this.#db.sql('desk_tablets').where({ id }).whereNull('ended_at').update({ ended_at: at, code: null }) === 1
  }
}

function visitFromRow(row: Record<string, unknown>): Visit {
  return {
    id: row['id'] as string, schoolId: row['school_id'] as string, personId: row['person_id'] as string | null, name: row['name'] as string, organisation: row['organisation'] as string | null,
    host: row['host'] as string | null, kind: row['kind'] as Visit['kind'], usesSystems: Boolean(row['uses_systems']), firstDay: row['first_day'] as string, lastDay: row['last_day'] as string,
    arrivedAt: row['arrived_at'] === null ? null : Number(row['arrived_at']), arrangedBy: row['arranged_by'] as string,
  }
}

function tabletFromRow(row: Record<string, unknown>): DeskTablet {
  return {
    id: row['id'] as string, schoolId: row['school_id'] as string, code: row['code'] as string | null, codeUntil: Number(row['code_until']), startedBy: row['started_by'] as string,
    startedAt: Number(row['started_at']), endsAt: Number(row['ends_at']), endedAt: row['ended_at'] === null ? null : Number(row['ended_at']),
  }
}
