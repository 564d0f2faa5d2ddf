import type { LinkProofs } from '../identity/link-proofs.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'

/** Sends the six figures of a second proof to the registered address; they exist in the mail only. */
export class LinkCodeMails {
  readonly #deps: { proofs: LinkProofs | null; people: PeopleQueries; mail: MailService; trustName: () => string }
  constructor(deps: { proofs: LinkProofs | null; people: PeopleQueries; mail: MailService; trustName: () => string }) {
    this.#deps = deps
  }

  /** Outbox handler of `messages.link-code`. */
  async send(tokenHash: string, dedupeKey: string): Promise<void> {
    const { proofs, people, mail, trustName } = this.#deps
    const personId = await proofs?.waitsFor(tokenHash)
    const person = personId ? await people.person(personId) : null
    if (!person?.email) return
    await mail.send({
      dedupeKey: `mail-${dedupeKey}`, personId: person.id, to: person.email, template: 'link-code',
      // Made only when the mail really goes: a repeat of the job must not put another code in the place of the one that was sent.
      variables: async () => {
        const code = await proofs?.makeCode(tokenHash)
        return code ? { schoolName: trustName(), recipientName: person.name, code: `${code.slice(0, 3)} ${code.slice(3)}` } : null
      },
    })
  }
}
