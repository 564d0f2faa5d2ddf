import type { Actor } from '../../http/actor.ts'
import { type PageResult, redirect } from '../../http/page-result.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import type { SecretBox } from '../identity/secret-box.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { TokenService } from './token-service.ts'

export const API_PATH = '/settings/api'
export const API_PERMISSION = 'settings.manage'
/** Stands for the whole trust in the list of schools: nobody gets there by forgetting to choose. */
export const TRUST = 'trust'

export interface MachinePagesDeps {
  machines: { tokens: TokenService; box: SecretBox }
  people: PeopleQueries
  schools: SchoolStore
  shownKey: string
}

/** Where this administrator may let a machine in. */
export function schoolChoices(actor: Actor, schools: readonly { id: string; name: string }[]): { value: string; text: string }[] {
  return [
    { value: '', text: 'Choose' }, ...(decidesAt(actor, null) ? [{ value: TRUST, text: 'The whole trust' }] : []),
    ...schools.filter(({ id }) => decidesAt(actor, id)).map(({ id, name }) => ({ value: id, text: name })),
  ]
}

/** Leads to the page that shows a new secret once; on the way it lies in the session, closed. */
export function keepShown({ machines, shownKey }: MachinePagesDeps, session: SessionHandle, shown: { name: string; secret: string }): PageResult {
  session.set(shownKey, machines.box.close(JSON.stringify(shown)))
  return redirect(`${API_PATH}/shown`)
}
