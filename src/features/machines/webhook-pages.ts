import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import { longInstant } from '../../shared/dates.ts'
import { Refused } from '../../shared/errors.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import { actorNames } from '../people/actor-names.ts'
import { API_PERMISSION, keepShown, nameField, schoolChoices, takeShown, TRUST, type WebhookPagesDeps } from './machine-pages-deps.ts'
import { EVENT_NAMES, EVENTS } from './webhook-target.ts'
import { deliveryRow, outcomeWords, pausedWords, stateWords } from './webhook-words.ts'

const PATH = '/settings/webhooks'
const CRUMBS = [{ text: 'Settings', href: '/settings' }]
/** Deliveries shown of each. */
const LAST = 10

const one = z.strictObject({ webhook: z.string().length(26) })

/** `/settings/webhooks`: systems that are told of changes. */
export function webhookPages(deps: WebhookPagesDeps): Page[] {
  const { machines: { webhooks, webhookStore }, schools, people } = deps
  const acts = [
    act('test a webhook', 'test', 'webhook.test-asked', true, async ({ body, actor }) => {
      const outcome = await webhooks.test(body.webhook, actor)
      return redirect(PATH, { kind: outcome.delivered ? 'success' : 'attention', text: outcome.delivered ? `The test was taken: ${outcomeWords(outcome)}.` : `The test was not taken: ${outcomeWords(outcome)}.` })
    }),
    act('pause a webhook', 'pause', 'webhook.pause-asked', false, async ({ body, actor }) => {
      await webhooks.pause(body.webhook, actor)
      return redirect(PATH, 'Nothing more is sent until you resume it.')
    }),
    act('resume a webhook', 'resume', 'webhook.resume-asked', true, async ({ body, actor }) => {
      await webhooks.resume(body.webhook, actor)
      return redirect(PATH, 'It goes on where it stood.')
    }),
    act('replace the secret of a webhook', 'rotate', 'webhook.rotate-asked', true, async ({ body, actor, session }) => {
      const { name } = await webhooks.get(body.webhook, actor)
      return keepShown(deps, session, { name, secret: await webhooks.rotate(body.webhook, actor), replaced: true }, `${PATH}/shown`)
    }),
    act('delete a webhook', 'delete', 'webhook.delete-asked', true, async ({ body, actor }) => {
      await webhooks.delete(body.webhook, actor)
      return redirect(PATH, 'The webhook is deleted. What waited for it is not sent.')
    }),
  ]
  return [
    definePage({
      name: 'webhook settings', path: PATH, permission: API_PERMISSION,
      get: async ({ actor, now, values }) => {
        const known = await schools.all()
        const names = new Map(known.map(({ id, name }) => [id, name]))
        const mine = (await webhookStore.all()).filter(({ schoolId }) => decidesAt(actor, schoolId))
        const by = await actorNames(people, mine.map(({ personId }) => `person:${personId}`))
        return view('pages/settings/webhooks.njk', {
          crumbs: CRUMBS, values, action: PATH, hosts: webhooks.hosts, schools: schoolChoices(actor, known), chosen: [values['events'] ?? []].flat(),
          events: EVENT_NAMES.map((value) => ({ value, text: EVENTS[value].text, hint: EVENTS[value].hint })),
          webhooks: await Promise.all(mine.map(async (target) => ({
            id: target.id, name: target.name, host: target.host, paused: target.pausedAt !== null, notice: pausedWords(target),
            events: target.events.map((event) => EVENTS[event].text).join(', '), place: target.schoolId === null ? 'the whole trust' : names.get(target.schoolId) ?? '', state: stateWords(target, now),
            by: `${by(`person:${target.personId}`)} answers for it, since ${longInstant(target.createdAt)}`,
            deliveries: (await webhookStore.lastOf(target.id, LAST)).map(deliveryRow),
          }))),
        })
      },
      post: {
        body: z.strictObject({
          name: nameField, url: z.string().trim().max(500, 'Use at most 500 characters').pipe(z.url('Write an address that begins with https://')),
          events: listOf(z.enum(EVENT_NAMES)).refine((list) => list.length > 0, 'Choose at least one'), school: z.string().min(1, 'Choose where it counts').max(26),
        }),
        audit: 'webhook.asked', stepUp: true,
        handle: async (ctx) => {
          const { body, actor } = ctx
          try {
            const secret = await webhooks.add({ name: body.name, url: body.url, events: body.events, schoolId: body.school === TRUST ? null : body.school }, actor)
            return keepShown(deps, ctx.session, { name: body.name, secret }, `${PATH}/shown`)
          } catch (error) {
            if (!(error instanceof Refused)) throw error
            return backToForm(ctx, error.what.startsWith('The name') ? 'name' : 'url', `${error.what} ${error.remedy}`)
          }
        },
      },
    }),
    ...acts,
    definePage({
      name: 'a webhook secret shown once', path: `${PATH}/shown`, permission: API_PERMISSION,
      get: async ({ session }) => {
        const shown = takeShown(deps, session)
        return shown ? view('pages/settings/webhook-shown.njk', { crumbs: [...CRUMBS, { text: 'Webhooks', href: PATH }], ...shown, next: PATH }) : redirect(PATH)
      },
    }),
  ]
}

type Act = RequestParts & { body: z.output<typeof one> }

function act(name: string, last: string, audit: string, proof: boolean, handle: (ctx: Act) => ReturnType<NonNullable<Parameters<typeof definePage>[0]['get']>>): Page {
  return definePage({ name, path: `${PATH}/${last}`, permission: API_PERMISSION, post: { body: one, audit, ...(proof ? { stepUp: true as const } : {}), handle } })
}
