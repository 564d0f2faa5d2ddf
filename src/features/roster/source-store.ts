import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { ColumnProfile, RosterFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import { chunks } from '../../shared/chunks.ts'
import { DigestTable } from './digest-table.ts'

const MOST_DIGESTS = 1_000_000

export interface Source {
  id: string
  name: string
  format: string
  mode: 'observe' | 'propose' | 'enforce'
  profile: ColumnProfile | null
  /** Highest slot given to a row so far. */
  slots: number
  lastGoodRunId: string | null
  tookAccessAway: boolean
}

/** A row as last applied. */
export interface KnownRow {
  rowKey: string
  slot: number
  digest: string
  isPerson: boolean
  gone: boolean
}

export interface AppliedRow {
  rowKey: string
  digest: string
  subject: string
  facts: RosterFact[]
}

/** Sources, and the rows of each as last applied. */
export class SourceStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  async byName(name: string): Promise<Source | null> {
    const row = await this.#db.read('sources').where({ name }).first()
    return row ? fromRow(row) : null
  }

  async byId(id: string): Promise<Source | null> {
    const row = await this.#db.read('sources').where({ id }).first()
    return row ? fromRow(row) : null
  }

  async all(): Promise<Source[]> {
    return (await this.#db.read('sources').orderBy('name')).map(fromRow)
  }

  async ensure(name: string, format: string, mode: Source['mode']): Promise<Source> {
    await this.#db.insertNew('sources', [{
      id: this.#ids.next(), name, format, mode, profile: null, slots: 0, last_good_run_id: null, took_access_away: 0, created_at: this.#clock.now(),
    }])
    const source = await this.byName(name)
    if (!source) throw new Error(`source ${name} vanished`)
    return source
  }

  async update(id: string, change: Partial<Pick<Source, 'lastGoodRunId' | 'tookAccessAway' | 'profile'>>): Promise<void> {
    const row: Record<string, unknown> = {}
    if (change.lastGoodRunId !== undefined) row['last_good_run_id'] = change.lastGoodRunId
    if (change.tookAccessAway !== undefined) row['took_access_away'] = change.tookAccessAway ? 1 : 0
    if (change.profile !== undefined) row['profile'] = JSON.stringify(change.profile)
    if (Object.keys(row).length > 0) await this.#db.sql('sources').where({ id }).update(row)
  }

  /** School key of the feed -> our school. */
  async schoolMap(sourceId: string): Promise<Map<string, string>> {
    const rows = await this.#db.read('source_schools').where({ source_id: sourceId })
    return new Map(rows.map((row) => [row.school_key, row.school_id]))
  }

  async linkSchool(sourceId: string, schoolKey: string, schoolId: string): Promise<void> {
    await this.#db.insertNew('source_schools', [{ source_id: sourceId, school_key: schoolKey, school_id: schoolId }])
  }

  async knownRows(sourceId: string, keys: string[]): Promise<Map<string, KnownRow>> {
    const list = await this.#db.rowsIn(
      'select row_key, slot, digest, is_person, gone_since from source_rows where source_id = ? and row_key in (:list)', [sourceId], keys)
    const known = new Map<string, KnownRow>()
    for (const row of list) {
      known.set(row['row_key'] as string, {
        rowKey: row['row_key'] as string,
        slot: row['slot'] as number,
        digest: row['digest'] as string,
        isPerson: Boolean(row['is_person']),
        gone: row['gone_since'] !== null,
      })
    }
    return known
  }

  /**
   * Digests of the rows that are present (`count` of them), or null where they would take more memory than an importer may: beyond a
   * million rows each row is looked up.
   */
  async digests(sourceId: string, count: number, most = MOST_DIGESTS): Promise<DigestTable | null> {
    if (count > most) return null
    const table = new DigestTable(count)
    const scratch = Buffer.alloc(18)
    for (let after = -1; ;) {
      // A page comes as one text: taking apart rows of an answer costs several times more.
      const [page] = await this.#db.rows(
        `select max(slot) as last, group_concat(concat(digest, ' ', slot, ' ', is_person)) as entries from (select digest, slot, is_person
         from source_rows where source_id = ? and slot > ? and gone_since is null order by slot limit 2000) as page`, [sourceId, after])
      if (typeof page?.['entries'] !== 'string') return table
      after = Number(page['last'])
      for (const entry of page['entries'].split(',')) {
        const [digest = '', slot = '', isPerson = ''] = entry.split(' ')
        // A row to be looked at again has no digest.
        if (scratch.write(digest, 'base64url') >= 16) table.add(scratch.toString('latin1', 0, 16), Number(slot), isPerson === '1')
      }
    }
  }

  async factsOf(sourceId: string, keys: string[]): Promise<Map<string, RosterFact[]>> {
    const found = new Map<string, RosterFact[]>()
    for (const row of await this.#db.rowsIn('select row_key, facts from source_rows where source_id = ? and row_key in (:list)', [sourceId], keys)) {
      found.set(row['row_key'] as string, JSON.parse(row['facts'] as string))
    }
    return found
  }

  /** All facts the source states about these people, rows that went missing left out. */
  async rowsAbout(sourceId: string, subjects: string[]): Promise<{ rowKey: string; subject: string; facts: RosterFact[] }[]> {
    const found: { rowKey: string; subject: string; facts: RosterFact[] }[] = []
    for (const part of chunks(subjects)) {
      const rows = await this.#db.read('source_rows').where({ source_id: sourceId }).whereIn('subject', part).whereNull('gone_since')
        .select('row_key', 'subject', 'facts')
      for (const row of rows) found.push({ rowKey: row.row_key, subject: row.subject, facts: JSON.parse(row.facts) })
    }
    return found
  }

  async countPresent(sourceId: string): Promise<{ rows: number }> {
    const [row] = await this.#db.rows('select count(*) as n from source_rows where source_id = ? and gone_since is null', [sourceId])
    return { rows: Number(row?.['n'] ?? 0) }
  }

  /** Walks the rows that are present, by slot. */
  async* present(sourceId: string, size = 1000): AsyncIterable<{ rowKey: string; slot: number; subject: string; facts: string }[]> {
    let after = -1
    for (;;) {
      const rows = await this.#db.read('source_rows').where({ source_id: sourceId }).whereNull('gone_since').andWhere('slot', '>', after)
        .orderBy('slot').limit(size).select('row_key', 'slot', 'subject', 'facts')
      if (rows.length === 0) return
      yield rows.map((row) => ({ rowKey: row.row_key, slot: row.slot, subject: row.subject, facts: row.facts }))
      if (rows.length < size) return
      after = rows[rows.length - 1].slot
    }
  }

  /** New rows, inside the caller's transaction; each gets the next free slot, so that a run that was cut off leaves none used twice. */
  async insertRows(sourceId: string, rows: AppliedRow[]): Promise<void> {
    if (rows.length === 0) return
    await this.#db.sql('sources').where({ id: sourceId }).increment('slots', rows.length)
    const { slots } = await this.#db.sql('sources').where({ id: sourceId }).first('slots') as { slots: number }
    await this.#db.insertMany('source_rows', rows.map((row, at) => ({
      source_id: sourceId,
      row_key: row.rowKey,
      slot: slots - rows.length + at,
      digest: row.digest,
      subject: row.subject,
      facts: JSON.stringify(row.facts),
      is_person: row.facts.some((fact) => fact.kind === 'person') ? 1 : 0,
      gone_since: null,
    })), ['gone_since'])
  }

  async updateRow(sourceId: string, row: AppliedRow): Promise<void> {
    await this.#db.sql('source_rows').where({ source_id: sourceId, row_key: row.rowKey })
      .update({ digest: row.digest, facts: JSON.stringify(row.facts), subject: row.subject, gone_since: null })
  }

  /** Makes the next run look at these rows again. */
  async lookAgain(sourceId: string, keys: string[]): Promise<void> {
    for (const part of chunks(keys)) await this.#db.sql('source_rows').where({ source_id: sourceId }).whereIn('row_key', part).update({ digest: '' })
  }

  async markGone(sourceId: string, keys: string[], at: number): Promise<void> {
    for (const part of chunks(keys)) await this.#db.sql('source_rows').where({ source_id: sourceId }).whereIn('row_key', part).update({ gone_since: at })
  }

  async deleteRows(sourceId: string, keys: string[]): Promise<void> {
    for (const part of chunks(keys)) await this.#db.sql('source_rows').where({ source_id: sourceId }).whereIn('row_key', part).del()
  }

  /** True once any source has brought anybody in. */
  async knowsAnybody(): Promise<boolean> {
    return (await this.#db.read('source_people').first('person_id')) !== undefined
  }

  /** R4: proven complete runs in a row without the person, for those missing since before this run began. Joins the caller's transaction. */
  async countMissing(sourceId: string, startedAt: number): Promise<void> {
    await this.#db.sql('affiliations').where({ source_id: sourceId }).where('missing_since', '<', startedAt).update({ missing_runs: this.#db.sql.raw('missing_runs + 1') })
  }

  /** People whose place at a school this source ended only by inference (R5). */
  async inferredEnded(sourceId: string): Promise<Set<string>> {
    const rows = await this.#db.rows("select distinct person_id from affiliations where source_id = ? and end_reason = 'inferred'", [sourceId])
    return new Set(rows.map((row) => row['person_id'] as string))
  }

  async personIds(sourceId: string, externalIds: string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for (const row of await this.#db.rowsIn('select external_id, person_id from source_people where source_id = ? and external_id in (:list)', [sourceId], externalIds)) {
      found.set(row['external_id'] as string, row['person_id'] as string)
    }
    return found
  }

  /** Years that the feed states of the person: external id -> year code. */
  async statedYears(sourceId: string, externalIds: string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for (const part of chunks(externalIds)) {
      const rows = await this.#db.sql('source_people').where({ source_id: sourceId }).whereIn('external_id', part).whereNotNull('year_code').select('external_id', 'year_code')
      for (const row of rows) found.set(row.external_id, row.year_code)
    }
    return found
  }

  async setStatedYear(sourceId: string, externalId: string, yearCode: string | null): Promise<void> {
    await this.#db.sql('source_people').where({ source_id: sourceId, external_id: externalId }).update({ year_code: yearCode })
  }

  async insertPeople(rows: { sourceId: string; externalId: string; personId: string; admissionNumber: string | null; misId: string | null; upn: string | null; yearCode: string | null }[]): Promise<void> {
    await this.#db.insertMany('source_people', rows.map((row) => ({
      source_id: row.sourceId, external_id: row.externalId, person_id: row.personId,
      admission_number: row.admissionNumber, mis_id: row.misId, upn: row.upn, year_code: row.yearCode,
    })))
  }
}

function fromRow(row: Record<string, unknown>): Source {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    format: row['format'] as string,
    mode: row['mode'] as Source['mode'],
    profile: row['profile'] ? JSON.parse(row['profile'] as string) as ColumnProfile : null,
    slots: row['slots'] as number,
    lastGoodRunId: row['last_good_run_id'] as string | null,
    tookAccessAway: Boolean(row['took_access_away']),
  }
}
