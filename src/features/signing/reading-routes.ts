import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import { clauseChanges } from '../agreements/clause-changes.ts'
import { at, myTask, slotParams, textHash } from './my-task.ts'
import { readingView, subjectOf } from './reading-views.ts'
import type { SigningPagesDeps } from './signing-deps.ts'
import type { SigningPage } from './signing-queries.ts'

const readQuery = z.object({
  step: z.coerce.number().int().min(1).max(200).default(1),
  /** The text of the steps before this one: all steps are of one text (S1). */
  text: textHash.optional(),
  all: z.literal('1').optional(),
  answer: z.coerce.number().int().min(0).max(9).optional(),
})

/** Reading, and what to do when the text changed meanwhile. */
export function readingPages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'read agreement', path: '/me/sign/:signatoryId', permission: 'signed-in', params: slotParams, query: readQuery,
      get: async (ctx) => {
        const page = await myTask(deps, ctx)
        const { step, text, all, answer } = ctx.query
        if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
        if (text !== undefined && text !== page.rendition.hash) return redirect(at.changed(page.signatory.id, text))
        // Later steps belong to the text that the earlier ones showed.
        if (step > 1 && text === undefined) return redirect(at.read(page.signatory.id))
        const shown = readingView(page, { step, all: all !== undefined, answer: answer ?? null, brand: deps.brandOf(page.school) })
        if (!shown) throw new NotFound()
        return view(shown.template, shown.data)
      },
    }),
    definePage({
      name: 'changed text', path: '/me/sign/:signatoryId/changed', permission: 'signed-in', params: slotParams, query: z.object({ text: textHash }),
      get: async (ctx) => {
        const page = await myTask(deps, ctx)
        if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
        if (ctx.query.text === page.rendition.hash) return redirect(at.read(page.signatory.id))
        return view('pages/signing/changed.njk', {
          brand: deps.brandOf(page.school), title: page.rendition.title, versionLabel: page.rendition.versionLabel, subject: subjectOf(page),
          changes: await changesSince(deps, page, ctx.query.text), readHref: at.read(page.signatory.id), back: { href: '/me', text: 'Back to your list' },
        })
      },
    }),
  ]
}

/** The difference to what was read before; empty when that was no text of this agreement. */
async function changesSince(deps: SigningPagesDeps, page: SigningPage, earlierHash: string): Promise<object[]> {
  const earlier = await deps.agreements.store.rendition(earlierHash)
  const version = earlier ? await deps.agreements.store.version(earlier.versionId) : null
  if (!earlier || version?.agreementId !== page.request.agreementId) return []
  return clauseChanges(earlier.rendition.markdown, page.rendition.markdown)
    .map(({ kind, heading, markdown }) => ({ kind, heading, html: renderMarkdown(markdown) }))
}
