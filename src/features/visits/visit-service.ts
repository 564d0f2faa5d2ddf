import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { Actor } from '../../http/actor.ts'
import { addDays, type CalendarDate, today } from '../../shared/dates.ts'
import { saidDay } from '../../shared/sentence.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import { type Choice, chosenText } from '../agreements/chosen-text.ts'
import type { Requirement } from '../agreements/requirement-store.ts'
import type { Rendition } from '../agreements/rendition.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { makeCode } from '../classes/class-code.ts'
import { endOfDay } from '../classes/class-session.ts'
import type { PersonalLinks } from '../identity/personal-links.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { PeopleStore } from '../people/people-store.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { Strokes } from '../signing/signature.ts'
import type { SigningService } from '../signing/signing-service.ts'
import { type DeskTablet, splitName, type Visit, type VisitDetails } from './visit.ts'
import type { VisitStore } from './visit-store.ts'

export interface VisitDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; store: VisitStore; schools: SchoolStore; people: PeopleQueries; peopleStore: PeopleStore
  agreements: AgreementService; requests: RequestStore; signing: SigningService; links: PersonalLinks; mail: MailService; baseUrl: string
  /** Keep a plain line also of those who sign nothing. */
  keepPlainRecord: boolean
}

const CODE_MS = 10 * 60_000
export const VISIT_INVITE = 'visits.invite'

export type VisitOutcome = { kind: 'signed'; visit: Visit } | { kind: 'text-changed' } | { kind: 'nothing-to-sign' }

/** Visitors and contractors, at reception or asked beforehand. Accounts and vouchers are not made here. */
export class VisitService {
  readonly #deps: VisitDeps
  constructor(deps: VisitDeps) {
    this.#deps = deps
  }

  /** A tablet for reception until the end of the day: its code is typed on the tablet within ten minutes. */
  async startTablet(actor: Actor, school: School): Promise<DeskTablet> {
    const { db, clock, ids, store, audit } = this.#deps
    const now = clock.now()
    for (;;) {
      const tablet: DeskTablet = {
        id: ids.next(), schoolId: school.id, code: makeCode(ids.random), codeUntil: now + CODE_MS, startedBy: actor.personId ?? '', startedAt: now, endsAt: endOfDay(now, school.timezone), endedAt: null,
      }
      try {
        await db.transaction(async () => {
          await store.insertTablet(tablet)
          await audit.record({ actor: actor.label, event: 'reception-tablet.started', subject: `school:${school.id}`, payload: { tablet: tablet.id } })
        })
        return tablet
      } catch (error) {
        if (!db.dialect.isDuplicate(error)) throw error
      }
    }
  }

  /** The tablet of a browser's ticket, while it runs. */
  async tablet(id: string): Promise<DeskTablet | null> {
    const tablet = await this.#deps.store.tablet(id)
    return tablet && tablet.endedAt === null && tablet.endsAt > this.#deps.clock.now() ? tablet : null
  }

  /** What a visitor of this school is asked; null where the trust asks visitors for nothing. */
  async asked(school: School, chosen: Choice = {}): Promise<{ rendition: Rendition; requirement: Requirement } | null> {
    const { agreements } = this.#deps
    const fitting = (await agreements.store.requirements()).filter((one) => one.band === 'visitor' && (one.schoolId === null || one.schoolId === school.id))
    const requirement = fitting.find((one) => one.schoolId !== null) ?? fitting[0]
    const version = requirement ? await agreements.store.current(requirement.agreementId) : null
    if (!requirement || !version) return null
    const { language, variant } = await chosenText(agreements, version.version, chosen)
    return { requirement, rendition: await agreements.renditionFor(version, school, language, variant) }
  }

  /** "No Wi-Fi and no device": nothing to sign, and a plain line only where the school wants one. */
  async noSystems(school: School, details: VisitDetails, formKey: string): Promise<void> {
    const { db, clock, ids, store, keepPlainRecord } = this.#deps
    if (!keepPlainRecord || await store.byFormKey(formKey)) return
    const on = today(clock.now(), school.timezone)
    await this.#once(() => db.transaction(() => store.insert(
      { ...details, id: ids.next(), schoolId: school.id, personId: null, usesSystems: false, firstDay: on, lastDay: on, arrivedAt: clock.now(), arrangedBy: 'reception' }, formKey, clock.now())))
  }

  /** Person, affiliation for today, request and signature in one transaction: nobody who walks away leaves anything behind. */
  async sign(school: School, details: VisitDetails, form: { text: string; typed: string | null; drawn: Strokes | null; formKey: string; address: string | null; userAgent: string | null }): Promise<VisitOutcome> {
    const { db, clock, store, signing } = this.#deps
    const known = await store.byFormKey(form.formKey)
    if (known) return { kind: 'signed', visit: known }
    const asked = await this.asked(school, { text: form.text })
    if (!asked) return { kind: 'nothing-to-sign' }
    if (asked.rendition.hash !== form.text) return { kind: 'text-changed' }
    const on = today(clock.now(), school.timezone)
    return this.#once(() => db.transaction(async () => {
      const again = await store.byFormKey(form.formKey)
      if (again) return { kind: 'signed', visit: again }
      const { visit, signatoryId } = await this.#put(school, details, { firstDay: on, lastDay: on, arrivedAt: clock.now(), arrangedBy: 'reception', email: null, requirement: asked.requirement, formKey: form.formKey })
      const personId = visit.personId ?? ''
      const outcome = await signing.sign({
        signatoryId, signerId: personId, actor: `person:${personId}`, method: asked.requirement.act === 'acknowledge' ? 'clicked' : form.drawn ? 'drawn' : 'typed', typed: form.typed, drawn: form.drawn,
        renditionHash: form.text, formKey: form.formKey, assurance: 'reception', address: form.address, userAgent: form.userAgent,
      })
      // Thrown, so that nothing of the visit stays either.
      if (outcome.kind !== 'signed') throw new Error(`A visitor could not sign: ${outcome.kind}`)
      return { kind: 'signed', visit }
    }))
  }

  /** A visit arranged by a member of staff; the visitor gets a mail with a link and signs before they come. */
  async arrange(actor: Actor, school: School, details: VisitDetails & { email: string; firstDay: CalendarDate; lastDay: CalendarDate }, formKey: string): Promise<Visit | null> {
    const { db, store, outbox } = this.#deps
    const known = await store.byFormKey(formKey)
    if (known) return known
    const asked = await this.asked(school)
    if (!asked) return null
    return this.#once(() => db.transaction(async () => {
      const again = await store.byFormKey(formKey)
      if (again) return again
      const { visit } = await this.#put(school, details, { firstDay: details.firstDay, lastDay: details.lastDay, arrivedAt: null, arrangedBy: actor.label, email: details.email, requirement: asked.requirement, formKey })
      await outbox.put(VISIT_INVITE, { visitId: visit.id }, { dedupeKey: `visit-invite:${visit.id}` })
      return visit
    }))
  }

  async #put(school: School, details: VisitDetails, more: { firstDay: string; lastDay: string; arrivedAt: number | null; arrangedBy: string; email: string | null; requirement: Requirement; formKey: string }):
    Promise<{ visit: Visit; signatoryId: string }> {
    const { clock, ids, store, audit, peopleStore, requests, agreements } = this.#deps
    const { forename, surname } = splitName(details.name)
    const [personId = ''] = await peopleStore.insert([{ preferredForename: forename, surname, email: more.email, username: null, feedDisabled: false }])
    await peopleStore.addAffiliation({ personId, schoolId: school.id, role: details.kind, startDate: more.firstDay, endDate: more.lastDay })
    const visit: Visit = {
      id: ids.next(), name: details.name, organisation: details.organisation, host: details.host, kind: details.kind, schoolId: school.id, personId, usesSystems: true,
      firstDay: more.firstDay, lastDay: more.lastDay, arrivedAt: more.arrivedAt, arrangedBy: more.arrangedBy,
    }
    await store.insert(visit, more.formKey, clock.now())
    const agreement = await agreements.store.byId(more.requirement.agreementId)
    const signatoryId = ids.next()
    await requests.insert([{
      id: ids.next(), requirementId: more.requirement.id, personId, schoolId: school.id, agreementId: more.requirement.agreementId, family: agreement?.family ?? 'visitor', signerRule: 'self',
      topic: more.requirement.topic, compulsory: true,
      occasion: `visit:${more.firstDay}`, dueOn: more.firstDay, graceUntil: more.firstDay, reasons: ['visit'], planId: null, slots: [{ id: signatoryId, slot: 'self', act: more.requirement.act === 'acknowledge' ? 'acknowledge' : 'sign', required: true }],
    }])
    await audit.record({ actor: more.arrangedBy === 'reception' ? `person:${personId}` : more.arrangedBy, event: 'visit.put', subject: `person:${personId}`, payload: { visit: visit.id, kind: visit.kind, from: visit.firstDay, until: visit.lastDay } })
    return { visit, signatoryId }
  }

  /** Outbox handler of `visits.invite`. */
  async invite(visitId: string): Promise<void> {
    const { clock, store, schools, people, links, mail, baseUrl } = this.#deps
    const visit = await store.get(visitId)
    const person = visit?.personId ? await people.person(visit.personId) : null
    const school = visit ? await schools.get(visit.schoolId) : null
    const now = clock.now()
    if (!visit || !person?.email || !school || visit.lastDay < today(now, school.timezone)) return
    await mail.send({
      dedupeKey: `visit-invite:${visitId}`, personId: person.id, to: person.email, template: 'visitor-sign-link',
      variables: async () => {
        // As long as the visit, and the day after, so that a late evening does not end it.
        const until = addDays(visit.lastDay, 1)
        const { path } = await links.issueLink({ personId: person.id, purpose: 'sign', route: 'mail', ttl: Math.max(86_400_000, Date.parse(`${until}T23:00:00Z`) - now) })
        return { schoolName: school.name, recipientName: person.name, comesOn: saidDay(visit.firstDay), host: visit.host ?? '', link: `${baseUrl}${path}`, linkExpiresOn: saidDay(until), askUrl: `${baseUrl}/ask` }
      },
    })
  }

  /** A press at the same moment committed first: a look afterwards finds what it did. */
  async #once<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!this.#deps.db.dialect.isDuplicate(error)) throw error
      return work()
    }
  }
}
