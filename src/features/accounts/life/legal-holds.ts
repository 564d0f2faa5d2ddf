import type { Clock } from '../../../adapters/clock.ts'
import type { Ids } from '../../../adapters/ids.ts'
import type { Database } from '../../../db/database.ts'
import { chunks } from '../../../shared/chunks.ts'
import type { Instant } from '../../../shared/dates.ts'
import { NotFound, UnusableInput } from '../../../shared/errors.ts'
import type { AuditLog } from '../../audit/audit-log.ts'

export interface LegalHold {
  id: string
  personId: string
  reason: string
  placedBy: string
  placedAt: Instant
  endedBy: string | null
  endedAt: Instant | null
}

/** While a hold stands, nothing of this person is archived or deleted, whatever the retention rules say. */
export class LegalHolds {
  readonly #deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }
  constructor(deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }) {
    this.#deps = deps
  }

  async place(personId: string, reason: string, actor: string): Promise<string> {
    const { db, clock, ids, audit } = this.#deps
    if (reason.trim() === '' || reason.length > 500) throw new UnusableInput({ what: 'A hold needs a reason of 1 to 500 characters.', where: 'legal hold' })
    const id = ids.next()
    await db.transaction(async () => {
      await db.sql('legal_holds').insert({ id, person_id: personId, reason: reason.trim(), placed_by: actor, placed_at: clock.now(), ended_by: null, ended_at: null })
      await audit.record({ actor, event: 'access.hold-placed', subject: `person:${personId}`, payload: { hold: id } })
    })
    return id
  }

  /** @throws NotFound when there is none that stands. */
  async end(id: string, actor: string): Promise<void> {
    const { db, clock, audit } = this.#deps
    await db.transaction(async () => {
      const row = await db.sql('legal_holds').where({ id }).whereNull('ended_at').first('person_id')
      if (!row) throw new NotFound('There is no such hold.')
      await db.sql('legal_holds').where({ id }).update({ ended_by: actor, ended_at: clock.now() })
      await audit.record({ actor, event: 'access.hold-ended', subject: `person:${row.person_id}`, payload: { hold: id } })
    })
  }

  /** Which of these people stand under a hold. */
  async standingOf(personIds: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>()
    for (const part of chunks(personIds)) for (const row of await this.#deps.db.sql('legal_holds').whereIn('person_id', part).whereNull('ended_at').select('person_id')) found.add(row.person_id)
    return found
  }

  async get(id: string): Promise<LegalHold | null> {
    const row = await this.#deps.db.read('legal_holds').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** All that stand, newest first. */
  async standing(): Promise<LegalHold[]> {
    return (await this.#deps.db.read('legal_holds').whereNull('ended_at').orderBy('id', 'desc')).map(fromRow)
  }
}

function fromRow(row: Record<string, unknown>): LegalHold {
  return {
    id: row['id'] as string, personId: row['person_id'] as string, reason: row['reason'] as string, placedBy: row['placed_by'] as string, placedAt: Number(row['placed_at']),
    endedBy: row['ended_by'] as string | null, endedAt: row['ended_at'] === null ? null : Number(row['ended_at']),
  }
}
