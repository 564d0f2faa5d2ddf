import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect } from '../../http/page-result.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, keyParams, openFor, wordsField } from './authoring-deps.ts'

/** People who may look after texts, by name, for a list; nobody first. */
export async function ownersOf(deps: Pick<AuthoringPagesDeps, 'people' | 'roleStore' | 'clock'>): Promise<{ value: string; text: string }[]> {
  const roles = ['trust-admin', 'trust-safeguarding-lead', 'dsl', 'headteacher'] as const
  const holders = (await Promise.all(roles.map((role) => deps.roleStore.holdersOf(role, deps.clock.now())))).flat()
  const people = await deps.people.people([...new Set(holders.map(({ personId }) => personId))])
  const named = [...people.values()].map(({ id, name }) => ({ value: id, text: name })).sort((a, b) => a.text.localeCompare(b.text, 'en'))
  return [{ value: '', text: 'Nobody by name: the safeguarding lead' }, ...named]
}

/** Who looks after an agreement, its reviews, and taking a version back. */
export function carePages(deps: AuthoringPagesDeps): Page[] {
  const { reviews, authoring, drafts } = deps.texts
  return [
    definePage({
      name: 'agreement care', path: `${AGREEMENTS_PATH}/:key/care`, permission: 'agreements.edit', params: keyParams,
      post: {
        body: z.strictObject({ owner: z.string().max(26).default(''), months: z.coerce.number().int().min(1).max(60) }), audit: 'agreement.care-set',
        handle: async (ctx) => {
          const { agreement } = await openFor(deps, ctx.actor, ctx.params.key, 'agreements.edit')
          const person = (await ownersOf(deps)).find(({ value }) => value !== '' && value === ctx.body.owner)
          const before = await drafts.care(agreement.id)
          await reviews.setCare(ctx.params.key, { owner: person?.text ?? (before.ownerId ? 'Online-safety lead' : before.owner), ownerId: person?.value ?? null, reviewMonths: ctx.body.months }, ctx.actor.label)
          return redirect(at.show(ctx.params.key), 'Owner and review cycle are saved.')
        },
      },
    }),
    definePage({
      name: 'agreement review', path: `${AGREEMENTS_PATH}/:key/review`, permission: 'agreements.edit', params: keyParams,
      post: {
        body: z.strictObject({ act: z.enum(['needed', 'done']), reason: wordsField(450).trim().min(1, 'Say why in a sentence. Name nobody.') }), audit: 'agreement.review',
        handle: async (ctx) => {
          await openFor(deps, ctx.actor, ctx.params.key, 'agreements.edit')
          const { act, reason } = ctx.body
          if (act === 'needed') await reviews.ask(ctx.params.key, reason, ctx.actor.label)
          else await reviews.done(ctx.params.key, reason, ctx.actor.label)
          return redirect(at.show(ctx.params.key), act === 'needed' ? 'The review is due now. The owner gets a mail.' : 'The review is noted. The cycle begins again.')
        },
      },
    }),
    definePage({
      name: 'withdraw version', path: `${AGREEMENTS_PATH}/:key/withdraw`, permission: 'agreements.publish', params: keyParams,
      post: {
        body: z.strictObject({ number: z.coerce.number().int().min(1), reason: wordsField(450).trim().min(1, 'Say why in a sentence.') }), audit: 'agreement.withdrawn',
        handle: async (ctx) => {
          await openFor(deps, ctx.actor, ctx.params.key, 'agreements.publish')
          await authoring.withdraw(ctx.params.key, ctx.body.number, ctx.body.reason, ctx.actor.label)
          return redirect(at.show(ctx.params.key), `Version ${ctx.body.number} is withdrawn. What was signed is kept, and checking a PDF says so.`)
        },
      },
    }),
  ]
}
