import type { CalendarDate } from '../../shared/dates.ts'
import type { Place, Scope } from '../../http/actor.ts'
import { familyOfRole } from '../agreements/family-sql.ts'
import { searchWords } from '../people/name-search.ts'
import { type BoardSort, type BoardStatus, OPEN_STATUSES } from './board-filter.ts'

/** What is asked of the database: a filter with its words resolved to identifiers. */
export interface BoardQuestion {
  /** Whose people may be seen. */
  schools: Scope
  today: CalendarDate
  /** Earliest school year that still counts, such as `2026/27`; occasions without a year sort after every year. */
  fromYear: string
  school?: string
  year?: string
  group?: string
  /** Null: every agreement. */
  agreements?: readonly string[] | null
  status?: BoardStatus | 'open' | 'asked' | 'overdue'
  /** One line a request; else one for each school where its person is. */
  once?: boolean
  /** A person's name or part of it. */
  name?: string
}

/** SQL with its values, in the order of the question marks. */
export interface SqlPart {
  sql: string
  values: (string | number)[]
}

/** A required slot that is still open and whose holder no known route reaches: no address, and for their own slot no login either. */
const UNREACHABLE = `exists (select 1 from signatories u where u.request_id = r.id and u.required = 1 and u.state = 'open' and (case u.slot
  when 'guardian' then not exists (select 1 from guardian_links l join people g on g.id = l.guardian_id
    where l.pupil_id = r.person_id and l.ended_at is null and l.may_sign = 1 and l.do_not_contact = 0 and g.email_norm is not null and (u.holder_id = '' or u.holder_id = l.guardian_id))
  else p.email_norm is null and p.username is null end))`

/** A required slot whose holder said no. */
const SAID_NO = `exists (select 1 from signatories d where d.request_id = r.id and d.required = 1 and d.state = 'declined')`

/** Whose required slots are open, as a sum: guardian 1, however many are asked (F5), pupil 2, self 4. */
const MISSING = `(select sum(distinct case s.slot when 'guardian' then 1 when 'pupil' then 2 else 4 end)
  from signatories s where s.request_id = r.id and s.required = 1 and s.state = 'open')`

/** One of `BOARD_STATUSES`, over `r` (requests) and `p` (people). */
export const STATUS = `case r.state when 'complete' then 'signed' when 'declined' then 'declined' when 'excused' then 'excused'
  else case when ${SAID_NO} then 'declined' when ${UNREACHABLE} then 'unreachable'
  else case ${MISSING} when 1 then 'waiting-guardian' when 2 then 'waiting-pupil' else 'outstanding' end end end`

/** The person's current hat of the agreement's kind: an agreement signed once counts in every school (I3). */
const PLACED = `a.person_id = r.person_id and ${familyOfRole('a.role')} = r.family and (a.end_date is null or a.end_date >= ?)`

/** Hats of `table` (affiliations) at the places of a scope. In a year or group, only pupils are seen. */
function inScope(table: 'a' | 'x', scope: Scope): SqlPart {
  if (scope === 'all') return { sql: '1 = 1', values: [] }
  if (scope.length === 0) return { sql: '1 = 0', values: [] }
  const whole = scope.filter((place) => place.yearCode === null && place.groupName === null).map(({ schoolId }) => schoolId)
  const parts: SqlPart[] = [
    ...(whole.length > 0 ? [{ sql: `${table}.school_id in (${whole.map(() => '?').join(', ')})`, values: whole }] : []),
    ...scope.filter((place) => !whole.includes(place.schoolId)).map((place) => partOfSchool(table, place)),
  ]
  return { sql: `(${parts.map(({ sql }) => sql).join(' or ')})`, values: parts.flatMap(({ values }) => values) }
}

function partOfSchool(table: 'a' | 'x', { schoolId, yearCode, groupName }: Place): SqlPart {
  return {
    sql: `(${table}.school_id = ?${yearCode === null ? '' : ` and ${table}.year_code = ?`}${groupName === null ? '' : ` and ${table}.reg_group = ?`} and ${table}.role = 'pupil')`,
    values: [schoolId, ...(yearCode === null ? [] : [yearCode]), ...(groupName === null ? [] : [groupName])],
  }
}

/** True where an earlier hat of that kind stands for this one already: at the same school, or at any school in view. */
function placedEarlier(question: Pick<BoardQuestion, 'schools' | 'today'>, at: 'school' | 'view'): SqlPart {
  const { schools, today } = question
  const view = inScope('x', schools)
  const place = at === 'school' ? 'x.school_id = a.school_id' : view.sql
  return {
    sql: `exists (select 1 from affiliations x where x.person_id = a.person_id and ${place} and x.id < a.id
      and ${familyOfRole('x.role')} = r.family and (x.end_date is null or x.end_date >= ?))`,
    values: [...(at === 'view' ? view.values : []), today],
  }
}

/** 1 for the line that stands for its request where every request counts once, whatever the number of its schools. */
export function firstPlace(question: Pick<BoardQuestion, 'schools' | 'today'>): SqlPart {
  const earlier = placedEarlier(question, 'view')
  return { sql: `case when ${earlier.sql} then 0 else 1 end`, values: earlier.values }
}

/**
 * A request's state, out of reach of its index: half of all requests share a state, and the embedded database, which keeps no
 * statistics, would walk that half anew for every person.
 */
const STATE = `coalesce(r.state, '')`
/** What is optional is asked once and counted by nobody. */
const COUNTED = `r.occasion >= ? and r.compulsory = 1 and ${STATE} in ('open', 'complete', 'declined', 'excused')`

/**
 * `from ... where ...` of the board's lines; `r` is narrowed first to `requests`, a table or a bracketed part of one. The order
 * of the tables is the order of the look-up on the embedded database: by place where a year or group is asked, else by name.
 */
export function boardLines(question: BoardQuestion, order: 'place' | 'name' | 'request', requests = 'requests'): SqlPart {
  const { today, fromYear } = question
  const tables = {
    place: `affiliations a cross join ${requests} r on a.person_id = r.person_id cross join people p on p.id = r.person_id`,
    name: `people p cross join ${requests} r on r.person_id = p.id cross join affiliations a on a.person_id = r.person_id`,
    request: `${requests} r cross join people p on p.id = r.person_id cross join affiliations a on a.person_id = r.person_id`,
  }
  const where: SqlPart[] = [
    { sql: PLACED, values: [today] },
    negated(placedEarlier(question, question.once ? 'view' : 'school')),
    { sql: COUNTED, values: [fromYear] },
    ...narrowed(question),
  ]
  return { sql: `from ${tables[order]} where ${where.map((part) => `(${part.sql})`).join(' and ')}`, values: where.flatMap((part) => part.values) }
}

const negated = ({ sql, values }: SqlPart): SqlPart => ({ sql: `not ${sql}`, values })

function narrowed(question: BoardQuestion): SqlPart[] {
  const parts: SqlPart[] = []
  const oneOf = (column: string, values: readonly string[]) =>
    parts.push(values.length === 0 ? { sql: '1 = 0', values: [] } : { sql: `${column} in (${values.map(() => '?').join(', ')})`, values: [...values] })
  if (question.schools !== 'all') parts.push(inScope('a', question.schools))
  if (question.school) oneOf('a.school_id', [question.school])
  if (question.year) oneOf('a.year_code', [question.year])
  if (question.group) oneOf('a.reg_group', [question.group])
  if (question.agreements) oneOf('r.agreement_id', question.agreements)
  for (const word of searchWords(question.name ?? '')) parts.push({ sql: 'p.name_search like ?', values: [`%${word}%`] })
  if (question.status) parts.push(ofStatus(question.status, question.today))
  return parts
}

/** The cheap part stands first: most lines are told apart by the request's own state. */
function ofStatus(status: NonNullable<BoardQuestion['status']>, today: CalendarDate): SqlPart {
  switch (status) {
    case 'signed': return { sql: `${STATE} = 'complete'`, values: [] }
    case 'excused': return { sql: `${STATE} = 'excused'`, values: [] }
    case 'declined': return { sql: `${STATE} = 'declined' or (${STATE} = 'open' and ${SAID_NO})`, values: [] }
    case 'open': return { sql: `${STATE} = 'open' and not ${SAID_NO}`, values: [] }
    case 'asked': return { sql: `${STATE} = 'open' and not ${SAID_NO} and not ${UNREACHABLE}`, values: [] }
    case 'overdue': return { sql: `${STATE} = 'open' and r.due_on < ? and not ${SAID_NO}`, values: [today] }
    default: return { sql: `${STATE} = 'open' and ${STATUS} = ?`, values: [status] }
  }
}

/** The order of the list; the end makes it total, so that pages neither overlap nor leave anybody out. */
export function boardOrder(sort: BoardSort): string {
  const down = sort.startsWith('-') ? ' desc' : ''
  const year = `case when a.year_code is null then 99 when a.year_code in ('E1', 'E2') then -4 when a.year_code in ('N1', 'N2') then -2
    when a.year_code = 'R' then 0 when a.year_code in ('M', 'X') then 90 else cast(a.year_code as decimal(4)) end`
  switch (sort) {
    case 'name': case '-name': return `p.name_search${down}, p.id${down}, r.id${down}, a.id${down}`
    case 'group': case '-group': return `${year}${down}, a.reg_group${down}, p.name_search, r.id, a.id`
    case 'due': case '-due': return `case when r.due_on is null then 1 else 0 end, r.due_on${down}, p.name_search, r.id, a.id`
  }
}

/** True for a line on which somebody still has to act. */
export const isOpen = (status: BoardStatus): boolean => OPEN_STATUSES.includes(status)
