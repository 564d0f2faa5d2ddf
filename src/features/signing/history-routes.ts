import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import { type Said, saidDay, saidInstant, sentence } from '../../shared/sentence.ts'
import { languageOfRecord } from '../agreements/say-in-record.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import { at, signatureParams, whoIs } from './my-task.ts'
import type { Signature } from './signature.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

const PATH = '/me/history'

/** `/me/history`: what one agreed to, when, which text, the PDF, and one's choices; ended ones included. */
export function historyPages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'my history', path: PATH, permission: 'signed-in',
      get: async (ctx) => view('pages/signing/history.njk', { back: { href: '/me', text: sentence('Your list') }, ...await historyOf(deps, whoIs(ctx)) }),
    }),
    definePage({
      name: 'text as I saw it', path: `${PATH}/:signatureId/text`, permission: 'signed-in', params: z.strictObject(signatureParams.shape),
      get: async (ctx) => {
        const signature = await deps.signingQueries.ownSignature(ctx.params.signatureId, whoIs(ctx))
        const found = signature ? await deps.agreements.store.rendition(signature.renditionHash) : null
        if (!signature || !found) throw new NotFound()
        const { rendition } = found
        return view('pages/signing/history-text.njk', {
          back: { href: PATH, text: sentence('What you agreed to') }, title: rendition.title, versionLabel: rendition.versionLabel, labelLang: languageOfRecord(rendition.language), agreement: { html: renderMarkdown(rendition.markdown), lang: rendition.language },
          signedAt: saidInstant(signature.signedAt), statement: signature.evidence.statement, hash: signature.renditionHash,
        })
      },
    }),
  ]
}

/** Everything of this person's own; about a child who is not there for this adult, nothing (F2). */
async function historyOf(deps: SigningPagesDeps, personId: string): Promise<object> {
  const links = ((await deps.people.childrenOf([personId])).get(personId) ?? []).filter((link) => !link.doNotContact)
  const seen = new Set([personId, ...links.map((link) => link.pupilId)])
  const signatures = (await deps.signingStore.bySigner(personId)).filter((signature) => seen.has(signature.subjectId))
  const answers = (await deps.consentStore.by(personId)).filter((answer) => seen.has(answer.subjectId))
  const attested = await deps.issuing.attested.of(personId)
  const subjects = await deps.people.people([...seen])
  const agreements = new Map((await deps.agreements.store.all()).map((agreement) => [agreement.id, agreement.title]))
  const about = (id: string) => (id === personId ? null : subjects.get(id)?.preferredForename ?? null)
  const shown = await Promise.all(signatures.map(async (signature) => (await deps.agreements.store.rendition(signature.renditionHash))?.rendition))
  return {
    signatures: signatures.map((signature, n) => ({
      title: shown[n]?.title ?? signature.evidence.agreementKey, lang: shown[n]?.language ?? null,
      about: about(signature.subjectId), when: saidInstant(signature.signedAt), for: signature.evidence.occasion, act: signature.evidence.act === 'sign' ? sentence('Signed') : sentence('Read'), ...standing(signature),
      textHref: `${PATH}/${signature.id}/text`, pdfHref: at.record(signature.id), ...(signature.active ? { withdrawHref: at.withdraw(signature.id) } : {}),
    })),
    attested: attested.map((one) => ({ title: agreements.get(one.agreementId) ?? sentence('An agreement'), when: saidDay(one.signedOn) })),
    choices: answers.map((answer) => ({
      title: answer.evidence.title, lang: answer.evidence.language, about: about(answer.subjectId), answer: answer.answer === 'yes' ? sentence('Yes') : sentence('No'), when: saidInstant(answer.at),
      ended: answer.endedKind === null ? null : { changed: sentence('Changed later'), withdrawn: sentence('Taken back'), lapsed: sentence('Ended on the 18th birthday') }[answer.endedKind],
    })),
  }
}

function standing(signature: Signature): { status: string; statusText: Said } {
  if (signature.active) return { status: 'signed', statusText: sentence('Counts') }
  return { status: 'quiet', statusText: signature.endedKind === 'invalidated' ? sentence('Made invalid by the school') : sentence('Taken back') }
}
