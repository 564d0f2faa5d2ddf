import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import type { PageContext, RequestParts } from '../../http/page-context.ts'
import { redirect, view, type PageResult } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import { type AnswerDraft, draftMark, dropDraft, keepDraft, readDraft } from './answer-draft.ts'
import { answerBody, readAnswer } from './answer-form.ts'
import { checkView, closedView, declinedView, doneView, signView, staleChoices } from './answer-views.ts'
import type { AskedQuestion } from './consent-service.ts'
import { contactOf } from './contact.ts'
import { nextOf } from './me-views.ts'
import { assuranceOf, at, myTask, slotParams, textHash, whoIs } from './my-task.ts'
import { responsibilityStep } from './declaration-routes.ts'
import type { SigningPagesDeps } from './signing-deps.ts'
import type { SigningPage } from './signing-queries.ts'
import { forgetAnswers, understoodOf } from './understanding.ts'

const checkBody = z.strictObject({
  text: textHash,
  /** Random, made when the check page is shown: a replay gets the first answer (S2). */
  formKey: z.string().regex(/^[A-Za-z0-9_-]{32}$/),
  /** Mark of the answer that the page showed. */
  shown: z.string().max(40),
  reason: z.string().max(2000, 'Use at most 2,000 characters.').optional(),
  call: z.literal('yes').optional(),
})

/** Agree or not, check, sign, done (S1-S5). */
export function answerPages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'answer agreement', path: '/me/sign/:signatoryId/sign', permission: 'signed-in', params: slotParams, query: z.object({ text: textHash.optional() }),
      get: async (ctx) => {
        const { text } = ctx.query
        const page = await myTask(deps, ctx, { text })
        if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
        if (text === undefined) return redirect(at.read(page.signatory.id))
        if (text !== page.rendition.hash) return redirect(at.changed(page.signatory.id, text))
        const first = await responsibilityStep(deps, ctx, page, at.sign(page.signatory.id, text))
        if (first) return redirect(first)
        const draft = readDraft(ctx.session, page.signatory.id)
        return view(...signView(page, draft?.text === text ? draft : null, { brand: deps.brandOf(page.school), signerName: ctx.actor.name, questions: await askedWith(deps, page, ctx) }))
      },
      post: {
        body: answerBody, audit: 'answer.filled-in', secrets: ['signature', 'signatureDrawn'],
        handle: async (ctx) => {
          const page = await myTask(deps, ctx, { text: ctx.body.text })
          const { draft, errors } = readAnswer(ctx.body, page.signatory.act, page.young)
          if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
          if (draft.text !== page.rendition.hash) return redirect(at.changed(page.signatory.id, draft.text))
          keepDraft(ctx.session, page.signatory.id, draft)
          if (errors.length === 0) return redirect(at.check(page.signatory.id))
          const back = at.sign(page.signatory.id, draft.text)
          ctx.session.keepForm({ path: back, errors, values: {} })
          return redirect(back)
        },
      },
    }),
    definePage({
      name: 'check answer', path: '/me/sign/:signatoryId/check', permission: 'signed-in', params: slotParams,
      get: async (ctx) => {
        const draft = readDraft(ctx.session, ctx.params.signatoryId)
        const page = await myTask(deps, ctx, { text: draft?.text })
        if (page.standing.kind !== 'open') return redirect(at.done(page.signatory.id))
        if (draft && draft.text !== page.rendition.hash) return redirect(at.changed(page.signatory.id, draft.text))
        if (!draft?.ready) return redirect(draft ? at.sign(page.signatory.id, draft.text) : at.read(page.signatory.id))
        return view(...checkView(page, draft, {
          brand: deps.brandOf(page.school), signerName: ctx.actor.name, formKey: deps.ids.random(24).toString('base64url'), questions: await askedWith(deps, page, ctx), contact: await contactOf(deps, page.school),
          reason: ctx.values['reason'],
        }))
      },
      post: { body: checkBody, audit: 'answer.sent', handle: (ctx) => send(deps, ctx) },
    }),
    definePage({
      name: 'answer kept', path: '/me/sign/:signatoryId/done', permission: 'signed-in', params: slotParams,
      get: async (ctx) => {
        const page = await myTask(deps, ctx, { reader: ctx.language })
        if (page.standing.kind === 'open') return redirect(at.read(page.signatory.id))
        // Asked anew about another text: what changed comes first (I2).
        const successor = page.standing.kind === 'signed' ? null : await deps.signingQueries.successor(page)
        if (successor) return redirect(at.changed(successor.id, readDraft(ctx.session, page.signatory.id)?.text ?? page.rendition.hash))
        const brand = deps.brandOf(page.school)
        const contact = await contactOf(deps, page.school)
        if (page.standing.kind === 'declined') return view(...declinedView(page, { brand, contact }))
        if (page.standing.kind !== 'signed') return view(...closedView(page, { brand, contact }))
        const personId = whoIs(ctx)
        const [tasks, person] = await Promise.all([deps.signingQueries.tasksOf(personId, ctx.language), deps.people.person(personId)])
        return view(...doneView(page, page.standing.signature, {
          brand, next: nextOf(tasks, page.signatory.id), forename: person?.preferredForename ?? '', hasMail: (person?.email ?? null) !== null,
        }))
      },
    }),
    definePage({
      name: 'change mind', path: '/me/sign/:signatoryId/again', permission: 'signed-in', params: slotParams,
      post: {
        body: z.strictObject({}), audit: 'decline.reconsidered',
        handle: async (ctx) => {
          await deps.signing.reconsider(ctx.params.signatoryId, whoIs(ctx), ctx.actor.label)
          return redirect(at.read((await myTask(deps, ctx)).signatory.id))
        },
      },
    }),
  ]
}

/** G5: the optional questions that this person has not answered yet and whose rule asks them, in the same sitting; of a young pupil only what is theirs to say. */
async function askedWith(deps: SigningPagesDeps, page: SigningPage, ctx: RequestParts): Promise<AskedQuestion[]> {
  return ((await deps.consents.about(page.subject.id, whoIs(ctx), ctx.language))?.questions ?? []).filter((one) => one.answer === null)
}

type CheckContext = PageContext<z.output<typeof slotParams>, unknown, z.output<typeof checkBody>>

async function send(deps: SigningPagesDeps, ctx: CheckContext): Promise<PageResult> {
  const page = await myTask(deps, ctx, { text: ctx.body.text })
  const id = page.signatory.id
  const draft = readDraft(ctx.session, id)
  if (page.standing.kind !== 'open') {
    // Answered or closed meanwhile; after a double click or the back button this is their own first answer.
    if (page.request.state !== 'superseded') dropDraft(ctx.session, id)
    return redirect(at.done(id))
  }
  if (ctx.body.text !== page.rendition.hash) return redirect(at.changed(id, ctx.body.text))
  if (!draft?.ready) return redirect(at.sign(id, ctx.body.text))
  if (draftMark(draft) !== ctx.body.shown || draft.text !== ctx.body.text) {
    return redirect(at.check(id), { kind: 'attention', text: 'Your answer was changed in another window. Please check it once more.' })
  }
  const stale = staleChoices(await askedWith(deps, page, ctx), draft)
  if (stale.size > 0) {
    keepDraft(ctx.session, id, { ...draft, choices: draft.choices.filter(({ questionId }) => !stale.has(questionId)) })
    return redirect(at.check(id), { kind: 'attention', text: 'A question has changed while you were reading. Please look at it again; your other answers are kept.' })
  }
  const outcome = draft.answer === 'yes' ? await sign(deps, ctx, page, draft) : await decline(deps, ctx, id, draft)
  switch (outcome) {
    case 'not-yours': throw new NotFound()
    case 'text-changed': return redirect(at.changed(id, ctx.body.text))
    default:
      dropDraft(ctx.session, id)
      forgetAnswers(ctx.session, id)
      return redirect(at.done(id))
  }
}

async function sign(deps: SigningPagesDeps, ctx: CheckContext, page: SigningPage, draft: AnswerDraft): Promise<string> {
  const method = page.signatory.act === 'acknowledge' ? 'clicked' : draft.drawn ? 'drawn' : 'typed'
  return (await deps.signing.sign({
    signatoryId: page.signatory.id, signerId: whoIs(ctx), actor: ctx.actor.label, method, typed: draft.typed, drawn: draft.drawn,
    renditionHash: ctx.body.text, formKey: ctx.body.formKey, assurance: await assuranceOf(deps, ctx), address: ctx.address, userAgent: ctx.userAgent,
    understanding: understoodOf(ctx.session, page.signatory.id, ctx.body.text),
    choices: draft.choices,
  })).kind
}

async function decline(deps: SigningPagesDeps, ctx: CheckContext, signatoryId: string, draft: AnswerDraft): Promise<string> {
  return (await deps.signing.decline({
    signatoryId, signerId: whoIs(ctx), actor: ctx.actor.label, renditionHash: ctx.body.text, reason: ctx.body.reason?.trim() || null, wantsCall: ctx.body.call === 'yes',
    assurance: await assuranceOf(deps, ctx), choices: draft.choices,
  })).kind
}
