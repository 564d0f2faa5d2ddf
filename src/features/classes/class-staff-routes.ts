import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import { redirect, view } from '../../http/page-result.ts'
import { createAttemptLimiter } from '../../http/attempt-limiter.ts'
import { ulid } from '../../http/strict-schema.ts'
import { isCalendarDate, today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import { readCode } from './class-code.ts'
import { leadOf, mayLead } from './class-group.ts'
import type { ClassPagesDeps } from './class-page-deps.ts'
import { CLASS_PATH, roomAt, sessionAt, SESSIONS_PATH } from './class-paths.ts'
import { enterView } from './class-pupil-views.ts'
import { CLASS_FORMS } from './class-room.ts'
import type { WitnessOutcome } from './class-service.ts'
import { isOver } from './class-session.ts'
import { agreeView, groupsView, sessionView, witnessWords } from './class-staff-views.ts'
import { textOfClass } from './class-text.ts'

const idParams = z.strictObject({ id: ulid })
const groupBody = z.strictObject({ schoolId: ulid, kind: z.enum(['group', 'year']), name: z.string().min(1).max(60) })
const many = z.union([ulid, z.array(ulid).max(400)]).default([]).transform((value) => [value].flat())
const ledBy = z.string().trim().min(1, 'Write who led it.').max(200, 'Use at most 200 characters.')
/** A lesson has some thirty pupils; a press for each, and for the whole class, stays far below. */
const PRESSES = { max: 600, windowMs: 10 * 60_000 }

/** The teacher's side of a class session: start, see who is left, witness, record, end (S6). */
export function classStaffPages(deps: ClassPagesDeps): Page[] {
  const presses = createAttemptLimiter(deps.clock, PRESSES)
  return [
    definePage({
      name: 'class', path: CLASS_PATH, permission: 'public',
      get: async (ctx) => {
        if (!mayLead(ctx.actor)) return view('pages/class/enter.njk', { ...enterView(false), typed: ctx.values['typed'] })
        const own = await deps.classQueries.ownGroups(ctx.actor.personId ?? '')
        const schools = await deps.schools.all()
        const groups = (await deps.classQueries.groups('all')).map((group) => ({ ...group, lead: leadOf(ctx.actor, group, own) })).filter((group) => group.lead !== null)
        const running = (await deps.classStore.notEnded()).filter((session) => session.startedBy === ctx.actor.personId
          || groups.some(({ schoolId, kind, name, lead }) => lead === 'lead' && schoolId === session.group.schoolId && kind === session.group.kind && name === session.group.name))
        return view('pages/class/groups.njk', groupsView(groups, schools, running, ctx.now))
      },
      post: {
        body: z.strictObject({ typed: z.string().max(40) }), audit: 'class-code.typed', limit: CLASS_FORMS,
        handle: async (ctx) => {
          const code = readCode(ctx.body.typed)
          return code ? redirect(roomAt(code)) : backToForm(ctx, 'typed', 'A code has six letters and numbers. Look at the board and try again.')
        },
      },
    }),
    definePage({
      name: 'start class session', path: SESSIONS_PATH, permission: 'signed-in',
      post: {
        body: groupBody, audit: 'class-session.start-asked',
        handle: async (ctx) => {
          if (!mayLead(ctx.actor)) throw new NotFound()
          return redirect(sessionAt((await deps.classes.start(ctx.actor, ctx.body)).id))
        },
      },
    }),
    definePage({
      name: 'class session', path: `${SESSIONS_PATH}/:id`, permission: 'signed-in', params: idParams, query: z.object({ still: z.literal('1').optional() }),
      get: async (ctx) => {
        const session = await deps.classes.sessionFor(ctx.actor, ctx.params.id)
        const earlier = (await deps.classStore.ofGroup(session.group, 5)).find((one) => one.id < session.id) ?? null
        const [pupils, school, group, agreed] = await Promise.all([
          deps.classQueries.pupils(session.group, earlier), deps.schools.get(session.group.schoolId), deps.classQueries.group(session.group), deps.classStore.agreementOf(session.id),
        ])
        return view('pages/class/session.njk', sessionView({
          session, pupils, school, baseUrl: deps.config.baseUrl, now: ctx.now, over: isOver(session, ctx.now), still: ctx.query.still !== undefined, agreed, earlier,
          young: group !== null && deps.classQueries.isYoung(group), family: new Set(ctx.actor.relatedTo ?? []), leader: ctx.actor.name,
        }))
      },
    }),
    definePage({
      name: 'witness in class', path: `${SESSIONS_PATH}/:id/witness`, permission: 'signed-in', params: idParams,
      post: {
        body: z.strictObject({ yes: ulid.optional(), no: ulid.optional(), all: z.literal('1').optional(), shown: many }), audit: 'class-answer.witnessed',
        handle: async (ctx) => {
          if (!presses.take(ctx.actor.personId ?? '')) throw new RequestFault(429)
          const session = await deps.classes.sessionFor(ctx.actor, ctx.params.id)
          const { yes, no, all, shown } = ctx.body
          if (no) {
            await deps.classes.refuse(ctx.actor, session, no)
            return redirect(sessionAt(session.id), { kind: 'info', text: 'Put aside. The name is free again.' })
          }
          // "All" means those whom the page showed, never one who answered since.
          const wanted = all ? shown : yes ? [yes] : []
          const outcomes: WitnessOutcome[] = []
          for (const answerId of wanted) outcomes.push(await deps.classes.witness(ctx.actor, session, answerId))
          return redirect(sessionAt(session.id), witnessWords(outcomes))
        },
      },
    }),
    definePage({
      name: 'class discussion', path: `${SESSIONS_PATH}/:id/discussion`, permission: 'signed-in', params: idParams,
      post: {
        body: z.strictObject({ ledBy, on: z.string().refine(isCalendarDate, 'Choose a day.') }), audit: 'class-discussion.sent',
        handle: async (ctx) => {
          const session = await deps.classes.sessionFor(ctx.actor, ctx.params.id)
          if (ctx.body.on > today(ctx.now)) return redirect(sessionAt(session.id), { kind: 'attention', text: 'That day has not come yet. Nothing was recorded.' })
          await deps.classes.recordDiscussion(ctx.actor, session, ctx.body)
          return redirect(sessionAt(session.id), 'Recorded: the class has talked about the rules.')
        },
      },
    }),
    definePage({
      name: 'class agrees', path: `${SESSIONS_PATH}/:id/agree`, permission: 'signed-in', params: idParams,
      get: async (ctx) => {
        const session = await deps.classes.sessionFor(ctx.actor, ctx.params.id)
        const text = await textOfClass(deps, session.group)
        if (!text) throw new NotFound()
        return view('pages/class/agree.njk', agreeView(session, await deps.classQueries.pupils(session.group), text, { leader: ctx.actor.name, on: today(ctx.now), values: ctx.values }))
      },
      post: {
        body: z.strictObject({ ledBy, text: z.string().regex(/^[0-9a-f]{64}$/), absent: many }), audit: 'class-agreement.sent',
        handle: async (ctx) => {
          const session = await deps.classes.sessionFor(ctx.actor, ctx.params.id)
          const text = await textOfClass(deps, session.group)
          if (!text || text.hash !== ctx.body.text) return redirect(`${sessionAt(session.id)}/agree`, { kind: 'attention', text: 'The words have changed. Read them with the class again; nothing was recorded.' })
          const added = await deps.classes.recordAgreement(ctx.actor, session, { renditionHash: text.hash, ledBy: ctx.body.ledBy, on: today(ctx.now), absent: ctx.body.absent })
          return redirect(sessionAt(session.id), added ? 'Recorded: the class said “we agree”.' : { kind: 'info', text: 'The class had agreed already; nothing was recorded twice.' })
        },
      },
    }),
    definePage({
      name: 'end class session', path: `${SESSIONS_PATH}/:id/end`, permission: 'signed-in', params: idParams,
      post: {
        body: z.strictObject({}), audit: 'class-session.end-asked',
        handle: async (ctx) => {
          const session = await deps.classes.sessionFor(ctx.actor, ctx.params.id)
          await deps.classes.end(session, ctx.actor.label)
          return redirect(sessionAt(session.id), 'The session is over, and its code opens nothing any more. Who is left comes again next time.')
        },
      },
    }),
  ]
}
