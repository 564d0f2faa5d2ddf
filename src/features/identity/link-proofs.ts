import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { sameHash, slowHash } from './letter-code.ts'

const CODE_MS = 10 * 60_000
const MOST_TRIES = 5
/** How long a browser that proved itself need not do so again, as long as it may open its link again. */
const HOLDS_MS = 30 * 60_000
export const LINK_CODE = 'messages.link-code'

/** A second proof for a mailed link (F4): six figures to the registered address, so that a link that was passed on is not enough. Never a date of birth. */
export class LinkProofs {
  readonly #deps: { db: Database; clock: Clock; ids: Ids; putJob: (kind: string, payload: Record<string, unknown>, dedupeKey: string) => Promise<void> }
  constructor(deps: { db: Database; clock: Clock; ids: Ids; putJob: (kind: string, payload: Record<string, unknown>, dedupeKey: string) => Promise<void> }) {
    this.#deps = deps
  }

  /** True when this browser has proved itself a moment ago. */
  async isProved(tokenHash: string, browserHash: string): Promise<boolean> {
    const row = await this.#deps.db.read('link_proofs').where({ token_hash: tokenHash, browser_hash: browserHash }).whereNotNull('proved_at').first('proved_at')
    return row !== undefined && Number(row.proved_at) + HOLDS_MS > this.#deps.clock.now()
  }

  /** Asks for a code by mail; asking again while one is on its way sends no second. */
  async ask(tokenHash: string, browserHash: string): Promise<void> {
    const { db, clock, ids, putJob } = this.#deps
    const now = clock.now()
    await db.transaction(async () => {
      const row = await db.sql('link_proofs').where({ token_hash: tokenHash }).first('expires_at', 'proved_at')
      if (row && Number(row.expires_at) > now && row.proved_at === null) return
      if (row) await db.sql('link_proofs').where({ token_hash: tokenHash }).delete()
      await db.sql('link_proofs').insert({ token_hash: tokenHash, salt: ids.random(16).toString('hex'), code_hash: '', tries: 0, expires_at: now + CODE_MS, proved_at: null, browser_hash: browserHash })
      await putJob(LINK_CODE, { tokenHash }, `link-code:${tokenHash}:${now}`)
    })
  }

  /** Whose link waits for a code; null when nobody's does any more. */
  async waitsFor(tokenHash: string): Promise<string | null> {
    const { db, clock } = this.#deps
    const row = await db.read('link_proofs as f').join('personal_links as l', 'l.token_hash', 'f.token_hash').where('f.token_hash', tokenHash).whereNull('f.proved_at').whereNull('l.revoked_at')
      .where('f.expires_at', '>', clock.now()).first('l.person_id')
    return row?.person_id ?? null
  }

  /** For the mail: a new code, of which only the slow hash is kept. */
  async makeCode(tokenHash: string): Promise<string | null> {
    const { db, ids } = this.#deps
    const row = await db.read('link_proofs').where({ token_hash: tokenHash }).whereNull('proved_at').first('salt')
    if (!row) return null
    const code = String(ids.random(6).readUIntBE(0, 6) % 1_000_000).padStart(6, '0')
    await db.sql('link_proofs').where({ token_hash: tokenHash }).update({ code_hash: await slowHash(code, row.salt) })
    return code
  }

  /** One of five tries. Wrong, late and too many read alike. */
  async prove(tokenHash: string, browserHash: string, typed: string): Promise<boolean> {
    const { db, clock } = this.#deps
    const row = await db.read('link_proofs').where({ token_hash: tokenHash, browser_hash: browserHash }).first()
    const hash = await slowHash(typed.replace(/\s/g, ''), row?.salt ?? '')
    const now = clock.now()
    const counted = await db.sql('link_proofs').where({ token_hash: tokenHash, browser_hash: browserHash }).whereNull('proved_at').where('expires_at', '>', now).where('tries', '<', MOST_TRIES)
      .update({ tries: db.sql.raw('tries + 1') })
    if (counted !== 1 || !row || row.code_hash === '' || !sameHash(hash, row.code_hash)) return false
    return await db.sql('link_proofs').where({ token_hash: tokenHash }).whereNull('proved_at').update({ proved_at: now }) === 1
  }

  /** Rows whose time is over. */
  removeExpired(): Promise<number> {
    return this.#deps.db.sql('link_proofs').where('expires_at', '<', this.#deps.clock.now() - HOLDS_MS).delete()
  }
}
