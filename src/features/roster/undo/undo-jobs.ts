import type { Ids } from '../../../adapters/ids.ts'
import type { Database } from '../../../db/database.ts'
import type { JobHandlers, Outbox } from '../../../db/outbox.ts'
import { Refused } from '../../../shared/errors.ts'
import type { RosterUndo } from './roster-undo.ts'

const PLAN = 'roster.undo-plan'
const APPLY = 'roster.undo'

/** What pages ask the worker to do, so that nobody waits at a page for a large run. */
export class UndoJobs {
  readonly #parts: { db: Database; ids: Ids; outbox: Outbox; undo: RosterUndo }
  constructor(parts: { db: Database; ids: Ids; outbox: Outbox; undo: RosterUndo }) {
    this.#parts = parts
  }

  /** Asks for the undo to be worked out. Asked twice before it is done, it is done once. */
  async requestPlan(runId: string, actor: string): Promise<void> {
    await this.#put(PLAN, runId, { run: runId, actor })
  }

  /** @throws Refused when the approval is not good enough; nothing is begun then. */
  async requestApply(runId: string, planId: string, approval: { actor: string; count: number | null }): Promise<void> {
    const run = await this.#parts.undo.waitingFor(runId)
    if (!run || run.id !== planId) throw new Refused({ what: 'This undo was worked out anew meanwhile.', remedy: 'Look at it again.' })
    if (run.state === 'planned') this.#parts.undo.mayApprove(run, approval)
    await this.#put(APPLY, runId, { run: runId, undo: planId, ...approval })
  }

  /** The job that the worker has not finished, with what was in its way; null where there is none. */
  async waiting(runId: string): Promise<{ what: 'plan' | 'apply'; trouble: string | null } | null> {
    const row = await this.#parts.db.read('outbox').whereIn('kind', [PLAN, APPLY]).where((w) => { for (const kind of [PLAN, APPLY]) void w.orWhere('dedupe_key', 'like', `${kind}:${runId}:%`) }).where({ state: 'ready' }).orderBy('id', 'desc').first('kind', 'last_error') as { kind: string; last_error: string | null } | undefined
    return row ? { what: row.kind === PLAN ? 'plan' : 'apply', trouble: row.last_error } : null
  }

  /** One job at a time for one run: a second press finds the first. */
  async #put(kind: string, runId: string, payload: object): Promise<void> {
    const { db, outbox, ids } = this.#parts
    await db.transaction(async () => {
      if (await db.sql('outbox').where('dedupe_key', 'like', `${kind}:${runId}:%`).where({ state: 'ready' }).first('id')) return
      await outbox.put(kind, payload, { dedupeKey: `${kind}:${runId}:${ids.next()}` })
    })
  }

  readonly handlers: JobHandlers = {
    [PLAN]: async (payload) => {
      await settled(() => this.#parts.undo.plan(String(payload['run']), String(payload['actor'])))
    },
    [APPLY]: async (payload) => {
      const count = typeof payload['count'] === 'number' ? payload['count'] : null
      await settled(() => this.#parts.undo.apply(String(payload['run']), { actor: String(payload['actor']), count, undo: String(payload['undo']) }))
    },
  }
}

/** What is refused for good is not tried again; a source that is being read is. */
async function settled(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Refused) || error.where.startsWith('source:')) throw error
  }
}
