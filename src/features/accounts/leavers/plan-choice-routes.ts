import { z } from 'zod'
import type { Actor } from '../../../http/actor.ts'
import { backToForm } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { type PageResult, redirect } from '../../../http/page-result.ts'
import type { PageContext } from '../../../http/page-context.ts'
import { Forbidden, NotFound, Refused } from '../../../shared/errors.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { FAMILY, thePlan } from '../access-plan-routes.ts'

const params = z.strictObject({ id: z.string().length(26) })
const person = z.string().length(26)

/** What is decided on a plan's page beside the approval: who is left out, who gets it back, when it stops. */
export function planChoicePages(deps: AccessPageDeps): Page[] {
  return [leaveOutPage(deps), giveBackPage(deps), stopPage(deps)]
}

function leaveOutPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'leave out of a plan', path: '/access/plans/:id/leave-out', permission: 'access.view', params,
    post: {
      body: z.strictObject({ people: z.union([person, z.array(person).max(200)]).default([]), do: z.enum(['leave', 'back']) }), audit: 'access.plan-lines-chosen',
      handle: async (ctx) => {
        const { actor, body } = ctx
        const permission = ['access.plan', 'access.approve'].find((one) => actor.can(one))
        if (permission === undefined) throw new Forbidden()
        return deciding(deps, ctx, permission, async (path) => {
          const people = [body.people].flat()
          if (people.length === 0) return backToForm(ctx, 'people', 'Tick somebody first', path)
          if (people.some((one) => actor.relatedTo?.includes(one))) return backToForm(ctx, 'people', FAMILY, path)
          const lines = await deps.choices.leaveOut(ctx.params.id, people, body.do === 'leave', actor.label)
          return redirect(path, body.do === 'leave' ? `${lines === 1 ? '1 account is' : `${lines} accounts are`} left out of this plan.` : `${lines === 1 ? '1 account is' : `${lines} accounts are`} in the plan again.`)
        })
      },
    },
  })
}

function giveBackPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'give back to one person', path: '/access/plans/:id/give-back', permission: 'access.undo', params,
    post: {
      body: z.strictObject({ person }), audit: 'access.given-back',
      handle: (ctx) => deciding(deps, ctx, 'access.undo', async (path) => {
        if (ctx.actor.relatedTo?.includes(ctx.body.person)) return backToForm(ctx, 'people', FAMILY, path)
        await deps.choices.giveBack(ctx.params.id, ctx.body.person, ctx.actor.label)
        return redirect(path, 'Given back. The directory follows in a moment; this person is kept until their source says something new.')
      }),
    },
  })
}

function stopPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'stop a run', path: '/access/plans/:id/stop', permission: 'access.approve', params,
    post: {
      body: z.strictObject({}), audit: 'access.stop-used',
      handle: (ctx) => deciding(deps, ctx, 'access.approve', async (path) => {
        if (await deps.jobs.callOff(ctx.params.id)) return redirect(path, 'Called off. The plan waits for a decision again.')
        await deps.choices.stop(ctx.params.id, ctx.actor.label)
        return redirect(path, 'The run stops after the account it is at.')
      }),
    },
  })
}

/** A plan whose every line is in a school where the actor may decide, and refusals beside the list. @throws NotFound */
async function deciding(deps: AccessPageDeps, ctx: PageContext<{ id: string }> & { actor: Actor }, permission: string, decide: (path: string) => Promise<PageResult>): Promise<PageResult> {
  const { plan } = await thePlan(deps, ctx.params.id, ctx.actor)
  if (await deps.pages.concernsOthers(plan.id, ctx.actor.schools(permission))) throw new NotFound()
  const path = `/access/plans/${plan.id}`
  try {
    return await decide(path)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return backToForm(ctx, 'people', `${error.what} ${error.remedy}`.trim(), path)
  }
}
