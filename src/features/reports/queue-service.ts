import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { QueueItem } from './queue-queries.ts'

const REMARK_KEPT_MS = 365 * 86_400_000

/** Says that somebody has seen to a case, with a remark that is kept for a year and stands on no family's page (D2). */
export class QueueService {
  readonly #deps: { db: Database; clock: Clock; audit: AuditLog }
  constructor(deps: { db: Database; clock: Clock; audit: AuditLog }) {
    this.#deps = deps
  }

  async done(item: QueueItem, remark: string, actor: string): Promise<void> {
    const { db, clock, audit } = this.#deps
    const now = clock.now()
    await db.transaction(async () => {
      await db.sql('queue_marks').where({ kind: item.kind, item_key: item.key }).delete()
      await db.sql('queue_marks').insert({
        kind: item.kind, item_key: item.key, person_id: item.personId, school_id: item.schoolId, remark: remark === '' ? null : remark, done_by: actor, done_at: now, erase_after: now + REMARK_KEPT_MS,
      })
      await audit.record({ actor, event: 'queue.done', subject: `person:${item.personId}`, payload: { kind: item.kind, key: item.key, withRemark: remark !== '' } })
    })
  }
}
