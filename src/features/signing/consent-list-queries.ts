import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { today } from '../../shared/dates.ts'
import { bandOf, type PupilBand } from '../agreements/band.ts'
import { type ConsentQuestion, questionsFor } from '../agreements/consent-question.ts'
import type { ConsentQuestionStore } from '../agreements/consent-question-store.ts'
import type { AdultDates } from '../issuing/adult-dates.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { ProtectionFlags } from '../people/protection-flags.ts'
import { yearOnSql } from '../people/year-on.ts'
import { type ConsentState, consentState } from './consent.ts'
import type { ConsentStore } from './consent-store.ts'

export interface ConsentListDeps {
  db: Database; clock: Clock; questions: ConsentQuestionStore; store: ConsentStore; people: PeopleQueries; adults: AdultDates; protection: ProtectionFlags
}

/** Whose list: one school, and where given one group of it. */
export interface ConsentListQuestion { schoolId: string; group?: string }

/** One pupil on a list: by question whether it is a yes. Why it is a no is nobody's to see here (P6). */
export interface ConsentLine {
  personId: string
  name: string
  yearCode: string | null
  regGroup: string | null
  states: ReadonlyMap<string, ConsentState>
}

const PART = 500

/** Yes and no by pupil, for those who take and use pictures; and the figures. */
export class ConsentListQueries {
  readonly #deps: ConsentListDeps
  constructor(deps: ConsentListDeps) {
    this.#deps = deps
  }

  /** Questions that a school asks about pupils, in their order. */
  async questions(schoolId: string): Promise<ConsentQuestion[]> {
    return questionsFor(await this.#deps.questions.all(), schoolId, null).filter((question) => question.signerRule !== 'self')
  }

  /** Registration groups of a school's pupils, for choosing. */
  async groups(schoolId: string): Promise<string[]> {
    const rows = await this.#deps.db.rows(
      "select distinct reg_group from affiliations where school_id = ? and role = 'pupil' and reg_group is not null and (end_date is null or end_date >= ?)", [schoolId, today(this.#deps.clock.now())])
    return rows.map((row) => row['reg_group'] as string).sort(new Intl.Collator('en', { numeric: true }).compare)
  }

  /** Groups that this member of staff is in, as `school|name`: whose lists they need. */
  async groupsOf(personId: string): Promise<{ schoolId: string; name: string }[]> {
    const on = today(this.#deps.clock.now())
    const rows = await this.#deps.db.rows(
      `select distinct m.school_id, m.name from group_memberships m join affiliations a on a.person_id = m.person_id and a.school_id = m.school_id
       where m.person_id = ? and a.role in ('teacher', 'support', 'trainee', 'supply') and (a.end_date is null or a.end_date >= ?) and (m.end_date is null or m.end_date >= ?) order by m.name`, [personId, on, on])
    return rows.map((row) => ({ schoolId: row['school_id'] as string, name: row['name'] as string }))
  }

  /** The list by name, a part at a time. */
  async* lines({ schoolId, group }: ConsentListQuestion): AsyncIterable<ConsentLine[]> {
    const { db, clock } = this.#deps
    const on = today(clock.now())
    const all = await this.#deps.questions.all()
    const inGroup = group === undefined ? '' : `and (a.reg_group = ? or exists (select 1 from group_memberships m where m.person_id = a.person_id and m.school_id = a.school_id and m.name = ?
      and (m.end_date is null or m.end_date >= ?)))`
    const rows = await db.rows(
      `select a.person_id, ${yearOnSql('a')} as year_code, a.reg_group, p.preferred_forename, p.surname, p.band_override from affiliations a join people p on p.id = a.person_id
       where a.school_id = ? and a.role = 'pupil' and (a.end_date is null or a.end_date >= ?) ${inGroup} order by p.name_search, p.id`,
      [on, schoolId, on, ...(group === undefined ? [] : [group, group, on])])
    const adults = await this.#deps.adults.all()
    for (let from = 0; from < rows.length; from += PART) {
      const part = rows.slice(from, from + PART)
      const ids = [...new Set(part.map((row) => row['person_id'] as string))]
      const [answers, links, barred] = [await this.#deps.store.activeAbout(ids), await this.#deps.people.guardiansOf(ids), await this.#deps.protection.among(ids, 'images')]
      yield part.map((row) => {
        const personId = row['person_id'] as string
        const may = new Set((links.get(personId) ?? []).filter((link) => link.mayConsent && !link.doNotContact).map((link) => link.guardianId))
        const band = bandOf({ role: 'pupil', yearCode: row['year_code'] as string | null, bandOverride: row['band_override'] as PupilBand | null })
        const adultFrom = adults.get(personId)
        return {
          personId, name: `${row['preferred_forename'] as string} ${row['surname'] as string}`.trim(), yearCode: row['year_code'] as string | null, regGroup: row['reg_group'] as string | null,
          states: new Map((band ? questionsFor(all, schoolId, band) : []).filter((question) => question.signerRule !== 'self').map((question) => [question.id, consentState({
            question, answers: (answers.get(personId) ?? []).filter((answer) => answer.questionId === question.id), adult: adultFrom !== undefined && adultFrom <= on,
            imagesBarred: barred.has(personId), mayAnswer: (id) => may.has(id),
          })])),
        }
      })
    }
  }
}
