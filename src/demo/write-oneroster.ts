import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CsvFile } from './csv-file.ts'
import type { DemoRoster } from './model.ts'
import { columns, manifestFiles, userColumns } from './oneroster-columns.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import { writePeople } from './oneroster-people.ts'
import { createRandom } from './random.ts'
import { viewRoster } from './roster-view.ts'
import type { FeedChanges } from './roster-view.ts'
import { shuffleCsv } from './shuffle-csv.ts'
import { zipFolder } from './zip-folder.ts'

export interface OneRosterOptions extends FeedChanges {
  version: OneRosterVersion
  /** One zip, `oneroster.zip` in the folder, instead of the files. */
  zip?: boolean
  /** Row order of every table; the seed decides the shuffle. */
  order?: 'given' | { shuffle: number }
  /** Governors, volunteers, trainees and supply by `ext:` words; off, the first two are left out and the others are teachers. */
  extensionRoles?: boolean
  /** Adds `demographics.csv` with birth dates, to prove that nobody reads them (P4). */
  demographics?: boolean
}

const blank = ['', ''] as const
type Table = keyof typeof columns | 'users'
const TABLES: readonly Table[] = ['orgs', 'academicSessions', 'courses', 'classes', 'users', 'roles', 'enrollments', 'demographics']

/**
 * Writes the trust as OneRoster CSV in bulk mode into `folder` (made if absent) and returns the path to read: the folder,
 * or the zip. In 1.1 a leaver's enrolments all ended before today; in 1.2 the roles end. Links that may not be contacted
 * are left out, since the format cannot say so.
 * @throws RangeError when a leaver or omitted id does not exist.
 */
export async function writeOneRoster(roster: DemoRoster, folder: string, options: OneRosterOptions): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const { version } = options
  const tables = TABLES.filter((table) => (table !== 'roles' || version === '1.2') && (table !== 'demographics' || options.demographics === true))
  const open = (table: Table): CsvFile => new CsvFile(join(folder, `${table}.csv`), table === 'users' ? userColumns[version] : columns[table])

  writeManifest(folder, version, tables)
  writeFrame(roster, open)
  const view = viewRoster(roster, options)
  const files = {
    users: open('users'),
    enrollments: open('enrollments'),
    roles: version === '1.2' ? open('roles') : null,
    demographics: options.demographics ? open('demographics') : null,
  }
  writePeople(roster, files, view, version, options.extensionRoles ?? false)
  for (const file of Object.values(files)) file?.close()
  view.finish()

  if (typeof options.order === 'object') {
    const random = createRandom(options.order.shuffle)
    for (const table of tables) shuffleCsv(join(folder, `${table}.csv`), random.fork(table))
  }
  if (!options.zip) return folder
  const names = ['manifest.csv', ...tables.map((table) => `${table}.csv`)]
  const target = join(folder, 'oneroster.zip')
  await zipFolder(folder, names, target)
  for (const name of names) rmSync(join(folder, name))
  return target
}

function writeManifest(folder: string, version: OneRosterVersion, present: readonly string[]): void {
  const file = new CsvFile(join(folder, 'manifest.csv'), ['propertyName', 'value'])
  file.row(['manifest.version', '1.0'])
  file.row(['oneroster.version', version])
  for (const name of manifestFiles[version]) file.row([`file.${name}`, present.includes(name) ? 'bulk' : 'absent'])
  file.row(['source.systemName', 'Made-up MIS'])
  file.row(['source.systemCode', 'MADE-UP'])
  file.close()
}

function writeFrame(roster: DemoRoster, open: (table: Table) => CsvFile): void {
  const schoolYear = String(Number(roster.year.slice(0, 4)) + 1)
  const orgs = open('orgs')
  orgs.row([roster.trust.id, ...blank, roster.trust.name, 'district', '', ''])
  for (const school of roster.schools) orgs.row([school.id, ...blank, school.name, 'school', school.urn, roster.trust.id])
  orgs.close()

  const sessions = open('academicSessions')
  for (const one of roster.sessions) sessions.row([one.id, ...blank, one.title, one.type, one.startDate, one.endDate, one.parentId ?? '', schoolYear])
  sessions.close()

  const courses = open('courses')
  const yearId = roster.sessions[0]?.id ?? ''
  for (const one of roster.courses) courses.row([one.id, ...blank, yearId, one.title, one.code, one.yearCode, one.schoolId, '', ''])
  courses.close()

  const classes = open('classes')
  for (const group of roster.groups) {
    const kind = group.kind === 'registration' ? 'homeroom' : 'scheduled'
    classes.row([group.id, ...blank, group.name, group.yearCode, group.courseId, group.code, kind, '', group.schoolId, group.sessionId, group.subject ?? '', '', ''])
  }
  classes.close()
}
