import type { Database } from '../db/database.ts'
import type { CalendarDate, Instant } from '../shared/dates.ts'
import type { Replay } from './replay-rosters.ts'

/** One export that somebody gave, and the day it is from. */
export interface GivenFile {
  id: string
  name: string
  day: CalendarDate
  bytes: number
  kind: 'zip' | 'csv'
}

/** A replay as its page knows it. */
export interface StoredReplay {
  id: string
  startedBy: string
  createdAt: Instant
  state: 'gathering' | 'waiting' | 'done' | 'failed'
  format: string | null
  schoolId: string | null
  /** In the order of their days. */
  files: GivenFile[]
  /** How many have been read. */
  doneFiles: number
  result: (Replay & { left: number }) | null
  trouble: string | null
  finishedAt: Instant | null
  removeAt: Instant
}

/** Rows of `replays`. */
export class ReplayStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insert(replay: Pick<StoredReplay, 'id' | 'startedBy' | 'createdAt' | 'format' | 'schoolId' | 'removeAt'>): Promise<void> {
    await this.#db.sql('replays').insert({
      id: replay.id, started_by: replay.startedBy, created_at: replay.createdAt, state: 'gathering', format: replay.format, school_id: replay.schoolId, files: '[]', done_files: 0,
      result: null, trouble: null, finished_at: null, remove_at: replay.removeAt,
    })
  }

  async get(id: string): Promise<StoredReplay | null> {
    const row = await this.#db.sql('replays').where({ id }).first()
    return row ? fromRow(row) : null
  }

  /** Newest first, without their results. */
  async newest(limit: number): Promise<StoredReplay[]> {
    const rows = await this.#db.read('replays').orderBy('id', 'desc').limit(limit)
      .select('id', 'started_by', 'created_at', 'state', 'format', 'school_id', 'files', 'done_files', 'trouble', 'finished_at', 'remove_at')
    return rows.map((row) => fromRow({ ...row, result: null }))
  }

  /** Changes one that is in this state; false when it is not any more. */
  async update(id: string, from: StoredReplay['state'], change: Partial<Pick<StoredReplay, 'state' | 'files' | 'doneFiles' | 'result' | 'trouble' | 'finishedAt' | 'removeAt'>>): Promise<boolean> {
    return await this.#db.sql('replays').where({ id, state: from }).update({
      ...(change.state === undefined ? {} : { state: change.state }), ...(change.files === undefined ? {} : { files: JSON.stringify(change.files) }),
      ...(change.doneFiles === undefined ? {} : { done_files: change.doneFiles }), ...(change.result === undefined ? {} : { result: change.result === null ? null : JSON.stringify(change.result) }),
      ...(change.trouble === undefined ? {} : { trouble: change.trouble?.slice(0, 500) ?? null }), ...(change.finishedAt === undefined ? {} : { finished_at: change.finishedAt }),
      ...(change.removeAt === undefined ? {} : { remove_at: change.removeAt }),
    }) === 1
  }

  async countIn(state: StoredReplay['state']): Promise<number> {
    const row = await this.#db.sql('replays').where({ state }).count({ n: '*' }).first()
    return Number(row?.['n'] ?? 0)
  }

  async remove(id: string): Promise<void> {
    await this.#db.sql('replays').where({ id }).del()
  }

  /** Those whose days are over; one that runs ends within the hour, so one that still waits then never will. */
  async over(now: Instant): Promise<string[]> {
    return (await this.#db.read('replays').where('remove_at', '<=', now).select('id')).map(({ id }) => id as string)
  }
}

function fromRow(row: Record<string, unknown>): StoredReplay {
  return {
    id: row['id'] as string, startedBy: row['started_by'] as string, createdAt: Number(row['created_at']), state: row['state'] as StoredReplay['state'],
    format: row['format'] as string | null, schoolId: row['school_id'] as string | null, files: JSON.parse(row['files'] as string) as GivenFile[], doneFiles: Number(row['done_files']),
    result: row['result'] === null ? null : JSON.parse(row['result'] as string) as StoredReplay['result'], trouble: row['trouble'] as string | null,
    finishedAt: row['finished_at'] === null ? null : Number(row['finished_at']), removeAt: Number(row['remove_at']),
  }
}
