import { z } from 'zod'
import { ACCESS_LEVELS } from '../accounts/desired-access.ts'

/** Schemas of `/api/v1`: they check what comes in, and the description for others is written from them. */
export const id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/).describe('A ULID')
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/).describe('A day in the United Kingdom')
export const moment = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/).describe('An instant in UTC')
const count = z.number().int().nonnegative()

export const REQUEST_STATES = ['open', 'complete', 'declined', 'excused', 'superseded', 'cancelled'] as const

export const pathOfOne = z.strictObject({ id })

export const requestsQuery = z.strictObject({
  school: id.optional(),
  state: z.enum(REQUEST_STATES).optional(),
  changedSince: moment.optional().describe('Requests that were made or changed at this instant or later'),
  cursor: z.string().max(200).optional().describe('The "next" of an earlier answer, to be asked with the same filters'),
  limit: z.coerce.number().int().min(1).max(200).default(100),
})

export const requestItem = z.strictObject({
  id,
  state: z.enum(REQUEST_STATES),
  agreement: z.strictObject({ id, key: z.string(), title: z.string() }),
  person: z.strictObject({
    id: id.describe('Whom the agreement is about'),
    externalIds: z.array(z.strictObject({ source: z.string(), id: z.string() })).describe('As the rosters name the person'),
  }),
  schoolId: id,
  dueOn: day.nullable(),
  completedAt: moment.nullable(),
  changedAt: moment,
})

export const requestsPage = z.strictObject({
  items: z.array(requestItem),
  next: z.string().nullable().describe('Null: nothing more for now'),
})

export const personAccess = z.strictObject({
  personId: id,
  level: z.enum(ACCESS_LEVELS).describe('The access that the person should have today'),
  profiles: z.array(z.string()),
  reasons: z.array(z.strictObject({ text: z.string(), until: day.nullable() })).describe('In neutral words; nothing of what is confidential'),
})

export const GROUPS = ['pupil', 'staff', 'governor', 'volunteer', 'visitor', 'guardian'] as const
const figure = z.strictObject({
  group: z.enum(GROUPS), asked: count.nullable(),
  signedPercent: z.number().int().min(0).max(100).nullable().describe('In steps of five; 0 is none or very few, 100 all or nearly all'),
})
export const figures = z.strictObject({
  asOf: moment,
  schools: z.array(z.strictObject({ schoolId: id, figures: z.array(figure).describe('Of fewer than ten agreements nothing is said: both are null') })),
})

export const reminderBody = z.strictObject({ reference: z.string().regex(/^[A-Za-z0-9._-]{1,60}$/).optional().describe('The caller’s own reference, kept in the audit log') })

export const reminderAnswer = z.strictObject({
  mails: count.describe('People who get a mail by this call'),
  already: count.describe('People who had one on this school day already'),
  unreached: z.boolean().describe('True where nobody who has still to sign has an address'),
})

export const problem = z.strictObject({ type: z.string(), title: z.string(), status: z.number().int(), detail: z.string(), instance: z.string() }).describe('RFC 9457')
