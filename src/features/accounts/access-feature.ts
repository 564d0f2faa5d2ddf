import { PlanStore } from '../../db/plan-store.ts'
import type { JobHandlers } from '../../db/outbox.ts'
import { BRAKE_DEFAULTS } from '../../shared/brake.ts'
import type { AccessDeps, AccessOutside, AccessSettings } from './access-deps.ts'
import { AccessPlans } from './access-plans.ts'
import { AccessQueries } from './access-queries.ts'
import { AccessService, RECONCILE_PERSON } from './access-service.ts'
import { AccountDecisions } from './account-decisions.ts'
import { AccountStore } from './account-store.ts'
import { DirectoryJobs } from './directory-jobs.ts'
import { DirectoryQueries } from './directory-queries.ts'
import { DirectoryStore } from './directory-store.ts'
import { KeptPeopleStore } from './kept-people-store.ts'
import { LookStore } from './look-store.ts'
import { PersonReconciler } from './reconcile-person.ts'
import { ReconcileService } from './reconcile-service.ts'
import { RestrictionStore } from './restriction-store.ts'
import { TaskService } from './task-service.ts'
import { TaskStore } from './task-store.ts'

/** Defaults of every trust; each can be set. */
export const ACCESS_DEFAULTS: AccessSettings = {
  brake: BRAKE_DEFAULTS,
  startsWithinDays: 60,
  summer: { years: ['11', '12', '13'], from: '05-01', until: '09-30' },
}

/** What the composition root gets: services to act, queries to ask, handlers for the outbox. */
export interface AccessFeature {
  access: AccessService
  reconcile: ReconcileService
  person: PersonReconciler
  queries: AccessQueries
  /** Whose an account is, and what to do about changes by hand. */
  decisions: AccountDecisions
  tasks: TaskService
  directoryJobs: DirectoryJobs
  directoryQueries: DirectoryQueries
  handlers: JobHandlers
}

type Outside = Omit<AccessOutside, 'settings'> & { settings?: Partial<AccessSettings> }

/** What lies outside, with the feature's own stores. */
export function accessDeps(outside: Outside): AccessDeps {
  const { db, clock, ids } = outside
  return {
    ...outside,
    settings: { ...ACCESS_DEFAULTS, ...outside.settings },
    plans: new PlanStore(db), restrictions: new RestrictionStore(db), accounts: new AccountStore(db),
    directories: new DirectoryStore(db, clock, ids), kept: new KeptPeopleStore(db),
    looks: new LookStore(db, clock), tasks: new TaskStore({ db, clock, ids }),
  }
}

/** Wires access together from what lies outside it. */
export function createAccessFeature(outside: Outside): AccessFeature {
  const deps = accessDeps(outside)
  const plans = new AccessPlans(deps)
  const reconcile = new ReconcileService(deps, plans)
  const person = new PersonReconciler(deps, plans, reconcile)
  const directoryJobs = new DirectoryJobs(deps, reconcile, person)
  return {
    access: new AccessService(deps), reconcile, person, queries: new AccessQueries(deps), decisions: new AccountDecisions(deps), tasks: new TaskService(deps),
    directoryJobs, directoryQueries: new DirectoryQueries(deps), handlers: { [RECONCILE_PERSON]: person.handler, ...directoryJobs.handlers },
  }
}
