import { z } from 'zod'
import { type Actor, ensureNotOwn } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { dateFromParts, datePartsSchema } from '../../http/date-parts.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import type { ConsentQuestionStore } from '../agreements/consent-question-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { IssueService } from '../issuing/issue-service.ts'
import { EXCUSE_CAUSES } from '../issuing/request.ts'
import { placesInCharge } from '../people/affiliation.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { ProtectionFlags } from '../people/protection-flags.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { Database } from '../../db/database.ts'
import { BY_AGE, type ComingOfAge } from './coming-of-age.ts'
import type { ConsentStore } from './consent-store.ts'
import type { DeclineStore } from './decline-store.ts'
import type { OutcomeService } from './outcome-service.ts'
import { personSigningView } from './person-signing-views.ts'
import type { SigningService } from './signing-service.ts'
import type { SigningStore } from './signing-store.ts'

export interface PersonSigningDeps {
  db: Database; audit: AuditLog; people: PeopleQueries; schools: SchoolStore; issuing: IssueService; agreements: AgreementService; signingStore: SigningStore; declines: DeclineStore
  signing: SigningService; outcomes: OutcomeService; comingOfAge: ComingOfAge; protection: ProtectionFlags; consentStore: ConsentStore; consentQuestions: ConsentQuestionStore
}

const PERSON_PATH = '/office/signing'
const params = z.strictObject({ personId: ulid })
const pathOf = (personId: string): string => `${PERSON_PATH}/${personId}`

/** `/office/signing/:personId`: what was asked of somebody and how it stands, with what staff may do about it (I4, S4, G4, P6). */
export function personSigningPages(deps: PersonSigningDeps): Page[] {
  const act = <B extends z.ZodType>(name: string, permission: string, audit: string, body: B, work: (ctx: { actor: Actor; body: z.output<B>; personId: string; theirs: Theirs }) => Promise<string | { field: string; text: string }>): Page => definePage({
    name, path: `${PERSON_PATH}/:personId/${name.replaceAll(' ', '-')}`, permission, params,
    post: {
      body, audit,
      handle: async (ctx) => {
        const { personId } = ctx.params
        const theirs = await theirsOf(deps, ctx.actor, permission, personId, today(ctx.now))
        ensureNotOwn(ctx.actor, personId)
        try {
          const done = await work({ actor: ctx.actor, body: ctx.body, personId, theirs })
          return typeof done === 'string' ? redirect(pathOf(personId), done) : backToForm(ctx as never, done.field, done.text, pathOf(personId))
        } catch (error) {
          if (!(error instanceof UnusableInput) && !(error instanceof Refused)) throw error
          const field = error.where === 'until' ? `until-${(ctx.body as { request?: string }).request ?? ''}` : error.where
          return backToForm(ctx as never, field, `${error.what} ${error.remedy}`.trim(), pathOf(personId))
        }
      },
    },
  })
  return [
    definePage({
      name: 'signing of a person', path: `${PERSON_PATH}/:personId`, permission: 'person.view', params, looksAt: ({ params: { personId } }) => personId,
      get: async ({ actor, params: { personId }, now, values }) => {
        const theirs = await theirsOf(deps, actor, 'person.view', personId, today(now))
        const person = await deps.people.person(personId)
        if (!person) throw new NotFound()
        const requests = (await deps.issuing.store.ofPeople([personId])).filter((request) => theirs.covers(request.schoolId))
        const slots = await deps.issuing.store.signatoriesOf(requests.map((request) => request.id))
        const signatures = await deps.signingStore.ofRequests(requests.map((request) => request.id))
        const standing = (await deps.declines.active()).filter((decline) => decline.subjectId === personId && theirs.covers(decline.schoolId))
        const related = actor.relatedTo?.includes(personId) ?? false
        const self = actor.personId === personId
        const may = (permission: string) => !related && !self && theirs.schools.some((schoolId) => actor.can(permission, schoolId))
        const known = await deps.people.people([...signatures.map((one) => one.signerId), ...standing.map((one) => one.signerId)])
        return view('pages/office/person-signing.njk', personSigningView({
          person, related, self, on: today(now), values, requests, slots, signatures, declines: standing, adultFrom: await deps.issuing.adults.of(personId), adultByAge: await deps.issuing.adults.writtenBy(personId) === BY_AGE,
          flags: theirs.whole && may('protection.set') ? await deps.protection.of(personId) : null, attested: await deps.issuing.attested.of(personId),
          answers: theirs.whole && may('queues.view') ? (await deps.consentStore.activeAbout([personId])).get(personId) ?? [] : [],
          names: new Map([...known].map(([id, one]) => [id, one.name])), agreements: new Map((await deps.agreements.store.all()).map((one) => [one.id, one.title])),
          questions: new Map((await deps.consentQuestions.all()).map((one) => [one.id, one.title])), schools: new Map((await deps.schools.all()).map((one) => [one.id, one.name])),
          may: { excuse: may('request.excuse'), invalidate: may('signature.invalidate'), reasons: may('queues.view'), adult: theirs.whole && may('request.excuse'), protect: theirs.whole && may('protection.set'), records: may('records.view'), responsibility: theirs.whole && theirs.schools.some((schoolId) => actor.can('responsibility.record', schoolId)) },
          isPupil: requests.some((request) => request.family === 'pupil'),
        }))
      },
    }),
    act('excuse', 'request.excuse', 'request.excuse-asked', z.strictObject({ request: ulid, cause: z.enum(EXCUSE_CAUSES, 'Choose why'), ...datePartsSchema('until') }), async ({ actor, body, personId, theirs }) => {
      await ownRequest(deps, body.request, personId, theirs)
      const until = dateFromParts(body, 'until')
      if (!until) return { field: `until-${body.request}`, text: 'Write the last day, such as 31 8 2026.' }
      await deps.outcomes.excuse(body.request, { until, cause: body.cause }, actor.label)
      return 'Excused. Nobody is chased until then, and it is counted apart.'
    }),
    act('end excuse', 'request.excuse', 'request.excuse-end-asked', z.strictObject({ request: ulid }), async ({ actor, body, personId, theirs }) => {
      await ownRequest(deps, body.request, personId, theirs)
      await deps.outcomes.endExcuse(body.request, actor.label)
      return 'They are asked again from now on.'
    }),
    act('ask again', 'queues.view', 'request.ask-again-asked', z.strictObject({ decline: ulid }), async ({ actor, body, personId, theirs }) => {
      const decline = await deps.declines.get(body.decline)
      if (decline?.subjectId !== personId || !theirs.covers(decline.schoolId)) throw new NotFound()
      return await deps.outcomes.askAgain(body.decline, actor.label) ? 'Asked again. Whoever said no gets a mail, if we have an address.' : 'There is no answer to ask about any more.'
    }),
    act('invalidate', 'signature.invalidate', 'signature.invalidate-asked', z.strictObject({ signature: ulid, reason: z.string().trim().max(500, 'Use at most 500 characters').default('') }), async ({ actor, body, personId, theirs }) => {
      const signature = await deps.signingStore.byId(body.signature)
      if (signature?.subjectId !== personId) throw new NotFound()
      await ownRequest(deps, signature.requestId, personId, theirs)
      if (body.reason === '') return { field: `reason-${body.signature}`, text: 'Write why it does not count.' }
      return await deps.signing.invalidate(body.signature, { actor: actor.label, reason: body.reason }) ? 'It counts no more, and is asked for again. The record stays and says so.' : 'It had ended before.'
    }),
    act('adult from', 'request.excuse', 'person.adult-asked', z.strictObject({ ...datePartsSchema('adult') }), async ({ actor, body, personId, theirs }) => {
      ensureWhole(theirs)
      const date = dateFromParts(body, 'adult')
      if (date === null) return { field: 'adult', text: 'Write the day on which they turn 18, such as 31 8 2026, or leave all three empty.' }
      await deps.comingOfAge.mark(personId, date === '' ? null : date, actor.label)
      return date === '' ? 'The day is removed.' : 'Kept. From that day they sign alone, and parents and carers are not asked any more.'
    }),
    act('protect', 'protection.set', 'protection.set-asked', z.strictObject({ images: z.enum(['none', 'never', 'ask'], 'Choose what holds for images'), contact: z.literal('via-office').optional(), ...datePartsSchema('review') }), async ({ actor, body, personId, theirs }) => {
      ensureWhole(theirs)
      const review = dateFromParts(body, 'review')
      if (!review && (body.images !== 'none' || body.contact)) return { field: 'review', text: 'Write when somebody looks at it again, such as 31 8 2027.' }
      await deps.db.transaction(async () => {
        if (body.images === 'none') await deps.protection.end(personId, 'images', actor.label)
        else await deps.protection.set({ personId, kind: 'images', value: body.images, reviewOn: review || '' }, actor.label)
        if (!body.contact) await deps.protection.end(personId, 'contact', actor.label)
        else await deps.protection.set({ personId, kind: 'contact', value: body.contact, reviewOn: review || '' }, actor.label)
        await deps.audit.record({ actor: actor.label, event: 'protection.set', subject: `person:${personId}`, payload: { images: body.images, contact: body.contact ?? 'none', review: review || null } })
      })
      return 'Kept. Lists say no, and not why.'
    }),
  ]
}

/** What of a person is a reader's. */
interface Theirs {
  /** True at a school that is in charge of the person now; else only what the reader's own school asked of them is there. */
  whole: boolean
  /** Schools by which the reader comes to this person. */
  schools: string[]
  covers(schoolId: string): boolean
}

/** @throws NotFound for somebody of no school of this actor: absent and not theirs read alike. */
async function theirsOf(deps: PersonSigningDeps, actor: Actor, permission: string, personId: string, on: CalendarDate): Promise<Theirs> {
  const may = (schoolId: string) => actor.can(permission, schoolId)
  const inCharge = [...new Set(placesInCharge((await deps.people.affiliationsOf([personId])).get(personId) ?? [], on).map((place) => place.schoolId))]
  const asked = [...new Set((await deps.issuing.store.ofPeople([personId])).map((request) => request.schoolId))]
  if (inCharge.some(may)) return { whole: true, schools: [...new Set([...inCharge, ...asked])], covers: () => true }
  const own = asked.filter(may)
  if (own.length === 0) throw new NotFound('There is no such person.')
  return { whole: false, schools: own, covers: (schoolId) => own.includes(schoolId) }
}

function ensureWhole(theirs: Theirs): void {
  if (!theirs.whole) throw new NotFound()
}

async function ownRequest(deps: PersonSigningDeps, requestId: string, personId: string, theirs: Theirs): Promise<void> {
  const request = await deps.issuing.store.get(requestId)
  if (request?.personId !== personId || !theirs.covers(request.schoolId)) throw new NotFound()
}
