import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { addDays, today } from '../../shared/dates.ts'
import type { AccessService } from '../accounts/access-service.ts'
import type { WishPlans } from '../accounts/life/wish-plans.ts'

/** Who began longer ago is no joiner. */
const JOINED_WITHIN_DAYS = 30

/**
 * I7, where the school wants it: the account of somebody who joins waits for their agreement. Only people who sign for themselves and
 * have an address to which the link goes; signing opens the account in the same transaction, by the request's release key.
 */
export class JoinersWait {
  readonly #deps: { db: Database; clock: Clock; access: AccessService; plans: WishPlans; roles: readonly string[] }
  constructor(deps: { db: Database; clock: Clock; access: AccessService; plans: WishPlans; roles: readonly string[] }) {
    this.#deps = deps
  }

  /** For the requests that one issue has put; returns how many accounts wait. Run twice it places nothing twice. */
  async run(planId: string): Promise<number> {
    const { db, clock, access, plans, roles } = this.#deps
    if (roles.length === 0) return 0
    const on = today(clock.now())
    const rows = await db.rows(
      `select distinct r.id, r.person_id from requests r join affiliations a on a.person_id = r.person_id and a.school_id = r.school_id join people p on p.id = r.person_id
       where r.plan_id = ? and r.state = 'open' and r.signer_rule = 'self' and p.email_norm is not null and a.role in (${roles.map(() => '?').join(', ')})
         and a.start_date is not null and a.start_date >= ? and not exists (select 1 from affiliations o where o.person_id = r.person_id and o.role <> 'guardian' and (o.start_date is null or o.start_date < ?)) order by r.id`,
      [planId, ...roles, addDays(on, -JOINED_WITHIN_DAYS), addDays(on, -JOINED_WITHIN_DAYS)])
    const keys = rows.map((row) => `request:${row['id'] as string}`)
    const before = await plans.everPlaced(keys)
    for (const [at, row] of rows.entries()) {
      const key = keys[at] ?? ''
      if (before.has(key)) continue
      await access.place({ personId: row['person_id'] as string, cause: 'unsigned', level: 'none-yet', reason: 'The account waits for the agreement', releaseKey: key, otherRoute: true, actor: 'system' })
    }
    return rows.length - before.size
  }
}
