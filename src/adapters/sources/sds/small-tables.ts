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

export interface SdsTables {
  organisations: Organisations
  classes: ReadonlyMap<string, ClassTable>
  rejected: RejectedRow[]
}

/** What SDS calls an organisation that people are pupils of; everything else is a part of one or lies above. */
const SCHOOLS = new Set(['school', 'college', 'university'])

export async function readSdsTables(reader: TableReader, present: { sessions: boolean; classes: boolean }): Promise<SdsTables> {
  const organisations = new Organisations(false)
  const sessions = new Map<string, CalendarDate | null>()
  const classes = new Map<string, ClassTable>()
  const warn = (text: string) => reader.warn(text)

  const org = resolveColumns(ORGS, await reader.header('orgs.csv'), 'orgs.csv', warn)
  const rejected = await reader.load('orgs.csv', (cells) => {
    const cell = (index: number) => (cells[index] ?? '').trim()
    const key = cell(org.sourcedId)
    if (key === '') return 'The column sourcedId is empty.'
    if (organisations.has(key)) return `The organisation ${key} is in the file twice.`
    const isSchool = SCHOOLS.has(cell(org.type).toLowerCase())
    // SDS has no column for a school's URN, and a sourcedId of six digits need not be one.
    organisations.add({ key, name: cell(org.name).normalize('NFC'), isSchool, identifier: '', parentKey: cell(org.parentSourcedId) })
    return undefined
  })

  if (present.sessions) {
    const at = resolveColumns(SESSIONS, await reader.header('academicSessions.csv'), 'academicSessions.csv', warn)
    rejected.push(...(await reader.load('academicSessions.csv', (cells) => {
      const key = (cells[at.sourcedId] ?? '').trim()
      const end = parseIsoDate(cells[at.endDate] ?? '')
      if (key === '') return 'The column sourcedId is empty.'
      if (end === undefined) return `The column endDate of session ${key} must be a date like 2026-07-20.`
      sessions.set(key, end)
      return undefined
    })))
  }

  if (present.classes) {
    const at = resolveColumns(CLASSES, await reader.header('classes.csv'), 'classes.csv', warn)
    rejected.push(...(await reader.load('classes.csv', (cells) => {
      const cell = (index: number) => (cells[index] ?? '').trim()
      const key = cell(at.sourcedId)
      if (key === '') return 'The column sourcedId is empty.'
      if (classes.has(key)) return `The class ${key} is in the file twice.`
      const schoolKey = organisations.schoolOf(cell(at.orgSourcedId))
      if (!schoolKey) return `The class ${key} names the organisation ${cell(at.orgSourcedId) || '(none)'}, which is no school in orgs.csv.`
      classes.set(key, classTable({ key, name: cell(at.title).normalize('NFC'), registration: false, schoolKey, lastDay: latestEnd(sessions, splitList(cell(at.sessionSourcedIds))) }))
      return undefined
    })))
  }
  return { organisations, classes, rejected }
}
