import { resolveColumns } from '../csv/columns.ts'
import type { TableReader, TableWalk } from '../csv/table-reader.ts'
import { CELL_GAP, LazyRow, reject, rowKey } from '../facts/row.ts'
import { relationshipOf } from '../facts/relationships.ts'
import type { RosterFact } from '../source.ts'
import { ENROLLMENTS, RELATIONSHIPS } from './columns.ts'
import { sdsRole } from './roles.ts'
import type { SdsTables } from './small-tables.ts'

/** enrollments.csv: membership of a class, which ends with the class's last session. */
export async function openSdsEnrollments(reader: TableReader, { classes }: SdsTables): Promise<TableWalk> {
  const file = 'enrollments.csv'
  const at = resolveColumns(ENROLLMENTS, await reader.header(file), file, (text) => reader.warn(text))
  const build = (cells: readonly string[]): RosterFact[] | string => {
    const personKey = (cells[at.userSourcedId] ?? '').trim()
    const classKey = (cells[at.classSourcedId] ?? '').trim()
    const role = sdsRole(cells[at.role] ?? '')
    if (role === undefined) return `The column role of user ${personKey} in class ${classKey} is unknown to School Data Sync.`
    if (role === null || role === 'guardian') return []
    const group = classes.get(classKey)
    if (!group) return `User ${personKey} is in the class ${classKey || '(none)'}, which is not in classes.csv.`
    return [{
      kind: 'group', personKey, schoolKey: group.schoolKey, groupKey: group.key, name: group.name, registration: group.registration,
      startDate: null, endDate: group.lastDay, endIsSession: group.lastDay !== null,
    }]
  }
  return () => reader.stream(file, (cells, line, add) => {
    const classKey = (cells[at.classSourcedId] ?? '').trim()
    const user = (cells[at.userSourcedId] ?? '').trim()
    if (user === '') return add(reject(file, line, 'The column userSourcedId is empty.'))
    const role = (cells[at.role] ?? '').trim()
    const text = `sds-enrol-1${CELL_GAP}${role}${CELL_GAP}${classes.get(classKey)?.context ?? '-'}`
    add(new LazyRow(rowKey('enrol', classKey, user, role), file, line, text, cells, build))
  })
}

/** relationships.csv: a pupil and an adult. SDS does not state parental responsibility; the word decides (F1). */
export async function openSdsRelationships(reader: TableReader): Promise<TableWalk> {
  const file = 'relationships.csv'
  const at = resolveColumns(RELATIONSHIPS, await reader.header(file), file, (text) => reader.warn(text))
  const build = (cells: readonly string[]): RosterFact[] | string => {
    const personKey = (cells[at.userSourcedId] ?? '').trim()
    const relationship = (cells[at.relationshipRole] ?? '').trim()
    const meaning = relationshipOf(relationship)
    if (meaning === null) return `The column relationshipRole of user ${personKey} is empty.`
    if (!meaning.known) reader.warn(`${file}: a relationship word is unknown; those adults may not sign until the office says so.`)
    if (meaning.emergencyOnly) return []
    return [{
      kind: 'link', personKey, guardianKey: (cells[at.relationshipUserSourcedId] ?? '').trim(), relationship,
      maySign: meaning.maySign, mayConsent: meaning.mayConsent, doNotContact: false, priority: 1,
    }]
  }
  return () => reader.stream(file, (cells, line, add) => {
    const pupil = (cells[at.userSourcedId] ?? '').trim()
    const adult = (cells[at.relationshipUserSourcedId] ?? '').trim()
    if (pupil === '' || adult === '') return add(reject(file, line, 'The columns userSourcedId and relationshipUserSourcedId must be filled.'))
    const text = `sds-link-1${CELL_GAP}${(cells[at.relationshipRole] ?? '').trim()}`
    add(new LazyRow(rowKey('link', pupil, adult), file, line, text, cells, build))
  })
}
