import { ATTEMPT_MS } from '../../adapters/identity/saml-strategy.ts'
import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { SKEW_MS, type IdentityProvider } from './identity-provider.ts'

/** A way out to a provider and back, of one browser. */
export interface SignInAttempt {
  id: string
  providerId: string
  /** `test` shows what arrived and lets nobody in; `confirm` proves once more who is signed in. */
  purpose: 'sign-in' | 'test' | 'confirm'
  /** Our request's identifier (SAML), or `state` (OpenID Connect). */
  requestId: string
  browserHash: string
  /** Where to go afterwards; null: where the person starts. */
  returnPath: string | null
  /** Who tries it out, or confirms. */
  testerId: string | null
  /** OpenID Connect's own. */
  secrets: { nonce: string; verifier: string } | null
  /** Of a confirmation: the session it may prove (as kept), and the login that let that session in. */
  confirms: { sessionKey: string; identityKey: string } | null
  createdAt: Instant
}

/** A browser with so many tabs open is none; the oldest are forgotten. */
const MOST_OPEN = 20

/** Rows of `sign_in_attempts` and `used_statements`. */
export class SignInAttempts {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async insert(attempt: SignInAttempt): Promise<void> {
    await this.#db.sql('sign_in_attempts').insert({
      id: attempt.id, provider_id: attempt.providerId, purpose: attempt.purpose, request_id: attempt.requestId, browser_hash: attempt.browserHash,
      return_path: attempt.returnPath, tester_id: attempt.testerId, secrets: attempt.secrets && JSON.stringify(attempt.secrets),
      created_at: attempt.createdAt, expires_at: attempt.createdAt + ATTEMPT_MS, used_at: null, result: null,
      session_key: attempt.confirms?.sessionKey ?? null, identity_key: attempt.confirms?.identityKey ?? null,
    })
  }

  /** What this browser has under way with this provider, newest first. */
  async open(browserHash: string, providerId: string, now: Instant): Promise<SignInAttempt[]> {
    const rows = await this.#db.read('sign_in_attempts').where({ browser_hash: browserHash, provider_id: providerId })
      .whereNull('used_at').where('expires_at', '>', now).orderBy('id', 'desc').limit(MOST_OPEN)
    return rows.map(fromRow)
  }

  /** True when this browser was answered already: what comes now was sent twice. */
  async wasUsed(browserHash: string, providerId: string): Promise<boolean> {
    return (await this.#db.read('sign_in_attempts').where({ browser_hash: browserHash, provider_id: providerId }).whereNotNull('used_at').first('id')) !== undefined
  }

  /** One statement decides: true for exactly one answer to a request. */
  async use(id: string, now: Instant): Promise<boolean> {
    return (await this.#db.sql('sign_in_attempts').where({ id }).whereNull('used_at').where('expires_at', '>', now).update({ used_at: now, secrets: null })) === 1
  }

  /** Remembers a provider's statement as used; false when it was already. */
  async useStatement(keyHash: string, forgetAt: Instant): Promise<boolean> {
    return (await this.#db.insertNew('used_statements', [{ key_hash: keyHash, forget_at: forgetAt }])) === 1
  }

  async keepResult(id: string, result: object): Promise<void> {
    await this.#db.sql('sign_in_attempts').where({ id }).update({ result: JSON.stringify(result) })
  }

  /** What this person's newest try of the provider came to; null while nothing has arrived. */
  async newestResult(providerId: string, testerId: string, now: Instant): Promise<{ at: Instant; result: unknown } | null> {
    const row = await this.#db.read('sign_in_attempts').where({ provider_id: providerId, tester_id: testerId, purpose: 'test' }).where('expires_at', '>', now - ATTEMPT_MS).orderBy('id', 'desc').first()
    return row?.result ? { at: Number(row.used_at ?? row.created_at), result: JSON.parse(row.result as string) as unknown } : null
  }

  /**
   * Takes the confirmation that a provider gave this browser for this session and person: once.
   * @returns when the provider says that they proved who they are; null when nothing waits.
   */
  async takeConfirmation(of: { browserHash: string; sessionKey: string; personId: string }, now: Instant): Promise<Instant | null> {
    const row = await this.#db.read('sign_in_attempts').where({ browser_hash: of.browserHash, session_key: of.sessionKey, tester_id: of.personId, purpose: 'confirm' })
      .whereNotNull('used_at').whereNotNull('result').where('expires_at', '>', now).orderBy('id', 'desc').first('id', 'result')
    if (!row) return null
    if (await this.#db.sql('sign_in_attempts').where({ id: row.id }).whereNotNull('result').update({ result: null }) !== 1) return null
    return (JSON.parse(row.result as string) as { authenticatedAt: number }).authenticatedAt
  }

  /** Housekeeping: what is over. A test's result, which names somebody, goes with its row. */
  async removeOver(now: Instant): Promise<number> {
    const attempts = await this.#db.sql('sign_in_attempts').where('expires_at', '<', now - ATTEMPT_MS).delete()
    return attempts + await this.#db.sql('used_statements').where('forget_at', '<', now).delete()
  }
}

/**
 * True when the provider signed that this person proved who they are after we asked for it. How far its clock may be off counts for it; a
 * sign-in of longer ago does not, whatever was asked of the provider: many ignore the question.
 */
export function isFreshlyProven(provider: IdentityProvider, attempt: Pick<SignInAttempt, 'createdAt'>, authenticatedAt: Instant | null, now: Instant): boolean {
  const skew = provider.kind === 'saml' ? provider.settings.clockSkewMs : SKEW_MS
  return authenticatedAt !== null && authenticatedAt >= attempt.createdAt - skew && authenticatedAt <= now + skew
}

function fromRow(row: Record<string, unknown>): SignInAttempt {
  return {
    id: row['id'] as string, providerId: row['provider_id'] as string, purpose: row['purpose'] as SignInAttempt['purpose'], requestId: row['request_id'] as string,
    browserHash: row['browser_hash'] as string, returnPath: row['return_path'] as string | null, testerId: row['tester_id'] as string | null,
    secrets: row['secrets'] === null ? null : JSON.parse(row['secrets'] as string) as { nonce: string; verifier: string }, confirms: row['session_key'] === null ? null : { sessionKey: row['session_key'] as string, identityKey: row['identity_key'] as string }, createdAt: Number(row['created_at']),
  }
}
