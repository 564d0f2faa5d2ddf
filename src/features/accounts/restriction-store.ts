import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import { chunks } from '../../shared/chunks.ts'
import type { AccessLevel, Exemption, Restriction, RestrictionCause } from './desired-access.ts'

/** A restriction as stored: with who released it, and the plan that placed it (null: a single act). */
export interface StoredRestriction extends Restriction {
  releasedBy: string | null
  planId: string | null
}

export type NewRestriction = Omit<StoredRestriction, 'releasedAt' | 'releasedBy'>
export type StoredExemption = Exemption & { id: string; placedAt: Instant }

/** Restrictions and exemptions (A1, A2). Nothing is ever deleted: a released restriction stays as history. */
export class RestrictionStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insert(restrictions: readonly NewRestriction[]): Promise<void> {
    await this.#db.insertMany('restrictions', restrictions.map(toRow))
  }

  /** Releases those named that still stand; returns how many there were. */
  async release(ids: readonly string[], by: { at: Instant; actor: string }): Promise<number> {
    let released = 0
    for (const part of chunks(ids)) {
      released += await this.#db.sql('restrictions').whereIn('id', part).whereNull('released_at')
        .update({ released_at: by.at, released_by: by.actor })
    }
    return released
  }

  async get(id: string): Promise<StoredRestriction | null> {
    const row = await this.#db.sql('restrictions').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** Those that stand under one release key. */
  async unreleasedByKey(key: string): Promise<StoredRestriction[]> {
    return (await this.#db.sql('restrictions').where({ release_key: key }).whereNull('released_at').orderBy('id')).map(fromRow)
  }

  /** Those of these release keys that something stands under. */
  async keysInUse(keys: readonly string[]): Promise<Set<string>> {
    return new Set((await this.#db.rowsIn('select release_key from restrictions where released_at is null and release_key in (:list)', [], keys)).map((row) => row['release_key'] as string))
  }

  /** Everything not released, whatever its dates, by person: what `desiredAccess` needs. */
  async unreleasedOf(personIds: readonly string[]): Promise<Map<string, StoredRestriction[]>> {
    const found = new Map<string, StoredRestriction[]>()
    for (const part of chunks(personIds)) {
      for (const row of await this.#db.read('restrictions').whereIn('person_id', part).whereNull('released_at').orderBy('id')) put(found, fromRow(row))
    }
    return found
  }

  /** The whole history of one person, newest first. */
  async allOf(personId: string): Promise<StoredRestriction[]> {
    return (await this.#db.read('restrictions').where({ person_id: personId }).orderBy('id', 'desc')).map(fromRow)
  }

  /** What one plan placed for these people, released or not. */
  async ofPlan(planId: string, personIds: readonly string[]): Promise<StoredRestriction[]> {
    const found: StoredRestriction[] = []
    for (const part of chunks(personIds)) found.push(...(await this.#db.read('restrictions').where({ plan_id: planId }).whereIn('person_id', part).orderBy('id')).map(fromRow))
    return found
  }

  /** Walks what a plan placed and still stands, in batches. */
  async* standingOfPlan(planId: string, size = 500): AsyncIterable<StoredRestriction[]> {
    let after = ''
    for (;;) {
      const rows = await this.#db.read('restrictions').where({ plan_id: planId }).whereNull('released_at').where('id', '>', after).orderBy('id').limit(size)
      if (rows.length === 0) return
      yield rows.map(fromRow)
      after = rows[rows.length - 1].id
    }
  }

  /** Ids of people with a standing restriction of this cause that a plan placed, in batches and in order. */
  async* peopleRestrictedByPlans(cause: RestrictionCause, size = 1000): AsyncIterable<string[]> {
    let after = ''
    for (;;) {
      const rows = await this.#db.read('restrictions').where({ cause }).whereNull('released_at').whereNotNull('plan_id')
        .where('person_id', '>', after).distinct('person_id').orderBy('person_id').limit(size) as { person_id: string }[]
      const last = rows.at(-1)
      if (!last) return
      yield rows.map((row) => row.person_id)
      after = last.person_id
    }
  }

  async addExemption(exemption: StoredExemption): Promise<void> {
    await this.#db.sql('exemptions').insert({
      id: exemption.id, person_id: exemption.personId, floor_level: exemption.floorLevel, until_date: exemption.untilDate,
      reason: exemption.reason, placed_by: exemption.by, placed_at: exemption.placedAt,
    })
  }

  /** Exemptions that hold on `today` or end later, by person. */
  async exemptionsOf(personIds: readonly string[], today: CalendarDate): Promise<Map<string, StoredExemption[]>> {
    const found = new Map<string, StoredExemption[]>()
    for (const part of chunks(personIds)) {
      for (const row of await this.#db.read('exemptions').whereIn('person_id', part).where('until_date', '>=', today).whereNotIn('id', this.#ended()).orderBy('id')) put(found, exemptionFromRow(row))
    }
    return found
  }

  /** Every exemption that holds on `today` or later. */
  async exemptions(today: CalendarDate): Promise<StoredExemption[]> {
    return (await this.#db.read('exemptions').where('until_date', '>=', today).whereNotIn('id', this.#ended()).orderBy('until_date').orderBy('id')).map(exemptionFromRow)
  }

  /** The whole history of one person's exemptions, with when and by whom each was ended before its day. */
  async allExemptionsOf(personId: string): Promise<(StoredExemption & { endedAt: Instant | null; endedBy: string | null })[]> {
    const rows = await this.#db.read('exemptions as x').leftJoin('ended_exemptions as e', 'e.exemption_id', 'x.id').where({ 'x.person_id': personId }).select('x.*', 'e.ended_at', 'e.ended_by')
    return rows.map((row) => ({ ...exemptionFromRow(row), endedAt: row.ended_at === null ? null : Number(row.ended_at), endedBy: row.ended_by }))
  }

  /** False when it was ended already. */
  async endExemption(id: string, by: { at: Instant; actor: string }): Promise<boolean> {
    return await this.#db.insertNew('ended_exemptions', [{ exemption_id: id, ended_by: by.actor, ended_at: by.at }]) === 1
  }

  #ended() {
    return this.#db.read('ended_exemptions').select('exemption_id')
  }
}

function exemptionFromRow(row: Record<string, unknown>): StoredExemption {
  return {
    id: row['id'] as string, personId: row['person_id'] as string, floorLevel: row['floor_level'] as AccessLevel, untilDate: row['until_date'] as string,
    reason: row['reason'] as string, by: row['placed_by'] as string, placedAt: Number(row['placed_at']),
  }
}

function put<T extends { personId: string }>(map: Map<string, T[]>, value: T): void {
  const list = map.get(value.personId)
  if (list) list.push(value)
  else map.set(value.personId, [value])
}

function toRow(restriction: NewRestriction): object {
  return {
    id: restriction.id, person_id: restriction.personId, cause: restriction.cause, level: restriction.level, profile: restriction.profile,
    reason: restriction.reason, from_date: restriction.fromDate, until_date: restriction.untilDate, emergency: restriction.emergency ? 1 : 0,
    placed_by: restriction.placedBy, placed_at: restriction.placedAt, release_key: restriction.releaseKey,
    released_at: null, released_by: null, plan_id: restriction.planId,
  }
}

function fromRow(row: Record<string, unknown>): StoredRestriction {
  return {
    id: row['id'] as string,
    personId: row['person_id'] as string,
    cause: row['cause'] as RestrictionCause,
    level: row['level'] as AccessLevel,
    profile: row['profile'] as string | null,
    reason: row['reason'] as string,
    fromDate: row['from_date'] as string,
    untilDate: row['until_date'] as string | null,
    placedBy: row['placed_by'] as string,
    placedAt: Number(row['placed_at']),
    releaseKey: row['release_key'] as string | null,
    releasedAt: row['released_at'] === null ? null : Number(row['released_at']),
    releasedBy: row['released_by'] as string | null,
    emergency: Boolean(row['emergency']),
    planId: row['plan_id'] as string | null,
  }
}
