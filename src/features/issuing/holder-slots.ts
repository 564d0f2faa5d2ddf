import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { isComplete } from './request.ts'
import type { RequestStore } from './request-store.ts'

/**
 * F5, F2: where all who may sign are asked, an adult whose link ended or who may not be contacted any more is asked no longer; what
 * the others did is then enough. Returns how many slots were closed.
 */
export async function dropBarredHolders(db: Database, requests: RequestStore, clock: Clock): Promise<number> {
  const rows = await db.rows(
    `select s.id, s.request_id from signatories s join requests r on r.id = s.request_id
     where s.holder_id <> '' and s.state = 'open' and r.state in ('open', 'complete') and not exists (select 1 from guardian_links l
       where l.pupil_id = r.person_id and l.guardian_id = s.holder_id and l.ended_at is null and l.may_sign = 1 and l.do_not_contact = 0)`, [])
  for (const row of rows) {
    await db.transaction(async () => {
      const request = await requests.lock(row['request_id'] as string)
      await requests.setSignatory(row['id'] as string, 'cancelled')
      await requests.setRequired(row['id'] as string, false)
      const slots = (await requests.signatoriesOf([row['request_id'] as string])).get(row['request_id'] as string) ?? []
      // Nobody is left to ask: the office's queue shows it as unreachable, so one slot stays for whoever may sign later.
      if (request?.state === 'open' && slots.some((slot) => slot.state === 'signed') && isComplete(slots)) await requests.update(request.id, { state: 'complete', completedAt: clock.now() })
    })
  }
  return rows.length
}
