import type { Clock } from '../../adapters/clock.ts'
import { academicYear, today } from '../../shared/dates.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import { isYoungBand } from '../agreements/band.ts'
import type { Rendition } from '../agreements/rendition.ts'
import type { AgreementRequest, Signatory } from '../issuing/request.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { GuardianLink, PeopleQueries, Person } from '../people/people-queries.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'

export interface SigningReads {
  clock: Clock; people: PeopleQueries; requests: RequestStore; agreements: AgreementService; schools: SchoolStore
}

/** One thing a person is asked to do, or has done. */
export interface SigningTask {
  signatory: Signatory
  request: AgreementRequest
  subject: Person
  /** The link by which an adult acts for a child; null for oneself. */
  link: GuardianLink | null
  title: string
  school: School
  /** For pupils up to Year 6 signing themselves. */
  young: boolean
}

/** A task with the text to be read (S1). */
export interface SigningPage extends SigningTask {
  rendition: Rendition
  versionId: string
  versionNumber: number
  agreementKey: string
  statement: string
}

/** What a person may sign: their own slots, and guardian slots of the children linked to them (F1-F3). */
export class SigningQueries {
  readonly #deps: SigningReads
  constructor(deps: SigningReads) {
    this.#deps = deps
  }

  /** Everything this person is asked, outstanding first, oldest child's last. Done ones of the current year are included. */
  async tasksOf(personId: string): Promise<SigningTask[]> {
    const links = (await this.#deps.people.childrenOf([personId])).get(personId) ?? []
    // F2: for this adult a child marked "do not contact" does not exist.
    const children = links.filter((link) => link.maySign && !link.doNotContact)
    const requests = (await this.#deps.requests.ofPeople([personId, ...children.map((link) => link.pupilId)]))
      .filter((request) => request.state === 'open' || (request.state === 'complete' && this.#isRecent(request)))
    const slots = await this.#deps.requests.signatoriesOf(requests.map((request) => request.id))
    const people = await this.#deps.people.people([personId, ...children.map((link) => link.pupilId)])
    const tasks: SigningTask[] = []
    for (const request of requests) {
      const link = children.find((candidate) => candidate.pupilId === request.personId) ?? null
      for (const signatory of slots.get(request.id) ?? []) {
        const mine = request.personId === personId ? signatory.slot !== 'guardian' : link !== null && signatory.slot === 'guardian'
        const subject = people.get(request.personId)
        if (mine && subject) tasks.push(await this.#task(signatory, request, subject, link))
      }
    }
    return tasks.sort((a, b) => Number(a.signatory.state !== 'open') - Number(b.signatory.state !== 'open') || Number(b.signatory.required) - Number(a.signatory.required) || a.subject.name.localeCompare(b.subject.name, 'en'))
  }

  #isRecent(request: AgreementRequest): boolean {
    const year = academicYear(today(this.#deps.clock.now()))
    return request.occasion === year || !/^\d{4}\//.test(request.occasion)
  }

  async #task(signatory: Signatory, request: AgreementRequest, subject: Person, link: GuardianLink | null): Promise<SigningTask> {
    const agreement = await this.#deps.agreements.store.byId(request.agreementId)
    const school = await this.#deps.schools.get(request.schoolId)
    if (!agreement || !school) throw new Error(`request ${request.id} points at nothing`)
    return { signatory, request, subject, link, title: agreement.title, school, young: signatory.slot === 'pupil' && isYoungBand(agreement.band) }
  }

  /** The task with its text, or null when it is not this person's: unknown and forbidden look alike. */
  async page(signatoryId: string, personId: string): Promise<SigningPage | null> {
    const signatory = await this.#deps.requests.signatory(signatoryId)
    const request = signatory ? await this.#deps.requests.get(signatory.requestId) : null
    if (!signatory || !request) return null
    const link = request.personId === personId ? null : await this.#linkTo(request.personId, personId)
    if (request.personId === personId ? signatory.slot === 'guardian' : !(link && signatory.slot === 'guardian')) return null
    const subject = await this.#deps.people.person(request.personId)
    if (!subject) return null
    const task = await this.#task(signatory, request, subject, link)
    const stored = request.versionId ? await this.#deps.agreements.store.version(request.versionId) : await this.#deps.agreements.store.current(request.agreementId)
    if (!stored) return null
    const rendition = await this.#deps.agreements.renditionFor(stored, task.school)
    return {
      ...task, rendition, versionId: stored.id, versionNumber: stored.version.number, agreementKey: stored.version.agreementKey,
      statement: rendition.statements[signatory.slot] ?? '',
    }
  }

  /** F1, F2: checked anew at every step. */
  async #linkTo(pupilId: string, guardianId: string): Promise<GuardianLink | null> {
    const links = (await this.#deps.people.guardiansOf([pupilId])).get(pupilId) ?? []
    return links.find((link) => link.guardianId === guardianId && link.maySign && !link.doNotContact) ?? null
  }
}
