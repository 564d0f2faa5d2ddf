import { FixedClock } from '../../src/adapters/clock.ts'
import { createSimulatedDirectory } from '../../src/adapters/directories/simulated.ts'
import type { SimulatedAccountStore } from '../../src/adapters/directories/simulated-store.ts'
import { Database } from '../../src/db/database.ts'
import type { AccessDeps } from '../../src/features/accounts/access-deps.ts'
import { AccessPlans, dateOf } from '../../src/features/accounts/access-plans.ts'
import { stageLeavers, stageReturned } from '../../src/features/accounts/plan-leavers.ts'
import { stageDirectory } from '../../src/features/accounts/plan-reconcile.ts'
import { stageSchoolMoves } from '../../src/features/accounts/plan-school-moves.ts'
import { ItemStager, targetsById } from '../../src/features/accounts/stage-items.ts'
import { benchAccess } from '../support/access-feature.ts'
import { accountOf, putPeople } from '../support/access-people.ts'
import { Stopwatch } from '../support/stopwatch.ts'

export interface PlannedAccess {
  /** Lines of the plan. */
  planned: number
  /** Reading every directory for the first time, and again, in milliseconds; no part of planning. */
  firstLookMs: number
  lookMs: number
}

/** Plans the leavers of a trust whose people each have three accounts; what reading the directories takes is measured apart. */
export async function planAccess(input: { url: string; people: number; leavers: number }, watch: Stopwatch): Promise<PlannedAccess> {
  const db = await Database.open(input.url)
  const clock = new FixedClock('2026-11-19T16:00:00Z')
  await putPeople(db, clock, input.people, input.leavers)
  const store: SimulatedAccountStore = {
    async* all() { for (let n = 0; n < input.people; n++) yield accountOf(n) },
    get: async () => null, put: async () => undefined, delete: async () => undefined,
  }
  const made = () => createSimulatedDirectory(store, { containers: ['/Pupils', '/Away'], groups: ['internet', 'mail'] })
  const access = await benchAccess(db, clock, { one: made(), two: made(), three: made() }, { suspendedContainer: '/Away', profiles: {}, restrictedGroups: [] })
  const look = async (): Promise<number> => {
    const own = new Stopwatch()
    for (const name of ['one', 'two', 'three']) await own.measure(() => access.reconcile.observe(name, 'os:bench'))
    return own.cost.wallMs
  }
  const firstLookMs = await look()
  const lookMs = await look()
  const planned = await watch.measure(() => plan(access.deps))
  await db.close()
  return { planned, firstLookMs, lookMs }
}

/** What `assent leavers --plan` and `assent reconcile --plan` do once the directories have been read. */
async function plan(deps: AccessDeps): Promise<number> {
  const plans = new AccessPlans(deps)
  const made = await plans.open('leavers', 'os:bench')
  const stager = new ItemStager(deps, made.id)
  const schoolNames = new Map((await deps.schools.all()).map((school) => [school.id, school.name]))
  const staging = { deps, plan: made, stager, on: dateOf(deps), protectedIds: new Set<string>(), schoolNames, mayWrite: false }
  const staged = await stageLeavers(staging)
  await stageSchoolMoves(staging)
  await stageReturned(staging)
  for (const target of targetsById(deps).values()) await stageDirectory(staging, target)
  await stager.flush()
  await plans.judge(made, { ...staged, moves: 0, mayTake: false }, { firstRunMatters: true })
  return stager.count
}
