import { addDays, type CalendarDate } from '../../shared/dates.ts'
import { NotFound, UnusableInput } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import { dateOf } from './access-plans.ts'
import type { DriftNote } from './account-change.ts'
import { type AccessLevel, desiredAccess } from './desired-access.ts'
import { isConfidential, neutralReason, visibleAccess, visibleRestriction, type VisibleRestriction } from './neutral-words.ts'
import { type PlaceCommand, placingProblem } from './placing.ts'
import type { StoredExemption, StoredRestriction } from './restriction-store.ts'
import { changesUnderWay, type UnderWay } from './under-way.ts'

/** Everything that answers "why this access?". */
export interface AccessOf {
  desired: ReturnType<typeof visibleAccess>
  /** In force today. */
  restrictions: VisibleRestriction[]
  exemptions: StoredExemption[]
  accounts: {
    id: string
    directory: string
    username: string
    enabled: boolean
    observedAt: number
    protected: boolean
    drift: DriftNote[]
    /** Decided and not seen in the directory yet; null where what was seen is what should be, or waits for something else. */
    underWay: UnderWay | null
  }[]
}

/** Kind of the outbox job that makes the directories follow one person. */
export const RECONCILE_PERSON = 'access.reconcile-person'

/**
 * Places and releases restrictions. Every method joins the caller's transaction, and the directories follow through the
 * outbox after its commit (A2).
 */
export class AccessService {
  readonly #deps: AccessDeps
  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  /**
   * Places one restriction; returns its id. The same key, cause and person again gives the one that stands already.
   * @throws UnusableInput or Refused when it may not be placed (I5, A5); NotFound for an unknown person.
   */
  async place(command: PlaceCommand): Promise<string> {
    const { db, restrictions, people, audit, clock, ids } = this.#deps
    const on = dateOf(this.#deps)
    return db.transaction(async () => {
      if (!await people.person(command.personId)) throw new NotFound('There is no such person.')
      const problem = placingProblem(command, (await people.affiliationsOf([command.personId])).get(command.personId) ?? [], on)
      if (problem) throw problem
      const releaseKey = command.releaseKey ?? null
      const same = releaseKey === null ? undefined : (await restrictions.unreleasedByKey(releaseKey))
        .find((each) => each.personId === command.personId && each.cause === command.cause)
      if (same) return same.id
      const restriction: StoredRestriction = {
        id: ids.next(), personId: command.personId, cause: command.cause, level: command.level, profile: command.profile ?? null,
        reason: command.reason, fromDate: command.fromDate ?? on, untilDate: command.untilDate ?? null, placedBy: command.actor,
        placedAt: clock.now(), releaseKey, releasedAt: null, releasedBy: null, emergency: command.emergency ?? false, planId: null,
      }
      await restrictions.insert([restriction])
      await audit.record({
        actor: command.actor, event: 'access.restricted', subject: `person:${restriction.personId}`,
        payload: { ...auditWords(restriction), from: restriction.fromDate, ...(command.advice === undefined ? {} : { advice: command.advice }) },
      })
      await this.#follow(restriction, on)
      return restriction.id
    })
  }

  /** Releases everything placed under this key (A2); returns how many restrictions that were. */
  async releaseByKey(key: string, actor: string): Promise<number> {
    return this.#deps.db.transaction(async () => this.#release(await this.#deps.restrictions.unreleasedByKey(key), actor))
  }

  /** The same for several keys, each with who caused it: mostly nothing stands under any, which one look tells. */
  async releaseByKeys(ended: readonly { key: string; actor: string }[]): Promise<void> {
    const inUse = await this.#deps.restrictions.keysInUse(ended.map(({ key }) => key))
    for (const { key, actor } of ended) if (inUse.has(key)) await this.releaseByKey(key, actor)
  }

  /** Releases one restriction; 0 when it was released before. @throws NotFound when there is none. */
  async releaseById(id: string, actor: string): Promise<number> {
    return this.#deps.db.transaction(async () => {
      const restriction = await this.#deps.restrictions.get(id)
      if (!restriction) throw new NotFound('There is no such restriction.')
      return this.#release(restriction.releasedAt === null ? [restriction] : [], actor)
    })
  }

  /** "No stricter than this until" (A1). */
  async exempt(command: { personId: string; floorLevel: AccessLevel; untilDate: CalendarDate; reason: string; actor: string }): Promise<string> {
    const { db, ids, clock, restrictions, audit, outbox } = this.#deps
    if (command.untilDate < dateOf(this.#deps)) throw new UnusableInput({ what: 'An exemption that has ended already has no effect.', where: 'exemption' })
    const { actor, ...exemption } = command
    const id = ids.next()
    await db.transaction(async () => {
      await restrictions.addExemption({ ...exemption, id, by: actor, placedAt: clock.now() })
      await audit.record({ actor, event: 'access.exempted', subject: `person:${command.personId}`, payload: { level: command.floorLevel, until: command.untilDate } })
      await outbox.put(RECONCILE_PERSON, { personId: command.personId }, { dedupeKey: `${RECONCILE_PERSON}:${id}:exempted` })
      await outbox.put(RECONCILE_PERSON, { personId: command.personId }, { dedupeKey: `${RECONCILE_PERSON}:${id}:ended`, availableAt: startOf(addDays(command.untilDate, 1)) })
    })
    return id
  }

  /** Every exemption that holds on `today` or later. */
  exemptions(on: CalendarDate): Promise<StoredExemption[]> {
    return this.#deps.restrictions.exemptions(on)
  }

  /** Ends an exemption before its day; what stands against the person counts again at once. */
  async endExemption(id: string, actor: string): Promise<void> {
    const { db, restrictions, audit, clock, outbox } = this.#deps
    await db.transaction(async () => {
      const exemption = (await restrictions.exemptions(dateOf(this.#deps))).find((one) => one.id === id)
      if (!exemption || !await restrictions.endExemption(id, { at: clock.now(), actor })) throw new NotFound('There is no such exemption.')
      await audit.record({ actor, event: 'access.exemption-ended', subject: `person:${exemption.personId}`, payload: { exemption: id } })
      await outbox.put(RECONCILE_PERSON, { personId: exemption.personId }, { dedupeKey: `${RECONCILE_PERSON}:${id}:ended-early` })
    })
  }

  /** A7: a login that several pupils share has an owner who answers for it; it is no orphan then. Null takes the owner away. */
  async registerShared(accountId: string, ownerId: string | null, actor: string): Promise<void> {
    const { db, accounts, people, audit } = this.#deps
    await db.transaction(async () => {
      if (!await accounts.get(accountId) || (ownerId !== null && !await people.person(ownerId))) throw new NotFound('There is no such account or person.')
      await accounts.setSharedOwner(accountId, ownerId)
      await audit.record({ actor, event: 'access.shared-login', subject: `account:${accountId}`, payload: { owner: ownerId } })
    })
  }

  /** What access somebody should have and why; causes in neutral words unless the reader is in the circle (A5). */
  async accessOf(personId: string, today: CalendarDate, options: { reveal: boolean }): Promise<AccessOf> {
    const { restrictions, accounts, targets } = this.#deps
    const standing = (await restrictions.unreleasedOf([personId])).get(personId) ?? []
    const exemptions = (await restrictions.exemptionsOf([personId], today)).get(personId) ?? []
    const desired = desiredAccess(standing, exemptions, today)
    const active = new Set(desired.because.flatMap((cause) => (cause.kind === 'restriction' ? [cause.id] : [])))
    const names = new Map([...targets].map(([name, target]) => [target.id, name]))
    const theirs = (await accounts.ofPeople([personId])).get(personId) ?? []
    const underWay = await changesUnderWay(this.#deps, personId, theirs, desired)
    return {
      desired: visibleAccess(desired, options.reveal),
      restrictions: standing.filter(({ id }) => active.has(id)).map((restriction) => visibleRestriction(restriction, options.reveal)),
      exemptions,
      accounts: theirs.map((account) => ({
        id: account.id, directory: names.get(account.directoryId) ?? account.directoryId, username: account.username, enabled: account.observed.enabled,
        observedAt: account.observedAt, protected: account.observed.protected, drift: account.drift,
        underWay: underWay.get(account.id) ?? null,
      })),
    }
  }

  /** True for somebody who should have no access at all today; what they were given elsewhere ends with it (ASVS 7.4.2). */
  async isSuspended(personId: string): Promise<boolean> {
    const { restrictions } = this.#deps
    const standing = (await restrictions.unreleasedOf([personId])).get(personId) ?? []
    if (standing.length === 0) return false
    const on = dateOf(this.#deps)
    return desiredAccess(standing, (await restrictions.exemptionsOf([personId], on)).get(personId) ?? [], on).level === 'suspended'
  }

  async #release(restrictions: readonly StoredRestriction[], actor: string): Promise<number> {
    const { audit, clock, outbox } = this.#deps
    if (restrictions.length === 0) return 0
    const released = await this.#deps.restrictions.release(restrictions.map(({ id }) => id), { at: clock.now(), actor })
    await audit.recordMany(restrictions.map((restriction) => ({
      actor, event: 'access.released', subject: `person:${restriction.personId}`, payload: auditWords(restriction),
    })))
    await outbox.putMany(restrictions.map(({ id, personId }) => ({ kind: RECONCILE_PERSON, payload: { personId }, dedupeKey: `${RECONCILE_PERSON}:${id}:released` })))
    return released
  }

  /** Now or on its first day, and on the day after its last. */
  async #follow({ id, personId, fromDate, untilDate }: StoredRestriction, on: CalendarDate): Promise<void> {
    const job = (what: string, availableAt?: number) => ({
      kind: RECONCILE_PERSON, payload: { personId }, dedupeKey: `${RECONCILE_PERSON}:${id}:${what}`, ...(availableAt === undefined ? {} : { availableAt }),
    })
    await this.#deps.outbox.putMany([
      fromDate <= on ? job('placed') : job('begins', startOf(fromDate)),
      ...(untilDate === null ? [] : [job('ended', startOf(addDays(untilDate, 1)))]),
    ])
  }
}

/** Midnight in UTC: never before the day has begun in the United Kingdom. */
const startOf = (date: CalendarDate): number => Date.parse(`${date}T00:00:00Z`)

/** The log is read by more people than the DSL's circle: of a confidential cause it keeps the reference only (A5). */
function auditWords(restriction: StoredRestriction): Record<string, unknown> {
  const { id, cause, level, profile, reason, untilDate } = restriction
  const hidden = isConfidential(cause)
  return { restriction: id, cause: hidden ? 'school' : cause, level, profile, reason: hidden ? neutralReason(id) : reason, until: untilDate }
}
