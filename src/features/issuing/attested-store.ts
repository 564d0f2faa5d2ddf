import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { Slot } from '../agreements/requirement.ts'
import { isComplete } from './request.ts'
import type { RequestStore } from './request-store.ts'

/** A signature that was gathered before Assent: the office says that it exists; nothing is sealed (I8). */
export interface Attested {
  id: string
  personId: string
  agreementId: string
  slot: Slot
  /** It counts for this major version of the agreement and for no later one. */
  major: number
  signedOn: CalendarDate
  signerName: string | null
  file: string
  line: number
}

/** Signatures attested by the office, and the requests they answer. */
export class AttestedStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #requests: RequestStore
  constructor(db: Database, clock: Clock, requests: RequestStore) {
    this.#db = db
    this.#clock = clock
    this.#requests = requests
  }

  /** Returns how many were not known before. */
  async insert(rows: readonly Attested[], actor: string): Promise<number> {
    const now = this.#clock.now()
    return this.#db.insertNew('attested_signatures', rows.map((row) => ({
      id: row.id, person_id: row.personId, agreement_id: row.agreementId, slot: row.slot, major: row.major, signed_on: row.signedOn, signer_name: row.signerName,
      attested_by: actor, attested_at: now, file: row.file, line: row.line,
    })))
  }

  async any(): Promise<boolean> {
    return (await this.#db.read('attested_signatures').first('id')) !== undefined
  }

  /** `person|agreement|slot|major` of what is known about these people. */
  async known(personIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.#db.rowsIn('select person_id, agreement_id, slot, major from attested_signatures where person_id in (:list)', [], [...new Set(personIds)])
    return new Set(rows.map((row) => [row['person_id'], row['agreement_id'], row['slot'], row['major']].join('|')))
  }

  /** Of one person, newest first. */
  async of(personId: string): Promise<Attested[]> {
    return (await this.#db.read('attested_signatures').where({ person_id: personId }).orderBy('signed_on', 'desc')).map((row) => ({
      id: row.id, personId: row.person_id, agreementId: row.agreement_id, slot: row.slot, major: row.major, signedOn: row.signed_on, signerName: row.signer_name, file: row.file, line: row.line,
    }))
  }

  /**
   * Answers the open slots of these people's open requests for which an attested signature counts: one for the version in force by
   * meaning. Inside the open transaction; returns how many slots.
   */
  async settle(personIds: readonly string[]): Promise<number> {
    const rows = await this.#db.rowsIn(
      `select distinct s.id, s.request_id from attested_signatures t join requests r on r.person_id = t.person_id and r.agreement_id = t.agreement_id
       join signatories s on s.request_id = r.id and (s.slot = t.slot or (s.slot = 'self' and t.slot = 'pupil'))
       where r.state = 'open' and s.state = 'open' and t.major = (select max(v.number) from agreement_versions v
         where v.agreement_id = t.agreement_id and v.change_kind = 'major' and v.state in ('published', 'superseded'))
       and t.person_id in (:list)`, [], [...new Set(personIds)])
    for (const row of rows) await this.#requests.setSignatory(row['id'] as string, 'signed')
    const touched = [...new Set(rows.map((row) => row['request_id'] as string))]
    const slots = await this.#requests.signatoriesOf(touched)
    for (const id of touched) if (isComplete(slots.get(id) ?? [])) await this.#requests.update(id, { state: 'complete', completedAt: this.#clock.now() })
    return rows.length
  }
}
