import { saidInstant, sentence } from '../../shared/sentence.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SealingService } from './sealing-service.ts'
import type { SigningStore } from './signing-store.ts'

export interface ReceiptDeps {
  store: SigningStore; people: PeopleQueries; sealing: SealingService; mail: MailService; agreements: AgreementStore
  /** The newest signed head of the ledger, for the mail to witness (L2). */
  ledgerHead: () => Promise<{ size: number; root: string } | null>
  baseUrl: string
}

/** Sends the signer a receipt with the sealed PDF and the ledger's head. */
export class Receipts {
  readonly #deps: ReceiptDeps
  constructor(deps: ReceiptDeps) {
    this.#deps = deps
  }

  /** Outbox handler of `messages.receipt`. */
  async send(signatureId: string): Promise<void> {
    const { store, people, sealing, mail, agreements, ledgerHead, baseUrl } = this.#deps
    const signature = await store.byId(signatureId)
    const signer = signature ? await people.person(signature.signerId) : null
    if (!signature || !signer?.email || !await this.#mayWrite(signature.signerId, signature.subjectId)) return
    const file = await sealing.file(signatureId)
    const found = await agreements.rendition(signature.renditionHash)
    if (!file || !found) throw new Error('The sealed record is not there yet')
    const subject = signature.subjectId === signature.signerId ? null : await people.person(signature.subjectId)
    await mail.send({
      dedupeKey: `receipt:${signatureId}`, personId: signer.id, to: signer.email, template: 'receipt',
      variables: async () => ({
        schoolName: signature.evidence.schoolName,
        recipientName: signer.name,
        items: [{
          title: found.rendition.title, versionLabel: found.rendition.versionLabel, act: signature.evidence.act === 'sign' ? sentence('Signed') : sentence('Read'),
          signedAt: saidInstant(signature.signedAt), reference: signature.id, about: subject?.preferredForename ?? null,
        }],
        ...(signature.evidence.choices ? { choices: signature.evidence.choices.map((choice) => ({ question: choice.question, answer: choice.answer === 'yes' ? sentence('Yes') : sentence('No'), about: subject?.preferredForename ?? null })) } : {}),
        attached: true,
        verifyUrl: `${baseUrl}/verify`,
        ledger: await ledgerHead() ?? { size: 0, root: sentence('not yet signed') },
      }),
      attachments: [{ filename: `agreement-${signature.id}.pdf`, content: file.bytes, contentType: 'application/pdf' }],
    })
  }

  /** F2: checked at the moment of sending. */
  async #mayWrite(signerId: string, subjectId: string): Promise<boolean> {
    if (signerId === subjectId) return true
    const links = (await this.#deps.people.guardiansOf([subjectId])).get(subjectId) ?? []
    return links.some((link) => link.guardianId === signerId && !link.doNotContact)
  }
}
