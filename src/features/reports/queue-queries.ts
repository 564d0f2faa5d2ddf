import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { academicYear, addDays, type CalendarDate, type Instant, today } from '../../shared/dates.ts'
import type { ConsentQuestionStore } from '../agreements/consent-question-store.ts'
import type { ExcuseCause } from '../issuing/request.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { ConsentStore } from '../signing/consent-store.ts'
import type { DeclineStore } from '../signing/decline-store.ts'
import type { BoardQueries } from './board-queries.ts'

export const QUEUE_KINDS = ['call', 'declined', 'disagree', 'unreachable', 'excused'] as const
export type QueueKind = (typeof QUEUE_KINDS)[number]

/** One case for a person in the office. */
export interface QueueItem {
  kind: QueueKind
  key: string
  /** Whom it is about. */
  personId: string
  schoolId: string
  name: string
  /** The agreement or question. */
  what: string
  /** Who said no, where somebody did. */
  by: string | null
  /** Free text of a family; apart from the log. */
  reason: string | null
  passedAt: Instant | null
  since: Instant
  excuse: { cause: ExcuseCause; until: CalendarDate } | null
}

export interface QueueReads {
  db: Database; clock: Clock; people: PeopleQueries; declines: DeclineStore; consentStore: ConsentStore; consentQuestions: ConsentQuestionStore; board: BoardQueries
  agreementTitles: () => Promise<Map<string, string>>
}

/** An excuse that ends within so many days is looked at again. */
const EXCUSE_ENDS_DAYS = 14
/** "Done" about something that goes on is asked again after so long. */
const QUIET_MS = 30 * 86_400_000
const MOST = 300

/** The cases that no mail can settle, by queue and school. */
/** Schools whose people may be seen. */
type SchoolScope = 'all' | readonly string[]

export class QueueQueries {
  readonly #deps: QueueReads
  constructor(deps: QueueReads) {
    this.#deps = deps
  }

  /** Every open case of these schools, oldest first; those marked as done are left out. */
  async items(schools: SchoolScope): Promise<QueueItem[]> {
    const within = (item: QueueItem) => schools === 'all' || schools.includes(item.schoolId)
    const found = [...await this.#declined(), ...await this.#disagreeing(), ...await this.#excused(), ...await this.#unreachable(schools)].filter(within)
    const marks = await this.#marks()
    return found.filter((item) => {
      const doneAt = marks.get(`${item.kind}|${item.key}`)
      return doneAt === undefined || (!['declined', 'call'].includes(item.kind) && (item.since > doneAt || doneAt < this.#deps.clock.now() - QUIET_MS))
    }).sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1))
  }

  async item(kind: QueueKind, key: string, schools: SchoolScope): Promise<QueueItem | null> {
    return (await this.items(schools)).find((item) => item.kind === kind && item.key === key) ?? null
  }

  async #declined(): Promise<QueueItem[]> {
    const { declines, people, db } = this.#deps
    const active = await declines.active()
    const names = await people.people(active.flatMap((one) => [one.subjectId, one.signerId]))
    const requests = await db.rowsIn('select id, agreement_id, state from requests where id in (:list)', [], active.map((one) => one.requestId))
    const titles = await this.#deps.agreementTitles()
    const byId = new Map(requests.map((row) => [row['id'] as string, row]))
    return active.filter((one) => ['open', 'declined', 'complete'].includes((byId.get(one.requestId)?.['state'] as string | undefined) ?? '')).map((one) => ({
      kind: one.wantsCall ? 'call' as const : 'declined' as const, key: one.id, personId: one.subjectId, schoolId: one.schoolId, name: names.get(one.subjectId)?.name ?? 'Somebody',
      what: titles.get(byId.get(one.requestId)?.['agreement_id'] as string) ?? 'An agreement', by: one.signerId === one.subjectId ? null : names.get(one.signerId)?.name ?? 'Somebody',
      reason: one.reason, passedAt: one.passedAt, since: one.at, excuse: null,
    }))
  }

  /** F5: two adults answered the same question differently, or one signed where the other said no. */
  async #disagreeing(): Promise<QueueItem[]> {
    const { consentStore, consentQuestions, people, clock, db } = this.#deps
    const on = today(clock.now())
    const disputed = await consentStore.disputed()
    const signed = await db.rows(
      `select r.id, r.person_id, r.school_id, r.agreement_id, max(d.at) as since from declines d join requests r on r.id = d.request_id
       join signatories s on s.request_id = r.id and s.slot = 'guardian' and s.state = 'signed'
       join signatories n on n.id = d.signatory_id and n.slot = 'guardian' where d.active = 1 group by r.id, r.person_id, r.school_id, r.agreement_id`, [])
    const ids = [...disputed.map((one) => one.subjectId), ...signed.map((row) => row['person_id'] as string)]
    const [names, places, questions, titles] = [await people.people(ids), await people.affiliationsOf(ids), await consentQuestions.all(), await this.#deps.agreementTitles()]
    const common = { kind: 'disagree' as const, by: null, reason: null, passedAt: null, excuse: null }
    return [
      ...disputed.flatMap((one) => (places.get(one.subjectId) ?? []).filter((place) => place.role === 'pupil' && (place.endDate === null || place.endDate >= on)).slice(0, 1).map((place) => ({
        ...common, key: `${one.questionId}:${one.subjectId}`, personId: one.subjectId, schoolId: place.schoolId, name: names.get(one.subjectId)?.name ?? 'Somebody',
        what: questions.find((question) => question.id === one.questionId)?.title ?? 'A choice', since: one.since,
      }))),
      ...signed.map((row) => ({
        ...common, key: row['id'] as string, personId: row['person_id'] as string, schoolId: row['school_id'] as string, name: names.get(row['person_id'] as string)?.name ?? 'Somebody',
        what: titles.get(row['agreement_id'] as string) ?? 'An agreement', since: Number(row['since']),
      })),
    ]
  }

  async #excused(): Promise<QueueItem[]> {
    const { db, clock, people } = this.#deps
    const rows = await db.read('requests').where({ state: 'excused' }).where('excused_until', '<=', addDays(today(clock.now()), EXCUSE_ENDS_DAYS)).orderBy('excused_until').limit(MOST)
    const names = await people.people(rows.map((row) => row.person_id as string))
    const titles = await this.#deps.agreementTitles()
    return rows.map((row) => ({
      kind: 'excused' as const, key: `${row.id as string}:${row.excused_until as string}`, personId: row.person_id as string, schoolId: row.school_id as string, name: names.get(row.person_id as string)?.name ?? 'Somebody',
      what: titles.get(row.agreement_id as string) ?? 'An agreement', by: null, reason: null, passedAt: null, since: Date.parse(`${row.excused_until as string}T00:00:00Z`),
      excuse: { cause: row.excused_cause as ExcuseCause, until: row.excused_until as string },
    }))
  }

  async #unreachable(schools: SchoolScope): Promise<QueueItem[]> {
    const { board, clock } = this.#deps
    const on = today(clock.now())
    const scope = schools === 'all' ? schools : schools.map((schoolId) => ({ schoolId, yearCode: null, groupName: null }))
    const lines = await board.page({ schools: scope, today: on, fromYear: academicYear(on), status: 'unreachable', once: true }, { sort: 'name', offset: 0, limit: MOST })
    const titles = await this.#deps.agreementTitles()
    return [...await this.#throughOffice(titles), ...lines.map((line) => ({
      kind: 'unreachable' as const, key: line.requestId, personId: line.personId, schoolId: line.schoolId, name: `${line.forename} ${line.surname}`.trim(), what: titles.get(line.agreementId) ?? 'An agreement',
      by: null, reason: null, passedAt: null, since: line.askedAt, excuse: null,
    }))]
  }

  /** P6: nobody is written to about a child whose contact goes through the office, so the office asks. */
  async #throughOffice(titles: ReadonlyMap<string, string>): Promise<QueueItem[]> {
    const rows = await this.#deps.db.rows(
      `select distinct r.id, r.person_id, r.school_id, r.agreement_id, r.created_at, p.preferred_forename, p.surname from protection_flags f join requests r on r.person_id = f.person_id
       join signatories s on s.request_id = r.id join people p on p.id = r.person_id
       where f.kind = 'contact' and f.active = 1 and r.state = 'open' and s.slot = 'guardian' and s.required = 1 and s.state = 'open' order by r.id limit ${MOST}`, [])
    return rows.map((row) => ({
      kind: 'unreachable' as const, key: `office:${row['id'] as string}`, personId: row['person_id'] as string, schoolId: row['school_id'] as string,
      name: `${row['preferred_forename'] as string} ${row['surname'] as string}`.trim(), what: `${titles.get(row['agreement_id'] as string) ?? 'An agreement'}: contact goes through the office`,
      by: null, reason: null, passedAt: null, since: Number(row['created_at']), excuse: null,
    }))
  }

  async #marks(): Promise<Map<string, Instant>> {
    return new Map((await this.#deps.db.read('queue_marks').select('kind', 'item_key', 'done_at')).map((row) => [`${row.kind as string}|${row.item_key as string}`, Number(row.done_at)]))
  }
}
