import { createHash } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { AssentError, UnusableInput } from '../../shared/errors.ts'

/** A write is known again for so long. */
export const KEPT_MS = 86_400_000

/** The same key came with another request. */
class KeyUsed extends AssentError {
  constructor() {
    super({ what: 'This Idempotency-Key came with another request before.', remedy: 'Send a new key with a new request.' }, { exitCode: 2, status: 422 })
  }
}

/** Does a machine's write once however often it arrives, and gives the first answer again (draft-ietf-httpapi-idempotency-key-header). */
export class AnswerOnce {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /**
   * `work` shares the transaction in which the key is taken: what fails has taken no key, and of two at once the second waits for the first.
   * @throws UnusableInput without a usable key; KeyUsed (422) when `request` is another than the key's first.
   */
  async answer<T extends object>(tokenId: string, key: string | undefined, request: object, work: () => Promise<T>): Promise<T> {
    if (key === undefined || !/^[\x21-\x7e]{1,128}$/.test(key)) throw new UnusableInput({ what: 'This write needs an Idempotency-Key of 1 to 128 visible characters.', where: 'Idempotency-Key' })
    const row = { token_id: tokenId, key_hash: hashOf(key) }
    const requestHash = hashOf(canonicalJson(request))
    return this.#db.transaction(async () => {
      const fresh = await this.#db.insertNew('api_answers', [{ ...row, request_hash: requestHash, answer: '', created_at: this.#clock.now() }]) === 1
      if (!fresh) {
        const first = await this.#db.sql('api_answers').where(row).first() as { request_hash: string; answer: string }
        if (first.request_hash !== requestHash) throw new KeyUsed()
        return JSON.parse(first.answer) as T
      }
      const answer = await work()
      await this.#db.sql('api_answers').where(row).update({ answer: JSON.stringify(answer) })
      return answer
    })
  }

  /** Forgets answers that nobody asks for any more. */
  async tidy(): Promise<void> {
    await this.#db.sql('api_answers').where('created_at', '<', this.#clock.now() - KEPT_MS).del()
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
