import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import type { PageContext, RequestParts } from '../../http/page-context.ts'
import { json, type PageResult, redirect, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import type { Choice } from '../agreements/chosen-text.ts'
import type { AnswerDraft } from '../signing/answer-draft.ts'
import { answerBody, readAnswer } from '../signing/answer-form.ts'
import { textHash } from '../signing/my-task.ts'
import { questionAt, readingView } from '../signing/reading-views.ts'
import type { SigningPage } from '../signing/signing-queries.ts'
import { forgetAnswers, keepAnswer, understoodOf } from '../signing/understanding.ts'
import type { ClassPagesDeps } from './class-page-deps.ts'
import { CLASS_PATH, classTaskPaths, roomAt, sentAt, slotAt } from './class-paths.ts'
import { answerView, closedView, enterView, isYouView, namesView, overView, sentView, takenView } from './class-pupil-views.ts'
import type { ClassPupil } from './class-queries.ts'
import { CLASS_FORMS, createRooms, keepTicket, type Room } from './class-room.ts'

const codeParams = z.strictObject({ code: z.string().max(40) })
const slotParams = z.strictObject({ code: z.string().max(40), signatoryId: z.string().regex(/^[0-9A-Z]{26}$/) })
const readQuery = z.object({ step: z.coerce.number().int().min(1).max(200).default(1), text: textHash.optional(), all: z.literal('1').optional(), answer: z.coerce.number().int().min(0).max(9).optional() })
const signBody = answerBody.extend({
  /** Made when the page is shown: the same answer however often it is sent (S2). */
  formKey: z.string().regex(/^[A-Za-z0-9_-]{32}$/),
  /** `script`: the page's own script sends it and wants to know what became of it. */
  by: z.literal('script').optional(),
})

/** The pupils' side of a class session: the code, one's own name, reading, answering (S6). Nobody signs in and no password is asked. */
export function classPupilPages(deps: ClassPagesDeps): Page[] {
  const roomOf = createRooms(deps)
  const unknown = () => view('pages/class/enter.njk', enterView(true), 404)
  /** Runs for a pupil of the class whose browser has joined. */
  const inRoom = async (ctx: RequestParts & { params: { code: string; signatoryId: string } }, run: (here: Here) => Promise<PageResult>): Promise<PageResult> => {
    const room = await roomOf(ctx)
    if (room.kind === 'unknown') return unknown()
    if (room.kind === 'at-the-door') return redirect(roomAt(room.code))
    const { text } = (ctx as { query?: { text?: string } }).query ?? {}
    const here = await hereOf(deps, room, ctx.params.signatoryId, { text, reader: ctx.language })
    return here ? run(here) : view('pages/class/message.njk', closedView(room.code), 404)
  }
  return [
    definePage({
      name: 'class room', path: `${CLASS_PATH}/:code`, permission: 'public', params: codeParams,
      get: async (ctx) => {
        const room = await roomOf(ctx)
        if (room.kind === 'unknown') return unknown()
        const brand = deps.brandOf(await deps.schools.get(room.session.group.schoolId))
        const group = await deps.classQueries.group(room.session.group)
        const young = group !== null && deps.classQueries.isYoung(group)
        if (room.kind === 'at-the-door') return view('pages/class/join.njk', { brand, young, ...joinView(room, ctx) })
        return view('pages/class/names.njk', { brand, young, ...namesView(room.session, room.code, await deps.classQueries.pupils(room.session.group), room.ticket) })
      },
      post: {
        body: z.strictObject({}), audit: 'class-session.joined', limit: CLASS_FORMS,
        handle: async (ctx) => {
          const room = await roomOf(ctx)
          if (room.kind === 'unknown') return unknown()
          // A tablet that goes from hand to hand must not be somebody's own session.
          if (ctx.actor.personId !== null) return redirect(roomAt(room.code))
          if (room.kind === 'at-the-door') keepTicket(ctx.session, { sessionId: room.session.id, answers: [] })
          return redirect(roomAt(room.code))
        },
      },
    }),
    definePage({
      name: 'is it you', path: `${CLASS_PATH}/:code/:signatoryId`, permission: 'public', params: slotParams,
      get: (ctx) => inRoom(ctx, async (here) => (here.pupil.next === here.page.signatory.id || isMine(here)
        ? view('pages/class/is-it-you.njk', isYouView(here.code, here.page, here.pupil, here.brand)) : redirect(roomAt(here.code)))),
    }),
    definePage({
      name: 'read in class', path: `${CLASS_PATH}/:code/:signatoryId/read`, permission: 'public', params: slotParams, query: readQuery,
      get: (ctx) => inRoom(ctx, async ({ page, code, brand }) => {
        const { step, text, all, answer } = ctx.query
        const paths = classTaskPaths(code, page.signatory.id)
        if (page.standing.kind !== 'open') return redirect(sentAt(code, page.signatory.id))
        // A text that changed under a reader, or a later step without one, begins again.
        if (text !== undefined && text !== page.rendition.hash) return redirect(paths.read(''), { kind: 'attention', text: 'The words have changed. Please read them again.' })
        if (step > 1 && text === undefined) return redirect(paths.read(''))
        const shown = readingView(page, { step, all: all !== undefined, answer: answer ?? null, brand, paths, sinceHref: null })
        if (!shown) throw new NotFound()
        return view(shown.template, shown.data)
      }),
      post: {
        body: z.strictObject({ answer: z.coerce.number().int().min(0).max(9) }), audit: 'question.answered', limit: CLASS_FORMS,
        handle: (ctx) => inRoom(ctx, async ({ page, code }) => {
          const paths = classTaskPaths(code, page.signatory.id)
          const { step, text } = ctx.query
          const question = text === page.rendition.hash ? questionAt(page, step) : null
          const chosen = question?.answers[ctx.body.answer]
          // Kept in this browser's session until the answer itself is sent; the next pupil on the same tablet has a slot of their own.
          if (question && chosen !== undefined) keepAnswer(ctx.session, page.signatory.id, page.rendition.hash, question.ask, chosen)
          return redirect(text === page.rendition.hash ? `${paths.step('', step, text)}&answer=${ctx.body.answer}#because` : paths.read(''))
        }),
      },
    }),
    definePage({
      name: 'answer in class', path: `${CLASS_PATH}/:code/:signatoryId/sign`, permission: 'public', params: slotParams, query: z.object({ text: textHash.optional() }),
      get: (ctx) => inRoom(ctx, async ({ page, code, pupil, brand }) => {
        const paths = classTaskPaths(code, page.signatory.id)
        if (page.standing.kind !== 'open') return redirect(sentAt(code, page.signatory.id))
        if (ctx.query.text !== page.rendition.hash) return redirect(paths.read(''))
        return view('pages/class/answer.njk', answerView(page, pupil, { brand, paths, formKey: deps.ids.random(24).toString('base64url'), values: ctx.values }))
      }),
      post: { body: signBody, audit: 'class-answer.sent', limit: CLASS_FORMS, secrets: ['signature', 'signatureDrawn'], handle: async (ctx) => send(deps, ctx, await roomOf(ctx)) },
    }),
    definePage({
      name: 'answer kept in class', path: `${CLASS_PATH}/:code/:signatoryId/sent`, permission: 'public', params: slotParams,
      get: (ctx) => inRoom(ctx, async (here) => view('pages/class/sent.njk', sentView(here.code, here.page, here.pupil, here.brand, isMine(here)))),
    }),
  ]
}

interface Here { room: Extract<Room, { kind: 'in' }>; code: string; page: SigningPage; pupil: ClassPupil; brand: ReturnType<ClassPagesDeps['brandOf']> }

/** The slot of a pupil of this very class; null for anybody else's, and where nothing is asked any more. */
async function hereOf(deps: ClassPagesDeps, room: Extract<Room, { kind: 'in' }>, signatoryId: string, chosen: Choice): Promise<Here | null> {
  const pupils = await deps.classQueries.pupils(room.session.group)
  for (const pupil of pupils) {
    if (!pupil.slots.includes(signatoryId)) continue
    const page = await deps.signingQueries.page(signatoryId, pupil.person.id, chosen)
    if (page) return { room, code: room.code, page, pupil, brand: deps.brandOf(page.school) }
  }
  return null
}

const isMine = ({ room, pupil }: Here): boolean => pupil.answer !== null && room.ticket.answers.includes(pupil.answer.id)

function joinView(room: Extract<Room, { kind: 'at-the-door' }>, ctx: RequestParts): object {
  return { action: roomAt(room.code), group: room.session.group, signedInAs: ctx.actor.personId === null ? null : ctx.actor.name, ownList: ctx.actor.roles.some(({ role }) => role === 'pupil') }
}

type SendContext = PageContext<z.output<typeof slotParams>, unknown, z.output<typeof signBody>>

async function send(deps: ClassPagesDeps, ctx: SendContext, room: Room): Promise<PageResult> {
  const { by, formKey, ...filled } = ctx.body
  const on = (to: string, kept: boolean): PageResult => (by === 'script' ? json({ kept, to }) : redirect(to))
  // A browser whose session lapsed while it had no connection joins again; its answer waits on the device meanwhile.
  if (room.kind === 'at-the-door') return by === 'script' ? json({ kept: false, joinAgain: true, to: roomAt(room.code) }) : redirect(roomAt(room.code))
  // The lesson may have ended while a device had no connection: this answer can no longer be given in class.
  if (room.kind === 'unknown') return on(`${CLASS_PATH}/over`, false)
  const here = await hereOf(deps, room, ctx.params.signatoryId, { text: filled.text, reader: ctx.language })
  if (!here) return on(slotAt(room.code, ctx.params.signatoryId), false)
  const { page, pupil, code } = here
  const { draft, errors } = readAnswer(filled, page.signatory.act, page.young)
  const id = page.signatory.id
  if (errors.length > 0) {
    const back = classTaskPaths(code, id).sign(id, draft.text)
    ctx.session.keepForm({ path: back, errors, values: { answer: draft.answer ?? '', name: draft.typed ?? '', drawing: draft.drawn ? JSON.stringify(draft.drawn) : '' } })
    return on(back, false)
  }
  const kept = await deps.classes.keep(room.session, pupil.person.id, draft as AnswerDraft & { answer: 'yes' | 'no' }, {
    formKey, signatoryId: id, mine: room.ticket.answers, understanding: understoodOf(ctx.session, id, draft.text),
  })
  if (kept.kind === 'text-changed') return on(classTaskPaths(code, id).read(id), false)
  if (kept.kind === 'taken') return on(`${slotAt(code, id)}/taken`, false)
  if (kept.kind === 'kept') forgetAnswers(ctx.session, id)
  if (kept.answerId && !room.ticket.answers.includes(kept.answerId)) keepTicket(ctx.session, { ...room.ticket, answers: [...room.ticket.answers, kept.answerId].slice(-60) })
  return on(sentAt(code, id), kept.kind === 'kept')
}

/** Pages that need no session of a class any more. */
export function classEndPages(): Page[] {
  return [
    definePage({ name: 'class is over', path: `${CLASS_PATH}/over`, permission: 'public', get: async () => view('pages/class/message.njk', overView()) }),
    definePage({
      name: 'name is taken', path: `${CLASS_PATH}/:code/:signatoryId/taken`, permission: 'public', params: slotParams,
      get: async (ctx) => view('pages/class/message.njk', takenView(ctx.params.code)),
    }),
  ]
}
