import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import type { Rejection, RosterRun, RunProof, RunReport, RunState } from './roster-run.ts'

const REJECTIONS_SHOWN = 1000

/** Runs of sources with their reports and rejected rows. */
export class RunStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async create(run: { id: string; sourceId: string; planId: string; actor: string; startedAt: Instant; report: RunReport }): Promise<void> {
    await this.#db.sql('roster_runs').insert({
      id: run.id, source_id: run.sourceId, plan_id: run.planId, state: 'reading', actor: run.actor, started_at: run.startedAt,
      finished_at: null, read_count: 0, report: JSON.stringify(run.report), proof: JSON.stringify({ files: [], people: 0, schoolKeys: [] }),
    })
  }

  async finish(id: string, change: { state: RunState; report: RunReport; proof?: RunProof; finishedAt: Instant }): Promise<void> {
    // Rejected rows stand in a table of their own, so that a report stays small.
    const report = { ...change.report, state: change.state, rejected: [] }
    await this.#db.sql('roster_runs').where({ id }).update({
      state: change.state, report: JSON.stringify(report), read_count: change.report.read, finished_at: change.finishedAt,
      ...(change.proof ? { proof: JSON.stringify(change.proof) } : {}),
    })
  }

  async addRejections(runId: string, firstSeq: number, rejections: Rejection[]): Promise<void> {
    await this.#db.insertMany('roster_rejections', rejections.map((rejection, at) => ({
      run_id: runId, seq: firstSeq + at, file: rejection.file.slice(0, 120), line: rejection.line, reason: rejection.reason.slice(0, 500),
    })))
  }

  async rejections(runId: string, limit = REJECTIONS_SHOWN): Promise<Rejection[]> {
    return this.#db.read('roster_rejections').where({ run_id: runId }).orderBy('seq').limit(limit).select('file', 'line', 'reason')
  }

  async get(id: string): Promise<RosterRun | null> {
    const row = await this.#db.read('roster_runs').where({ id }).first()
    return row ? fromRow(row) : null
  }

  async list(limit: number, sourceId?: string): Promise<RosterRun[]> {
    const query = this.#db.read('roster_runs').orderBy([{ column: 'started_at', order: 'desc' }, { column: 'id', order: 'desc' }]).limit(limit)
    if (sourceId) void query.where({ source_id: sourceId })
    return (await query).map(fromRow)
  }

  /** R9: a newer run of the same source supersedes held and planned ones. */
  async supersede(sourceId: string, exceptRun: string): Promise<void> {
    const old = await this.#db.sql('roster_runs').where({ source_id: sourceId }).whereIn('state', ['held', 'planned']).whereNot({ id: exceptRun })
      .select('id', 'plan_id')
    if (old.length === 0) return
    await this.#db.sql('roster_runs').whereIn('id', old.map((row) => row.id)).update({ state: 'superseded' })
    await this.#db.sql('plans').whereIn('id', old.map((row) => row.plan_id)).update({ state: 'superseded' })
  }
}

function fromRow(row: Record<string, unknown>): RosterRun {
  return {
    id: row['id'] as string,
    sourceId: row['source_id'] as string,
    planId: row['plan_id'] as string | null,
    state: row['state'] as RunState,
    actor: row['actor'] as string,
    startedAt: row['started_at'] as number,
    finishedAt: row['finished_at'] as number | null,
    report: { ...JSON.parse(row['report'] as string) as RunReport, state: row['state'] as RunState },
    proof: JSON.parse(row['proof'] as string) as RunProof,
  }
}
