import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { type Language, today } from '../../shared/dates.ts'
import { type Band, bandOf, type PupilBand } from '../agreements/band.ts'
import { type ConsentQuestion, questionIn, questionSaidAs, questionsFor, type SaidQuestion, slotsAsked } from '../agreements/consent-question.ts'
import type { ConsentQuestionStore } from '../agreements/consent-question-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { AdultDates } from '../issuing/adult-dates.ts'
import { isCurrent } from '../people/affiliation.ts'
import type { GuardianLink, PeopleQueries, Person } from '../people/people-queries.ts'
import { yearOn } from '../people/year-on.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { ConsentAnswer, ConsentSlot } from './consent.ts'
import type { ConsentStore } from './consent-store.ts'

export interface ConsentDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; outbox: Outbox; people: PeopleQueries; schools: SchoolStore; adults: AdultDates
  questions: ConsentQuestionStore; store: ConsentStore
  /** False: the trust offers English alone. */
  welsh: boolean
}

/** A question as one person is asked it, with their answer. */
export interface AskedQuestion {
  question: ConsentQuestion
  /** In the language of whoever reads. */
  said: SaidQuestion
  slot: ConsentSlot
  /** What they answered, where it still counts; null is neither yes nor no. */
  answer: ConsentAnswer | null
}

/** All that one person is asked about one other, or about themselves. */
export interface AskedAbout {
  subject: Person
  link: GuardianLink | null
  school: School
  questions: AskedQuestion[]
}

/** One answer as it is sent, with the hash of the words that were shown. */
export interface GivenAnswer { questionId: string; hash: string; answer: 'yes' | 'no' }

/** Who answers, and how sure we are. */
export interface Answerer { signerId: string; actor: string; assurance: string; signatureId?: string }

/** Asks, keeps and ends consents (G5): optional, each for itself, as easily taken back as given. */
export class ConsentService {
  readonly #deps: ConsentDeps
  constructor(deps: ConsentDeps) {
    this.#deps = deps
  }

  /** Everybody about whom this person is asked: themselves, and children for whom they may consent (F1, F2). */
  async askedOf(personId: string, language: Language): Promise<AskedAbout[]> {
    if (!await this.#anyAsked()) return []
    const links = ((await this.#deps.people.childrenOf([personId])).get(personId) ?? []).filter((link) => link.mayConsent && !link.doNotContact)
    const own = await this.about(personId, personId, language)
    const children = await Promise.all(links.map((link) => this.about(link.pupilId, personId, language)))
    return [own, ...children].filter((one): one is AskedAbout => one !== null && one.questions.length > 0)
  }

  async #anyAsked(): Promise<boolean> {
    return (await this.#deps.questions.all()).some((question) => question.active)
  }

  /** What this person is asked about that one; null when they may not answer (unknown and barred look alike). */
  async about(subjectId: string, signerId: string, language: Language): Promise<AskedAbout | null> {
    return this.#about(subjectId, signerId, false, language)
  }

  /** True when this adult would be asked something about that pupil if they may consent: then it is worth asking whether they may (F1). */
  async wouldBeAsked(subjectId: string, guardianId: string): Promise<boolean> {
    return ((await this.#about(subjectId, guardianId, true, 'en-GB'))?.questions.length ?? 0) > 0
  }

  async #about(subjectId: string, signerId: string, asIfMay: boolean, language: Language): Promise<AskedAbout | null> {
    const { people, clock, adults, questions, store, schools, welsh } = this.#deps
    if (!await this.#anyAsked()) return null
    const link = subjectId === signerId ? null : ((await people.guardiansOf([subjectId])).get(subjectId) ?? []).find((one) => one.guardianId === signerId) ?? null
    if (subjectId !== signerId && (!link || !(link.mayConsent || asIfMay) || link.doNotContact)) return null
    const subject = await people.person(subjectId)
    if (!subject) return null
    const on = today(clock.now())
    const adultFrom = await adults.of(subjectId)
    const adult = adultFrom !== null && adultFrom <= on
    const all = await questions.all()
    const answers = ((await store.activeAbout([subjectId])).get(subjectId) ?? []).filter((answer) => answer.signerId === signerId)
    const found = new Map<string, AskedQuestion>()
    let school: School | null = null
    for (const place of ((await people.affiliationsOf([subjectId])).get(subjectId) ?? []).filter((one) => isCurrent(one, on) || (one.startDate !== null && one.startDate > on))) {
      const band: Band | null = bandOf({ role: place.role, yearCode: yearOn(place, on), bandOverride: subject.bandOverride as PupilBand | null })
      for (const question of band ? questionsFor(all, place.schoolId, band) : []) {
        const slot = slotOf(question, place.role === 'pupil', link !== null, adult)
        if (!slot || found.has(question.id)) continue
        school ??= await schools.get(place.schoolId)
        const answer = answers.find((one) => one.questionId === question.id && one.version >= question.countsFrom) ?? null
        found.set(question.id, { question, said: questionIn(question, welsh ? language : 'en-GB'), slot, answer })
      }
    }
    school ??= (await schools.all())[0] ?? null
    return school ? { subject, link, school, questions: [...found.values()] } : null
  }

  /**
   * Keeps answers, in the open transaction or one of its own. Looks afresh whether each may be given and is about the words in
   * force (F2, S1): what is not any more is left out, and its identifier returned. A repeat of the same answer does nothing.
   */
  async answer(subjectId: string, given: readonly GivenAnswer[], by: Answerer): Promise<{ kept: ConsentAnswer[]; outdated: string[] }> {
    const { db, clock, ids, audit, store, people, outbox } = this.#deps
    return db.transaction(async () => {
      const asked = await this.about(subjectId, by.signerId, 'en-GB')
      const signer = await people.person(by.signerId)
      const kept: ConsentAnswer[] = []
      const outdated: string[] = []
      for (const { questionId, hash, answer } of given) {
        const one = asked?.questions.find((question) => question.question.id === questionId)
        const said = one && questionSaidAs(one.question, hash)
        if (!asked || !signer || !said) {
          outdated.push(questionId)
          continue
        }
        const before = await store.activeOf(questionId, subjectId, by.signerId)
        if (before?.answer === answer && before.version === one.question.version) continue
        if (before) await store.end(before.id, 'changed', clock.now())
        const row: ConsentAnswer = {
          id: ids.next(), questionId, subjectId, signerId: by.signerId, active: true, answer, version: one.question.version, slot: one.slot, signatureId: by.signatureId ?? null,
          at: clock.now(), endedAt: null, endedKind: null,
          evidence: {
            key: one.question.key, title: said.title, question: said.question, hint: said.hint, version: one.question.version, textSha256: hash,
            language: said.language, subjectName: asked.subject.name, signerName: signer.name, capacity: capacityWords(asked, one.slot), schoolName: asked.school.name, assurance: by.assurance,
          },
        }
        await store.insert(row, by.actor)
        await audit.record({
          actor: by.actor, event: 'consent.answered', subject: `person:${subjectId}`,
          payload: { consent: row.id, question: questionId, key: one.question.key, version: row.version, text: hash, answer, signer: by.signerId, slot: one.slot, signature: row.signatureId, replaces: before?.id ?? null },
        })
        kept.push(row)
      }
      // With a signature the receipt of the signature tells of them.
      if (kept.length > 0 && !by.signatureId) await this.#receipt(outbox, subjectId, by.signerId, kept[0]?.id ?? '')
      return { kept, outdated }
    })
  }

  /** Takes an answer back: from now on it is as if it had not been given. Null for anybody else's; false when it had ended. */
  async withdraw(answerId: string, signerId: string, actor: string): Promise<boolean | null> {
    const { db, clock, store, audit, outbox } = this.#deps
    return db.transaction(async () => {
      const answer = await store.get(answerId)
      if (!answer || answer.signerId !== signerId || (answer.subjectId !== signerId && !await this.about(answer.subjectId, signerId, 'en-GB'))) return null
      if (!await store.end(answerId, 'withdrawn', clock.now())) return false
      await audit.record({
        actor, event: 'consent.withdrawn', subject: `person:${answer.subjectId}`, payload: { consent: answerId, question: answer.questionId, answer: answer.answer, signer: signerId },
      })
      await this.#receipt(outbox, answer.subjectId, signerId, `${answerId}:back`)
      return true
    })
  }

  async #receipt(outbox: Outbox, subjectId: string, signerId: string, key: string): Promise<void> {
    await outbox.put('messages.consent-receipt', { subjectId, signerId, key }, { dedupeKey: `consent-receipt:${key}` })
  }

  /** G4: what guardians answered for somebody who has come of age lapses; in the open transaction. Returns how many. */
  async lapse(subjectId: string): Promise<number> {
    const { clock, store } = this.#deps
    const answers = ((await store.activeAbout([subjectId])).get(subjectId) ?? []).filter((answer) => answer.slot === 'guardian')
    for (const answer of answers) await store.end(answer.id, 'lapsed', clock.now())
    return answers.length
  }
}

/** In which capacity somebody is asked; null when not at all. */
function slotOf(question: ConsentQuestion, pupil: boolean, guardian: boolean, adult: boolean): ConsentSlot | null {
  const slots = slotsAsked(question.signerRule, adult && pupil)
  const slot = guardian ? 'guardian' : pupil ? 'pupil' : 'self'
  return slots.includes(slot) ? slot : null
}

function capacityWords(asked: AskedAbout, slot: ConsentSlot): string {
  return slot === 'guardian' ? `Parent or carer of ${asked.subject.name}` : slot === 'pupil' ? 'Pupil' : 'For themselves'
}
