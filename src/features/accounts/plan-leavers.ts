import type { Plan } from '../../db/plan-store.ts'
import { addDays, type CalendarDate } from '../../shared/dates.ts'
import type { LosingPerson } from './access-brake.ts'
import type { AccessDeps } from './access-deps.ts'
import type { ItemRestriction } from './access-item.ts'
import { type EndedPerson, endedPeople, statementOf, staysInTrust } from './ended-people.ts'
import { type EndingOrigin, endingOrigins } from './ending-origins.ts'
import type { NewRestriction } from './restriction-store.ts'
import { desiredOf, type ItemStager, targetsById } from './stage-items.ts'

export interface LeaverStaging {
  deps: AccessDeps
  plan: Pick<Plan, 'id' | 'createdBy'>
  stager: ItemStager
  on: CalendarDate
  protectedIds: ReadonlySet<string>
  schoolNames: ReadonlyMap<string, string>
}

export interface StagedLeavers {
  losing: LosingPerson[]
  /** People left out because automation never acts on them (B4). */
  protectedCount: number
  /** People whose access stays until a date (A1). */
  exempt: number
  /** People whose days of grace are not over. */
  inGrace?: number
  /** Leavers without any account: only their sessions are ended. */
  withoutAccount: { personId: string; statement: string }[]
}

/** A line for each account of everybody who has ended and is not restricted, kept or exempt (P3, U1, A1, B4). */
export async function stageLeavers(staging: LeaverStaging): Promise<StagedLeavers> {
  const { deps, on } = staging
  const found: StagedLeavers = { losing: [], protectedCount: 0, exempt: 0, withoutAccount: [] }
  for await (const batch of endedPeople({ db: deps.db, people: deps.people, startsWithinDays: deps.settings.startsWithinDays }, on)) {
    await stageBatch(staging, batch, found)
  }
  return found
}

async function stageBatch(staging: LeaverStaging, batch: EndedPerson[], found: StagedLeavers): Promise<void> {
  const { deps, on, stager, protectedIds } = staging
  const ids = batch.map(({ personId }) => personId)
  const targets = targetsById(deps)
  const accounts = await deps.accounts.ofPeople(ids)
  const standing = await deps.restrictions.unreleasedOf(ids)
  const exemptions = await deps.restrictions.exemptionsOf(ids, on)
  const kept = await deps.kept.statementsOf(ids)
  const desired = await desiredOf(deps, ids, on)
  const open = batch.filter(({ personId, statement }) =>
    kept.get(personId) !== statement && !(standing.get(personId) ?? []).some((restriction) => restriction.cause === 'leaver'))
  const origins = await endingOrigins(deps.db, open)
  for (const person of open) {
    const { personId, last, statement } = person
    const theirs = (accounts.get(personId) ?? []).flatMap((account) => {
      const target = targets.get(account.directoryId)
      return target ? [{ account, target }] : []
    })
    if ((exemptions.get(personId) ?? []).some(({ floorLevel }) => floorLevel === 'full') || on <= (summerUntil(deps, person) ?? '')) {
      found.exempt += 1
      continue
    }
    if (on <= addDays(last.endDate, graceOf(deps, person))) {
      found.inGrace = (found.inGrace ?? 0) + 1
      continue
    }
    if (theirs.length === 0) {
      found.withoutAccount.push({ personId, statement })
      continue
    }
    const guarded = protectedIds.has(personId) || theirs.some(({ account }) => account.observed.protected)
    const reason = reasonOf(staging, person, origins.get(personId))
    const place: ItemRestriction = { cause: 'leaver', level: 'suspended', profile: null, reason, statement }
    const then = desired(personId, [asRestriction(staging, personId, place)])
    for (const { account, target } of theirs) {
      const origin = origins.get(personId)
      await stager.add({
        personId, account, target, action: 'suspend', desired: then, population: `${last.schoolId}|${last.role}`, place,
        reason: guarded ? `${reason}. B4: protected, so a person has to do it in the directory` : reason,
        state: guarded ? 'skipped' : 'planned', file: origin?.file ?? null, line: origin?.line ?? null,
      })
    }
    if (guarded) found.protectedCount += 1
    else found.losing.push({ personId, schoolId: last.schoolId, role: last.role, yearCode: last.yearCode, regGroup: last.regGroup, current: false })
  }
}

/** People whose leaver restriction came from a plan and who have a place again: given back without asking (B7). */
export async function stageReturned(staging: LeaverStaging): Promise<number> {
  const { deps, on, stager } = staging
  const targets = targetsById(deps)
  let returned = 0
  for await (const ids of deps.restrictions.peopleRestrictedByPlans('leaver')) {
    const affiliations = await deps.people.affiliationsOf(ids)
    const confirmed = await deps.lists.confirmedOf(ids)
    // Whom a confirmed list ended stays a leaver until the source says something else about them (R5).
    const back = ids.filter((id) => staysInTrust(affiliations.get(id) ?? [], on, deps.settings.startsWithinDays) && confirmed.get(id) !== statementOf(affiliations.get(id) ?? []))
    const accounts = await deps.accounts.ofPeople(back)
    const standing = await deps.restrictions.unreleasedOf(back)
    const desired = await desiredOf(deps, back, on)
    for (const personId of back) {
      const release = (standing.get(personId) ?? []).filter(({ cause, planId }) => cause === 'leaver' && planId !== null).map(({ id }) => id)
      returned += 1
      for (const account of accounts.get(personId) ?? []) {
        const target = targets.get(account.directoryId)
        if (!target) continue
        await stager.add({
          personId, account, target, action: 'restore', desired: desired(personId, [], release), population: null, release,
          reason: 'has a place in the trust again', state: 'planned',
        })
      }
    }
  }
  return returned
}

/** A restriction of a line in the form that `desiredAccess` takes. */
export function asRestriction(staging: Pick<LeaverStaging, 'deps' | 'plan' | 'on'>, personId: string, place: ItemRestriction): NewRestriction {
  return {
    id: staging.deps.ids.next(), personId, cause: place.cause, level: place.level, profile: place.profile, reason: place.reason.slice(0, 500),
    fromDate: staging.on, untilDate: null, placedBy: staging.plan.createdBy, placedAt: staging.deps.clock.now(), releaseKey: null,
    emergency: false, planId: staging.plan.id,
  }
}

/** Days of grace: of a pupil by year where the year has its own, else by role. */
function graceOf({ settings: { grace } }: AccessDeps, { last }: EndedPerson): number {
  const byYear = last.role === 'pupil' && last.yearCode !== null ? grace.years[last.yearCode] : undefined
  return byYear ?? grace.roles[last.role] ?? 0
}

/** A1: pupils who leave at the end of Year 11 to 13 keep their access over the summer; null for everybody else. */
function summerUntil(deps: AccessDeps, { last }: EndedPerson): CalendarDate | null {
  const { years, from, until } = deps.settings.summer
  const day = last.endDate.slice(5)
  if (last.role !== 'pupil' || last.yearCode === null || !years.includes(last.yearCode) || day < from || day > until) return null
  return `${last.endDate.slice(0, 4)}-${until}`
}

function reasonOf(staging: LeaverStaging, { last }: EndedPerson, origin: EndingOrigin | undefined): string {
  const left = `left ${staging.schoolNames.get(last.schoolId) ?? 'the school'} on ${last.endDate}`
  if (!origin) return left
  return `${left}; ${origin.source}${origin.run === null ? '' : `, roster run ${origin.run}`}`
}
