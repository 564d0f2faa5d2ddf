import { chunks } from '../../../shared/chunks.ts'
import type { AccessDeps } from '../access-deps.ts'
import { dateOf } from '../access-plans.ts'

/** Of these people, those of whom nothing is archived or deleted: a legal hold or an exemption stands. */
export async function sparedOf(deps: Pick<AccessDeps, 'db' | 'restrictions' | 'clock'>, personIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>((await deps.restrictions.exemptionsOf(personIds, dateOf(deps))).keys())
  for (const part of chunks(personIds)) for (const row of await deps.db.sql('legal_holds').whereIn('person_id', part).whereNull('ended_at').select('person_id')) found.add(row.person_id)
  return found
}
