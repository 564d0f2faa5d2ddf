import { chunks } from '../../shared/chunks.ts'
import { isCurrent } from '../people/affiliation.ts'
import type { ItemRestriction } from './access-item.ts'
import { staysInTrust, statementOf } from './ended-people.ts'
import { asRestriction, type LeaverStaging } from './plan-leavers.ts'
import { desiredOf, targetsById } from './stage-items.ts'

/** Name of the profile that takes away what belongs to one school; its groups are a setting of each directory. */
export const leftSchoolProfile = (schoolId: string): string => `left-${schoolId}`

/**
 * P3: who left one school and stays in the trust keeps the account and loses that school's groups, as far as a directory
 * names any. Returns how many people that is.
 */
export async function stageSchoolMoves(staging: LeaverStaging): Promise<number> {
  const { deps, on } = staging
  const schools = [...staging.schoolNames.keys()].filter((id) => [...deps.targets.values()].some(({ mapping }) => Object.hasOwn(mapping.profiles, leftSchoolProfile(id))))
  let moves = 0
  for (const schoolId of schools) {
    const rows = await deps.db.read('affiliations').where({ school_id: schoolId }).where('end_date', '<', on).whereNot({ role: 'guardian' })
      .distinct('person_id').orderBy('person_id') as { person_id: string }[]
    for (const ids of chunks(rows.map((row) => row.person_id))) moves += await stagePart(staging, schoolId, ids)
  }
  return moves
}

async function stagePart(staging: LeaverStaging, schoolId: string, ids: string[]): Promise<number> {
  const { deps, on, stager } = staging
  const affiliations = await deps.people.affiliationsOf(ids)
  const standing = await deps.restrictions.unreleasedOf(ids)
  const kept = await deps.kept.statementsOf(ids)
  const accounts = await deps.accounts.ofPeople(ids)
  const desired = await desiredOf(deps, ids, on)
  const targets = targetsById(deps)
  const profile = leftSchoolProfile(schoolId)
  let moves = 0
  for (const personId of ids) {
    const theirs = affiliations.get(personId) ?? []
    const here = theirs.filter((affiliation) => affiliation.schoolId === schoolId && affiliation.role !== 'guardian')
    const statement = statementOf(theirs)
    const open = staysInTrust(theirs, on, deps.settings.startsWithinDays) && !here.some((affiliation) => isCurrent(affiliation, on))
      && kept.get(personId) !== statement && !staging.protectedIds.has(personId)
      && !(standing.get(personId) ?? []).some((restriction) => restriction.cause === 'school-leaver' && restriction.profile === profile)
    if (!open) continue
    const reason = `left ${staging.schoolNames.get(schoolId) ?? 'the school'} on ${here.map(({ endDate }) => endDate ?? '').toSorted().at(-1) ?? ''}; stays in the trust`
    const place: ItemRestriction = { cause: 'school-leaver', level: 'full', profile, reason, statement }
    let lines = 0
    for (const account of accounts.get(personId) ?? []) {
      const target = targets.get(account.directoryId)
      if (!target || !Object.hasOwn(target.mapping.profiles, profile)) continue
      const then = desired(personId, [asRestriction(staging, personId, place)])
      await stager.add({ personId, account, target, action: 'school-move', desired: then, population: `${schoolId}|${here[0]?.role ?? ''}`, reason, state: 'planned', place })
      lines += 1
    }
    if (lines > 0) moves += 1
  }
  return moves
}
