import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import type { BoardSort, BoardStatus } from './board-filter.ts'
import { boardLines, boardOrder, type BoardQuestion, firstPlace, type SqlPart, STATUS } from './board-sql.ts'

/** So many lines of the board share these properties. */
export interface BoardCell {
  schoolId: string
  agreementId: string
  yearCode: string | null
  regGroup: string | null
  status: BoardStatus
  /** Still open after its due date. */
  overdue: boolean
  /** False for the second and later schools of one request: left out where every request counts once. */
  first: boolean
  count: number
}

/** One agreement put to one person, at one school. */
export interface BoardLine {
  requestId: string
  personId: string
  forename: string
  surname: string
  schoolId: string
  yearCode: string | null
  regGroup: string | null
  agreementId: string
  occasion: string
  status: BoardStatus
  overdue: boolean
  askedAt: Instant
  dueOn: CalendarDate | null
  completedAt: Instant | null
}

const COLUMNS = `r.id as request_id, a.id as place_id, r.person_id, p.preferred_forename, p.surname, a.school_id, a.year_code, a.reg_group,
  r.agreement_id, r.occasion, r.state, r.created_at, r.due_on, r.completed_at, ${STATUS} as status`
/** Requests counted in one statement: short enough for somebody who is signing meanwhile. */
const PART = 4_000
const PART_OF_REQUESTS = '(select id, person_id, agreement_id, family, occasion, state, due_on, compulsory from requests where id > ? and id <= ?)'
const PEOPLE_AT_A_TIME = 2_000

/** What the board reads. Lines and figures come from the same words (`board-sql.ts`), so that they agree. */
export class BoardQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Every line of these schools, counted by what the board's filters tell apart. */
  async cells(question: Pick<BoardQuestion, 'schools' | 'today' | 'fromYear'>): Promise<BoardCell[]> {
    if (question.schools !== 'all') return this.#counted(question, boardLines(question, 'place'), [])
    const found = new Map<string, BoardCell>()
    for await (const bounds of this.#parts()) {
      const lines = boardLines(question, 'request', PART_OF_REQUESTS)
      for (const cell of await this.#counted(question, lines, bounds)) addCell(found, cell)
    }
    return [...found.values()]
  }

  async #counted(question: Pick<BoardQuestion, 'schools' | 'today'>, lines: SqlPart, bounds: string[]): Promise<BoardCell[]> {
    const first = firstPlace(question)
    const rows = await this.#db.rows(
      `select school_id, agreement_id, year_code, reg_group, status, overdue, first_place, count(*) as n from (
         select a.school_id, r.agreement_id, a.year_code, a.reg_group, ${STATUS} as status,
           case when r.state = 'open' and r.due_on < ? then 1 else 0 end as overdue, ${first.sql} as first_place ${lines.sql}) as line
       group by school_id, agreement_id, year_code, reg_group, status, overdue, first_place`,
      [question.today, ...first.values, ...bounds, ...lines.values])
    return rows.map(cellFromRow)
  }

  /** Bounds of consecutive parts of the requests, by identifier. */
  async* #parts(): AsyncIterable<[after: string, upTo: string]> {
    let after = ''
    for (;;) {
      const rows = await this.#db.rows('select max(id) as last from (select id from requests where id > ? order by id limit ?) as part', [after, PART])
      const last = rows[0]?.['last']
      if (typeof last !== 'string') return
      yield [after, last]
      after = last
    }
  }

  /** One page of the list. */
  async page(question: BoardQuestion, options: { sort: BoardSort; offset: number; limit: number }): Promise<BoardLine[]> {
    const lines = boardLines(question, lookUp(question, options.sort))
    const order = boardOrder(options.sort)
    // The lines passed over are only counted: what costs is worked out for the lines shown.
    const rows = await this.#db.rows(
      `select ${COLUMNS} from (select r.id as request_id, a.id as place_id ${lines.sql} order by ${order} limit ? offset ?) as shown
       cross join requests r on r.id = shown.request_id cross join affiliations a on a.id = shown.place_id cross join people p on p.id = r.person_id
       order by ${order}`,
      [...lines.values, options.limit, options.offset])
    return rows.map((row) => lineFromRow(row, question.today))
  }

  /** How many lines the list holds; for searches by name, which the cells cannot tell. */
  async count(question: BoardQuestion): Promise<number> {
    const lines = boardLines(question, lookUp(question, 'name'))
    const rows = await this.#db.rows(`select count(*) as n ${lines.sql}`, lines.values)
    return Number(rows[0]?.['n'] ?? 0)
  }

  /** Request -> one of its signatures that count, for the link to the record. */
  async recordsOf(requestIds: readonly string[]): Promise<Map<string, string>> {
    if (requestIds.length === 0) return new Map()
    const rows = await this.#db.read('signatures').whereIn('request_id', [...requestIds]).andWhere({ active: 1 }).orderBy('id').select('id', 'request_id') as
      { id: string; request_id: string }[]
    return new Map(rows.map((row) => [row.request_id, row.id]))
  }

  /** Every line, by name, a batch of people at a time: no statement grows with the number of people. */
  async* all(question: BoardQuestion, size = PEOPLE_AT_A_TIME): AsyncIterable<BoardLine[]> {
    for await (const ids of this.#peopleByName(size)) {
      const lines = boardLines(question, 'name')
      const rows = await this.#db.rows(`select ${COLUMNS} ${lines.sql} and p.id in (${ids.map(() => '?').join(', ')}) order by ${boardOrder('name')}`, [...lines.values, ...ids])
      if (rows.length > 0) yield rows.map((row) => lineFromRow(row, question.today))
    }
  }

  async* #peopleByName(size: number): AsyncIterable<string[]> {
    let after = ['', '']
    for (;;) {
      // The first condition follows from the second; it lets the databases begin at the right place of the index.
      const rows = await this.#db.rows('select id, name_search from people where name_search >= ? and (name_search > ? or id > ?) order by name_search, id limit ?',
        [after[0] ?? '', after[0] ?? '', after[1] ?? '', size])
      if (rows.length > 0) yield rows.map((row) => row['id'] as string)
      const last = rows.at(-1)
      if (!last || rows.length < size) return
      after = [last['name_search'] as string, last['id'] as string]
    }
  }
}

/** Few people: begin with their place. Many, by name: begin with the names in their order, so that a page ends early. */
function lookUp(question: BoardQuestion, sort: BoardSort): 'place' | 'name' {
  return question.year || question.group || !sort.endsWith('name') ? 'place' : 'name'
}

function addCell(found: Map<string, BoardCell>, cell: BoardCell): void {
  const key = [cell.schoolId, cell.agreementId, cell.yearCode ?? '', cell.regGroup ?? '', cell.status, cell.overdue, cell.first].join('\n')
  const known = found.get(key)
  if (known) known.count += cell.count
  else found.set(key, cell)
}

function cellFromRow(row: Record<string, unknown>): BoardCell {
  const status = row['status'] as BoardStatus
  return {
    schoolId: row['school_id'] as string, agreementId: row['agreement_id'] as string, yearCode: row['year_code'] as string | null,
    regGroup: row['reg_group'] as string | null, status, overdue: Number(row['overdue']) === 1 && status !== 'declined', first: Number(row['first_place']) === 1,
    count: Number(row['n']),
  }
}

function lineFromRow(row: Record<string, unknown>, today: CalendarDate): BoardLine {
  const status = row['status'] as BoardStatus
  const dueOn = row['due_on'] as string | null
  return {
    requestId: row['request_id'] as string, personId: row['person_id'] as string, forename: row['preferred_forename'] as string,
    surname: row['surname'] as string, schoolId: row['school_id'] as string, yearCode: row['year_code'] as string | null,
    regGroup: row['reg_group'] as string | null, agreementId: row['agreement_id'] as string, occasion: row['occasion'] as string, status,
    overdue: row['state'] === 'open' && status !== 'declined' && dueOn !== null && dueOn < today,
    askedAt: Number(row['created_at']), dueOn, completedAt: row['completed_at'] === null ? null : Number(row['completed_at']),
  }
}
