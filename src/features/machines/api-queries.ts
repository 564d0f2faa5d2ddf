import type { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { academicYear, type Instant, today } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import { isPupilBand } from '../agreements/band.ts'
import { coverageBy } from '../reports/board-figures.ts'
import type { BoardQueries } from '../reports/board-queries.ts'
import { shareOf, SMALLEST_ROW } from '../reports/figures-words.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { type figures, GROUPS, type requestItem, type requestsPage, type requestsQuery } from './api-schemas.ts'

type Schools = 'all' | readonly string[]
type Item = z.output<typeof requestItem>

interface Parts {
  db: Database
  board: BoardQueries
  agreements: Pick<AgreementStore, 'all'>
  schools: Pick<SchoolStore, 'all'>
}

export const moment = (at: Instant): string => new Date(at).toISOString()

/** What machines ask. */
export class ApiQueries {
  readonly #parts: Parts
  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** One page of requests, those changed longest ago first: whoever walks on from `next` sees every change. */
  async requests(schools: Schools, query: z.output<typeof requestsQuery>): Promise<z.output<typeof requestsPage>> {
    const { db } = this.#parts
    const since = query.changedSince === undefined ? 0 : Date.parse(query.changedSince)
    const after = query.cursor === undefined ? null : placeOf(query.cursor)
    const found = db.read('requests as r').join('agreements as a', 'a.id', 'r.agreement_id').where('r.changed_at', '>=', Math.max(since, after?.at ?? 0))
    if (after) void found.where((where) => { void where.where('r.changed_at', '>', after.at).orWhere('r.id', '>', after.id) })
    if (schools !== 'all') void found.whereIn('r.school_id', [...schools])
    if (query.school !== undefined) void found.where('r.school_id', query.school)
    if (query.state !== undefined) void found.where('r.state', query.state)
    const rows = await found.orderBy('r.changed_at').orderBy('r.id').limit(query.limit + 1)
      .select('r.id', 'r.state', 'r.person_id', 'r.school_id', 'r.agreement_id', 'r.due_on', 'r.completed_at', 'r.changed_at', 'a.key', 'a.title') as Record<string, unknown>[]
    const shown = rows.slice(0, query.limit)
    const external = await this.#externalIds([...new Set(shown.map((row) => row['person_id'] as string))])
    const items = shown.map((row): Item => ({
      id: row['id'] as string, state: row['state'] as Item['state'],
      agreement: { id: row['agreement_id'] as string, key: row['key'] as string, title: row['title'] as string },
      person: { id: row['person_id'] as string, externalIds: external.get(row['person_id'] as string) ?? [] },
      schoolId: row['school_id'] as string, dueOn: row['due_on'] as string | null,
      completedAt: row['completed_at'] === null ? null : moment(Number(row['completed_at'])), changedAt: moment(Number(row['changed_at'])),
    }))
    const last = shown.at(-1)
    return { items, next: rows.length > query.limit && last ? cursorOf(Number(last['changed_at']), last['id'] as string) : null }
  }

  /** As the rosters name these people. */
  async #externalIds(personIds: readonly string[]): Promise<Map<string, { source: string; id: string }[]>> {
    const found = new Map<string, { source: string; id: string }[]>()
    const rows = await this.#parts.db.rowsIn(
      'select p.person_id, p.external_id, s.name from source_people p join sources s on s.id = p.source_id where p.person_id in (:list) order by s.name, p.external_id', [], personIds)
    for (const row of rows) {
      const person = row['person_id'] as string
      found.set(person, [...found.get(person) ?? [], { source: row['name'] as string, id: row['external_id'] as string }])
    }
    return found
  }

  /** How many have signed, as far as it may be told to anybody: what governors read, as numbers. */
  async figures(schools: Schools, now: Instant): Promise<z.output<typeof figures>> {
    const on = today(now)
    const mine = (await this.#parts.schools.all()).filter(({ id }) => schools === 'all' || schools.includes(id))
    const fromYear = mine.map((school) => academicYear(on, school.yearStart)).sort()[0] ?? academicYear(on)
    const scope = schools === 'all' ? 'all' : schools.map((schoolId) => ({ schoolId, yearCode: null, groupName: null }))
    const cells = await this.#parts.board.cells({ schools: scope, today: on, fromYear })
    const groups = new Map((await this.#parts.agreements.all()).map(({ id, band }) => [id, isPupilBand(band) ? 'pupil' : band]))
    return {
      asOf: moment(now),
      schools: mine.map(({ id }) => ({
        schoolId: id,
        figures: GROUPS.flatMap((group) => coverageBy(cells.filter((cell) => cell.schoolId === id && groups.get(cell.agreementId) === group), () => group, () => 0)
          .map(({ total, signed }) => (total < SMALLEST_ROW ? { group, asked: null, signedPercent: null } : { group, asked: total, signedPercent: shareOf(signed, total) }))),
      })),
    }
  }
}

/** Nobody else's to read: where the page before ended. */
const cursorOf = (at: Instant, id: string): string => Buffer.from(`${at}.${id}`).toString('base64url')

function placeOf(cursor: string): { at: Instant; id: string } {
  const [, at, id] = /^(\d{1,15})\.([0-9A-Z]{26})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (at === undefined || id === undefined) throw new UnusableInput({ what: 'The cursor is none of ours.', where: 'cursor', remedy: 'Send the "next" of an earlier answer as it was.' })
  return { at: Number(at), id }
}
