import { z } from 'zod'
import { backToForm, backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { type PageResult, redirect, view } from '../../http/page-result.ts'
import { today } from '../../shared/dates.ts'
import { saidDay, sentence } from '../../shared/sentence.ts'
import { withoutHeadingIds } from '../agreements/clauses.ts'
import { languageOfRecord } from '../agreements/say-in-record.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import { readCode } from '../classes/class-code.ts'
import type { School } from '../schools/school-store.ts'
import { answerBody, readAnswer } from '../signing/answer-form.ts'
import { parseTypedName } from '../signing/typed-name.ts'
import type { VisitPagesDeps } from './visit-page-deps.ts'
import { dropVisit, keepTablet, keepVisit, readVisit, tabletOf, type VisitDraft } from './visit-tablet.ts'

export const VISIT = '/visit'
const WRONG = { max: 20, windowMs: 10 * 60_000 }
const short = z.string().trim().max(200, 'Use at most 200 characters.')
const whoBody = z.strictObject({ name: z.string().max(4000).default(''), organisation: short.default(''), host: short.default(''), kind: z.string().max(12).default('') })

/** `/visit`: reception's tablet, ninety seconds for a visitor. The office starts it with a code; nobody is signed in on it. */
export function visitPages(deps: VisitPagesDeps): Page[] {
  const wrong = deps.sharedLimits.limiter('wrong tablet codes', WRONG)
  const atTablet = async (ctx: RequestParts, run: (school: School) => Promise<PageResult>): Promise<PageResult> => {
    const here = await tabletOf(deps, ctx)
    return here ? run(here.school) : redirect(VISIT)
  }
  const withDraft = (ctx: RequestParts, run: (school: School, draft: VisitDraft) => Promise<PageResult>): Promise<PageResult> => atTablet(ctx, async (school) => {
    const draft = readVisit(ctx.session)
    return draft ? run(school, draft) : redirect(VISIT)
  })
  /** What this visitor has said; nothing of one before who has finished, though nobody pressed the button. */
  const ownDraft = async (ctx: RequestParts): Promise<VisitDraft | null> => {
    const draft = readVisit(ctx.session)
    return draft && await deps.visitStore.byFormKey(draft.formKey) ? null : draft
  }
  return [
    definePage({
      name: 'reception', path: VISIT, permission: 'public',
      get: async (ctx) => {
        const here = await tabletOf(deps, ctx)
        if (!here) return view('pages/visits/start-tablet.njk', { action: VISIT, signedInAs: ctx.actor.personId === null ? null : ctx.actor.name, officeHref: ctx.actor.can('visits.manage') ? '/visits' : null })
        return view('pages/visits/welcome.njk', { brand: deps.brandOf(here.school), schoolName: here.school.name, startAction: `${VISIT}/new` })
      },
      post: {
        body: z.strictObject({ typed: z.string().max(40) }), audit: 'reception-tablet.code-typed',
        handle: async (ctx) => {
          const code = readCode(ctx.body.typed)
          const tablet = code && ctx.actor.personId === null ? await deps.visitStore.claim(code, ctx.now) : null
          if (!tablet) {
            if (!await wrong.take(deps.sharedLimits.addressKey(ctx.address))) throw new RequestFault(429)
            return backToForm(ctx, 'typed', 'This code starts no tablet. A code works once and for ten minutes; the office can make a new one.')
          }
          keepTablet(ctx.session, tablet)
          return redirect(VISIT)
        },
      },
    }),
    definePage({
      name: 'new visitor', path: `${VISIT}/new`, permission: 'public',
      post: {
        body: z.strictObject({}), audit: 'visit.begun',
        handle: (ctx) => atTablet(ctx, async () => {
          dropVisit(ctx.session)
          return redirect(`${VISIT}/who`)
        }),
      },
    }),
    definePage({
      name: 'who visits', path: `${VISIT}/who`, permission: 'public',
      get: (ctx) => atTablet(ctx, async (school) => {
        const draft = await ownDraft(ctx)
        return view('pages/visits/who.njk', { brand: deps.brandOf(school), action: `${VISIT}/who`, values: { ...draft, ...ctx.values }, back: { href: VISIT, text: sentence('Start again') } })
      }),
      post: {
        body: whoBody, audit: 'visit.who-filled-in',
        handle: (ctx) => atTablet(ctx, async () => {
          const named = parseTypedName(ctx.body.name)
          const kind = ctx.body.kind === 'visitor' || ctx.body.kind === 'contractor' ? ctx.body.kind : null
          const errors = { ...(named.ok && named.name ? {} : { name: named.ok ? 'Write your name.' : named.reason }), ...(kind ? {} : { kind: 'Choose why you are here.' }) }
          if (!named.ok || !named.name || !kind) return backWithErrors(ctx, errors)
          keepVisit(ctx.session, {
            name: named.name, organisation: ctx.body.organisation || null, host: ctx.body.host || null, kind, formKey: (await ownDraft(ctx))?.formKey ?? deps.ids.random(24).toString('base64url'),
          })
          return redirect(`${VISIT}/wifi`)
        }),
      },
    }),
    definePage({
      name: 'will you use our systems', path: `${VISIT}/wifi`, permission: 'public',
      get: (ctx) => withDraft(ctx, async (school) => view('pages/visits/wifi.njk', { brand: deps.brandOf(school), action: `${VISIT}/wifi`, back: { href: `${VISIT}/who` } })),
      post: {
        body: z.strictObject({ uses: z.string().max(3).default('') }), audit: 'visit.systems-answered',
        handle: (ctx) => withDraft(ctx, async (school, draft) => {
          if (ctx.body.uses === 'yes') return redirect((await deps.visits.asked(school)) ? `${VISIT}/read` : `${VISIT}/done?nothing=1`)
          if (ctx.body.uses !== 'no') return backToForm(ctx, 'uses', 'Choose yes or no.')
          const { formKey, ...details } = draft
          await deps.visits.noSystems(school, details, formKey)
          dropVisit(ctx.session)
          return redirect(`${VISIT}/done?nothing=1`)
        }),
      },
    }),
    definePage({
      name: 'visitor reads', path: `${VISIT}/read`, permission: 'public',
      get: (ctx) => withDraft(ctx, async (school, draft) => {
        const asked = await deps.visits.asked(school, { reader: ctx.language })
        if (!asked) return redirect(`${VISIT}/done?nothing=1`)
        const { rendition, requirement } = asked
        return view('pages/visits/sign.njk', {
          brand: deps.brandOf(school), title: rendition.title, html: renderMarkdown(withoutHeadingIds(rendition.markdown)), versionLabel: rendition.versionLabel, labelLang: languageOfRecord(rendition.language), textLang: rendition.language, statement: rendition.statements.self ?? '', text: rendition.hash,
          asksName: requirement.act === 'sign', action: `${VISIT}/read`, back: { href: `${VISIT}/wifi` }, name: draft.name, answer: ctx.values['answer'], signature: ctx.values['typed'], drawn: ctx.values['drawing'],
        })
      }),
      post: {
        body: answerBody, audit: 'visit.answered', secrets: ['signature', 'signatureDrawn'],
        handle: (ctx) => withDraft(ctx, async (school, draft) => {
          const asked = await deps.visits.asked(school)
          const { draft: answer, errors } = readAnswer(ctx.body, asked?.requirement.act === 'acknowledge' ? 'acknowledge' : 'sign', false)
          if (errors.length > 0) {
            ctx.session.keepForm({ path: `${VISIT}/read`, errors, values: { answer: answer.answer ?? '', typed: answer.typed ?? '', drawing: answer.drawn ? JSON.stringify(answer.drawn) : '' } })
            return redirect(`${VISIT}/read`)
          }
          const { formKey, ...details } = draft
          if (answer.answer === 'no') {
            await deps.visits.noSystems(school, details, formKey)
            dropVisit(ctx.session)
            return redirect(`${VISIT}/done?no=1`)
          }
          const outcome = await deps.visits.sign(school, details, { text: answer.text, typed: answer.typed, drawn: answer.drawn, formKey, address: ctx.address, userAgent: ctx.userAgent })
          if (outcome.kind === 'text-changed') return redirect(`${VISIT}/read`, { kind: 'attention', text: 'The school has just put new rules in the place of these. Please read them; nothing was signed.' })
          if (outcome.kind === 'nothing-to-sign') return redirect(`${VISIT}/done?nothing=1`)
          return redirect(`${VISIT}/done`)
        }),
      },
    }),
    definePage({
      name: 'visit done', path: `${VISIT}/done`, permission: 'public', query: z.object({ nothing: z.literal('1').optional(), no: z.literal('1').optional() }),
      get: (ctx) => atTablet(ctx, async (school) => {
        const draft = readVisit(ctx.session)
        const visit = draft ? await deps.visitStore.byFormKey(draft.formKey) : null
        const kind = ctx.query.no ? 'no' : ctx.query.nothing || !visit ? 'nothing' : 'signed'
        return view('pages/visits/done.njk', {
          brand: deps.brandOf(school), kind, name: visit?.name ?? '', host: visit?.host ?? null, until: saidDay(visit?.lastDay ?? today(ctx.now, school.timezone)), finishAction: `${VISIT}/finish`,
        })
      }),
    }),
    definePage({
      name: 'visitor finished', path: `${VISIT}/finish`, permission: 'public',
      post: {
        body: z.strictObject({}), audit: 'visit.finished',
        handle: async (ctx) => {
          dropVisit(ctx.session)
          return redirect(VISIT)
        },
      },
    }),
  ]
}
