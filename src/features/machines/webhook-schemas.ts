import { z } from 'zod'
import { id, moment, REQUEST_STATES } from './api-schemas.ts'

/** What a delivery may hold: identifiers and states, nothing that names, describes or explains (A5). */
const common = { id: z.string().describe('The same when the same change is told again'), at: moment }
const data = <T extends z.core.$ZodLooseShape>(shape: T) => z.strictObject(shape)
const signature = data({ signatureId: id, requestId: id, personId: id.describe('Whom the agreement is about'), schoolId: id })

/** One event; `type` says which identifiers its `data` holds. */
const webhookEvent = z.discriminatedUnion('type', [
  z.strictObject({ ...common, type: z.literal('request.changed'), data: data({ requestId: id, personId: id.describe('Whom the agreement is about'), schoolId: id, agreementKey: z.string(), state: z.enum(REQUEST_STATES).describe('As it stands when the delivery is made') }) }),
  z.strictObject({ ...common, type: z.literal('signature.made'), data: signature }),
  z.strictObject({ ...common, type: z.literal('signature.ended'), data: signature }),
  z.strictObject({ ...common, type: z.literal('access.changed'), data: data({ personId: id.describe('Ask /people/{id}/access for the access') }) }),
  z.strictObject({ ...common, type: z.literal('access-plan.changed'), data: data({ planId: id, step: z.enum(['made', 'approved', 'finished']) }) }),
  z.strictObject({ ...common, type: z.literal('test'), data: data({}) }),
])

/** The body of one delivery, as the receiver reads it (docs/webhooks.md). */
export const webhookDelivery = z.strictObject({
  id: id.describe('As in the header; the same at every try of this delivery'),
  createdAt: moment,
  events: z.array(webhookEvent).min(1).max(100).describe('In the order in which they happened'),
})

/** An event as it is sent. */
export type WebhookEventBody = z.output<typeof webhookEvent>
