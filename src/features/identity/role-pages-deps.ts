import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import type { Sessions } from '../../http/sessions.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { RoleService } from './role-service.ts'
import type { RoleStore } from './role-store.ts'

export interface RolePagesDeps {
  db: Database
  clock: Clock
  roles: RoleService
  roleStore: RoleStore
  people: PeopleQueries
  schools: SchoolStore
  sessions: Pick<Sessions, 'sessionsOf' | 'endSessionsOf'>
  audit: { record(act: { actor: string; event: string; subject?: string | null; payload: object }): Promise<unknown> }
}

export const ROLES_PATH = '/settings/roles'
export const ROLES_PERMISSION = 'settings.manage'

/** Whether this administrator decides about roles at a school; null is the whole trust. */
export const decidesAt = (actor: Actor, schoolId: string | null): boolean =>
  (schoolId === null ? actor.schools(ROLES_PERMISSION) === 'all' : actor.can(ROLES_PERMISSION, schoolId))
