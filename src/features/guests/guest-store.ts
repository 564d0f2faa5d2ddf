import type { Database } from '../../db/database.ts'
import type { Guest, GuestKind, GuestState } from './guest.ts'

/** Guests of all schools. */
export class GuestStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insert(guest: Guest): Promise<void> {
    await this.#db.sql('guests').insert({
      id: guest.id, person_id: guest.personId, school_id: guest.schoolId, kind: guest.kind, organisation: guest.organisation, purpose: guest.purpose, from_date: guest.fromDate,
      until_date: guest.untilDate, state: guest.state, asked_by: guest.askedBy, asked_at: guest.askedAt, approver_id: guest.approverId, decided_by: guest.decidedBy,
      decided_at: guest.decidedAt, ended_by: guest.endedBy, ended_at: guest.endedAt,
    })
  }

  async get(id: string): Promise<Guest | null> {
    const row = await this.#db.read('guests').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** Changes a guest only if it still is in this state; false when somebody was faster. */
  async advance(id: string, from: GuestState, change: Partial<Pick<Guest, 'state' | 'untilDate' | 'decidedBy' | 'decidedAt' | 'endedBy' | 'endedAt'>>): Promise<boolean> {
    const columns = {
      ...(change.state === undefined ? {} : { state: change.state }), ...(change.untilDate === undefined ? {} : { until_date: change.untilDate }),
      ...(change.decidedBy === undefined ? {} : { decided_by: change.decidedBy, decided_at: change.decidedAt }), ...(change.endedBy === undefined ? {} : { ended_by: change.endedBy, ended_at: change.endedAt }),
    }
    return await this.#db.sql('guests').where({ id, state: from }).update(columns) === 1
  }

  /** Guests of these schools, those who wait first, then by their last day; at most 1000. */
  async list(schools: 'all' | readonly string[]): Promise<Guest[]> {
    const query = this.#db.read('guests').orderByRaw("case when state = 'asked' then 0 else 1 end").orderBy('until_date', 'desc').orderBy('id').limit(1000)
    if (schools !== 'all') void query.whereIn('school_id', [...schools])
    return (await query).map(fromRow)
  }
}

function fromRow(row: Record<string, unknown>): Guest {
  const instant = (name: string) => (row[name] === null ? null : Number(row[name]))
  return {
    id: row['id'] as string, personId: row['person_id'] as string, schoolId: row['school_id'] as string, kind: row['kind'] as GuestKind, organisation: row['organisation'] as string | null,
    purpose: row['purpose'] as string, fromDate: row['from_date'] as string, untilDate: row['until_date'] as string, state: row['state'] as GuestState, askedBy: row['asked_by'] as string,
    askedAt: Number(row['asked_at']), approverId: row['approver_id'] as string, decidedBy: row['decided_by'] as string | null, decidedAt: instant('decided_at'),
    endedBy: row['ended_by'] as string | null, endedAt: instant('ended_at'),
  }
}
