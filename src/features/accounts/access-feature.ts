import { PlanStore } from '../../db/plan-store.ts'
import type { JobHandlers } from '../../db/outbox.ts'
import { BRAKE_DEFAULTS } from '../../shared/brake.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { AccessDeps, AccessOutside, AccessSettings } from './access-deps.ts'
import { AccessPlans } from './access-plans.ts'
import { AccessQueries } from './access-queries.ts'
import { AccessService, RECONCILE_PERSON } from './access-service.ts'
import { AccountDecisions } from './account-decisions.ts'
import { AccountStore } from './account-store.ts'
import { AssuranceQueries } from './assurance/assurance-queries.ts'
import { DirectoryStore } from './directory-store.ts'
import { KeptPeopleStore } from './kept-people-store.ts'
import { LeaverListStore } from './leavers/leaver-list-store.ts'
import { LeaverNotices } from './leavers/leaver-notices.ts'
import { ListedLeavers } from './leavers/listed-leavers.ts'
import { PlanChoices } from './leavers/plan-choices.ts'
import { type RunCheck, verifyRun } from './leavers/verify-run.ts'
import { PlanStops } from './leavers/plan-stops.ts'
import { AccessApprovals } from './life/access-approvals.ts'
import { AccessTasks } from './life/access-tasks.ts'
import { LifePlans } from './life/life-plans.ts'
import { Retention } from './life/retention.ts'
import { WishPlans } from './life/wish-plans.ts'
import { LegalHolds } from './life/legal-holds.ts'
import { PasswordRuleStore } from './passwords/password-rules.ts'
import { PasswordStore } from './passwords/password-store.ts'
import { TemporaryPasswords } from './passwords/temporary-passwords.ts'
import { PersonReconciler } from './reconcile-person.ts'
import { ReconcileService } from './reconcile-service.ts'
import { PlaceEnds } from '../people/place-ends.ts'
import { RestrictionStore } from './restriction-store.ts'
import { SingleRestrictions } from './restricting/single-restrictions.ts'
import { DirectoryJobs } from './directory-jobs.ts'
import { DirectoryQueries } from './directory-queries.ts'
import { LookStore } from './look-store.ts'
import { TaskService } from './task-service.ts'
import { TaskStore } from './task-store.ts'

/** Defaults of every trust; each can be set. */
export const ACCESS_DEFAULTS: AccessSettings = {
  brake: BRAKE_DEFAULTS,
  startsWithinDays: 60,
  grace: { roles: {}, years: {} },
  undoDays: 30,
  unusedDays: 60,
  retention: { archiveAfterDays: 90, deleteAfterDays: 270 },
  roleProfiles: [
    { name: 'Learner', hint: 'Learning platform, own files, filtered internet.' }, { name: 'Classroom staff', hint: 'Learning platform, mail, registers and marks of own classes.' },
    { name: 'Office', hint: 'Mail, the MIS without safeguarding and medical notes.' }, { name: 'Pastoral', hint: 'As classroom staff, with the records of own year.' },
    { name: 'Leadership', hint: 'The MIS of the school.' }, { name: 'Safeguarding', hint: 'Safeguarding records. Named people only.' }, { name: 'Technical', hint: 'Administration of systems, with an account apart from the everyday one.' },
  ],
  summer: { years: ['11', '12', '13'], from: '05-01', until: '09-30' },
}

/** What the composition root gets: services to act, queries to ask, handlers for the outbox. */
export interface AccessFeature {
  access: AccessService
  reconcile: ReconcileService
  person: PersonReconciler
  queries: AccessQueries
  listed: ListedLeavers
  choices: PlanChoices
  single: SingleRestrictions
  /** Looks afresh at the accounts of a run. */
  verifyRun: (planId: string, actor: string) => Promise<RunCheck>
  holds: LegalHolds
  tasks: AccessTasks
  wishes: WishPlans
  assurance: AssuranceQueries
  retention: Retention
  approvals: AccessApprovals
  life: LifePlans
  passwords: TemporaryPasswords
  passwordRules: PasswordRuleStore
  passwordStore: PasswordStore
  settings: AccessSettings
  /** A6: with the mails it sends. */
  notices: (parts: { mail: Pick<MailService, 'send'>; baseUrl: string }) => LeaverNotices
  /** Whose an account is, and what to do about changes by hand. */
  decisions: AccountDecisions
  directoryTasks: TaskService
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
    directories: new DirectoryStore(db, clock, ids), kept: new KeptPeopleStore(db), lists: new LeaverListStore(db), placeEnds: new PlaceEnds(db, clock), stops: new PlanStops(db, clock),
    looks: new LookStore(db, clock), tasks: new TaskStore({ db, clock, ids }),
  }
}

/** Wires access together from what lies outside it. */
export function createAccessFeature(outside: Outside): AccessFeature {
  const deps = accessDeps(outside)
  const plans = new AccessPlans(deps)
  const reconcile = new ReconcileService(deps, plans)
  const person = new PersonReconciler(deps, plans, reconcile)
  const access = new AccessService(deps)
  const tasks = new AccessTasks(deps)
  const holds = new LegalHolds(deps)
  const life = new LifePlans(deps, plans, reconcile)
  const listed = new ListedLeavers(deps, plans, reconcile)
  const passwordRules = new PasswordRuleStore(deps)
  const passwordStore = new PasswordStore(outside.db)
  const directoryJobs = new DirectoryJobs(deps, reconcile, person)
  return {
    access, reconcile, person, queries: new AccessQueries(deps), listed, choices: new PlanChoices(deps, access), single: new SingleRestrictions(deps, access), holds, tasks,
    verifyRun: (planId, actor) => verifyRun(deps, reconcile, planId, actor),
    retention: new Retention(deps, tasks, life), life, approvals: new AccessApprovals(deps, tasks), settings: deps.settings, wishes: new WishPlans(deps, plans, reconcile), assurance: new AssuranceQueries(outside.db, outside.people, deps.settings.unusedDays),
    passwords: new TemporaryPasswords(deps, { rules: passwordRules, store: passwordStore, tasks }), passwordRules, passwordStore,
    decisions: new AccountDecisions(deps), directoryTasks: new TaskService(deps), directoryJobs, directoryQueries: new DirectoryQueries(deps),
    notices: (parts) => new LeaverNotices(deps, { ...parts, tasks }),
    handlers: { [RECONCILE_PERSON]: person.handler, ...listed.handlers, ...directoryJobs.handlers },
  }
}
