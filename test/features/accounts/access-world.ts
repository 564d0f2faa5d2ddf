import type { Directory, ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { createSimulatedDirectory } from '../../../src/adapters/directories/simulated.ts'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import type { Database } from '../../../src/db/database.ts'
import { Outbox } from '../../../src/db/outbox.ts'
import { createAccessFeature } from '../../../src/features/accounts/access-feature.ts'
import type { AccessOutside, AccessSettings } from '../../../src/features/accounts/access-deps.ts'
import { AccountStore } from '../../../src/features/accounts/account-store.ts'
import type { DirectoryMapping } from '../../../src/features/accounts/directory-mapping.ts'
import { DirectoryStore, type DirectoryTarget } from '../../../src/features/accounts/directory-store.ts'
import { SimulatedAccountTable } from '../../../src/features/accounts/simulated-account-store.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { PeopleQueries } from '../../../src/features/people/people-queries.ts'
import { PeopleStore } from '../../../src/features/people/people-store.ts'
import { sourceKeys } from '../../../src/features/roster/source-keys.ts'
import { SchoolStore } from '../../../src/features/schools/school-store.ts'
import { PlanStore } from '../../../src/db/plan-store.ts'

export const HOME = '/Pupils'
export const AWAY = '/Away'
export const ARCHIVE = '/Archive'
export const mapping: DirectoryMapping = {
  suspendedContainer: AWAY, profiles: { 'no-internet': { groups: ['filtered'], withoutGroups: ['internet'] } }, restrictedGroups: ['limited'],
}
/** A Thursday in term. */
export const START = '2026-11-19T16:00:00Z'

export const account = (n: number, more: Partial<ObservedAccount> = {}): ObservedAccount => ({
  immutableId: `sim-${String(n).padStart(6, '0')}`, username: `pupil${n}`, displayName: `Pupil ${n}`, enabled: true, container: HOME, groups: ['internet', 'year-8'],
  protected: false, match: { employeeId: `A${n}` }, ...more,
})

export interface WorldOptions {
  mode?: DirectoryTarget['mode']
  faults?: { failEvery?: number; goneMeanwhile?: ReadonlySet<string>; lostAnswers?: number }
  /** Hears of every password that was set. */
  onPassword?: (immutableId: string, password: string, mustChange: boolean) => void
  /** Wraps the directory, for crashes and refusals. */
  wrap?: (directory: Directory) => Directory
  protectedIds?: string[]
  settings?: Partial<AccessSettings>
  mapping?: DirectoryMapping
  life?: DirectoryTarget['life']
  bulkPause?: AccessOutside['bulkPause']
  expectedLeavers?: AccessOutside['expectedLeavers']
  /** Another handle on the same database, as another process or a crashing one has. */
  db?: Database
  clock?: FixedClock
}

const TABLES = [
  'account_creations', 'account_deletions', 'account_archives', 'account_passwords', 'settings', 'guests', 'access_approvals', 'legal_holds', 'ended_exemptions', 'restriction_reviews', 'access_tasks', 'leaver_notices', 'plan_stops', 'confirmed_leavers', 'listed_ends', 'leaver_lists',
  'plan_items', 'plans', 'outbox', 'leases', 'kept_people', 'exemptions', 'restrictions', 'account_decisions', 'account_suggestions', 'directory_looks', 'directory_tasks', 'task_accounts', 'accounts', 'directories', 'simulated_accounts',
  'source_people', 'roster_runs', 'sources', 'affiliations', 'people', 'schools', 'audit_pending', 'audit_payloads',
]

/** Empties everything that may be emptied; the audit log itself is append-only. */
export async function clean(db: Database): Promise<void> {
  for (const table of TABLES) await db.sql(table).del()
}

/** Everything in the tables, to begin from the same place many times; puts it back in one transaction. */
export async function snapshot(db: Database): Promise<() => Promise<void>> {
  const kept = new Map<string, object[]>()
  for (const table of TABLES) kept.set(table, await db.sql(table))
  return () => db.transaction(async () => {
    for (const table of TABLES) await db.sql(table).del()
    for (const [table, rows] of kept) await db.insertMany(table, rows)
  })
}

/** The feature over a simulated directory kept in the database. */
export async function world(db: Database, options: WorldOptions = {}) {
  const clock = options.clock ?? new FixedClock(START)
  const ids = createIds(clock)
  const handle = options.db ?? db
  const table = new SimulatedAccountTable(db)
  const simulated = createSimulatedDirectory(table, {
    containers: [HOME, AWAY, ARCHIVE], groups: ['internet', 'filtered', 'limited', 'year-8', 'lark-staff'], ...(options.faults ? { faults: options.faults } : {}), ...(options.onPassword ? { onPassword: options.onPassword } : {}),
  })
  const directoryId = await new DirectoryStore(db, clock, ids).ensure('school', 'simulated')
  const outbox = new Outbox(handle, clock, ids, { every: () => () => undefined, after: () => () => undefined })
  const feature = createAccessFeature({
    db: handle, clock, ids, audit: new AuditLog(handle, clock, ids), outbox, people: new PeopleQueries(handle), schools: new SchoolStore(handle, clock, ids),
    targets: new Map([['school', { id: directoryId, directory: options.wrap?.(simulated) ?? simulated, mapping: { ...options.mapping ?? mapping, archivedContainer: options.life?.archive?.container ?? null }, life: options.life ?? null, ...(options.mode ? { mode: options.mode } : {}) }]]),
    protectedPeople: async () => new Set(options.protectedIds ?? []), sourceKeys: () => sourceKeys(handle),
    ...(options.bulkPause ? { bulkPause: options.bulkPause } : {}),
    ...(options.expectedLeavers ? { expectedLeavers: options.expectedLeavers } : {}),
    ...(options.settings ? { settings: options.settings } : {}),
  })
  return { db, clock, ids, table, directoryId, outbox, ...feature, plans: new PlanStore(db), accounts: new AccountStore(db) }
}

export type World = Awaited<ReturnType<typeof world>>

/** What it takes to put a person, a place and an account there. */
export class Seed {
  readonly #world: World
  school = ''
  source = ''
  constructor(w: World) {
    this.#world = w
  }

  async begin(): Promise<this> {
    const { db, ids, clock } = this.#world
    this.school = (await new SchoolStore(db, clock, ids).add({ name: 'Larkrise Primary', shortName: 'Larkrise' })).id
    this.source = ids.next()
    await db.sql('sources').insert({ id: this.source, name: 'mis', format: 'csv', mode: 'enforce', profile: null, slots: 0, last_good_run_id: null, took_access_away: 0, created_at: clock.now() })
    return this
  }

  /** `count` pupils with accounts, numbered from `first`; returns their ids. */
  async pupils(count: number, more: { end?: string | null; first?: number; year?: string; role?: string; missing?: boolean; account?: Partial<ObservedAccount>; noAccount?: boolean } = {}): Promise<string[]> {
    const { db, clock, ids, table } = this.#world
    const first = more.first ?? 0
    const numbers = Array.from({ length: count }, (_, n) => first + n)
    const people = await new PeopleStore(db, clock, ids).insert(numbers.map((n) => ({ preferredForename: 'Made', surname: `Up${n}`, email: null, username: null, feedDisabled: false })))
    await db.insertMany('affiliations', people.map((person_id) => this.row(person_id, more)))
    await db.insertMany('source_people', people.map((person_id, at) => ({ source_id: this.source, external_id: `A${first + at}`, person_id, admission_number: null, mis_id: null, upn: null })))
    if (!more.noAccount) await table.putMany(numbers.map((n) => account(n, more.account)))
    return people
  }

  row(personId: string, more: { end?: string | null; start?: string; year?: string; role?: string; missing?: boolean; school?: string }): object {
    const { ids, clock } = this.#world
    return {
      id: ids.next(), person_id: personId, school_id: more.school ?? this.school, role: more.role ?? 'pupil', year_code: more.year ?? '8', reg_group: null,
      start_date: more.start ?? '2025-09-01', end_date: more.end ?? null, end_reason: null, source_id: this.source,
      missing_since: more.missing ? clock.now() : null, missing_runs: more.missing ? 5 : 0, created_at: clock.now(), updated_at: clock.now(),
    }
  }

  /** Another person with a place but no say in what is tested, so that percentages mean something. */
  async crowd(count: number): Promise<string[]> {
    return this.pupils(count, { first: 500_000, noAccount: true, year: '7' })
  }

  async end(personId: string, on: string | null): Promise<void> {
    await this.#world.db.sql('affiliations').where({ person_id: personId }).update({ end_date: on })
  }

  /** Every simulated account by its id, as it is now. */
  async directory(): Promise<Map<string, ObservedAccount>> {
    const found = new Map<string, ObservedAccount>()
    for await (const each of this.#world.table.all()) found.set(each.immutableId, each)
    return found
  }
}

export const LEFT = '2026-11-13'
export const OS = 'os:test'
export const ANNA = 'person:01K4A0000000000000000000AA'
export const BELA = 'person:01K4A0000000000000000000BB'
