import type { Database } from '../../../db/database.ts'
import type { Instant } from '../../../shared/dates.ts'
import { chunks } from '../../../shared/chunks.ts'
import type { LeaverList, ListEntry } from './leaver-list.ts'

/** Lists of leavers, and the people whom an approved one has ended (R5). */
export class LeaverListStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insert(list: LeaverList): Promise<void> {
    await this.#db.sql('leaver_lists').insert({
      id: list.id, school_id: list.schoolId, last_day: list.lastDay, made_by: list.madeBy, made_at: list.madeAt, entries: JSON.stringify(list.entries), plan_id: list.planId,
    })
  }

  async get(id: string): Promise<LeaverList | null> {
    const row = await this.#db.read('leaver_lists').where({ id }).first()
    return row ? fromRow(row) : null
  }

  async update(id: string, change: { entries?: ListEntry[]; planId?: string }): Promise<void> {
    await this.#db.sql('leaver_lists').where({ id }).update({
      ...(change.entries ? { entries: JSON.stringify(change.entries) } : {}), ...(change.planId === undefined ? {} : { plan_id: change.planId }),
    })
  }

  /** The newest lists; for schools of the reader, those made for one of them. */
  async newest(schools: 'all' | readonly string[], limit: number): Promise<LeaverList[]> {
    const query = this.#db.read('leaver_lists').orderBy('made_at', 'desc').orderBy('id', 'desc').limit(limit)
    if (schools !== 'all') void query.whereIn('school_id', [...schools])
    return (await query).map(fromRow)
  }

  /** Lists hold names as somebody typed them; they go when the plan they led to can no longer be undone (V1). */
  async removeBefore(at: Instant): Promise<number> {
    return this.#db.sql('leaver_lists').where('made_at', '<', at).del()
  }

  /** These people are leavers by a list, as long as their source says no more than `statement`. Joins the caller's transaction. */
  async confirm(statements: ReadonlyMap<string, string>, planId: string, at: Instant): Promise<void> {
    const ids = [...statements.keys()]
    for (const part of chunks(ids)) await this.#db.sql('confirmed_leavers').whereIn('person_id', part).del()
    await this.#db.insertMany('confirmed_leavers', ids.map((personId) => ({ person_id: personId, statement: statements.get(personId), plan_id: planId, at })))
  }

  /** The statement under which each of these people was confirmed a leaver. */
  async confirmedOf(personIds: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for (const part of chunks(personIds)) for (const row of await this.#db.read('confirmed_leavers').whereIn('person_id', part)) found.set(row.person_id, row.statement)
    return found
  }

  /** Takes back what a plan confirmed, for all or some of its people. */
  async unconfirm(planId: string, personIds: readonly string[] | null): Promise<void> {
    if (personIds === null) await this.#db.sql('confirmed_leavers').where({ plan_id: planId }).del()
    else for (const part of chunks(personIds)) await this.#db.sql('confirmed_leavers').where({ plan_id: planId }).whereIn('person_id', part).del()
  }
}

function fromRow(row: Record<string, unknown>): LeaverList {
  return {
    id: row['id'] as string, schoolId: row['school_id'] as string | null, lastDay: row['last_day'] as string, madeBy: row['made_by'] as string,
    madeAt: Number(row['made_at']), entries: JSON.parse(row['entries'] as string) as ListEntry[], planId: row['plan_id'] as string | null,
  }
}
