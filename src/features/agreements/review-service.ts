import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { addDays, longDate, today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { AgreementStore } from './agreement-store.ts'
import type { AuthoringStore, Care } from './authoring-store.ts'
import { nextReview, type ReviewDate } from './review-date.ts'

export interface ReviewDeps {
  db: Database; clock: Clock; audit: AuditLog; outbox: Outbox; store: AgreementStore; drafts: AuthoringStore; people: PeopleQueries; mail: MailService
  baseUrl: string
  trustName: () => string
  /** Who is written to where an agreement has no owner who can be. */
  fallbackOwners: () => Promise<string[]>
}

export const REVIEW_MAIL = 'agreements.review-mail'
/** The owner hears of it a month before, and on the day. */
const AHEAD_DAYS = 30

/** Reviews: the cycle, "needed because ...", and a mail to the owner, once each (G1). */
export class ReviewService {
  readonly #deps: ReviewDeps
  constructor(deps: ReviewDeps) {
    this.#deps = deps
  }

  async next(agreementId: string): Promise<ReviewDate | null> {
    const { store, drafts } = this.#deps
    const [current, reviews, care] = await Promise.all([store.current(agreementId), drafts.reviewsOf(agreementId), drafts.care(agreementId)])
    return nextReview(current?.version ?? null, reviews, care.reviewMonths)
  }

  async setCare(key: string, care: Care, actor: string): Promise<void> {
    await this.#about(key, actor, 'agreement.care-set', { owner: care.ownerId, reviewMonths: care.reviewMonths }, (id) => this.#deps.drafts.setCare(id, care))
  }

  /** "Review needed because ...", for example after an incident: due today. */
  async ask(key: string, reason: string, actor: string): Promise<void> {
    const askedOn = today(this.#deps.clock.now())
    await this.#about(key, actor, 'agreement.review-asked', { reason }, (agreementId) =>
      this.#deps.drafts.addReview({ agreementId, reason, askedOn, doneOn: null, outcome: null }, actor))
    await this.remind()
  }

  /** Looked at, and nothing to change: the cycle begins again. */
  async done(key: string, outcome: string, actor: string): Promise<void> {
    const on = today(this.#deps.clock.now())
    await this.#about(key, actor, 'agreement.reviewed', { outcome }, async (agreementId) => {
      const ended = await this.#deps.drafts.endReviews(agreementId, { on, actor, outcome })
      if (ended === 0) await this.#deps.drafts.addReview({ agreementId, reason: 'The cycle.', askedOn: on, doneOn: on, outcome }, actor)
    })
  }

  /** Schedule `agreement-reviews`: puts the mails that are due; the outbox and the mail itself know what went out before. */
  async remind(): Promise<void> {
    const { db, clock, store, outbox } = this.#deps
    const on = today(clock.now())
    for (const agreement of await store.all()) {
      const next = await this.next(agreement.id)
      if (!next || next.on > addDays(on, AHEAD_DAYS)) continue
      const stage = next.on <= on ? 'due' : 'ahead'
      await db.transaction(() => outbox.put(REVIEW_MAIL, { agreementId: agreement.id, on: next.on, asked: next.askedId, stage }, { dedupeKey: `review:${next.askedId ?? `${agreement.id}:${next.on}`}:${stage}` }))
    }
  }

  /** Outbox handler of `agreements.review-mail`. Who reviewed meanwhile gets nothing. */
  async sendMail(payload: Record<string, unknown>): Promise<void> {
    const { store, drafts, people, mail, baseUrl, trustName, fallbackOwners } = this.#deps
    const agreement = await store.byId(String(payload['agreementId']))
    const next = agreement ? await this.next(agreement.id) : null
    if (!agreement || !next || next.on !== payload['on'] || next.askedId !== payload['asked']) return
    const { ownerId } = await drafts.care(agreement.id)
    const owner = ownerId ? await people.person(ownerId) : null
    const recipients = owner?.email ? [owner] : [...(await people.people(await fallbackOwners())).values()]
    for (const person of recipients) {
      if (!person.email) continue
      await mail.send({
        dedupeKey: `review:${next.askedId ?? `${agreement.id}:${next.on}`}:${String(payload['stage'])}:${person.id}`, personId: person.id, to: person.email, template: 'review-due',
        variables: async () => ({
          schoolName: trustName(), recipientName: person.name, title: agreement.title, dueOn: longDate(next.on), overdue: payload['stage'] === 'due', because: next.because ?? '',
          link: `${baseUrl}/agreements/${agreement.key}`,
        }),
      })
    }
  }

  async #about(key: string, actor: string, event: string, payload: object, work: (agreementId: string) => Promise<void>): Promise<void> {
    const { db, store, audit } = this.#deps
    await db.transaction(async () => {
      const agreement = await store.byKey(key)
      if (!agreement) throw new NotFound()
      await work(agreement.id)
      await audit.record({ actor, event, subject: `agreement:${agreement.id}`, payload: { key, ...payload } })
    })
  }
}
