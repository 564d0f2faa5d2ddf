import { type CalendarDate, longDate, longInstant } from '../../shared/dates.ts'
import type { Attested } from '../issuing/attested-store.ts'
import type { AgreementRequest, ExcuseCause, Signatory } from '../issuing/request.ts'
import type { Person } from '../people/people-queries.ts'
import type { ProtectionFlag } from '../people/protection-flags.ts'
import type { ConsentAnswer } from './consent.ts'
import type { Decline } from './decline-store.ts'
import type { Signature } from './signature.ts'

export const CAUSE_WORDS: Record<ExcuseCause, string> = {
  away: 'Away for a while', 'other-provision': 'At another provision', 'adapted-route': 'Another way is found for them', 'not-applicable': 'Does not apply to them',
}
const SLOT_WORDS = { pupil: 'The pupil', guardian: 'Parent or carer', self: 'The person' } as const

export interface PersonSigningData {
  person: Person
  /** The reader's own family: nothing may be done (P7). */
  related: boolean
  self: boolean
  on: CalendarDate
  values: Readonly<Record<string, string | string[]>>
  requests: readonly AgreementRequest[]
  slots: ReadonlyMap<string, Signatory[]>
  signatures: readonly Signature[]
  declines: readonly Decline[]
  adultFrom: CalendarDate | null
  /** It was worked out from a date of birth, so the day is nobody's to see (P4). */
  adultByAge: boolean
  /** Null: not this reader's to see (P6). */
  flags: readonly ProtectionFlag[] | null
  attested: readonly Attested[]
  answers: readonly ConsentAnswer[]
  names: ReadonlyMap<string, string>
  agreements: ReadonlyMap<string, string>
  questions: ReadonlyMap<string, string>
  schools: ReadonlyMap<string, string>
  may: { excuse: boolean; invalidate: boolean; reasons: boolean; adult: boolean; protect: boolean; records: boolean; responsibility: boolean }
  isPupil: boolean
}

/** The view model of `pages/office/person-signing.njk`. Pure. */
export function personSigningView(data: PersonSigningData): object {
  const path = `/office/signing/${data.person.id}`
  const [day, month, year] = parts(data.adultByAge ? null : data.adultFrom)
  const images = data.flags?.find((flag) => flag.kind === 'images')
  const contact = data.flags?.find((flag) => flag.kind === 'contact')
  const [reviewDay, reviewMonth, reviewYear] = parts(images?.reviewOn ?? contact?.reviewOn ?? null)
  return {
    crumbs: [{ text: 'Who has signed', href: '/office/board' }], ...(data.isPupil && data.may.responsibility ? { responsibilityHref: `/office/responsibility/${data.person.id}` } : {}), accessHref: `/access/people/${data.person.id}`, heading: data.person.name, related: data.related, self: data.self, values: data.values,
    requests: data.requests.map((request) => requestView(data, request, path)),
    attested: data.attested.map((one) => ({ title: data.agreements.get(one.agreementId) ?? 'An agreement', slot: SLOT_WORDS[one.slot], on: longDate(one.signedOn), from: `${one.file}, line ${one.line}` })),
    consents: data.answers.map((answer) => ({ title: data.questions.get(answer.questionId) ?? answer.evidence.title, answer: answer.answer === 'yes' ? 'Yes' : 'No', by: answer.evidence.signerName, at: longInstant(answer.at) })),
    ...(data.isPupil && data.may.adult ? { adult: { action: `${path}/adult-from`, day, month, year, since: data.adultFrom === null ? null : data.adultFrom <= data.on ? 'Signs alone.' : `Signs alone from ${longDate(data.adultFrom)}.` } } : {}),
    ...(data.may.protect ? { protect: { action: `${path}/protect`, images: images?.value ?? 'none', contact: contact ? ['via-office'] : [], day: reviewDay, month: reviewMonth, year: reviewYear, late: (images ?? contact) && ((images ?? contact)?.reviewOn ?? '') < data.on } } : {}),
    causes: Object.entries(CAUSE_WORDS).map(([value, text]) => ({ value, text })),
  }
}

function parts(date: CalendarDate | null): [string, string, string] {
  const [year = '', month = '', day = ''] = (date ?? '').split('-')
  return [day.replace(/^0/, ''), month.replace(/^0/, ''), year]
}

const STATES: Record<AgreementRequest['state'], { status: string; text: string }> = {
  open: { status: 'outstanding', text: 'Not yet' }, complete: { status: 'signed', text: 'Signed' }, declined: { status: 'held', text: 'Said no' }, excused: { status: 'quiet', text: 'Excused' },
  superseded: { status: 'quiet', text: 'Replaced' }, cancelled: { status: 'quiet', text: 'Cancelled' },
}

function requestView(data: PersonSigningData, request: AgreementRequest, path: string): object {
  const signatures = data.signatures.filter((signature) => signature.requestId === request.id)
  return {
    id: request.id, title: data.agreements.get(request.agreementId) ?? 'An agreement',
    detail: [request.occasion, data.schools.get(request.schoolId) ?? '', request.compulsory ? '' : 'optional', request.dueOn && request.state === 'open' ? `due ${longDate(request.dueOn)}` : ''].filter(Boolean).join(', '),
    state: STATES[request.state],
    slots: (data.slots.get(request.id) ?? []).filter((slot) => slot.state !== 'cancelled').map((slot) => ({ key: SLOT_WORDS[slot.slot], value: slotWords(slot) })),
    excused: request.state === 'excused' && request.excusedUntil ? `${CAUSE_WORDS[request.excusedCause ?? 'not-applicable']}, until ${longDate(request.excusedUntil)}` : null,
    ...(data.may.excuse && request.state === 'open' ? { excuseAction: `${path}/excuse` } : {}),
    ...(data.may.excuse && request.state === 'excused' ? { endExcuseAction: `${path}/end-excuse` } : {}),
    signatures: signatures.map((signature) => ({
      id: signature.id, by: data.names.get(signature.signerId) ?? 'Somebody', at: longInstant(signature.signedAt), ended: signature.endedKind === 'invalidated' ? 'Made invalid' : signature.endedKind === 'withdrawn' ? 'Taken back' : null,
      ...(data.may.records ? { href: `/records/${signature.id}` } : {}), ...(data.may.invalidate && signature.active ? { invalidateAction: `${path}/invalidate` } : {}),
    })),
    declines: data.may.reasons ? data.declines.filter((decline) => decline.requestId === request.id).map((decline) => ({
      id: decline.id, by: data.names.get(decline.signerId) ?? 'Somebody', at: longInstant(decline.at), reason: decline.reason, call: decline.wantsCall, askAgainAction: `${path}/ask-again`,
    })) : [],
  }
}

function slotWords(slot: Signatory): string {
  if (slot.state === 'signed') return slot.act === 'acknowledge' ? 'Has read it' : 'Has signed'
  if (slot.state === 'declined') return 'Said no'
  return slot.required ? 'Not yet' : 'Welcome, not needed'
}
