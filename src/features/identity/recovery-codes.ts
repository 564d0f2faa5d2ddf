import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { hashToken } from './personal-link.ts'
import type { ProofLog } from './proof-log.ts'

const COUNT = 8
/** Without letters that look like figures (Crockford). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Codes on paper for the day the phone is lost: 120 bits each, used once, kept as hashes only. */
export class RecoveryCodes {
  readonly #parts: { db: Database; clock: Clock; ids: Ids; log: ProofLog }
  constructor(parts: { db: Database; clock: Clock; ids: Ids; log: ProofLog }) {
    this.#parts = parts
  }

  /** New codes, shown this once; earlier ones end. */
  async renew(personId: string): Promise<string[]> {
    const { db, clock, ids, log } = this.#parts
    const codes = Array.from({ length: COUNT }, () => spelled(ids.random(24)))
    await db.transaction(async () => {
      await db.sql('recovery_codes').where({ person_id: personId }).delete()
      await db.sql('recovery_codes').insert(codes.map((code) => ({ code_hash: hashToken(plain(code)), person_id: personId, created_at: clock.now(), used_at: null })))
      await log(personId, 'recovery-codes-made', { count: COUNT })
    })
    return codes
  }

  /** True once for each code of this person; one statement decides between two browsers. */
  async accepts(personId: string, code: string): Promise<boolean> {
    const { db, clock, log } = this.#parts
    return db.transaction(async () => {
      const used = await db.sql('recovery_codes').where({ code_hash: hashToken(plain(code)), person_id: personId }).whereNull('used_at').update({ used_at: clock.now() })
      if (used !== 1) return false
      await log(personId, 'recovery-code-used')
      return true
    })
  }

  /** How many are left. */
  async left(personId: string): Promise<number> {
    const row = await this.#parts.db.read('recovery_codes').where({ person_id: personId }).whereNull('used_at').count({ n: '*' }).first()
    return Number(row?.['n'] ?? 0)
  }
}

/** True for a text that could be one of these codes. */
export const looksLikeRecoveryCode = (text: string): boolean => plain(text).length === 24

const plain = (text: string): string => text.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0')

/** Five bits a letter: `K7QF-M2XA-09TD-WWEB-4H8N-RZ3C`. */
function spelled(random: Buffer): string {
  const letters = [...random].map((byte) => LETTERS[byte & 31]).join('')
  return letters.replace(/(.{4})(?=.)/g, '$1-')
}
