import type { CalendarDate } from '../../../shared/dates.ts'
import { resolveColumns } from '../csv/columns.ts'
import type { TableReader } from '../csv/table-reader.ts'
import { splitList } from '../facts/cells.ts'
import { parseIsoDate } from '../facts/dates.ts'
import { Organisations } from '../facts/organisations.ts'
import { classTable, latestEnd } from '../facts/terms.ts'
import type { ClassTable } from '../facts/terms.ts'
import type { RejectedRow } from '../source.ts'
import { CLASSES, ORGS, SESSIONS } from './columns.ts'
import type { Manifest } from './manifest.ts'

/** The tables that rows are joined with; they hold schools, terms and classes, never people. */
export interface SmallTables {
  organisations: Organisations
  classes: ReadonlyMap<string, ClassTable>
  rejected: RejectedRow[]
}

export async function readSmallTables(reader: TableReader, manifest: Manifest): Promise<SmallTables> {
  const organisations = new Organisations(manifest.delta)
  const sessions = new Map<string, CalendarDate | null>()
  const classes = new Map<string, ClassTable>()
  const rejected: RejectedRow[] = []
  const { orgs, academicSessions, classes: classFile } = manifest.names
  if (orgs !== undefined) rejected.push(...(await loadOrgs(reader, orgs, organisations)))
  if (academicSessions !== undefined) rejected.push(...(await loadSessions(reader, academicSessions, sessions)))
  if (classFile !== undefined) rejected.push(...(await loadClasses(reader, classFile, organisations, sessions, classes)))
  return { organisations, classes, rejected }
}

async function loadOrgs(reader: TableReader, file: string, organisations: Organisations): Promise<RejectedRow[]> {
  const at = resolveColumns(ORGS, await reader.header(file), file, (text) => reader.warn(text))
  return reader.load(file, (cells) => {
    const cell = (index: number) => (cells[index] ?? '').trim()
    const key = cell(at.sourcedId)
    if (key === '') return 'The column sourcedId is empty.'
    if (organisations.has(key)) return `The organisation ${key} is in the file twice.`
    if (isDeleted(cell(at.status))) return undefined
    organisations.add({
      key,
      name: cell(at.name).normalize('NFC'),
      isSchool: cell(at.type).toLowerCase() === 'school',
      identifier: cell(at.identifier),
      parentKey: cell(at.parentSourcedId),
    })
    return undefined
  })
}

async function loadSessions(reader: TableReader, file: string, sessions: Map<string, CalendarDate | null>): Promise<RejectedRow[]> {
  const at = resolveColumns(SESSIONS, await reader.header(file), file, (text) => reader.warn(text))
  return reader.load(file, (cells) => {
    const key = (cells[at.sourcedId] ?? '').trim()
    const end = parseIsoDate(cells[at.endDate] ?? '')
    if (key === '') return 'The column sourcedId is empty.'
    if (end === undefined) return `The column endDate of session ${key} must be a date like 2026-07-20.`
    sessions.set(key, end)
    return undefined
  })
}

async function loadClasses(reader: TableReader, file: string, organisations: Organisations, sessions: ReadonlyMap<string, CalendarDate | null>, classes: Map<string, ClassTable>): Promise<RejectedRow[]> {
  const at = resolveColumns(CLASSES, await reader.header(file), file, (text) => reader.warn(text))
  return reader.load(file, (cells) => {
    const cell = (index: number) => (cells[index] ?? '').trim()
    const key = cell(at.sourcedId)
    if (key === '') return 'The column sourcedId is empty.'
    if (classes.has(key)) return `The class ${key} is in the file twice.`
    const schoolKey = organisations.schoolOf(cell(at.schoolSourcedId))
    if (schoolKey === undefined || schoolKey === null) return `The class ${key} names the school ${cell(at.schoolSourcedId) || '(none)'}, which is not a school in orgs.csv.`
    const terms = splitList(cell(at.termSourcedIds))
    if (terms.some((term) => !sessions.has(term))) reader.warn(`${file}: a class names a session that is not in academicSessions.csv; its end is unknown.`)
    classes.set(key, classTable({
      key,
      name: cell(at.title).normalize('NFC'),
      registration: cell(at.classType).toLowerCase() === 'homeroom',
      schoolKey,
      lastDay: latestEnd(sessions, terms),
    }))
    return undefined
  })
}

/** `inactive` is what OneRoster 1.0 called a deleted record; some 1.1 exports still write it. */
export function isDeleted(status: string): boolean {
  const word = status.trim().toLowerCase()
  return word === 'tobedeleted' || word === 'inactive'
}
