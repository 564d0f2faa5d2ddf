import type { JobHandlers } from '../../../db/outbox.ts'
import { type CalendarDate, today } from '../../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../../shared/errors.ts'
import type { AccessDeps } from '../access-deps.ts'
import { type AccessPlans, type AccessReport, dateOf } from '../access-plans.ts'
import { observeAccounts } from '../observe-accounts.ts'
import type { ReconcileService } from '../reconcile-service.ts'
import { ItemStager, targetsById } from '../stage-items.ts'
import { findListedPeople } from './find-listed-people.ts'
import { judgeList } from './judge-list.ts'
import { type LeaverList, type ListLine, meant, MOST_LINES, parseList } from './leaver-list.ts'
import type { LeaverListStore } from './leaver-list-store.ts'
import { stageListed } from './stage-listed.ts'

/** Kind of the job that works out the plan of a list. */
const PLAN_LIST = 'access.plan-list'

export interface NewList {
  text: string
  schoolId: string | null
  lastDay: CalendarDate
  actor: string
  /** Schools whose people the maker may know of. */
  within: 'all' | readonly string[]
}

/** Leavers by a list that a person gave: understood line by line, then planned like any other leavers. */
export class ListedLeavers {
  readonly #deps: AccessDeps
  readonly #plans: AccessPlans
  readonly #reconcile: ReconcileService
  readonly store: LeaverListStore
  constructor(deps: AccessDeps, plans: AccessPlans, reconcile: ReconcileService) {
    this.#deps = deps
    this.#plans = plans
    this.#reconcile = reconcile
    this.store = deps.lists
  }

  /** @throws UnusableInput when the list is empty, far too long, or its last day is not over (T1: an ending takes effect the day after). */
  async make(command: NewList): Promise<LeaverList> {
    const { db, ids, clock, audit } = this.#deps
    const lines = parseList(command.text)
    if (lines.length === 0) throw new UnusableInput({ what: 'The list is empty.', where: 'list', remedy: 'Write one person on each line.' })
    if (lines.length > MOST_LINES) throw new UnusableInput({ what: `The list has ${lines.length} lines; at most ${MOST_LINES} are taken at a time.`, where: 'list', remedy: 'Read it as a roster instead.' })
    if (command.lastDay >= dateOf(this.#deps)) {
      throw new UnusableInput({ what: 'Their last day is not over yet.', where: 'list', remedy: 'Give the list on the day after, or let the roster carry the date.' })
    }
    const list: LeaverList = {
      id: ids.next(), schoolId: command.schoolId, lastDay: command.lastDay, madeBy: command.actor, madeAt: clock.now(), planId: null,
      entries: await this.#judge(lines, command, new Map()),
    }
    await db.transaction(async () => {
      await this.store.insert(list)
      await audit.record({ actor: command.actor, event: 'access.list-given', subject: `list:${list.id}`, payload: { lines: lines.length, understood: meant(list).length } })
    })
    return list
  }

  /** Says whom ambiguous lines mean; everything is judged afresh. @throws Refused when the plan is made already. */
  async pick(id: string, picks: ReadonlyMap<number, string>, within: NewList['within']): Promise<LeaverList> {
    const list = await this.get(id)
    if (list.planId !== null) throw new Refused({ what: 'The plan of this list is made already.', remedy: 'Leave people out on the plan, or give a new list.' })
    const before = new Map(list.entries.flatMap((entry) => (entry.personId !== null ? [[entry.line, entry.personId] as const] : [])))
    const text = list.entries.map((entry) => entry.text)
    const lines = list.entries.map((entry, at): ListLine => ({ ...parseList(text[at] ?? '')[0] ?? { text: entry.text, cells: [] }, line: entry.line }))
    const entries = await this.#judge(lines, { schoolId: list.schoolId, actor: list.madeBy, within }, new Map([...before, ...picks]))
    await this.#deps.db.transaction(() => this.store.update(id, { entries }))
    return { ...list, entries }
  }

  /** Asks the worker for the plan; asked twice it is made once. @throws Refused when nobody on the list was understood. */
  async requestPlan(id: string, actor: string): Promise<void> {
    const list = await this.get(id)
    if (meant(list).length === 0) throw new Refused({ what: 'Nobody on this list can be planned for.', remedy: 'Give a new list with usernames or admission numbers.' })
    await this.#deps.db.transaction(() => this.#deps.outbox.put(PLAN_LIST, { list: id, actor }, { dedupeKey: `${PLAN_LIST}:${id}` }))
  }

  /** The plan of a list: stored, judged, waiting for a person. A list that has a plan gives its report. */
  async plan(id: string, actor: string): Promise<AccessReport> {
    const deps = this.#deps
    const made = await this.get(id)
    if (made.planId !== null) return this.#plans.report(made.planId)
    const targets = [...targetsById(deps).values()]
    return this.#reconcile.withDirectories(targets, actor, async (signal) => {
      for (const target of targets) await observeAccounts(deps, target)
      const list = await this.get(id)
      if (list.planId !== null) return this.#plans.report(list.planId)
      const plan = await this.#plans.open(`leavers-list:${id}`, actor)
      const stager = new ItemStager(deps, plan.id)
      const schoolNames = new Map((await deps.schools.all()).map((school) => [school.id, school.name]))
      const staged = await stageListed({ deps, plan, stager, on: dateOf(deps), protectedIds: await deps.protectedPeople(), schoolNames }, list)
      await stager.flush()
      const counts = { people: staged.losing.length, moves: staged.moves, returned: 0, exempt: staged.exempt, protected: staged.protectedCount, without: staged.withoutAccount.length }
      const report = await this.#reconcile.settle(plan, { ...staged, mayTake: false, counts }, { planOnly: true, actor, signal })
      await deps.db.transaction(() => this.store.update(id, { planId: plan.id }))
      return report
    })
  }

  /** @throws NotFound */
  async get(id: string): Promise<LeaverList> {
    const list = await this.store.get(id)
    if (!list) throw new NotFound('There is no such list.')
    return list
  }

  /** True while the worker has not made the plan. */
  async waiting(id: string): Promise<boolean> {
    return await this.#deps.db.read('outbox').where({ dedupe_key: `${PLAN_LIST}:${id}`, state: 'ready' }).first('id') !== undefined
  }

  readonly handlers: JobHandlers = {
    [PLAN_LIST]: async (payload) => { await this.plan(String(payload['list']), String(payload['actor'])) },
  }

  async #judge(lines: readonly ListLine[], list: Pick<NewList, 'schoolId' | 'actor' | 'within'>, picks: ReadonlyMap<number, string>): Promise<LeaverList['entries']> {
    const { db, people, accounts, restrictions, schools, settings, clock } = this.#deps
    const matches = await findListedPeople(db, lines)
    const ids = [...new Set(matches.flatMap(({ byKey, byName }) => [...byKey, ...byName]))]
    const theirs = await accounts.ofPeople(ids)
    const protectedIds = new Set(await this.#deps.protectedPeople())
    for (const [id, list] of theirs) if (list.some((account) => account.observed.protected)) protectedIds.add(id)
    const standing = await restrictions.unreleasedOf(ids)
    return judgeList(matches, {
      on: today(clock.now()), schoolId: list.schoolId, within: list.within, affiliations: await people.affiliationsOf(ids),
      schoolNames: new Map((await schools.all()).map((school) => [school.id, school.name])), protectedIds, withAccount: new Set(theirs.keys()),
      already: new Set([...standing].filter(([, all]) => all.some(({ cause }) => cause === 'leaver')).map(([id]) => id)),
      self: list.actor.startsWith('person:') ? list.actor.slice('person:'.length) : null, startsWithinDays: settings.startsWithinDays, picks,
    })
  }
}
