import { UnusableInput } from '../../../shared/errors.ts'
import { readBirthDates } from '../birth-dates.ts'
import { TableReader } from '../csv/table-reader.ts'
import type { TableWalk } from '../csv/table-reader.ts'
import { openFileSet } from '../files/open-file-set.ts'
import { limitsOf } from '../limits.ts'
import type { FileSet } from '../files/file-set.ts'
import { openSet } from '../open-set.ts'
import type { OpenSource, RosterSource, SourceInput, SourceLimits } from '../source.ts'
import { openEnrollments } from './enrollments.ts'
import { readManifest } from './manifest.ts'
import { openRoles } from './roles-file.ts'
import { readSmallTables } from './small-tables.ts'
import { openUsers } from './users.ts'

export interface OneRosterOptions {
  /** R7: read the UPN out of `userIds`. Off by default. */
  readUpn?: boolean
}

/** 1EdTech OneRoster CSV 1.1 and 1.2, a folder or a zip, bulk or delta. The standard asks for UTF-8. */
export function createOneRosterCsv(options: OneRosterOptions = {}): RosterSource {
  return { format: 'oneroster-csv', open: (input) => openOneRoster(input, options.readUpn ?? false) }
}

/** Birth dates of the set's demographics, beside everything else of that file. */
function birthDatesOf(files: FileSet, limits: SourceLimits): Pick<OpenSource, 'birthDates'> {
  const file = files.names.find((name) => /(?:^|\/)demographics\.csv$/i.test(name))
  if (file === undefined) return {}
  return {
    birthDates: () => readBirthDates(files, limits, {
      file, dialect: { delimiter: ',', encoding: 'utf-8' }, dateOrder: 'iso', personKey: (cell) => cell,
      places: (header) => {
        const [key, date] = [header.indexOf('sourcedId'), header.indexOf('birthDate')]
        return key < 0 || date < 0 ? null : { key, date }
      },
    }),
  }
}

async function openOneRoster(input: SourceInput, readUpn: boolean): Promise<OpenSource> {
  const limits = limitsOf(input.limits)
  const files = await openFileSet(input.path, limits)
  try {
    if (files.kind === 'file') {
      throw new UnusableInput({ what: 'OneRoster is a set of files, and this is one file.', where: files.label, remedy: 'Give the folder or zip that holds users.csv and orgs.csv. For a single list use the format csv.' })
    }
    const reader = new TableReader(files, { delimiter: ',', encoding: 'utf-8' }, limits)
    const manifest = await readManifest(reader)
    const tables = await readSmallTables(reader, manifest)
    // Every header is judged before anything is read, so that a bad set is refused as a whole.
    const walks: TableWalk[] = []
    const { users, roles, enrollments } = manifest.names
    if (users !== undefined) walks.push(await openUsers(reader, users, { version: manifest.version, organisations: tables.organisations, readUpn }))
    if (roles !== undefined) walks.push(await openRoles(reader, roles, tables.organisations))
    if (enrollments !== undefined) walks.push(await openEnrollments(reader, enrollments, tables))
    return openSet({
      reader,
      schools: tables.organisations.schools(),
      delta: manifest.delta,
      infersLeavers: manifest.version === '1.1' && enrollments !== undefined,
      streamed: [users, roles, enrollments].filter((name) => name !== undefined),
      rejected: tables.rejected,
      walks,
      ...birthDatesOf(files, limits),
    })
  } catch (cause) {
    await files.close()
    throw cause
  }
}
