import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { ProofLog } from './proof-log.ts'
import type { SecretBox } from './secret-box.ts'
import { newTotpSecret, totpStep } from './totp.ts'

/** So many wrong codes in a row close the way: a passkey, a recovery code or a link from the server opens it again. */
export const MOST_WRONG_CODES = 20

interface TotpRow { person_id: string; secret: string; last_step: number | string; failures: number; created_at: number | string }

/** Codes from an authenticator app: set up once, each code counts once, guessing ends after a few tries. */
export class TotpService {
  readonly #parts: { db: Database; clock: Clock; ids: Ids; log: ProofLog; box: SecretBox }
  constructor(parts: { db: Database; clock: Clock; ids: Ids; log: ProofLog; box: SecretBox }) {
    this.#parts = parts
  }

  newSecret(): string {
    return newTotpSecret((bytes) => this.#parts.ids.random(bytes))
  }

  /** Under the newest secret of this installation. */
  async reclose(): Promise<void> {
    const { db, box } = this.#parts
    for (const { person_id, secret } of await db.read('totp_secrets').select('person_id', 'secret') as TotpRow[]) {
      const opened = box.open(secret)
      if (opened !== null) await db.sql('totp_secrets').where({ person_id, secret }).update({ secret: box.close(opened) })
    }
  }

  async isSetUp(personId: string): Promise<boolean> {
    return await this.#parts.db.read('totp_secrets').where({ person_id: personId }).first('person_id') !== undefined
  }

  /** Keeps a secret once its app has shown a right code for it; an earlier one ends. False for a wrong code. */
  async setUp(personId: string, secret: string, code: string): Promise<boolean> {
    const { db, clock, log, box } = this.#parts
    const step = totpStep(secret, code, clock.now())
    if (step === null) return false
    await db.transaction(async () => {
      await db.sql('totp_secrets').where({ person_id: personId }).delete()
      await db.sql('totp_secrets').insert({ person_id: personId, secret: box.close(secret), last_step: step, failures: 0, created_at: clock.now() })
      await log(personId, 'codes-set-up')
    })
    return true
  }

  /** True for a right code that was not used before. The try is counted first, so that fifty at once count as fifty. */
  async accepts(personId: string, code: string): Promise<boolean> {
    const { db, clock, box } = this.#parts
    const counted = await db.sql('totp_secrets').where({ person_id: personId }).where('failures', '<', MOST_WRONG_CODES).increment('failures', 1)
    if (counted !== 1) return false
    const row = await db.sql('totp_secrets').where({ person_id: personId }).first() as TotpRow | undefined
    const secret = row ? box.open(row.secret) : null
    const step = secret === null ? null : totpStep(secret, code, clock.now())
    if (step === null) return false
    return await db.sql('totp_secrets').where({ person_id: personId }).where('last_step', '<', step).update({ last_step: step, failures: 0 }) === 1
  }

  /** Too many wrong codes: the way is closed. */
  async isClosed(personId: string): Promise<boolean> {
    const row = await this.#parts.db.read('totp_secrets').where({ person_id: personId }).first('failures') as { failures: number } | undefined
    return (row?.failures ?? 0) >= MOST_WRONG_CODES
  }

  /** After another proof of the same person. */
  async reopen(personId: string): Promise<void> {
    await this.#parts.db.sql('totp_secrets').where({ person_id: personId }).update({ failures: 0 })
  }

  async remove(personId: string): Promise<void> {
    const { db, log } = this.#parts
    await db.transaction(async () => {
      if (await db.sql('totp_secrets').where({ person_id: personId }).delete() === 0) return
      await log(personId, 'codes-removed')
    })
  }
}
