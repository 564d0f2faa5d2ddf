import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { MailTransport, OutgoingMail } from '../../adapters/mail/mail-transport.ts'
import type { Database } from '../../db/database.ts'
import type { Language } from '../../shared/dates.ts'
import { isSpokenMail, type MailRenderer } from './mail-renderer.ts'

export interface MailOrder {
  /** One mail for one cause: a repeat with the same key is not sent again. */
  dedupeKey: string
  personId: string
  to: string
  template: string
  /** Called just before sending, so that secrets such as live links exist only in the mail itself. Null: nothing to say any more. */
  variables: () => Promise<object | null>
  attachments?: OutgoingMail['attachments']
}

export interface MailDeps {
  db: Database; clock: Clock; ids: Ids; transport: MailTransport; renderer: MailRenderer; host: string; common: () => Promise<object>
  /** The language this person last chose, null where they chose none; null itself where the trust offers English alone. */
  languageOf?: ((personId: string) => Promise<Language | null>) | null
}

/** Sends mails once each; keeps who was sent what and when, never the body (F4). */
export class MailService {
  readonly #deps: MailDeps
  constructor(deps: MailDeps) {
    this.#deps = deps
  }

  /** True when it was sent now; false when it had been, or there was nothing to say. */
  async send(order: MailOrder): Promise<boolean> {
    const { db, clock, ids, transport, renderer, host } = this.#deps
    const known = await db.read('mails').where({ dedupe_key: order.dedupeKey }).first('state')
    if (known?.state === 'sent') return false
    const variables = await order.variables()
    if (variables === null) return false
    const { languageOf } = this.#deps
    const chosen = languageOf && isSpokenMail(order.template) ? await languageOf(order.personId) : 'en-GB'
    // Who has never chosen is told in Welsh that they can.
    const mail = renderer.render(order.template, { ...await this.#deps.common(), offersWelsh: chosen === null, ...variables }, chosen ?? 'en-GB')
    await transport.send({
      messageId: `<${order.dedupeKey.replace(/[^a-zA-Z0-9.-]/g, '.')}@${host}>`, to: order.to, ...mail,
      ...(order.attachments ? { attachments: order.attachments } : {}),
    })
    const now = clock.now()
    await db.together(async () => {
      await db.insertNew('mails', [{
        id: ids.next(), dedupe_key: order.dedupeKey, person_id: order.personId, template: order.template, recipient: order.to,
        subject: mail.subject.slice(0, 250), state: 'sent', created_at: now, sent_at: now,
      }])
    })
    return true
  }
}
