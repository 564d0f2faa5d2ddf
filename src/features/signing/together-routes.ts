import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { fieldError } from '../../http/form-errors.ts'
import type { PageContext, RequestParts } from '../../http/page-context.ts'
import { type PageResult, redirect, view } from '../../http/page-result.ts'
import { contactOf } from './contact.ts'
import { responsibilityStep } from './declaration-routes.ts'
import { brandFor, nextOf } from './me-views.ts'
import { assuranceOf, textHash, whoIs } from './my-task.ts'
import type { SigningPagesDeps } from './signing-deps.ts'
import type { SigningPage } from './signing-queries.ts'
import { childrenOfForm, keepResults, keepTogether, MOST_CHILDREN, readResults, readTogether, type TogetherDraft, togetherBody, togetherMark, type TogetherResults } from './together-draft.ts'
import { checkTogetherView, doneTogetherView, readTogetherView, signTogetherView, TOGETHER, textsOf } from './together-views.ts'
import { parseTypedName } from './typed-name.ts'

const checkBody = z.strictObject({ formKey: z.string().regex(/^[A-Za-z0-9_-]{32}$/), shown: z.string().max(40) })

/** `/me/together`: one sitting and one name for several children; an answer and a signature for each (F3). */
export function togetherPages(deps: SigningPagesDeps): Page[] {
  const look = async (ctx: RequestParts, draft: TogetherDraft | null = null) => {
    const pages = await openPages(deps, ctx, draft)
    return { pages, brand: brandFor(pages, deps.brandOf) }
  }
  return [
    definePage({
      name: 'sign for several', path: TOGETHER, permission: 'signed-in', query: z.object({ text: textHash.optional() }),
      get: async (ctx) => {
        const { pages, brand } = await look(ctx)
        if (pages.length < 2) return redirect('/me')
        const texts = textsOf(pages)
        const at = ctx.query.text === undefined ? 0 : texts.findIndex((one) => one.hash === ctx.query.text)
        // A text that is not asked about any more: begin again with those that are.
        return at < 0 ? redirect(TOGETHER) : view('pages/signing/together-read.njk', readTogetherView(texts, at, brand))
      },
    }),
    definePage({
      name: 'answer for several', path: `${TOGETHER}/sign`, permission: 'signed-in',
      get: async (ctx) => {
        const { pages, brand } = await look(ctx)
        if (pages.length < 2) return redirect('/me')
        for (const page of pages) {
          const first = await responsibilityStep(deps, ctx, page, `${TOGETHER}/sign`)
          if (first) return redirect(first)
        }
        return view('pages/signing/together-sign.njk', signTogetherView(pages, readTogether(ctx.session), brand))
      },
      post: {
        body: togetherBody, audit: 'answer.filled-in-for-several', secrets: ['signature'],
        handle: async (ctx) => {
          const { pages } = await look(ctx)
          const named = parseTypedName(ctx.body.signature ?? '')
          const children = childrenOfForm(ctx.body).filter((child) => pages.some((page) => page.signatory.id === child.slot))
          const errors = children.flatMap((child, n) => (child.answer === null ? [fieldError(`answer${n}`, 'Choose yes or no for {{name}}. Both are possible.', { name: pages.find((page) => page.signatory.id === child.slot)?.subject.preferredForename ?? '' })] : []))
          const needsName = children.some((child) => child.answer === 'yes' && pages.find((page) => page.signatory.id === child.slot)?.signatory.act === 'sign')
          if (needsName && !named.ok) errors.push(fieldError('signature', named.reason))
          else if (needsName && named.ok && named.name === null) errors.push(fieldError('signature', 'Write your name. It is your signature.'))
          keepTogether(ctx.session, { children, typed: named.ok ? named.name : (ctx.body.signature ?? '').slice(0, 400), ready: errors.length === 0 && children.length > 0 })
          if (errors.length === 0) return redirect(`${TOGETHER}/check`)
          ctx.session.keepForm({ path: `${TOGETHER}/sign`, errors, values: {} })
          return redirect(`${TOGETHER}/sign`)
        },
      },
    }),
    definePage({
      name: 'check answers for several', path: `${TOGETHER}/check`, permission: 'signed-in',
      get: async (ctx) => {
        const { pages, brand } = await look(ctx, readTogether(ctx.session))
        const draft = stillAsked(readTogether(ctx.session), pages)
        if (!draft?.ready) return redirect(pages.length < 2 ? '/me' : `${TOGETHER}/sign`)
        return view('pages/signing/together-check.njk', checkTogetherView(pages, draft, { brand, signerName: ctx.actor.name, formKey: deps.ids.random(24).toString('base64url'), mark: togetherMark(draft) }))
      },
      post: { body: checkBody, audit: 'answer.sent-for-several', handle: (ctx) => send(deps, ctx) },
    }),
    definePage({
      name: 'answers for several kept', path: `${TOGETHER}/done`, permission: 'signed-in',
      get: async (ctx) => {
        const results = readResults(ctx.session)
        if (!results) return redirect('/me')
        const personId = whoIs(ctx)
        const found = await Promise.all(results.map(async (result) => ({ result, page: await deps.signingQueries.page(result.slot, personId, { reader: ctx.language }) })))
        // F2: a child who is not there for this adult any more is not on this page either.
        const shown = found.flatMap(({ result, page }) => (page ? [{ result, page }] : []))
        const [person, tasks] = await Promise.all([deps.people.person(personId), deps.signingQueries.tasksOf(personId, ctx.language)])
        return view('pages/signing/together-done.njk', doneTogetherView(shown, {
          brand: brandFor(shown.map(({ page }) => page), deps.brandOf), forename: person?.preferredForename ?? '', hasMail: (person?.email ?? null) !== null, contact: await contactOf(deps, null), next: nextOf(tasks, ''),
        }))
      },
    }),
  ]
}

/**
 * What this adult is asked for the children, with the texts; what stands in another school or band is there as well. Each text is the one that
 * the draft was about, else the one in the language of the reader's pages (S1).
 */
async function openPages(deps: SigningPagesDeps, ctx: RequestParts, draft: TogetherDraft | null = null): Promise<SigningPage[]> {
  const personId = whoIs(ctx)
  const tasks = (await deps.signingQueries.tasksOf(personId)).filter((task) => task.link && task.standing.kind === 'open' && task.signatory.required).slice(0, MOST_CHILDREN)
  const pages = await Promise.all(tasks.map((task) => deps.signingQueries.page(task.signatory.id, personId, {
    text: draft?.children.find((child) => child.slot === task.signatory.id)?.text, reader: ctx.language,
  })))
  return pages.filter((page): page is SigningPage => page?.standing.kind === 'open')
}

/** The draft as far as it is still about something open. What a second tab has signed meanwhile is no longer in it. */
function stillAsked(draft: TogetherDraft | null, pages: readonly SigningPage[]): TogetherDraft | null {
  if (!draft) return null
  const children = draft.children.filter((child) => pages.some((page) => page.signatory.id === child.slot))
  return children.length === 0 ? null : { ...draft, children }
}

type SendContext = PageContext<unknown, unknown, z.output<typeof checkBody>>

async function send(deps: SigningPagesDeps, ctx: SendContext): Promise<PageResult> {
  const pages = await openPages(deps, ctx)
  const kept = readTogether(ctx.session)
  const left = stillAsked(kept, pages)
  // A form sent twice, the first still under way: each child's answer is repeated, so that whichever ends last leaves the same results.
  const draft = kept && togetherMark(kept) === ctx.body.shown && await wasSent(deps, ctx, kept) ? kept : left
  // Sent before, by a double click or the back button: the last page says what came of it.
  if (!draft?.ready) return redirect(readResults(ctx.session) ? `${TOGETHER}/done` : '/me')
  if (togetherMark(draft) !== ctx.body.shown) {
    return redirect(`${TOGETHER}/check`, { kind: 'attention', text: 'Something changed in another window. Please check it once more.' })
  }
  const results: TogetherResults = []
  const common = { signerId: whoIs(ctx), actor: ctx.actor.label }
  const assurance = await assuranceOf(deps, ctx)
  for (const child of draft.children) {
    // Of what is not open any more the form's own key says what it became; nothing of this is read then.
    const act = pages.find((page) => page.signatory.id === child.slot)?.signatory.act
    // Each in its own transaction: what one child's answer meets does not touch the others.
    const { kind } = child.answer === 'yes'
      ? await deps.signing.sign({
          ...common, signatoryId: child.slot, renditionHash: child.text, formKey: keyOf(ctx.body.formKey, child.slot), assurance, address: ctx.address, userAgent: ctx.userAgent,
          method: act === 'acknowledge' ? 'clicked' : 'typed', typed: act === 'acknowledge' ? null : draft.typed, drawn: null,
        })
      : await deps.signing.decline({ ...common, signatoryId: child.slot, renditionHash: child.text, reason: null, wantsCall: false })
    if (kind === 'not-yours' || kind === 'conflict') continue
    results.push({ slot: child.slot, outcome: kind === 'already-signed' ? 'signed' : kind })
  }
  keepResults(ctx.session, results)
  return redirect(`${TOGETHER}/done`)
}

/** One form, a key for each child's signature (S2). */
function keyOf(formKey: string, slot: string): string {
  return `${formKey}-${slot}`
}

/** True when a child of the draft has been answered by this very form: signed under its key, or refused as the draft says. */
async function wasSent(deps: SigningPagesDeps, ctx: SendContext, draft: TogetherDraft): Promise<boolean> {
  const made = await deps.signingStore.formKeysOf(draft.children.map(({ slot }) => keyOf(ctx.body.formKey, slot)))
  if (made.size > 0) return true
  const refused = draft.children.filter((child) => child.answer === 'no')
  const standing = await Promise.all(refused.map(({ slot }) => deps.signingQueries.page(slot, whoIs(ctx))))
  return standing.some((page) => page?.standing.kind === 'declined')
}
