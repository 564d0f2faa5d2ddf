import type { Clock } from '../../adapters/clock.ts'
import { academicYear, type Language, today } from '../../shared/dates.ts'
import type { Spoken } from '../../shared/sentence.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import { type AgreementText, governingText } from '../agreements/agreement.ts'
import { type Choice, chosenText } from '../agreements/chosen-text.ts'
import type { CheckQuestion } from '../agreements/agreement-file.ts'
import { isYoungBand } from '../agreements/band.ts'
import type { Rendition } from '../agreements/rendition.ts'
import { versionSaid } from '../agreements/version-label.ts'
import { type AgreementRequest, isAsked, type Signatory } from '../issuing/request.ts'
import type { RequestStore, SlotOfRequest } from '../issuing/request-store.ts'
import { isCurrent, type Affiliation } from '../people/affiliation.ts'
import type { GuardianLink, PeopleQueries, Person } from '../people/people-queries.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { DeclineStore } from './decline-store.ts'
import type { Signature } from './signature.ts'
import { lookFor, type SigningLook } from './signing-look.ts'
import type { SigningStore } from './signing-store.ts'

export interface SigningReads {
  clock: Clock; people: PeopleQueries; requests: RequestStore; agreements: AgreementService; schools: SchoolStore
  store: SigningStore; declines: DeclineStore
}

/**
 * How a slot stands for one person. `theirs`: another adult who may answer has done so; which way and who is nobody
 * else's to know (D2, F2). `closed`: nothing is asked any more.
 */
export type Standing =
  | { kind: 'open' }
  | { kind: 'signed'; signature: Signature }
  | { kind: 'declined' }
  | { kind: 'theirs' }
  | { kind: 'closed' }

/** One thing a person is asked to do, or has done. */
export interface SigningTask {
  signatory: Signatory
  request: AgreementRequest
  subject: Person
  /** The link by which an adult acts for a child; null for oneself. */
  link: GuardianLink | null
  title: string
  /** BCP 47: the title may stand on a page in another language. */
  titleLanguage: string
  school: School
  /** Where the subject is at this school, for naming a child's class. */
  place: Pick<Affiliation, 'yearCode' | 'regGroup'> | null
  /** For pupils up to Year 6 signing themselves. */
  young: boolean
  standing: Standing
}

/** A task with the text to be read (S1). */
export interface SigningPage extends SigningTask {
  rendition: Rendition
  /** The version's label in the language of the page around the text. */
  versionSaid: Spoken
  versionId: string
  versionNumber: number
  agreementKey: string
  statement: string
  /** Clause id -> one line in child's words. */
  ideas: Readonly<Record<string, string>>
  /** Friendly questions between reading and signing; not part of what is signed. */
  questions: readonly CheckQuestion[]
  /** Every language and variant this version can be read in. */
  offered: readonly Pick<AgreementText, 'language' | 'variant'>[]
}

export interface PageForSigner {
  page: SigningPage
  signer: Person
}

/** An agreement is named in the language that governs (G6). */
const GOVERNING_LANGUAGE = 'en-GB'

/** What a person may sign: their own slots, and guardian slots of the children linked to them (F1-F3). */
export class SigningQueries {
  readonly #deps: SigningReads
  constructor(deps: SigningReads) {
    this.#deps = deps
  }

  /**
   * Everything this person is asked, outstanding first, then by child. Answered ones of the current year are included.
   * @param reader the language of the list: what is still to be read has its title in it, and what was signed has the title that was signed.
   */
  async tasksOf(personId: string, reader?: Language): Promise<SigningTask[]> {
    const { people, requests: store } = this.#deps
    const links = (await people.childrenOf([personId])).get(personId) ?? []
    // F2: for this adult a child marked "do not contact" does not exist.
    const children = links.filter((link) => link.maySign && !link.doNotContact)
    const requests = (await store.ofPeople([personId, ...children.map((link) => link.pupilId)]))
      .filter((request) => request.state === 'open' || ((request.state === 'complete' || request.state === 'declined') && this.#isRecent(request)))
    const slots = await store.signatoriesOf(requests.map((request) => request.id))
    const look = await lookFor(this.#deps, requests.map((request) => ({ request, personId })))
    const tasks: SigningTask[] = []
    for (const request of requests) {
      const link = children.find((candidate) => candidate.pupilId === request.personId) ?? null
      for (const signatory of slots.get(request.id) ?? []) {
        const mine = request.personId === personId ? signatory.slot !== 'guardian' : link !== null && isTheirs(signatory, personId)
        const subject = look.person(request.personId)
        if (!mine || !subject || !await this.#hasText(request)) continue
        const task = await this.#task(signatory, request, subject, link, personId, look)
        tasks.push(reader === undefined ? task : { ...task, ...await this.#titleFor(task, reader, look) })
      }
    }
    // A slot that nobody asks about any more (the other one was declined) is nothing to tell.
    return tasks.filter((task) => task.standing.kind !== 'closed').sort(outstandingFirst)
  }

  /** A text that was withdrawn and not yet replaced is asked of nobody. */
  async #hasText(request: AgreementRequest): Promise<boolean> {
    return request.versionId !== null || await this.#deps.agreements.store.isInForce(request.agreementId)
  }

  #isRecent(request: AgreementRequest): boolean {
    const year = academicYear(today(this.#deps.clock.now()))
    return request.occasion === year || !/^\d{4}\//.test(request.occasion)
  }

  async #task(signatory: Signatory, request: AgreementRequest, subject: Person, link: GuardianLink | null, personId: string, look: SigningLook): Promise<SigningTask> {
    const agreement = await look.agreement(request.agreementId)
    const school = await look.school(request.schoolId)
    if (!agreement || !school) throw new Error(`request ${request.id} points at nothing`)
    return {
      signatory, request, subject, link, title: agreement.title, titleLanguage: GOVERNING_LANGUAGE, school, place: link && await this.#placeOf(subject.id, school), young: signatory.slot === 'pupil' && isYoungBand(agreement.band),
      standing: await this.#standing(signatory, request, personId),
    }
  }

  /** G6: the title in the words that were signed, else in the language of the reader's pages; null where that is the governing one. */
  async #titleFor({ standing, request, school }: SigningTask, reader: Language, look: SigningLook): Promise<Pick<SigningTask, 'title' | 'titleLanguage'> | null> {
    const stored = await look.version(request)
    if (!stored) return null
    const text = await chosenText(this.#deps.agreements, stored.version, asSigned(standing, { reader }))
    if (text.language === governingText(stored.version).language) return null
    return { title: (await this.#deps.agreements.textInForce(stored, school, text.language, text.variant)).title, titleLanguage: text.language }
  }

  async #placeOf(pupilId: string, school: School): Promise<Affiliation | null> {
    const on = today(this.#deps.clock.now(), school.timezone)
    const affiliations = (await this.#deps.people.affiliationsOf([pupilId])).get(pupilId) ?? []
    return affiliations.find((one) => one.role === 'pupil' && one.schoolId === school.id && isCurrent(one, on)) ?? null
  }

  async #standing(signatory: Signatory, request: AgreementRequest, personId: string): Promise<Standing> {
    if (signatory.state === 'signed') {
      const signature = await this.#deps.store.latestOf(signatory.id, personId)
      return signature?.active ? { kind: 'signed', signature } : { kind: 'theirs' }
    }
    if (signatory.state === 'declined') return (await this.#deps.declines.activeOf(signatory.id))?.signerId === personId ? { kind: 'declined' } : { kind: 'theirs' }
    return { kind: isAsked(request, signatory) ? 'open' : 'closed' }
  }

  /** The task with its text as the reader chose it, or null when it is not this person's: unknown and forbidden look alike. */
  async page(signatoryId: string, personId: string, chosen: Choice = {}): Promise<SigningPage | null> {
    const slot = await this.#deps.requests.slot(signatoryId)
    return slot && this.#pageOf(slot, personId, chosen, await lookFor(this.#deps, [{ request: slot.request, personId }]))
  }

  /** The same of slots that were just read, each for the person who asks: what they share is looked at once. */
  async pages(asked: readonly { slot: SlotOfRequest; personId: string; chosen: Choice }[]): Promise<(PageForSigner | null)[]> {
    const look = await lookFor(this.#deps, asked.map(({ slot, personId }) => ({ request: slot.request, personId })))
    const pages: (PageForSigner | null)[] = []
    for (const { slot, personId, chosen } of asked) {
      const page = await this.#pageOf(slot, personId, chosen, look)
      const signer = look.person(personId)
      pages.push(page && signer && { page, signer })
    }
    return pages
  }

  async #pageOf({ signatory, request }: SlotOfRequest, personId: string, chosen: Choice, look: SigningLook): Promise<SigningPage | null> {
    const link = request.personId === personId ? null : look.linksOf(request.personId).find((one) => one.guardianId === personId && !one.doNotContact) ?? null
    if (request.personId === personId ? signatory.slot === 'guardian' : !(link?.maySign && isTheirs(signatory, personId))) return null
    const subject = look.person(request.personId)
    if (!subject) return null
    const task = await this.#task(signatory, request, subject, link, personId, look)
    const stored = await look.version(request)
    if (!stored) return null
    const text = await chosenText(this.#deps.agreements, stored.version, asSigned(task.standing, chosen))
    const rendition = await this.#deps.agreements.renditionFor(stored, task.school, text.language, text.variant, stored.version.schoolPart ? await this.#begunAt(request) : null)
    return {
      ...task, offered: stored.version.texts, rendition, versionSaid: versionSaid(stored.version, text, this.#deps.agreements.say), versionId: stored.id, versionNumber: stored.version.number, agreementKey: stored.version.agreementKey,
      statement: rendition.statements[signatory.slot] ?? '', ideas: text.clauses, questions: text.questions,
    }
  }

  /** When the first signature of a pinned request was given: the school's own words stay those of that moment (I2). */
  async #begunAt(request: AgreementRequest): Promise<number | null> {
    if (!request.versionId) return null
    const signed = (await this.#deps.store.ofRequests([request.id])).filter((signature) => signature.active)
    return signed.at(-1)?.signedAt ?? null
  }

  /** What this person signed last of the same agreement in another request: for "what has changed since" (G1). */
  async signedBefore(page: SigningPage, personId: string): Promise<Signature | null> {
    return this.#deps.store.earlierOf({ signerId: personId, subjectId: page.subject.id, agreementId: page.request.agreementId, exceptRequest: page.request.id })
  }

  /** The slot that took the place of one whose request was superseded, where the same is asked of the same person anew (I2). */
  async successor(page: SigningPage): Promise<Signatory | null> {
    if (page.request.state !== 'superseded') return null
    const next = await this.#deps.requests.successorOf(page.request)
    const slots = next ? (await this.#deps.requests.signatoriesOf([next.id])).get(next.id) ?? [] : []
    return slots.find((slot) => slot.slot === page.signatory.slot) ?? null
  }

  /** For the transaction that captures an answer: is it still this person's to give (F2), and about the text they saw (I2)? */
  async recheck(page: SigningPage, personId: string): Promise<'same' | 'text-changed' | 'not-yours'> {
    if (page.link && !(await this.#linkTo(page.subject.id, personId))?.maySign) return 'not-yours'
    const request = await this.#deps.requests.get(page.request.id)
    const versionId = request?.versionId ?? (await this.#deps.agreements.store.current(page.request.agreementId))?.id
    return versionId === page.versionId ? 'same' : 'text-changed'
  }

  /**
   * A signature this person made, ended ones included; null for anybody else's (D2), and for one about a child who, for
   * this adult, is not there (F2).
   */
  async ownSignature(signatureId: string, personId: string): Promise<Signature | null> {
    const signature = await this.#deps.store.byId(signatureId)
    if (!signature || signature.signerId !== personId) return null
    return signature.subjectId === personId || await this.#linkTo(signature.subjectId, personId) ? signature : null
  }

  /** F1, F2: checked anew at every step. */
  async #linkTo(pupilId: string, guardianId: string): Promise<GuardianLink | null> {
    const links = (await this.#deps.people.guardiansOf([pupilId])).get(pupilId) ?? []
    return links.find((link) => link.guardianId === guardianId && !link.doNotContact) ?? null
  }
}

/** A guardian's slot is anybody's who may sign, or one adult's where all are asked (F5). */
export function isTheirs(signatory: Pick<Signatory, 'slot' | 'holderId'>, guardianId: string): boolean {
  return signatory.slot === 'guardian' && (signatory.holderId === '' || signatory.holderId === guardianId)
}

/** What was signed is shown as it was signed, where its reader has not chosen to read it otherwise. */
function asSigned(standing: Standing, chosen: Choice): Choice {
  const open = chosen.text === undefined && chosen.language === undefined && chosen.variant === undefined
  return standing.kind === 'signed' && open ? { ...chosen, text: standing.signature.renditionHash } : chosen
}

function outstandingFirst(a: SigningTask, b: SigningTask): number {
  return Number(a.standing.kind !== 'open') - Number(b.standing.kind !== 'open') || Number(b.signatory.required) - Number(a.signatory.required)
    || a.subject.name.localeCompare(b.subject.name, 'en') || (a.request.id < b.request.id ? -1 : 1)
}
