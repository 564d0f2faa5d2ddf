import { resolveColumns } from '../csv/columns.ts'
import type { TableReader, TableWalk } from '../csv/table-reader.ts'
import { parseIsoDate } from '../facts/dates.ts'
import type { Organisations } from '../facts/organisations.ts'
import { CELL_GAP, joinCells, LazyRow, reject, rowKey } from '../facts/row.ts'
import type { RosterFact } from '../source.ts'
import { ROLES } from './columns.ts'
import { KNOWN_ROLES, oneRosterRole } from './roles.ts'
import { isDeleted } from './small-tables.ts'

const MEANING = 'or-role-1'

/** roles.csv of OneRoster 1.2: one affiliation per row; its endDate is the last day (R5). */
export async function openRoles(reader: TableReader, file: string, organisations: Organisations): Promise<TableWalk> {
  const at = resolveColumns(ROLES, await reader.header(file), file, (text) => reader.warn(text))
  const used = [at.status, at.userSourcedId, at.role, at.orgSourcedId, at.beginDate, at.endDate]
  const build = (cells: readonly string[]): RosterFact[] | string => {
    const cell = (index: number) => (index === -1 ? '' : (cells[index] ?? '').trim())
    const key = cell(at.sourcedId)
    const role = oneRosterRole(cell(at.role))
    if (role === undefined) return `The column role of role ${key} holds an unknown word. Known roles: ${KNOWN_ROLES}.`
    const startDate = parseIsoDate(cell(at.beginDate))
    const endDate = parseIsoDate(cell(at.endDate))
    if (startDate === undefined) return `The column beginDate of role ${key} must be a date like 2026-09-01.`
    if (endDate === undefined) return `The column endDate of role ${key} must be a date like 2026-07-20.`
    const schoolKey = organisations.schoolOf(cell(at.orgSourcedId))
    if (schoolKey === undefined) return `Role ${key} names the organisation ${cell(at.orgSourcedId)}, which is not in orgs.csv.`
    if (isDeleted(cell(at.status))) return []
    if (schoolKey === null) {
      reader.warn(`${file}: people have a role at an organisation above the schools; that gives them no school.`)
      return []
    }
    return [{ kind: 'affiliation', personKey: cell(at.userSourcedId), schoolKey, role, yearCode: null, startDate, endDate }]
  }
  return () => reader.stream(file, (cells, line, add) => {
    const key = (cells[at.sourcedId] ?? '').trim()
    if (key === '') return add(reject(file, line, 'The column sourcedId is empty.'))
    if ((cells[at.userSourcedId] ?? '').trim() === '') return add(reject(file, line, `The column userSourcedId of role ${key} is empty.`, rowKey('role', key)))
    const org = (cells[at.orgSourcedId] ?? '').trim()
    const school = organisations.schoolOf(org)
    const text = joinCells(MEANING, cells, used) + (school === org ? '' : CELL_GAP + (school ?? '-'))
    add(new LazyRow(rowKey('role', key), file, line, text, cells, build))
  })
}
