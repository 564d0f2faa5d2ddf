import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { emailNorm } from '../../shared/names.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { Invitations } from './invitations.ts'

export interface AskedLinkDeps {
  db: Database; clock: Clock; ids: Ids; outbox: Outbox; people: PeopleQueries; invitations: Invitations
}

/** Asking again within this time sends no second mail: a stranger must not fill somebody's mailbox. */
const AGAIN_AFTER_MS = 15 * 60_000

const payloadSchema = z.object({ personIds: z.array(z.string()), cause: z.string() })

/** Anyone may ask for their own link (F4). What happens outside is the same whether the address is known or not. */
export class AskedLinks {
  readonly #deps: AskedLinkDeps
  constructor(deps: AskedLinkDeps) {
    this.#deps = deps
  }

  /** Puts one job in every case, so that neither the answer nor its time tells who is known. The address itself is not kept. */
  async ask(email: string): Promise<void> {
    const { db, clock, ids, outbox, people } = this.#deps
    const norm = emailNorm(email)
    const personIds = norm ? await people.withEmail(norm) : []
    const cause = `ask-${Math.floor(clock.now() / AGAIN_AFTER_MS)}`
    const whom = personIds.length > 0 ? createHash('sha256').update(personIds.join(' ')).digest('hex').slice(0, 32) : ids.next()
    await db.transaction(async () => { await outbox.put('messages.ask-link', { personIds, cause }, { dedupeKey: `ask-link:${whom}:${cause}` }) })
  }

  /** Outbox handler of `messages.ask-link`: at a shared address each gets their own mail (F3). */
  async send(payload: Record<string, unknown>): Promise<void> {
    const { personIds, cause } = payloadSchema.parse(payload)
    for (const personId of personIds) await this.#deps.invitations.invite(personId, cause, { asked: true })
  }
}
