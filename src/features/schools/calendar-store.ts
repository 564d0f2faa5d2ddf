import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { addDays, type CalendarDate } from '../../shared/dates.ts'
import type { CalendarPeriod, NewPeriod, PeriodKind } from './calendar-period.ts'
import { SchoolCalendar } from './school-calendar.ts'

/** Periods of the calendar, and the calendar of each school made of them. */
export class CalendarStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  /** Periods that have not ended before `since`, the trust's and every school's, in order of their first day. */
  async periods(since: CalendarDate): Promise<CalendarPeriod[]> {
    return (await this.#db.read('calendar_periods').where('to_date', '>=', since).orderBy([{ column: 'from_date' }, { column: 'id' }])).map(fromRow)
  }

  async get(id: string): Promise<CalendarPeriod | null> {
    const row = await this.#db.read('calendar_periods').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** Inserts what `decidePeriod` let through, in the open transaction. */
  async add(period: NewPeriod, actor: string): Promise<string> {
    const id = this.#ids.next()
    await this.#db.sql('calendar_periods').insert({
      id, school_id: period.schoolId, kind: period.kind, name: period.name, from_date: period.from, to_date: period.to, placed_by: actor, placed_at: this.#clock.now(),
    })
    return id
  }

  /** False when it was gone already. */
  async remove(id: string): Promise<boolean> {
    return await this.#db.sql('calendar_periods').where({ id }).delete() === 1
  }

  /**
   * The calendar of each school around a date (a year back), to be asked with a school's id; an unknown id and null mean the
   * trust's own days.
   */
  async around(on: CalendarDate, schools: readonly { id: string; timezone: string }[]): Promise<(schoolId: string | null) => SchoolCalendar> {
    const periods = await this.periods(addDays(on, -366))
    const everywhere = periods.filter((period) => period.schoolId === null)
    const trust = new SchoolCalendar(everywhere)
    const own = new Map(schools.map(({ id, timezone }) => [id, new SchoolCalendar(periods.filter((period) => period.schoolId === null || period.schoolId === id), { timezone })]))
    return (schoolId) => (schoolId === null ? trust : own.get(schoolId) ?? trust)
  }
}

function fromRow(row: Record<string, unknown>): CalendarPeriod {
  return {
    id: row['id'] as string, schoolId: row['school_id'] as string | null, kind: row['kind'] as PeriodKind, name: row['name'] as string,
    from: row['from_date'] as string, to: row['to_date'] as string, placedBy: row['placed_by'] as string, placedAt: Number(row['placed_at']),
  }
}
