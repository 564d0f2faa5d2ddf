import type { Plan } from '../../../db/plan-store.ts'
import { Refused } from '../../../shared/errors.ts'
import type { LosingPerson } from '../access-brake.ts'
import type { AccessDeps } from '../access-deps.ts'
import { type AccessPlans, type AccessReport, dateOf, HELD_FOR_MS } from '../access-plans.ts'
import { lastEnded } from '../ended-people.ts'
import { accessRank, type ItemAfter } from '../access-item.ts'
import type { CreationRule } from '../directory-store.ts'
import { observeAccounts } from '../observe-accounts.ts'
import { desiredOf, ItemStager, type NamedTarget, targetsById } from '../stage-items.ts'
import { archiveMapping, targetOf } from './archived-mapping.ts'
import type { DueAccount } from './due-account.ts'
import { usernameCandidates } from './username-rule.ts'

/** What these plans are about. */
export const RETENTION = 'retention'
/** As above: accounts for people who have none. */
export const NEW_ACCOUNTS = 'new-accounts'
/** A plan that somebody reads. */
const MOST_NEW = 1000

/** Work while nobody else touches these directories; `ReconcileService` has it. */
export interface Directories {
  withDirectories<T>(targets: readonly { id: string }[], holder: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** Plans at the two ends of an account's life: made by one person, approved by another, run, read back and undone like every plan (A1, U1). */
export class LifePlans {
  readonly #deps: AccessDeps
  readonly #plans: AccessPlans
  readonly #reconcile: Directories
  constructor(deps: AccessDeps, plans: AccessPlans, reconcile: Directories) {
    this.#deps = deps
    this.#plans = plans
    this.#reconcile = reconcile
  }

  /** Whether Assent does this step itself in that directory; else it is a task for a person. */
  does(directory: string, step: 'archive' | 'delete'): boolean {
    const target = this.#deps.targets.get(directory)
    if (!target?.life || target.mode === 'observe') return false
    return step === 'archive' ? target.life.archive !== undefined && !hasNoArchive(target.directory.kind) : target.life.delete && target.directory.life?.remove !== undefined
  }

  /** Directories in which the trust lets Assent make accounts. */
  making(): (NamedTarget & { rule: CreationRule })[] {
    return [...targetsById(this.#deps).values()].flatMap((target) => (target.life?.create && target.directory.life?.create && target.mode !== 'observe' ? [{ ...target, rule: target.life.create }] : []))
  }

  /** Accounts that a plan of retention holds which waits, runs, or can be gone on with. */
  async standing(): Promise<Set<string>> {
    const { db, clock } = this.#deps
    const rows = await db.rows(
      `select i.item_key from plan_items i join plans p on p.id = i.plan_id where p.kind = 'access' and p.about = ? and p.state in ('planned', 'held', 'applying')
         and (p.expires_at is null or p.expires_at > ?) and i.state in ('planned', 'held', 'applied', 'failed')`, [RETENTION, clock.now()])
    return new Set(rows.map((row) => (row['item_key'] as string).split(':').at(-1) ?? ''))
  }

  /** Stores a plan of these steps; it always waits for a second person, with the typed count where something is deleted. */
  async retention(due: readonly DueAccount[], actor: string): Promise<AccessReport> {
    const deps = this.#deps
    const targets = targetsById(deps)
    return this.#reconcile.withDirectories([...targets.values()], actor, async () => {
      const plan = await this.#plans.open(RETENTION, actor)
      const stager = new ItemStager(deps, plan.id)
      const on = dateOf(deps)
      const accounts = await deps.accounts.many(due.map(({ accountId }) => accountId))
      const desired = await desiredOf(deps, due.map(({ personId }) => personId), on)
      const places = await deps.people.affiliationsOf(due.map(({ personId }) => personId))
      const protectedIds = await deps.protectedPeople()
      const losing = new Map<string, LosingPerson>()
      let protectedCount = 0
      for (const { accountId, personId, directory, step, suspendedAt } of due) {
        const account = accounts.get(accountId)
        const target = [...targets.values()].find(({ name }) => name === directory)
        if (!account || !target) continue
        const guarded = protectedIds.has(personId) || account.observed.protected || actor === `person:${personId}`
        const place = lastEnded(places.get(personId) ?? [], on)
        if (guarded) protectedCount += 1
        else losing.set(personId, { personId, schoolId: place?.schoolId ?? '', role: place?.role ?? '', yearCode: null, regGroup: null, current: false })
        await stager.add({
          personId, account, target: step === 'archive' ? { ...target, mapping: archiveMapping(target) } : target, action: step, desired: desired(personId),
          population: place ? `${place.schoolId}|${place.role}|${step}` : null, reason: `Suspended since ${new Date(suspendedAt).toISOString().slice(0, 10)}${guarded ? '. B4: protected, so a person has to do it in the directory' : ''}`, state: guarded ? 'skipped' : 'held',
        })
      }
      await stager.flush()
      const brake = await this.#plans.judge(plan, { losing: [...losing.values()], moves: 0, protectedCount, mayTake: true }, { firstRunMatters: false })
      const deletes = due.filter(({ step }) => step === 'delete').length
      const held = [{ rule: 'A1', text: 'Archiving and deleting always wait for a second person.' }, ...await this.#recoveries(due, targets), ...brake.held]
      await deps.db.transaction(async () => {
        await deps.plans.update(plan.id, {
          state: 'held', counts: { people: losing.size, planned: stager.count - protectedCount, protected: protectedCount, delete: deletes }, expiresAt: deps.clock.now() + HELD_FOR_MS,
          brake: { ...brake, held, secondPerson: true, typedCount: brake.typedCount || deletes > 0, count: losing.size },
        })
        await deps.audit.record({ actor, event: 'access.retention-planned', subject: `plan:${plan.id}`, payload: { accounts: due.map(({ accountId, step }) => `${step}:${accountId}`) } })
      })
      return this.#plans.report(plan.id)
    })
  }

  /**
   * Looks at the directories and stores a plan of accounts for everybody who should have one and has none. It waits for a person, since an account that only was not
   * recognised would be made a second time. Who may be meant by an account that nobody has decided about is left out.
   */
  async newAccounts(actor: string): Promise<AccessReport> {
    const deps = this.#deps
    const targets = this.making()
    if (targets.length === 0) throw new Refused({ what: 'No directory is set to have accounts made by Assent.', remedy: 'Set life.create of a directory in the configuration file.' })
    return this.#reconcile.withDirectories(targets, actor, async () => {
      for (const target of targets) await observeAccounts(deps, target)
      const plan = await this.#plans.open(NEW_ACCOUNTS, actor)
      let seq = 0
      let unclear = 0
      for (const target of targets) {
        const { lines, left } = await this.#wanted(target)
        unclear += left
        const items = lines.map(({ personId, after, problem }) => ({
          seq: seq++, itemKey: `create:${personId}:${target.id}`, subject: personId, action: 'create', rank: accessRank.giving, population: after.make ? `${after.make.schoolId}|${after.make.role}` : null,
          state: problem === null ? 'planned' as const : 'skipped' as const, before: null, after, file: null, line: null, reason: problem ?? 'In the records, and without an account here',
        }))
        if (items.length > 0) await deps.db.transaction(() => deps.plans.addItems(plan.id, items))
      }
      await deps.db.transaction(async () => {
        await deps.plans.update(plan.id, {
          state: 'planned', counts: { planned: seq, unclear }, expiresAt: deps.clock.now() + HELD_FOR_MS,
          brake: { held: unclear === 0 ? [] : [{ rule: 'A4', text: `${unclear} left out: an account that nobody has decided about may be theirs already.` }], secondPerson: false, typedCount: false, count: 0 },
        })
        await this.#plans.supersede(plan)
      })
      return this.#plans.report(plan.id)
    })
  }

  /** U1: puts archived accounts back where they were. What was deleted is not brought back from here. @throws Refused when nothing of the plan can be undone. */
  async undo(plan: Plan, actor: string): Promise<Plan> {
    const deps = this.#deps
    const begun = await deps.db.sql('plans').where({ kind: 'access', undo_of: plan.id }).whereIn('state', ['applying', 'held']).first('id') as { id: string } | undefined
    if (begun) return await deps.plans.get(begun.id) as Plan
    if (plan.approvedAt !== null && deps.clock.now() > plan.approvedAt + deps.settings.undoDays * 86_400_000) {
      throw new Refused({ what: `U1: this plan was approved more than ${deps.settings.undoDays} days ago, so it is not undone as a whole any more.`, remedy: 'Whoever comes back gets their account back by the roster.' })
    }
    const rows = await deps.db.sql('account_archives').where({ plan_id: plan.id }).whereNotNull('archived_at').whereNull('undone_at') as { account_id: string; before: string }[]
    if (rows.length === 0) throw new Refused({ what: 'Nothing that this plan archived is still archived. What was deleted is not brought back from here.', remedy: 'The plan says how the directory can bring a deleted account back, and until when.' })
    const undo = await this.#plans.open('undo', actor, plan.id)
    const stager = new ItemStager(deps, undo.id)
    const targets = targetsById(deps)
    const accounts = await deps.accounts.many(rows.map(({ account_id: id }) => id))
    const desired = await desiredOf(deps, [...accounts.values()].flatMap(({ personId }) => personId ?? []), dateOf(deps))
    for (const row of rows) {
      const account = accounts.get(row.account_id)
      const target = account && targets.get(account.directoryId)
      if (!account?.personId || !target) continue
      const backTo = (JSON.parse(row.before) as { container: string }).container
      const after = { backTo } as ItemAfter
      await stager.add({ personId: account.personId, account, target: targetOf(target, { action: 'unarchive', after }), action: 'unarchive', desired: desired(account.personId), population: null, reason: `undo of plan ${plan.id}`, state: 'planned', backTo })
    }
    await stager.flush()
    await deps.db.transaction(async () => {
      if (!await deps.plans.advance(plan.id, ['applied', 'held', 'applying'], { state: 'undone' })) throw new Refused({ what: 'This plan has changed meanwhile.', remedy: 'Open it again.' })
      await deps.plans.update(undo.id, { state: 'applying', counts: { people: stager.count, planned: stager.count }, approvedBy: actor, approvedAt: deps.clock.now() })
      await deps.db.sql('plan_items').where({ plan_id: plan.id, action: 'archive' }).whereIn('state', ['applied', 'verified']).update({ state: 'reverted' })
      await deps.audit.record({ actor, event: 'access.undo-begun', subject: `plan:${plan.id}`, payload: { undo: undo.id, people: stager.count } })
    })
    return await deps.plans.get(undo.id) as Plan
  }

  /** What can be brought back, said before anybody approves. */
  async #recoveries(due: readonly DueAccount[], targets: ReadonlyMap<string, NamedTarget>): Promise<{ rule: string; text: string }[]> {
    const found: { rule: string; text: string }[] = []
    for (const { name, directory } of targets.values()) {
      if (!due.some((one) => one.step === 'delete' && one.directory === name) || !directory.life?.remove) continue
      const { text } = await directory.life.remove.recovery()
      found.push({ rule: 'A1', text: `Deleting in ${name}: ${text}` })
    }
    return found
  }

  /** Who has a place and no account in this directory. */
  async #wanted(target: NamedTarget): Promise<{ lines: { personId: string; after: ItemAfter; problem: string | null }[]; left: number }> {
    const deps = this.#deps
    const rule = target.life?.create
    if (!rule) return { lines: [], left: 0 }
    const on = dateOf(deps)
    const rows = await deps.db.rows(
      `select f.person_id, f.school_id, f.role, f.year_code, f.start_date, p.preferred_forename, p.surname, s.short_name,
         (select count(*) from account_suggestions g where g.directory_id = ? and g.person_id = f.person_id) as unclear
       from affiliations f join people p on p.id = f.person_id join schools s on s.id = f.school_id
       where f.role in (${rule.roles.map(() => '?').join(', ')}) and (f.start_date is null or f.start_date <= ?) and (f.end_date is null or f.end_date >= ?) and f.missing_since is null
         and not exists (select 1 from accounts a where a.person_id = f.person_id and a.directory_id = ? and a.gone_at is null)
       order by f.person_id, f.id limit ?`, [target.id, ...rule.roles, on, on, target.id, MOST_NEW * 2])
    const keys = new Map<string, string>()
    const ids = new Set(rows.map((row) => row['person_id'] as string))
    if (ids.size > 0) for await (const people of deps.sourceKeys()) for (const { personId, keys: theirs } of people) if (ids.has(personId) && theirs[0] && !keys.has(personId)) keys.set(personId, theirs[0])
    const protectedIds = await deps.protectedPeople()
    const lines: { personId: string; after: ItemAfter; problem: string | null }[] = []
    const seen = new Set<string>()
    let left = 0
    for (const row of rows) {
      const personId = row['person_id'] as string
      if (seen.has(personId) || lines.length >= MOST_NEW) continue
      seen.add(personId)
      if (Number(row['unclear']) > 0) {
        left += 1
        continue
      }
      const role = row['role'] as string
      const yearCode = row['year_code'] as string | null
      const home = rule.homes.find((each) => (each.role === undefined || each.role === role) && (each.years === undefined || (yearCode !== null && each.years.includes(yearCode))) && (each.school === undefined || each.school === row['short_name']))
      const employeeId = keys.get(personId)
      const [username = ''] = employeeId ? usernameCandidates(rule.username, { forename: row['preferred_forename'] as string, surname: row['surname'] as string, employeeId, startDate: row['start_date'] as string | null }) : []
      const problem = protectedIds.has(personId) ? 'B4: protected, so a person has to do it in the directory.'
        : !employeeId ? 'No number of the school is known, by which the account would be recognised.' : !home ? 'No rule says where this account belongs (life.create.homes).' : null
      lines.push({
        personId, problem, after: {
          accountId: '', directoryId: target.id, directory: target.name, username, place: null, release: [], level: 'full', profiles: [], change: home?.container ? { moveTo: home.container } : null,
          make: { schoolId: row['school_id'] as string, role, yearCode, employeeId: employeeId ?? '', container: home?.container ?? '' },
        },
      })
    }
    return { lines, left }
  }
}

/** Entra has no archive of its own (taking the licence away stays a task for a person), nor has SCIM; a task list is tasks already. */
const hasNoArchive = (kind: string): boolean => kind === 'entra' || kind === 'scim' || kind === 'task-list'
