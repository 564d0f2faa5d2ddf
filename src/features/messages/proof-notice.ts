import { type Instant, longInstant } from '../../shared/dates.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { MailService } from './mail-service.ts'

/** Outbox job that tells somebody that their own way in has changed. */
export const PROOF_NOTICE = 'messages.proof-notice'

/** What can change of somebody's own sign-in, in words. */
const WORDS: Record<string, string> = {
  'passkey-added': 'A passkey was added.', 'passkey-removed': 'A passkey was removed.', 'codes-set-up': 'Codes from an app were set up.', 'codes-removed': 'Codes from an app were removed.',
  'recovery-codes-made': 'New recovery codes were made.', 'recovery-code-used': 'A recovery code was used.',
}

/** Whoever takes over a session and adds a key of their own is noticed by its owner (ASVS 6.3.7). */
export class ProofNotice {
  readonly #deps: { people: PeopleQueries; mail: MailService; baseUrl: string; trustName: () => string }
  constructor(deps: { people: PeopleQueries; mail: MailService; baseUrl: string; trustName: () => string }) {
    this.#deps = deps
  }

  /** Outbox handler; `key` names the change, so that it is told once. */
  async send(notice: { personId: string; what: string; at: Instant; key: string }): Promise<void> {
    const { people, mail, baseUrl, trustName } = this.#deps
    const person = await people.person(notice.personId)
    if (!person?.email) return
    await mail.send({
      dedupeKey: `proof:${notice.key}`, personId: person.id, to: person.email, template: 'sign-in-changed',
      variables: async () => ({ schoolName: trustName(), recipientName: person.name, what: WORDS[notice.what] ?? 'Something changed.', at: longInstant(notice.at), link: `${baseUrl}/security` }),
    })
  }
}
