import type { Database } from '../db/database.ts'
import { RestrictionStore } from '../features/accounts/restriction-store.ts'
import type { CalendarStore } from '../features/schools/calendar-store.ts'
import { findSchool, type SchoolStore } from '../features/schools/school-store.ts'
import { chunks } from '../shared/chunks.ts'
import type { Ids } from '../adapters/ids.ts'
import type { PersonKeys, ReplayInstallation } from './replay-installation.ts'

interface Parts { db: Database; ids: Ids; schools: SchoolStore; calendar: CalendarStore }

/** Carries what an installation knows over into a replay's own database, as the people and schools it is about turn up there. */
export class KnownPeople {
  readonly #parts: Parts
  readonly #installation: ReplayInstallation
  readonly #done = new Set<string>()
  #protected: ReadonlySet<string> = new Set()

  constructor(parts: Parts, installation: ReplayInstallation) {
    this.#parts = parts
    this.#installation = installation
  }

  /** Of the replay's own people those whom automation never acts upon (B4). */
  get protected(): ReadonlySet<string> {
    return this.#protected
  }

  /** To be called whenever people may have been added. */
  async learn(): Promise<void> {
    const { db, ids, schools, calendar } = this.#parts
    const { windows, expected, protected: guarded, exemptions } = this.#installation
    const all = await schools.all()
    const find = await this.#finder()
    this.#protected = new Set(guarded.flatMap(find))
    const restrictions = new RestrictionStore(db)
    await db.transaction(async () => {
      for (const [at, { school, name, from, to }] of windows.entries()) {
        const own = school === null ? null : findSchool(all, school)
        if (school === null || own) await this.#once(`window ${at}`, () => calendar.add({ schoolId: own?.id ?? null, kind: 'rollover', name, from, to }, 'system'))
      }
      for (const [at, one] of expected.entries()) {
        const school = findSchool(all, one.school)
        if (school) for (const id of find(one.person)) await this.#once(`expected ${at} ${id}`, () => db.insertNew('expected_leavers', [{ person_id: id, school_id: school.id, school_year: one.schoolYear, year_code: one.yearCode, confirmed_by: 'system', confirmed_at: 0 }]))
      }
      for (const [at, { person, floorLevel, untilDate }] of exemptions.entries()) {
        for (const id of find(person)) await this.#once(`exemption ${at} ${id}`, () => restrictions.addExemption({ id: ids.next(), personId: id, floorLevel, untilDate, reason: 'as in the installation', by: 'system', placedAt: 0 }))
      }
    })
  }

  async #once(what: string, work: () => Promise<unknown>): Promise<void> {
    if (this.#done.has(what)) return
    await work()
    this.#done.add(what)
  }

  /** Finds who is meant in the replay's database; a number of the source before an address, which a family may share. */
  async #finder(): Promise<(person: PersonKeys) => string[]> {
    const { db } = this.#parts
    const { expected, protected: guarded, exemptions } = this.#installation
    const people = [...guarded, ...expected.map(({ person }) => person), ...exemptions.map(({ person }) => person)]
    const byKey = new Map<string, Set<string>>()
    const byAddress = new Map<string, Set<string>>()
    const put = (map: Map<string, Set<string>>, key: string | null, id: string) => { if (key !== null && key !== '') map.set(key, (map.get(key) ?? new Set()).add(id)) }
    for (const part of chunks([...new Set(people.flatMap(({ keys }) => keys))], 300)) {
      const rows = await db.read('source_people').whereIn('external_id', part).orWhereIn('admission_number', part).orWhereIn('mis_id', part).select('external_id', 'admission_number', 'mis_id', 'person_id')
      for (const row of rows) for (const key of [row.external_id, row.admission_number, row.mis_id]) put(byKey, key, row.person_id)
    }
    for (const part of chunks([...new Set(people.flatMap(({ email }) => email ?? []))])) for (const row of await db.read('people').whereIn('email_norm', part).select('id', 'email_norm')) put(byAddress, row.email_norm, row.id)
    for (const part of chunks([...new Set(people.flatMap(({ username }) => username ?? []))])) for (const row of await db.read('people').whereIn('username', part).select('id', 'username')) put(byAddress, row.username, row.id)
    return ({ keys, email, username }) => {
      const known = new Set(keys.flatMap((key) => [...byKey.get(key) ?? []]))
      return [...known.size > 0 ? known : new Set([email, username].flatMap((key) => [...byAddress.get(key ?? '') ?? []]))]
    }
  }
}
