import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../adapters/clock.ts'
import type { ObservedAccount } from '../adapters/directories/directory.ts'
import { createSimulatedDirectory } from '../adapters/directories/simulated.ts'
import { createIds } from '../adapters/ids.ts'
import { createSource } from '../adapters/sources/create-source.ts'
import { detectSource } from '../adapters/sources/detect-source.ts'
import { Database } from '../db/database.ts'
import { defaultDatabaseUrl } from '../db/dialect.ts'
import { migrateUp } from '../db/migrate.ts'
import { Outbox } from '../db/outbox.ts'
import { PlanStore } from '../db/plan-store.ts'
import { afterOf } from '../features/accounts/access-item.ts'
import { createAccessFeature } from '../features/accounts/access-feature.ts'
import { DirectoryStore } from '../features/accounts/directory-store.ts'
import { SimulatedAccountTable } from '../features/accounts/simulated-account-store.ts'
import { AuditLog } from '../features/audit/audit-log.ts'
import { PeopleQueries } from '../features/people/people-queries.ts'
import { PeopleStore } from '../features/people/people-store.ts'
import { ExpectedLeavers } from '../features/roster/expected-leavers.ts'
import { RosterService } from '../features/roster/roster-service.ts'
import { sourceKeys } from '../features/roster/source-keys.ts'
import { CalendarStore } from '../features/schools/calendar-store.ts'
import { type NewSchool, SchoolStore } from '../features/schools/school-store.ts'
import type { BrakeSettings } from '../shared/brake.ts'
import type { Instant } from '../shared/dates.ts'
import { AssentError, UnusableInput } from '../shared/errors.ts'
import { KnownPeople } from './known-people.ts'
import type { ReplayFile } from './replay-files.ts'
import { NOTHING_KNOWN, type ReplayInstallation } from './replay-installation.ts'

export interface ReplaySettings {
  brake: BrakeSettings
  startsWithinDays: number
  grace: { roles: Readonly<Record<string, number>>; years: Readonly<Record<string, number>> }
  schools: readonly NewSchool[]
  /** Roll-over windows, protected people and exemptions of the installation; absent: none. */
  installation?: ReplayInstallation
  format?: string
  schoolKey?: string
}

export interface ReplayOptions {
  /** Where the database that is thrown away lies; the system's temporary folder unless told. */
  folder?: string
  /** Told after each export. */
  onReading?: (done: number) => void
}

/** Somebody whose account would have been suspended. */
export interface ReplayedPerson {
  /** The source's own identifier and the name it gives, for the reader to recognise. */
  id: string
  name: string
  reason: string
  /** The row that said so, where the source gives rows. */
  file: string | null
  line: number | null
}

/** What one earlier export would have led to. */
export interface ReplayedReading {
  file: string
  date: string
  read: number
  joiners: number
  leavers: number
  missing: number
  /** Why nothing of it would have been applied; empty where it would. */
  refused: string[]
  /** Why its endings, or the suspensions that follow, would have waited for a person. */
  held: string[]
  /** Suspended without a person, with every directory set to enforce. */
  atOnce: ReplayedPerson[]
  /** Suspended only after a person's approval. */
  afterApproval: ReplayedPerson[]
  /** Ended, and left alone because they are protected (B4): at the first reading that says so. */
  leftAlone: ReplayedPerson[]
  /** How many had ended by then and kept their access by an exemption or over the summer (A1). */
  exempt: number
  /** How many had ended by then and were in their days of grace. */
  inGrace: number
}

export interface Replay {
  readings: ReplayedReading[]
  atOnce: number
  afterApproval: number
  leftAlone: number
  /** What of the installation it was judged by. */
  known: { windows: number; expected: number; protected: number; exemptions: number }
}

/** Why a replay may show nobody who leaves, though somebody does; null where somebody left, or a reading says itself why nothing came of it. */
export function whyNobodyLeft({ readings }: Pick<Replay, 'readings'>): string | null {
  if (readings.some(({ leavers, refused }) => leavers > 0 || refused.length > 0)) return null
  return 'Each export is judged on its own day: whose last day is that day or later has not left yet, and who had left before the first export was never there. If an export was made later than the day it was given, give it the day it was made.'
}

const SOURCE = 'replay'
/** Approves what waits, as a second person would (B8): nobody of the school. */
const PERSON = `person:${'0'.repeat(26)}`

/**
 * Feeds earlier exports into a database that is thrown away, each on its own day, with an account for everybody and everything set to
 * enforce. What waits for a person is approved, so that the next export meets what a school would have had. Nothing outside is touched.
 */
export async function replayRosters(files: readonly ReplayFile[], settings: ReplaySettings, options: ReplayOptions = {}): Promise<Replay> {
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'assent-replay-'))
  const db = await Database.open(defaultDatabaseUrl(folder))
  try {
    await migrateUp(db)
    const scratch = await Scratch.make(db, settings)
    const readings: ReplayedReading[] = []
    for (const file of files) {
      readings.push(await scratch.read(file))
      options.onReading?.(readings.length)
    }
    const { windows, expected, protected: guarded, exemptions } = settings.installation ?? NOTHING_KNOWN
    const sum = (list: 'atOnce' | 'afterApproval' | 'leftAlone') => readings.reduce((total, reading) => total + reading[list].length, 0)
    return { readings, atOnce: sum('atOnce'), afterApproval: sum('afterApproval'), leftAlone: sum('leftAlone'), known: { windows: windows.length, expected: expected.length, protected: guarded.length, exemptions: exemptions.length } }
  } finally {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  }
}

class Scratch {
  readonly #db: Database
  readonly #settings: ReplaySettings
  readonly #clock: { at: Instant } & Clock
  readonly #accounts: SimulatedAccountTable
  readonly #roster: RosterService
  readonly #access: ReturnType<typeof createAccessFeature>
  readonly #plans: PlanStore
  readonly #known: KnownPeople
  readonly #toldOf = new Set<string>()

  private constructor(db: Database, settings: ReplaySettings, clock: { at: Instant } & Clock, directoryId: string) {
    this.#db = db
    this.#settings = settings
    this.#clock = clock
    const ids = createIds(clock)
    const audit = new AuditLog(db, clock, ids)
    const schools = new SchoolStore(db, clock, ids)
    const people = new PeopleQueries(db)
    const calendar = new CalendarStore(db, clock, ids)
    const expectedLeavers = new ExpectedLeavers({ db, clock, audit, schools, calendar })
    this.#known = new KnownPeople({ db, ids, schools, calendar }, settings.installation ?? NOTHING_KNOWN)
    const protectedPeople = async () => this.#known.protected
    const { brake, startsWithinDays, grace } = settings
    this.#accounts = new SimulatedAccountTable(db)
    this.#plans = new PlanStore(db)
    const directory = createSimulatedDirectory(this.#accounts, { containers: [], groups: [] })
    this.#access = createAccessFeature({
      db, clock, ids, audit, outbox: new Outbox(db, clock, ids, { every: () => () => undefined, after: () => () => undefined }), people, schools, protectedPeople, sourceKeys: () => sourceKeys(db),
      targets: new Map([[SOURCE, { id: directoryId, directory, mapping: { suspendedContainer: null, profiles: {}, restrictedGroups: [] }, mode: 'enforce' }]]),
      settings: { brake, startsWithinDays, grace }, expectedLeavers: (personIds, on) => expectedLeavers.inWindow(personIds, on),
    })
    this.#roster = new RosterService({
      db, clock, ids, audit, people: new PeopleStore(db, clock, ids), peopleQueries: people, schools, sourceOf: createSource, protectedPeople, brake, startsWithinDays, mayAddSchools: settings.schools.length === 0, expectedLeavers: (personIds, on) => expectedLeavers.inWindow(personIds, on), comingYears: async () => new Map(), claims: [],
    })
  }

  static async make(db: Database, settings: ReplaySettings): Promise<Scratch> {
    const clock = { at: 0, now() { return this.at } }
    const ids = createIds(clock)
    await new SchoolStore(db, clock, ids).adopt([...settings.schools])
    return new Scratch(db, settings, clock, await new DirectoryStore(db, clock, ids).ensure(SOURCE, 'simulated'))
  }

  async read(file: ReplayFile): Promise<ReplayedReading> {
    this.#clock.at = Math.max(file.at, this.#clock.at + 1)
    const reading: ReplayedReading = { file: file.name, date: new Date(file.at).toISOString().slice(0, 10), read: 0, joiners: 0, leavers: 0, missing: 0, refused: [], held: [], atOnce: [], afterApproval: [], leftAlone: [], exempt: 0, inGrace: 0 }
    try {
      const format = this.#settings.format ?? await detectSource(file.path)
      if (format === null) throw new UnusableInput({ what: 'It is no roster that Assent knows.', where: file.name, remedy: 'Name the format.' })
      await this.#known.learn()
      const report = await this.#roster.sync({
        name: SOURCE, format, path: file.path, showAs: file.name, mode: 'enforce', planOnly: false, actor: 'system', ...(this.#settings.schoolKey ? { schoolKey: this.#settings.schoolKey } : {}),
      })
      const { read, joiners, leavers, missing, refused, held } = report
      Object.assign(reading, { read, joiners, leavers, missing, refused, held: held.map((text) => `roster: ${text}`) })
      await this.#giveAccounts()
      await this.#known.learn()
      // What the reading has applied by itself is followed up before a person approves the rest.
      await this.#suspend(reading, false)
      if (report.state === 'held') {
        await this.#roster.approve(report.run, { actor: PERSON, count: report.heldPeople })
        await this.#suspend(reading, true)
      }
    } catch (error) {
      if (!(error instanceof AssentError)) throw error
      reading.refused.push(`${error.what} ${error.remedy}`.trim())
    }
    return reading
  }

  async #suspend(reading: ReplayedReading, rosterHeld: boolean): Promise<void> {
    const { run, held } = await this.#access.reconcile.leavers({ planOnly: false, actor: 'system' })
    const plan = await this.#plans.get(run)
    const atOnce = await this.#people(run, ['verified', 'applied'])
    const waited = await this.#people(run, ['held', 'planned'])
    for (const one of await this.#people(run, ['skipped'])) {
      if (this.#toldOf.has(one.id)) continue
      this.#toldOf.add(one.id)
      reading.leftAlone.push(one)
    }
    reading.exempt = plan?.counts['exempt'] ?? 0
    reading.inGrace = plan?.counts['grace'] ?? 0
    reading.held.push(...held.filter((text) => !text.startsWith('B4')).map((text) => `access: ${text}`))
    // An ending that a person had to approve in the roster is not suspended without a person.
    reading.atOnce.push(...rosterHeld ? [] : atOnce)
    reading.afterApproval.push(...rosterHeld ? atOnce : [], ...waited)
    if (waited.length > 0 && plan) await this.#access.reconcile.apply(run, { actor: PERSON, count: plan.brake.count })
  }

  async #people(planId: string, states: ('verified' | 'applied' | 'held' | 'planned' | 'skipped')[]): Promise<ReplayedPerson[]> {
    const found: ReplayedPerson[] = []
    for await (const part of this.#plans.items(planId, { states })) {
      const names = await this.#db.read('people').whereIn('id', part.map(({ subject }) => subject)).select('id', 'preferred_forename', 'surname')
      const byId = new Map(names.map((row) => [row.id, `${row.preferred_forename} ${row.surname}`]))
      for (const item of part) if (item.action === 'suspend') found.push({ id: afterOf(item).username, name: byId.get(item.subject) ?? '', reason: (item.reason ?? '').replace(/; [^;]*$/, ''), file: item.file, line: item.line })
    }
    return found
  }

  /** An account for everybody who has none yet, known by the source's own identifier; parents have none. */
  async #giveAccounts(): Promise<void> {
    const rows = await this.#db.rows(`select s.external_id from source_people s where exists (select 1 from affiliations a where a.person_id = s.person_id and a.role <> 'guardian')
      and not exists (select 1 from simulated_accounts m where m.immutable_id = s.external_id)`, [])
    const fresh = rows.map((row) => row['external_id'] as string).map((id): ObservedAccount => (
      { immutableId: id, username: id, displayName: id, enabled: true, container: '/', groups: [], protected: false, match: { employeeId: id } }))
    if (fresh.length > 0) await this.#db.transaction(() => this.#accounts.putMany(fresh))
  }
}
