import { z } from 'zod'
import type { Plan } from '../../db/plan-store.ts'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { pageNumber } from '../../http/paging.ts'
import { instantAt, isCalendarDate } from '../../shared/dates.ts'
import { Forbidden, NotFound, Refused } from '../../shared/errors.ts'
import type { AccessPageDeps } from './access-page-deps.ts'
import type { PlanCounts } from './access-page-queries.ts'
import { RETENTION } from './life/life-plans.ts'
import { accessPlanView, LINES_PER_PAGE } from './access-views.ts'

/** P7: said to somebody who would decide about a child of their own. */
export const FAMILY = 'You have a family link to somebody in this plan, so a colleague must decide it.'

const params = z.strictObject({ id: z.string().length(26) })

/** `/access/plans/:id`: who, what and why; approve, watch, undo. */
export function accessPlanPages(deps: AccessPageDeps): Page[] {
  return [planPage(deps), undoPage(deps)]
}

function planPage(deps: AccessPageDeps): Page {
  const { pages, jobs, reconcile, choices } = deps
  return definePage({
    name: 'access plan', path: '/access/plans/:id', permission: 'access.view', params,
    query: z.object({ kind: z.enum(['losing', 'giving', 'failed', 'skipped']).optional().catch(undefined), page: pageNumber, refresh: z.enum(['off']).optional().catch(undefined) }),
    get: async (ctx) => {
      const { actor, query, now } = ctx
      const { plan, counts } = await thePlan(deps, ctx.params.id, actor)
      const schools = actor.schools('access.view')
      const kind = query.kind ?? null
      return view('pages/access/plan.njk', accessPlanView({
        plan, counts, kind, page: query.page, now, path: `/access/plans/${plan.id}`, still: query.refresh === 'off',
        lines: await pages.lines(plan.id, schools, kind, { offset: (query.page - 1) * LINES_PER_PAGE, limit: LINES_PER_PAGE }),
        names: await pages.actorNames([plan.createdBy, plan.approvedBy]), job: await jobs.waiting(plan.id), undoneBy: await pages.undoOf(plan.id),
        may: {
          plan: actor.can('access.plan') || actor.can('access.approve'), approve: actor.can('access.approve'), undo: actor.can('access.undo'), stop: actor.schools('access.approve') === 'all', own: plan.createdBy === actor.label,
          person: actor.can('person.view'), roster: actor.can('roster.view'),
        },
        undoDays: choices.undoDays, pause: await jobs.pause(plan),
        sees: (schoolId) => actor.can('access.view', schoolId), concernsOthers: await pages.concernsOthers(plan.id, actor.schools('access.approve')), paused: (await pages.directories()).every(({ paused }) => paused),
      }))
    },
    post: {
      body: z.strictObject({ decision: z.enum(['approve', 'set-aside']), count: z.string().trim().max(12).optional(), start: z.enum(['now', 'later', 'anyway']).default('now'), at: z.string().trim().max(30).default('') }), audit: 'access.approval-given', permission: 'access.approve', stepUp: true,
      handle: async (ctx) => {
        const { actor, body } = ctx
        const { plan } = await thePlan(deps, ctx.params.id, actor)
        if (await pages.concernsOthers(plan.id, actor.schools('access.approve'))) throw new NotFound()
        if (body.decision === 'approve' && plan.about === RETENTION && actor.schools('access.approve') !== 'all') throw new Forbidden('Somebody for the whole trust approves this.')
        if (body.decision === 'approve' && await pages.concernsOneOf(plan.id, actor.relatedTo ?? [])) return backToForm(ctx, 'approve', FAMILY)
        const typed = body.count === undefined ? null : body.count
        if (body.decision === 'approve' && typed !== null && !/^\d{1,9}$/.test(typed)) return backToForm(ctx, 'count', 'Type the number of people in figures, such as 12')
        const startAt = body.start === 'later' ? laterStart(body.at, ctx.now) : null
        if (body.decision === 'approve' && startAt === 'unclear') return backToForm(ctx, 'at', 'Write the day and time it should begin, later than now')
        try {
          if (body.decision === 'set-aside') {
            await reconcile.setAside(plan.id, actor.label)
            return redirect('/access', 'The plan is set aside. Nothing was changed.')
          }
          await jobs.requestApply(plan.id, { actor: actor.label, count: typed === null ? null : Number(typed), startAt: startAt === 'unclear' ? null : startAt, anyway: body.start === 'anyway' })
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          if (error.what.startsWith('B6')) return backToForm(ctx, 'start', `${error.what} ${error.remedy}`)
          return backToForm(ctx, plan.brake.typedCount && plan.approvedBy === null ? 'count' : 'approve', `${error.what} ${error.remedy}`.trim())
        }
        return redirect(ctx.path)
      },
    },
  })
}

function undoPage(deps: AccessPageDeps): Page {
  const { pages, jobs } = deps
  return definePage({
    name: 'access undo', path: '/access/plans/:id/undo', permission: 'access.undo', params,
    post: {
      body: z.strictObject({}), audit: 'access.undo-asked', stepUp: true,
      handle: async (ctx) => {
        const { plan } = await thePlan(deps, ctx.params.id, ctx.actor)
        if (await pages.concernsOthers(plan.id, ctx.actor.schools('access.undo'))) throw new NotFound()
        const path = `/access/plans/${plan.id}`
        if (await pages.concernsOneOf(plan.id, ctx.actor.relatedTo ?? [])) return backToForm(ctx, 'undo', FAMILY, path)
        try {
          await jobs.requestUndo(plan.id, ctx.actor.label)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'undo', `${error.what} ${error.remedy}`.trim(), path)
        }
        return redirect(path)
      },
    },
  })
}

/** "2026-09-01T16:00" as browsers send it, in the trust's own time. */
function laterStart(text: string, now: number): number | 'unclear' {
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})/.exec(text)
  if (!parts?.[1] || !parts[2] || !isCalendarDate(parts[1]) || parts[2] > '23:59') return 'unclear'
  const at = instantAt(parts[1], parts[2])
  return at > now ? at : 'unclear'
}

/** @throws NotFound, alike for a plan that does not exist and one without a line that is the reader's. */
export async function thePlan({ plans, pages }: Pick<AccessPageDeps, 'plans' | 'pages'>, id: string, actor: Actor): Promise<{ plan: Plan; counts: PlanCounts }> {
  const plan = await plans.get(id)
  if (plan?.kind !== 'access') throw new NotFound('There is no such plan.')
  const schools = actor.schools('access.view')
  const counts = await pages.counts(plan.id, schools)
  if (counts.total === 0 && schools !== 'all') throw new NotFound('There is no such plan.')
  return { plan, counts }
}
