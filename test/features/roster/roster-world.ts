import type { Database } from '../../../src/db/database.ts'
import { rosterServices } from '../../support/services.ts'

let serial = 0

/** A roster of its own: each call has a source name of its own, so that one database serves a whole file of tests. */
export function rosterWorld(db: Database, options?: Parameters<typeof rosterServices>[1]) {
  serial += 1
  const name = `source-${serial}`
  const services = rosterServices(db, options)
  const sync = (path: string, extra: { planOnly?: boolean; mode?: 'observe' | 'propose' | 'enforce'; actor?: string } = {}) =>
    services.roster.sync({ name, format: 'oneroster-csv', path, mode: extra.mode ?? 'enforce', planOnly: extra.planOnly ?? false, actor: extra.actor ?? 'os:test' })
  return { ...services, name, sync }
}

/** Nobody, no school, no source. */
export async function wipe(db: Database): Promise<void> {
  for (const table of ['guardian_links', 'group_memberships', 'affiliations', 'people', 'schools', 'source_rows', 'source_people', 'source_schools', 'sources', 'roster_runs', 'plans', 'plan_items', 'roster_changes', 'withdrawn_joiners', 'kept_places', 'listed_ends']) await db.sql(table).del()
}
