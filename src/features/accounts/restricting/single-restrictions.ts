import { addDays, type CalendarDate, today } from '../../../shared/dates.ts'
import { NotFound, Refused } from '../../../shared/errors.ts'
import type { AccessDeps } from '../access-deps.ts'
import { dateOf } from '../access-plans.ts'
import type { AccessService } from '../access-service.ts'
import { adviceProblem, type PlaceCommand, placingProblem } from '../placing.ts'
import type { StoredRestriction } from '../restriction-store.ts'
import { type DueReview, ReviewStore } from './review-store.ts'
import { SHORT_SCHOOL_DAYS, type SingleRestriction, singleProblems, type SingleWish } from './single-problem.ts'

/** B7: an emergency is looked at by a second person within a day. */
const SECOND_LOOK_MS = 24 * 3_600_000
/** When somebody says that it stands, it is looked at again after so many days. */
const AGAIN_DAYS = 7

/** Restrictions that a person places on one person: after misuse, for safeguarding, by hand (A5, B7). */
export class SingleRestrictions {
  readonly #deps: AccessDeps
  readonly #access: AccessService
  readonly reviews: ReviewStore
  constructor(deps: AccessDeps, access: AccessService) {
    this.#deps = deps
    this.#access = access
    this.reviews = new ReviewStore(deps.db)
  }

  /** Names of the profiles that some directory knows; those that only school moves use are left out. */
  profiles(): string[] {
    return [...new Set([...this.#deps.targets.values()].flatMap(({ mapping }) => Object.keys(mapping.profiles)))].filter((name) => !name.startsWith('left-')).toSorted()
  }

  /** The last day that a head of year may choose for somebody of this school. */
  async shortUntil(schoolId: string | null): Promise<CalendarDate> {
    const on = dateOf(this.#deps)
    return await this.#deps.schoolDaysAfter?.(schoolId, on, SHORT_SCHOOL_DAYS) ?? addDays(on, SHORT_SCHOOL_DAYS)
  }

  /** Everything that is wrong or missing, by field, the A5 question too; for a form that is told all at once. */
  async problems(wish: SingleWish, schoolId: string | null): Promise<Record<string, string>> {
    const places = (await this.#deps.people.affiliationsOf([wish.personId])).get(wish.personId) ?? []
    // Every cause that a person may choose asks it, so it is asked also while none is chosen.
    const advice = adviceProblem({ level: wish.level, cause: wish.cause ?? 'manual', ...(wish.advice ? { advice: wish.advice } : {}) }, places, dateOf(this.#deps))
    return { ...await this.#problems(wish, schoolId), ...(advice ? { advice: `${advice.what} ${advice.remedy}` } : {}) }
  }

  /**
   * Places it at once and ends the person's sessions here; the directories follow through the outbox within seconds.
   * Returns the restriction's id, or what is wrong by field. @throws Refused when the A5 question was not answered.
   */
  async place(wanted: SingleRestriction, schoolId: string | null): Promise<{ id: string } | { wrong: Record<string, string> }> {
    const { db, clock, outbox } = this.#deps
    const wrong = await this.#problems(wanted, schoolId)
    if (Object.keys(wrong).length > 0) return { wrong }
    const now = clock.now()
    return db.transaction(async () => {
      const id = await this.#access.place(placeOf(wanted))
      await this.reviews.add(id, { reviewOn: wanted.reviewOn, secondLookBy: wanted.emergency ? now + SECOND_LOOK_MS : null })
      if (wanted.level === 'suspended' || wanted.emergency) {
        await outbox.put('identity.end-sessions', { personId: wanted.personId }, { dedupeKey: `end-sessions:${wanted.personId}:${id}` })
      }
      return { id }
    })
  }

  /** Whether it could be placed: as `place`, and nothing is changed. @throws Refused when the A5 question was not answered. */
  async check(wanted: SingleRestriction, schoolId: string | null): Promise<{ fits: true } | { wrong: Record<string, string> }> {
    const wrong = await this.#problems(wanted, schoolId)
    if (Object.keys(wrong).length > 0) return { wrong }
    const problem = placingProblem(placeOf(wanted), (await this.#deps.people.affiliationsOf([wanted.personId])).get(wanted.personId) ?? [], dateOf(this.#deps))
    if (problem) throw problem
    return { fits: true }
  }

  async #problems(wanted: SingleWish, schoolId: string | null): Promise<Record<string, string>> {
    return singleProblems(wanted, { on: dateOf(this.#deps), shortUntil: await this.shortUntil(schoolId), profiles: this.profiles() })
  }

  /** What stands for one person, whoever placed it. */
  async standing(personId: string): Promise<StoredRestriction[]> {
    return (await this.#deps.restrictions.unreleasedOf([personId])).get(personId) ?? []
  }

  /** @throws NotFound, or Refused where `lift` would. */
  async mayLift(id: string): Promise<void> {
    await this.#single(id)
  }

  /** Lifts one that a person placed. @throws NotFound; Refused for one that a plan placed: that is given back on the plan. */
  async lift(id: string, actor: string): Promise<void> {
    const restriction = await this.#single(id)
    const { db, clock } = this.#deps
    await db.transaction(async () => {
      await this.#access.releaseById(restriction.id, actor)
      await this.reviews.looked(id, { by: actor, at: clock.now(), outcome: 'lifted' })
    })
  }

  /** Somebody looked and it stands; an emergency needs somebody else than who placed it. @throws Refused, NotFound */
  async stands(id: string, actor: string): Promise<void> {
    const restriction = await this.#single(id)
    const { db, clock, audit } = this.#deps
    const review = await this.reviews.get(id)
    if (review?.secondLookBy && review.lookedAt === null && restriction.placedBy === actor) {
      throw new Refused({ what: 'You placed this yourself; the second look is for somebody else.', remedy: 'Ask the head, the DSL or their deputy to open this page.' })
    }
    const on = today(clock.now())
    const again = addDays(on, AGAIN_DAYS)
    await db.transaction(async () => {
      await this.reviews.looked(id, { by: actor, at: clock.now(), outcome: 'stands', reviewOn: restriction.untilDate !== null && restriction.untilDate < again ? restriction.untilDate : again })
      await audit.record({ actor, event: 'access.looked-again', subject: `person:${restriction.personId}`, payload: { restriction: id } })
    })
  }

  due(): Promise<DueReview[]> {
    return this.reviews.due(dateOf(this.#deps))
  }

  async get(id: string): Promise<StoredRestriction | null> {
    return this.#deps.restrictions.get(id)
  }

  async #single(id: string): Promise<StoredRestriction> {
    const restriction = await this.#deps.restrictions.get(id)
    if (!restriction) throw new NotFound('There is no such restriction.')
    if (restriction.planId !== null) throw new Refused({ what: 'A plan placed this restriction.', remedy: 'Give it back on the plan’s own page.' })
    if (restriction.releasedAt !== null) throw new Refused({ what: 'It was lifted already.', remedy: 'Nothing is left to do.' })
    return restriction
  }
}

const placeOf = (wanted: SingleRestriction): PlaceCommand => ({
  personId: wanted.personId, cause: wanted.cause, level: wanted.level, profile: wanted.profile, reason: wanted.reason.trim(), untilDate: wanted.untilDate,
  emergency: wanted.emergency, actor: wanted.actor, ...(wanted.advice ? { advice: wanted.advice } : {}),
})
