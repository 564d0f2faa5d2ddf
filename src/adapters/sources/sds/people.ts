import { resolveColumns } from '../csv/columns.ts'
import type { TableReader, TableWalk } from '../csv/table-reader.ts'
import { valueOf } from '../facts/cells.ts'
import { parseIsoDate } from '../facts/dates.ts'
import { CELL_GAP, joinCells, LazyRow, reject, rowKey } from '../facts/row.ts'
import { parseYearCode } from '../facts/year-codes.ts'
import type { RosterFact } from '../source.ts'
import { ROLES, USERS } from './columns.ts'
import { sdsRole } from './roles.ts'
import type { SdsTables } from './small-tables.ts'

/** users.csv: persons, and nothing else about them. */
export async function openSdsUsers(reader: TableReader): Promise<TableWalk> {
  const file = 'users.csv'
  const at = resolveColumns(USERS, await reader.header(file), file, (text) => reader.warn(text))
  const used = [at.givenName, at.familyName, at.username, at.email]
  const build = (cells: readonly string[]): RosterFact[] | string => {
    const personKey = (cells[at.sourcedId] ?? '').trim()
    const preferredForename = valueOf(cells[at.givenName]) ?? ''
    const surname = valueOf(cells[at.familyName]) ?? ''
    if (preferredForename === '' && surname === '') return `User ${personKey} has no name.`
    return [{
      kind: 'person', personKey, preferredForename, surname,
      email: valueOf(cells[at.email]), username: valueOf(cells[at.username]),
      admissionNumber: null, misId: null, upn: null, enabled: true, toBeDeleted: false,
    }]
  }
  return () => reader.stream(file, (cells, line, add) => {
    const key = (cells[at.sourcedId] ?? '').trim()
    if (key === '') return add(reject(file, line, 'The column sourcedId is empty.'))
    add(new LazyRow(rowKey('user', key), file, line, joinCells('sds-user-1', cells, used), cells, build))
  })
}

/** roles.csv: one affiliation per row; roleEndDate is the last day (R5). */
export async function openSdsRoles(reader: TableReader, { organisations }: SdsTables): Promise<TableWalk> {
  const file = 'roles.csv'
  const at = resolveColumns(ROLES, await reader.header(file), file, (text) => reader.warn(text))
  const used = [at.grade, at.roleStartDate, at.roleEndDate]
  const build = (cells: readonly string[]): RosterFact[] | string => {
    const cell = (index: number) => (index === -1 ? '' : (cells[index] ?? '').trim())
    const personKey = cell(at.userSourcedId)
    const role = sdsRole(cell(at.role))
    if (role === undefined) return `The column role of user ${personKey} holds a word that School Data Sync does not know.`
    const startDate = parseIsoDate(cell(at.roleStartDate))
    const endDate = parseIsoDate(cell(at.roleEndDate))
    if (startDate === undefined) return `The column roleStartDate of user ${personKey} must be a date like 2026-09-01.`
    if (endDate === undefined) return `The column roleEndDate of user ${personKey} must be a date like 2026-07-20.`
    const schoolKey = organisations.schoolOf(cell(at.orgSourcedId))
    if (schoolKey === undefined) return `User ${personKey} has a role at the organisation ${cell(at.orgSourcedId) || '(none)'}, which is not in orgs.csv.`
    const yearCode = role === 'pupil' ? parseYearCode(cell(at.grade)) : null
    if (yearCode === undefined) return `The column grade of user ${personKey} must name a year: N1, N2, R, or 1 to 14.`
    if (schoolKey === null) reader.warn('roles.csv: people have a role at an organisation above the schools; that gives them no school.')
    return schoolKey === null || role === null ? [] : [{ kind: 'affiliation', personKey, schoolKey, role, yearCode, startDate, endDate }]
  }
  return () => reader.stream(file, (cells, line, add) => {
    const cell = (index: number) => (index === -1 ? '' : (cells[index] ?? '').trim())
    const org = cell(at.orgSourcedId)
    if (cell(at.userSourcedId) === '') return add(reject(file, line, 'The column userSourcedId is empty.'))
    const school = organisations.schoolOf(org)
    const key = rowKey('role', cell(at.userSourcedId), org, cell(at.role), cell(at.sessionSourcedId))
    const text = joinCells('sds-role-1', cells, used) + (school === org ? '' : CELL_GAP + (school ?? '-'))
    add(new LazyRow(key, file, line, text, cells, build))
  })
}
