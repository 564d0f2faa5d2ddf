import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'

/** What a flag protects, and how far. `ask`: nobody uses an image before the DSL has been asked; on lists both read "no". */
const PROTECTION = { images: ['never', 'ask'], contact: ['via-office'] } as const
export type ProtectionKind = keyof typeof PROTECTION

/** P6: set by the DSL or designated teacher, never by a feed. There is no field for a reason. */
export interface ProtectionFlag {
  id: string
  personId: string
  kind: ProtectionKind
  value: 'never' | 'ask' | 'via-office'
  reviewOn: CalendarDate
  setBy: string
  setAt: Instant
}

/** Protection flags in force. */
export class ProtectionFlags {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  async of(personId: string): Promise<ProtectionFlag[]> {
    return (await this.#db.read('protection_flags').where({ person_id: personId, active: 1 }).orderBy('kind')).map((row) => ({
      id: row.id, personId: row.person_id, kind: row.kind, value: row.value, reviewOn: row.review_on, setBy: row.set_by, setAt: Number(row.set_at),
    }))
  }

  /** Of these people, those with a flag of this kind. */
  async among(personIds: readonly string[], kind: ProtectionKind): Promise<Set<string>> {
    const rows = await this.#db.rowsIn('select person_id from protection_flags where kind = ? and active = 1 and person_id in (:list)', [kind], personIds)
    return new Set(rows.map((row) => row['person_id'] as string))
  }

  /** Sets a flag in place of the one of its kind, in the open transaction. */
  async set(flag: Pick<ProtectionFlag, 'personId' | 'kind' | 'value' | 'reviewOn'>, actor: string): Promise<void> {
    await this.end(flag.personId, flag.kind, actor)
    await this.#db.sql('protection_flags').insert({
      id: this.#ids.next(), person_id: flag.personId, kind: flag.kind, value: flag.value, active: 1, review_on: flag.reviewOn, set_by: actor, set_at: this.#clock.now(),
    })
  }

  /** False when there was none. */
  async end(personId: string, kind: ProtectionKind, actor: string): Promise<boolean> {
    return await this.#db.sql('protection_flags').where({ person_id: personId, kind, active: 1 }).update({ active: null, ended_at: this.#clock.now(), ended_by: actor }) === 1
  }
}
