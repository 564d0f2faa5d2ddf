import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'

export interface School {
  id: string
  name: string
  shortName: string
  urn: string | null
  dfeNumber: string | null
  phase: string | null
  brandColour: string | null
  timezone: string
  /** First day of the academic year, `MM-DD`. */
  yearStart: string
}

export type NewSchool = Pick<School, 'name'> & Partial<Omit<School, 'id'>>

/** The schools of the trust. */
export class SchoolStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  async all(): Promise<School[]> {
    return (await this.#db.read('schools').orderBy('name')).map(fromRow)
  }

  async get(id: string): Promise<School | null> {
    const [row] = await this.#db.rowsBy('select * from schools where id in (:list)', 'id', [id])
    return row ? fromRow(row) : null
  }

  async add(school: NewSchool): Promise<School> {
    const row = { id: this.#ids.next(), ...columns(school), created_at: this.#clock.now() }
    await this.#db.sql('schools').insert(row)
    return fromRow(row)
  }

  async update(id: string, school: NewSchool): Promise<void> {
    await this.#db.sql('schools').where({ id }).update(columns(school))
  }

  /** Brings the schools of the configuration file in: known ones (by URN, DfE number or name) are brought up to date. */
  async adopt(configured: NewSchool[]): Promise<void> {
    for (const school of configured) {
      const known = findSchool(await this.all(), school)
      if (known) await this.update(known.id, { ...known, ...school })
      else await this.add(school)
    }
  }
}

/** The school that a feed or a setting means: by URN, by DfE number, else by its exact name. */
export function findSchool(schools: School[], wanted: { name: string; urn?: string | null; dfeNumber?: string | null }): School | null {
  return schools.find((school) => wanted.urn && school.urn === wanted.urn)
    ?? schools.find((school) => wanted.dfeNumber && school.dfeNumber === wanted.dfeNumber)
    ?? schools.find((school) => school.name === wanted.name)
    ?? null
}

function columns(school: NewSchool): Record<string, unknown> {
  return {
    name: school.name,
    short_name: school.shortName ?? school.name.slice(0, 60),
    urn: school.urn ?? null,
    dfe_number: school.dfeNumber ?? null,
    phase: school.phase ?? null,
    brand_colour: school.brandColour ?? null,
    settings: JSON.stringify({ timezone: school.timezone ?? 'Europe/London', yearStart: school.yearStart ?? '09-01' }),
  }
}

function fromRow(row: Record<string, unknown>): School {
  const settings = JSON.parse(row['settings'] as string) as { timezone: string; yearStart: string }
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    shortName: row['short_name'] as string,
    urn: row['urn'] as string | null,
    dfeNumber: row['dfe_number'] as string | null,
    phase: row['phase'] as string | null,
    brandColour: row['brand_colour'] as string | null,
    ...settings,
  }
}
