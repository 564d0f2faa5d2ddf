import { chunks } from '../../../shared/chunks.ts'
import { longDate } from '../../../shared/dates.ts'
import { keepsAccess } from '../../people/affiliation.ts'
import type { ItemRestriction } from '../access-item.ts'
import { staysInTrust, statementOf } from '../ended-people.ts'
import { asRestriction, type LeaverStaging, type StagedLeavers } from '../plan-leavers.ts'
import { leftSchoolProfile } from '../plan-school-moves.ts'
import { desiredOf, targetsById } from '../stage-items.ts'
import { type LeaverList, type ListEntry, meant } from './leaver-list.ts'

/**
 * A line for each account of everybody on a confirmed list (R5). Who has a place at another school of the trust is moved and
 * keeps the account (P3); everybody else is suspended, whatever their source still says.
 */
export async function stageListed(staging: LeaverStaging, list: LeaverList): Promise<StagedLeavers & { moves: number }> {
  const found = { losing: [], protectedCount: 0, exempt: 0, withoutAccount: [], moves: 0 } as StagedLeavers & { moves: number }
  const entries = new Map(meant(list).map((entry) => [entry.personId ?? '', entry]))
  for (const ids of chunks([...entries.keys()], 500)) await stagePart(staging, list, ids, entries, found)
  return found
}

async function stagePart(
  staging: LeaverStaging, list: LeaverList, ids: string[], entries: ReadonlyMap<string, ListEntry>, found: StagedLeavers & { moves: number },
): Promise<void> {
  const { deps, on, stager, protectedIds } = staging
  const affiliations = await deps.people.affiliationsOf(ids)
  const accounts = await deps.accounts.ofPeople(ids)
  const standing = await deps.restrictions.unreleasedOf(ids)
  const exemptions = await deps.restrictions.exemptionsOf(ids, on)
  const desired = await desiredOf(deps, ids, on)
  const targets = targetsById(deps)
  for (const personId of ids) {
    const places = (affiliations.get(personId) ?? []).filter(({ role }) => role !== 'guardian')
    const home = places.find((place) => list.schoolId === null || place.schoolId === list.schoolId)
    const stays = list.schoolId === null ? undefined
      : places.find((place) => place.schoolId !== list.schoolId && keepsAccess(place, on, deps.settings.startsWithinDays))
    const statement = statementOf(affiliations.get(personId) ?? [])
    const population = home ? `${home.schoolId}|${home.role}` : null
    const row = { file: 'list', line: entries.get(personId)?.line ?? null }
    if ((standing.get(personId) ?? []).some(({ cause }) => cause === 'leaver')) continue
    if ((exemptions.get(personId) ?? []).some(({ floorLevel }) => floorLevel === 'full')) {
      found.exempt += 1
      continue
    }
    const school = staging.schoolNames.get(home?.schoolId ?? '') ?? 'the trust'
    const profile = stays && list.schoolId !== null ? leftSchoolProfile(list.schoolId) : null
    const reason = stays ? `left ${school} on ${list.lastDay} by a confirmed list; stays in the trust` : `left ${school} on ${list.lastDay} by a confirmed list${staysInTrust(places, on, deps.settings.startsWithinDays) ? ', though the roster has no end for them yet' : ''}`
    const listed = { listed: true, lastDay: list.lastDay, schoolId: list.schoolId }
    const place: ItemRestriction = stays
      ? { cause: 'school-leaver', level: 'full', profile, reason, statement, ...listed }
      : { cause: 'leaver', level: 'suspended', profile: null, reason, statement, ...listed }
    const theirs = (accounts.get(personId) ?? []).flatMap((account) => {
      const target = targets.get(account.directoryId)
      return target && (profile === null || Object.hasOwn(target.mapping.profiles, profile)) ? [{ account, target }] : []
    })
    if (theirs.length === 0) {
      if (!stays) found.withoutAccount.push({ personId, statement })
      continue
    }
    const guarded = protectedIds.has(personId) || theirs.some(({ account }) => account.observed.protected)
    const then = desired(personId, [asRestriction(staging, personId, place)])
    for (const { account, target } of theirs) {
      await stager.add({
        personId, account, target, action: stays ? 'school-move' : 'suspend', desired: then, population, place, ...row,
        reason: guarded ? `${reason}. B4: protected, so a person has to do it in the directory` : reason, state: guarded ? 'skipped' : 'planned',
      })
    }
    if (guarded) found.protectedCount += 1
    else if (stays) found.moves += 1
    else {
      found.losing.push({
        personId, schoolId: home?.schoolId ?? '', role: home?.role ?? 'person', yearCode: home?.yearCode ?? null, regGroup: home?.regGroup ?? null,
        current: home !== undefined && (home.endDate === null || home.endDate >= on),
      })
    }
  }
}

/** "a list of 3 people, last day Friday 17 July 2026". */
export function listTitle(list: Pick<LeaverList, 'entries' | 'lastDay'>): string {
  const count = meant(list).length
  return `${count.toLocaleString('en-GB')} ${count === 1 ? 'person' : 'people'}, last day ${longDate(list.lastDay)}`
}
