import { z } from 'zod'
import { backToForm } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { longInstant } from '../../../shared/dates.ts'
import { Forbidden, Refused } from '../../../shared/errors.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'

const ids = z.union([z.string().length(26), z.array(z.string().length(26)).max(1000)]).default([])

/** `/access/retention`: which suspended accounts are archived or deleted next, proposed by one person and approved by another. */
export function retentionPages({ retention, people, pages, settings }: AccessPageDeps): Page[] {
  return [definePage({
    name: 'retention of accounts', path: '/access/retention', permission: 'access.approve',
    get: async ({ actor }) => {
      const schools = actor.schools('access.approve')
      const own = actor.relatedTo ?? []
      const due = await retention.due(schools, own)
      const proposed = schools === 'all' ? (await retention.proposed()).filter(({ personId }) => !own.includes(personId)) : []
      const names = await people.people([...due, ...proposed].map(({ personId }) => personId))
      const by = await pages.actorNames(proposed.map(({ askedBy }) => askedBy))
      const name = (id: string) => names.get(id)?.name ?? ''
      return view('pages/access/retention.njk', {
        crumbs: [{ text: 'Access', href: '/access' }], path: '/access/retention', rules: settings.retention,
        groups: (['archive', 'delete'] as const).map((step) => ({
          step, title: step === 'archive' ? 'To archive next' : 'To delete next',
          rows: due.filter((one) => one.step === step).map((one) => ({ value: one.accountId, name: name(one.personId), text: `${one.username}, ${one.directory}`, since: longInstant(one.suspendedAt), byAssent: one.byAssent })),
        })),
        proposed: proposed.map((one) => ({ value: one.taskId, name: name(one.personId), text: one.what, since: `${by(one.askedBy)}, ${longInstant(one.askedAt)}`, own: one.askedBy === actor.label })),
      })
    },
    post: {
      body: z.strictObject({ do: z.enum(['propose', 'approve']), chosen: ids }), audit: 'access.retention-decided', stepUp: true,
      handle: async (ctx) => {
        const { actor, body } = ctx
        const schools = actor.schools('access.approve')
        const chosen = [body.chosen].flat()
        if (chosen.length === 0) return backToForm(ctx, 'chosen', 'Tick an account first')
        if (body.do === 'propose') {
          const { tasks: put, plan } = await retention.propose(chosen, schools, actor.label, actor.relatedTo)
          if (plan) return redirect(`/access/plans/${plan.run}`, `${put === 0 ? '' : `${put} became tasks for people. `}This plan waits for a second person.`)
          return redirect('/access/retention', put === 1 ? '1 account is proposed. A second person approves.' : `${put} accounts are proposed. A second person approves.`)
        }
        if (schools !== 'all') throw new Forbidden('Somebody for the whole trust approves this.')
        try {
          const approved = await retention.approve(chosen, actor.label, actor.relatedTo)
          return redirect('/access/tasks', approved === 1 ? '1 account is on the task list.' : `${approved} accounts are on the task list.`)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'chosen', `${error.what} ${error.remedy}`)
        }
      },
    },
  })]
}
