import type { Clock } from '../../adapters/clock.ts'
import { type Language, today } from '../../shared/dates.ts'
import type { ClassGroup } from '../classes/class-group.ts'
import type { ClassQueries } from '../classes/class-queries.ts'
import { type AgreementRequest, isAsked, type Signatory } from '../issuing/request.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import { isCurrent } from '../people/affiliation.ts'
import type { PeopleQueries, Person } from '../people/people-queries.ts'
import { isTheirs } from '../signing/signing-queries.ts'

/** Somebody who may answer a slot. `language`: what they chose for their own pages; null where they never did (G6). */
export interface PossibleSigner { id: string; name: string; relationship: string | null; language: Language | null }

/** One open slot as the office sees it. */
export interface OpenSlot {
  signatory: Signatory
  request: AgreementRequest
  subject: Person
  /** Those who may answer it: of a slot that is one adult's own, that adult (F5). Adults who are not to be contacted are not there (F2). */
  signers: PossibleSigner[]
}

/** What is open for people, whoever may answer it. */
export class PaperQueries {
  readonly #deps: { clock: Clock; people: PeopleQueries; requests: RequestStore; classQueries: ClassQueries }
  constructor(deps: { clock: Clock; people: PeopleQueries; requests: RequestStore; classQueries: ClassQueries }) {
    this.#deps = deps
  }

  /** Open slots about these people, required ones first. */
  async openSlots(personIds: readonly string[]): Promise<OpenSlot[]> {
    const { people, requests } = this.#deps
    const subjects = await people.people(personIds)
    const asked = (await requests.ofPeople([...subjects.keys()])).filter((request) => request.state === 'open' || request.state === 'complete')
    const slots = await requests.signatoriesOf(asked.map((request) => request.id))
    const links = await people.guardiansOf([...subjects.keys()])
    const adults = await people.people([...links.values()].flat().map((link) => link.guardianId))
    return asked.flatMap((request) => (slots.get(request.id) ?? []).flatMap((signatory) => {
      const subject = subjects.get(request.personId)
      if (!subject || !isAsked(request, signatory)) return []
      const signers = signatory.slot === 'guardian'
        ? (links.get(subject.id) ?? []).filter((link) => link.maySign && !link.doNotContact && isTheirs(signatory, link.guardianId)).flatMap((link) => {
            const adult = adults.get(link.guardianId)
            return adult ? [{ id: adult.id, name: adult.name, relationship: link.relationship, language: adult.language }] : []
          })
        : [{ id: subject.id, name: subject.name, relationship: null, language: subject.language }]
      return [{ signatory, request, subject, signers }]
    })).sort((a, b) => a.subject.surname.localeCompare(b.subject.surname, 'en') || a.subject.preferredForename.localeCompare(b.subject.preferredForename, 'en')
      || Number(b.signatory.required) - Number(a.signatory.required) || (a.signatory.id < b.signatory.id ? -1 : 1))
  }

  /** Required open slots of a class. */
  async openSlotsOf(group: ClassGroup): Promise<OpenSlot[]> {
    const pupils = await this.#deps.classQueries.pupils(group)
    return (await this.openSlots(pupils.map((pupil) => pupil.person.id))).filter((slot) => slot.signatory.required)
  }

  /** One open slot; null when nothing is asked there any more. */
  async openSlot(signatoryId: string): Promise<OpenSlot | null> {
    const signatory = await this.#deps.requests.signatory(signatoryId)
    const request = signatory ? await this.#deps.requests.get(signatory.requestId) : null
    return request ? (await this.openSlots([request.personId])).find((slot) => slot.signatory.id === signatoryId) ?? null : null
  }

  /** Everything open that this person may answer: their own, and their children's (F2). */
  async answerableBy(personId: string): Promise<OpenSlot[]> {
    const links = (await this.#deps.people.childrenOf([personId])).get(personId) ?? []
    const children = links.filter((link) => link.maySign && !link.doNotContact).map((link) => link.pupilId)
    return (await this.openSlots([personId, ...children])).filter((slot) => slot.signers.some((signer) => signer.id === personId))
  }

  /** Schools that a person belongs to today, themselves or by a child. */
  async schoolsOf(personId: string): Promise<string[]> {
    const { people, clock } = this.#deps
    const children = ((await people.childrenOf([personId])).get(personId) ?? []).map((link) => link.pupilId)
    const on = today(clock.now())
    return [...new Set([...(await people.affiliationsOf([personId, ...children])).values()].flat().filter((place) => isCurrent(place, on)).map((place) => place.schoolId))]
  }
}
