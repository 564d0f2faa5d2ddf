import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { pageNumber } from '../../http/paging.ts'
import { Forbidden, NotFound, Refused } from '../../shared/errors.ts'
import type { AccessPageDeps } from './access-page-deps.ts'
import { taskView, TASKS_PER_PAGE, tasksView } from './task-views.ts'

const params = z.strictObject({ id: z.string().length(26) })
const PROOF_BYTES = 10_000_000

/** `/access/directory-tasks`: what people have to do by hand in systems without an interface. */
export function directoryTaskPages(deps: AccessPageDeps): Page[] {
  return [listPage(deps), taskPage(deps), againPage(deps)]
}

function listPage({ directoryQueries, people, pages }: AccessPageDeps): Page {
  return definePage({
    name: 'directory tasks', path: '/access/directory-tasks', permission: 'access.tasks', query: z.object({ show: z.enum(['open', 'closed']).catch('open'), page: pageNumber }),
    get: async ({ actor, query, now }) => {
      const found = await directoryQueries.tasks(actor.schools('access.tasks'), query.show, { offset: (query.page - 1) * TASKS_PER_PAGE, limit: TASKS_PER_PAGE })
      const known = await people.people([...new Set(found.tasks.flatMap(({ personId }) => personId ?? []))])
      return view('pages/access/directory-tasks.njk', tasksView({ ...found, show: query.show, page: query.page, now, nameOf: (id) => known.get(id)?.name ?? '', actorNames: await pages.actorNames(found.tasks.map(({ decidedBy }) => decidedBy)) }))
    },
  })
}

function taskPage(deps: AccessPageDeps): Page {
  const { directoryTasks, people, pages } = deps
  return definePage({
    name: 'directory task', path: '/access/directory-tasks/:id', permission: 'access.tasks', params,
    looksAt: async ({ params: { id }, actor }) => (await deps.directoryQueries.task(id, actor.schools('access.tasks')))?.personId ?? null,
    get: async ({ actor, params: { id }, now }) => {
      const task = await theTask(deps, id, actor)
      const person = task.personId === null ? null : await people.person(task.personId)
      return view('pages/access/directory-task.njk', taskView({ task, now, person: person?.name ?? null, own: isOwn(actor, task.personId), actorNames: await pages.actorNames([task.decidedBy]) }))
    },
    post: {
      body: z.strictObject({ outcome: z.enum(['done', 'could-not'], 'Say whether it is done'), remark: z.string().trim().max(500, 'Use at most 500 characters').default('') }), audit: 'access.task-answered', upload: { field: 'proof', maxBytes: PROOF_BYTES },
      handle: async (ctx) => {
        const task = await theTask(deps, ctx.params.id, ctx.actor)
        if (isOwn(ctx.actor, task.personId)) throw new Forbidden('You have a family link to this person, so a colleague must do this.')
        if (ctx.body.outcome === 'could-not' && ctx.body.remark === '') return backToForm(ctx, 'remark', 'Say why it could not be done')
        try {
          await directoryTasks.answer(task.id, { outcome: ctx.body.outcome, remark: ctx.body.remark === '' ? null : ctx.body.remark, proof: ctx.file && ctx.file.bytes.length > 0 ? ctx.file.bytes : null }, ctx.actor.label)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'outcome', `${error.what} ${error.remedy}`.trim())
        }
        return redirect('/access/directory-tasks', ctx.body.outcome === 'done' ? 'Ticked off. Thank you.' : 'Noted. Whoever approved the plan sees it.')
      },
    },
  })
}

function againPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'directory task again', path: '/access/directory-tasks/:id/again', permission: 'access.tasks', params,
    post: {
      body: z.strictObject({}), audit: 'access.task-asked-again',
      handle: async ({ actor, params: { id } }) => {
        const task = await theTask(deps, id, actor)
        if (isOwn(actor, task.personId)) throw new Forbidden('You have a family link to this person, so a colleague must do this.')
        await deps.directoryTasks.askAgain(task.id, actor.label)
        return redirect('/access/directory-tasks', 'It is asked for again, if it still has to be done.')
      },
    },
  })
}

const isOwn = (actor: Actor, personId: string | null): boolean => personId !== null && (actor.relatedTo?.includes(personId) ?? false)

/** @throws NotFound, alike for a task that does not exist and one that is not the reader's. */
async function theTask({ directoryQueries }: AccessPageDeps, id: string, actor: Actor) {
  const task = await directoryQueries.task(id, actor.schools('access.tasks'))
  if (!task) throw new NotFound('There is no such task.')
  return task
}
