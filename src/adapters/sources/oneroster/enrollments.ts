import { resolveColumns } from '../csv/columns.ts'
import type { TableReader, TableWalk } from '../csv/table-reader.ts'
import { parseIsoDate } from '../facts/dates.ts'
import { CELL_GAP, joinCells, LazyRow, reject, rowKey } from '../facts/row.ts'
import type { RosterFact } from '../source.ts'
import { ENROLLMENTS } from './columns.ts'
import { joinsClass } from './roles.ts'
import { isDeleted } from './small-tables.ts'
import type { SmallTables } from './small-tables.ts'

const MEANING = 'or-enrol-1'

/** enrollments.csv: one membership per row, with the end that the inferred leaver of OneRoster 1.1 rests on (R5). */
export async function openEnrollments(reader: TableReader, file: string, tables: SmallTables): Promise<TableWalk> {
  const at = resolveColumns(ENROLLMENTS, await reader.header(file), file, (text) => reader.warn(text))
  const used = [at.status, at.classSourcedId, at.userSourcedId, at.role, at.schoolSourcedId, at.beginDate, at.endDate]
  const build = (cells: readonly string[]): RosterFact[] | string => {
    const cell = (index: number) => (index === -1 ? '' : (cells[index] ?? '').trim())
    const key = cell(at.sourcedId)
    if (isDeleted(cell(at.status)) || !joinsClass(cell(at.role))) return []
    const startDate = parseIsoDate(cell(at.beginDate))
    const ownEnd = parseIsoDate(cell(at.endDate))
    if (startDate === undefined) return `The column beginDate of enrolment ${key} must be a date like 2026-09-01.`
    if (ownEnd === undefined) return `The column endDate of enrolment ${key} must be a date like 2026-07-20.`
    const group = tables.classes.get(cell(at.classSourcedId))
    if (!group) return `Enrolment ${key} names the class ${cell(at.classSourcedId) || '(none)'}, which is not in classes.csv.`
    const named = cell(at.schoolSourcedId)
    const schoolKey = named === '' ? group.schoolKey : tables.organisations.schoolOf(named)
    if (!schoolKey) return `Enrolment ${key} names the school ${named}, which is not a school in orgs.csv.`
    return [{
      kind: 'group', personKey: cell(at.userSourcedId), schoolKey, groupKey: group.key, name: group.name, registration: group.registration,
      startDate,
      endDate: ownEnd ?? group.lastDay,
      // An end typed in for everybody at the end of the session says nothing about this pupil.
      endIsSession: group.lastDay !== null && (ownEnd === null || ownEnd === group.lastDay),
    }]
  }
  return () => reader.stream(file, (cells, line, add) => {
    const key = (cells[at.sourcedId] ?? '').trim()
    if (key === '') return add(reject(file, line, 'The column sourcedId is empty.'))
    if ((cells[at.userSourcedId] ?? '').trim() === '') return add(reject(file, line, `The column userSourcedId of enrolment ${key} is empty.`, rowKey('enrol', key)))
    const group = tables.classes.get((cells[at.classSourcedId] ?? '').trim())
    let text = joinCells(MEANING, cells, used) + CELL_GAP + (group ? group.context : '-')
    const named = at.schoolSourcedId === -1 ? '' : (cells[at.schoolSourcedId] ?? '').trim()
    const school = named === '' ? '' : tables.organisations.schoolOf(named)
    if (school !== named) text += CELL_GAP + (school ?? '-')
    add(new LazyRow(rowKey('enrol', key), file, line, text, cells, build))
  })
}
