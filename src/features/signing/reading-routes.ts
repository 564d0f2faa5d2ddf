import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import { sentence } from '../../shared/sentence.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import type { AgreementVersion } from '../agreements/agreement.ts'
import { clauseChanges } from '../agreements/clause-changes.ts'
import { clausesOf } from '../agreements/clauses.ts'
import { directionOf } from '../agreements/shown-as.ts'
import { at, myTask, slotParams, textHash, whoIs } from './my-task.ts'
import { questionAt, readingView, subjectOf } from './reading-views.ts'
import type { SigningPagesDeps } from './signing-deps.ts'
import type { SigningPage } from './signing-queries.ts'
import { keepAnswer } from './understanding.ts'

const readQuery = z.object({
  step: z.coerce.number().int().min(1).max(200).default(1),
  /** The text of the steps before this one: all steps are of one text (S1). */
  text: textHash.optional(),
  all: z.literal('1').optional(),
  answer: z.coerce.number().int().min(0).max(9).optional(),
  /** How to read it: language and kind of text, as the page offers them (G6). */
  lang: z.string().max(35).optional(),
  as: z.string().max(20).optional(),
})

/** Reading, and what to do when the text changed meanwhile. */
export function readingPages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'read agreement', path: '/me/sign/:signatoryId', permission: 'signed-in', params: slotParams, query: readQuery,
      get: async (ctx) => {
        const { step, text, all, answer, lang, as } = ctx.query
        const page = await myTask(deps, ctx, { text, language: lang, variant: as, reader: ctx.language })
        if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
        if (text !== undefined && text !== page.rendition.hash) return redirect(at.changed(page.signatory.id, text))
        // Later steps belong to the text that the earlier ones showed.
        if (step > 1 && text === undefined) return redirect(at.read(page.signatory.id))
        const before = step === 1 ? await deps.signingQueries.signedBefore(page, whoIs(ctx)) : null
        const shown = readingView(page, {
          step, all: all !== undefined, answer: answer ?? null, brand: deps.brandOf(page.school),
          sinceHref: before && before.renditionHash !== page.rendition.hash ? at.since(page.signatory.id, before.renditionHash) : null,
        })
        if (!shown) throw new NotFound()
        return view(shown.template, shown.data)
      },
      post: {
        body: z.strictObject({ answer: z.coerce.number().int().min(0).max(9) }), audit: 'question.answered',
        handle: async (ctx) => {
          const { step, text } = ctx.query
          const page = await myTask(deps, ctx, { text })
          if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
          if (text === undefined || text !== page.rendition.hash) return redirect(text === undefined ? at.read(page.signatory.id) : at.changed(page.signatory.id, text))
          const shown = questionAt(page, step)
          if (shown?.answers[ctx.body.answer] === undefined) throw new NotFound()
          keepAnswer(ctx.session, page.signatory.id, text, shown.ask, shown.answers[ctx.body.answer] ?? '')
          return redirect(`${at.step(page.signatory.id, step, text)}&answer=${ctx.body.answer}#because`)
        },
      },
    }),
    definePage({
      name: 'changed text', path: '/me/sign/:signatoryId/changed', permission: 'signed-in', params: slotParams, query: z.object({ text: textHash, since: z.literal('signed').optional() }),
      get: async (ctx) => {
        const page = await myTask(deps, ctx, { text: ctx.query.text })
        if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
        if (ctx.query.text === page.rendition.hash) return redirect(at.read(page.signatory.id))
        return view('pages/signing/changed.njk', {
          brand: deps.brandOf(page.school), title: page.rendition.title, versionLabel: page.versionSaid, subject: subjectOf(page),
          changes: await changesSince(deps, page, ctx.query.text), sinceSigned: ctx.query.since === 'signed', textLang: page.rendition.language, textDir: directionOf(page.rendition.language),
          readHref: readHrefOf(page), back: { href: '/me', text: sentence('Back to your list') },
        })
      },
    }),
  ]
}

/** The new text in the language and kind that was chosen before. */
function readHrefOf({ signatory, rendition, offered }: SigningPage): string {
  return offered.length < 2 ? at.read(signatory.id) : at.readAs(signatory.id, rendition.language, rendition.variant)
}

/** The difference to what was read before; empty when that was no text of this agreement. */
async function changesSince(deps: SigningPagesDeps, page: SigningPage, earlierHash: string): Promise<object[]> {
  const earlier = await deps.agreements.store.rendition(earlierHash)
  const version = earlier ? await deps.agreements.store.version(earlier.versionId) : null
  if (!earlier || version?.agreementId !== page.request.agreementId) return []
  const now = await deps.agreements.store.version(page.versionId)
  const onlyNumbered = now ? clausesOnlyNumbered(version.version, now.version, page.rendition) : new Set()
  return clauseChanges(earlier.rendition.markdown, page.rendition.markdown)
    .filter(({ kind, id }) => kind !== 'changed' || !onlyNumbered.has(id))
    .map(({ kind, heading, markdown, words }) => ({ kind, heading, html: renderMarkdown(markdown), words: kind === 'changed' ? words : null }))
}

/** Clauses that name the version, and whose words are the trust's and the same in both: a new number or date in them is no change. */
function clausesOnlyNumbered(before: AgreementVersion, now: AgreementVersion, shown: { language: string; variant: string }): Set<string | null> {
  const clauses = (version: AgreementVersion) => clausesOf(version.texts.find((text) => text.language === shown.language && text.variant === shown.variant)?.markdown ?? '')
  const earlier = new Map(clauses(before).map((clause) => [clause.id, clause]))
  const schools = new Set(now.schoolPart?.clauses.map(({ id }) => id))
  return new Set(clauses(now).filter(({ id, heading, markdown }) =>
    earlier.get(id)?.markdown === markdown && earlier.get(id)?.heading === heading && markdown.includes('{{version.') && !markdown.includes('{{field.') && !schools.has(id ?? '')).map(({ id }) => id))
}
