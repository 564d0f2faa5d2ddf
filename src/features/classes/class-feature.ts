import type { Page } from '../../http/define-page.ts'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { RoleService } from '../identity/role-service.ts'
import type { RoleStore } from '../identity/role-store.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { ClassCover } from './class-cover.ts'
import { classCoverPages } from './class-cover-routes.ts'
import type { ClassPagesDeps } from './class-page-deps.ts'
import { classEndPages, classPupilPages } from './class-pupil-routes.ts'
import { ClassQueries } from './class-queries.ts'
import { type ClassDeps, ClassService } from './class-service.ts'
import { classStaffPages } from './class-staff-routes.ts'
import { ClassStore } from './class-store.ts'

export interface ClassFeature { classes: ClassService; classCover: ClassCover; classQueries: ClassQueries; classStore: ClassStore }

/** Wires class sessions together from what lies outside. */
export function createClassFeature(outside: Omit<ClassDeps, 'store' | 'queries'> & { db: Database; clock: Clock; people: PeopleQueries; requests: RequestStore; roles: RoleService; roleStore: RoleStore }): ClassFeature {
  const classStore = new ClassStore(outside.db)
  const classQueries = new ClassQueries({ db: outside.db, clock: outside.clock, people: outside.people, requests: outside.requests, store: classStore })
  return { classes: new ClassService({ ...outside, store: classStore, queries: classQueries }), classCover: new ClassCover(outside), classQueries, classStore }
}

/** Every page of class sessions. */
export function classPages(deps: ClassPagesDeps): Page[] {
  return [...classStaffPages(deps), ...classCoverPages(deps), ...classPupilPages(deps), ...classEndPages()]
}
