import { sentence } from '../../shared/sentence.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { ConsentService } from './consent-service.ts'

/** Tells somebody by mail how their own choices stand after they changed one. */
export class ConsentReceipts {
  readonly #deps: {
    people: PeopleQueries; consents: ConsentService; mail: MailService; baseUrl: string; ledgerHead: () => Promise<{ size: number; root: string } | null>
  }

  constructor(deps: {
    people: PeopleQueries; consents: ConsentService; mail: MailService; baseUrl: string; ledgerHead: () => Promise<{ size: number; root: string } | null>
  }) {
    this.#deps = deps
  }

  /** Outbox handler of `messages.consent-receipt`. Whether this adult may be written to about this child is looked up now (F2). */
  async send(payload: { subjectId: string; signerId: string; key: string }): Promise<void> {
    const { people, consents, mail, baseUrl, ledgerHead } = this.#deps
    const signer = await people.person(payload.signerId)
    const asked = signer?.email ? await consents.about(payload.subjectId, payload.signerId, signer.language ?? 'en-GB') : null
    if (!signer?.email || !asked || asked.questions.length === 0) return
    await mail.send({
      dedupeKey: `consent-receipt:${payload.key}`, personId: signer.id, to: signer.email, template: 'consent-receipt',
      variables: async () => ({
        schoolName: asked.school.name, recipientName: signer.name, link: `${baseUrl}/me/choices`,
        choices: asked.questions.map(({ said, answer }) => ({
          question: answer?.evidence.title ?? said.title, answer: answer === null ? sentence('Not answered') : answer.answer === 'yes' ? sentence('Yes') : sentence('No'), about: asked.link ? asked.subject.preferredForename : null,
        })),
        ledger: await ledgerHead() ?? { size: 0, root: sentence('not yet signed') },
      }),
    })
  }
}
