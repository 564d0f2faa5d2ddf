import { z } from 'zod'
import { type Actor, ensureNotFamily } from '../../../http/actor.ts'
import { backToForm } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { pageNumber } from '../../../http/paging.ts'
import { Forbidden, NotFound, Refused } from '../../../shared/errors.ts'
import { readerOf, type RosterPageDeps } from '../roster-page-deps.ts'
import type { RunView } from '../roster-queries.ts'
import { LINES_PER_PAGE, undoView } from './undo-view.ts'

const params = z.strictObject({ id: z.string().length(26) })

/** `/rosters/runs/:id/undo`: what taking a reading back would change; approving it (U1). */
export function undoPages({ queries, rosterUndo, undoJobs }: RosterPageDeps): Page[] {
  return [definePage({
    name: 'undo of a roster run', path: '/rosters/runs/:id/undo', permission: 'roster.view', params,
    query: z.object({ page: pageNumber, refresh: z.enum(['off']).optional().catch(undefined) }),
    get: async ({ actor, params: { id }, query, path }) => {
      const found = await theRun(id, actor)
      const undo = await rosterUndo.of(found.run)
      const lines = undo ? await queries.undoLines(undo.id, found.run.sourceId, { offset: (query.page - 1) * LINES_PER_PAGE, limit: LINES_PER_PAGE }) : []
      return view('pages/roster/undo.njk', undoView({
        view: found, undo, lines, page: query.page, path, still: query.refresh === 'off', job: await undoJobs.waiting(found.run.id), problem: rosterUndo.problem(found.run, found.plan),
        actorName: await queries.actorNames([undo?.approvedBy ?? null]), may: decides(actor, found), own: undo?.createdBy === actor.label,
        personHref: actor.can('person.view') ? (person) => `/access/people/${person}` : null,
      }))
    },
    post: {
      body: z.strictObject({ decision: z.enum(['look', 'undo']), plan: z.string().max(26).default(''), count: z.string().trim().max(12).optional() }),
      audit: 'roster.undo-asked', permission: 'roster.approve', stepUp: true,
      handle: async (ctx) => {
        const { actor, body, params: { id } } = ctx
        const found = await theRun(id, actor)
        if (!decides(actor, found)) throw new Forbidden('A reading is taken back by somebody for every school in it.')
        if (body.count !== undefined && body.decision === 'undo' && !/^\d{1,9}$/.test(body.count)) return backToForm(ctx, 'count', 'Type the number of people in figures, such as 12')
        try {
          if (body.decision === 'look') {
            const problem = rosterUndo.problem(found.run, found.plan)
            if (problem) throw problem
            await undoJobs.requestPlan(id, actor.label)
          } else {
            for (const person of await queries.undoneAmong(body.plan, actor.relatedTo ?? [])) ensureNotFamily(actor, person)
            await undoJobs.requestApply(id, body.plan, { actor: actor.label, count: body.count === undefined ? null : Number(body.count) })
          }
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, body.count === undefined ? 'undo' : 'count', `${error.what} ${error.remedy}`.trim())
        }
        return redirect(ctx.path)
      },
    },
  })]

  /** @throws NotFound, alike for a run that does not exist and one that is not wholly the reader's. */
  async function theRun(id: string, actor: Actor): Promise<RunView> {
    const found = await queries.run(id, readerOf(actor))
    if (!found || !covers(actor, 'roster.view', found)) throw new NotFound('There is no such reading.')
    return found
  }
}

/** An undo concerns everybody whom the reading did, so it takes the right in every school of it. */
function covers(actor: Actor, permission: 'roster.view' | 'roster.approve', { schoolKeys }: RunView): boolean {
  return actor.schools(permission) === 'all' || (schoolKeys.size > 0 && [...schoolKeys.values()].every((id) => actor.can(permission, id)))
}

const decides = (actor: Actor, found: RunView): boolean => covers(actor, 'roster.approve', found)
