import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { type PageResult, redirect } from '../../http/page-result.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import type { SecretBox } from '../identity/secret-box.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { TokenService } from './token-service.ts'
import type { WebhookService } from './webhook-service.ts'
import type { WebhookStore } from './webhook-store.ts'

export const API_PATH = '/settings/api'
export const API_PERMISSION = 'settings.manage'
/** Stands for the whole trust in the list of schools: nobody gets there by forgetting to choose. */
export const TRUST = 'trust'

interface PagesDeps {
  people: PeopleQueries
  schools: SchoolStore
  shownKey: string
}
export type MachinePagesDeps = PagesDeps & { machines: { tokens: TokenService; box: SecretBox } }
export type WebhookPagesDeps = PagesDeps & { machines: { webhooks: WebhookService; webhookStore: WebhookStore; box: SecretBox } }

export const nameField = z.string().trim().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Use small letters, figures and hyphens, at most 40')

/** Where this administrator may let a machine in. */
export function schoolChoices(actor: Actor, schools: readonly { id: string; name: string }[]): { value: string; text: string }[] {
  return [
    { value: '', text: 'Choose' }, ...(decidesAt(actor, null) ? [{ value: TRUST, text: 'The whole trust' }] : []),
    ...schools.filter(({ id }) => decidesAt(actor, id)).map(({ id, name }) => ({ value: id, text: name })),
  ]
}

interface Keeper { machines: { box: SecretBox }; shownKey: string }

/** Leads to the page that shows a new secret once; on the way it lies in the session, closed. */
export function keepShown({ machines, shownKey }: Keeper, session: SessionHandle, shown: { name: string; secret: string; replaced?: boolean }, path: string): PageResult {
  session.set(shownKey, machines.box.close(JSON.stringify(shown)))
  return redirect(path)
}

/** Takes it out of the session; null where there is none. */
export function takeShown({ machines, shownKey }: Keeper, session: SessionHandle): object | null {
  const kept = session.get(shownKey)
  session.delete(shownKey)
  const opened = typeof kept === 'string' ? machines.box.open(kept) : null
  return opened === null ? null : JSON.parse(opened) as object
}
