import { UnusableInput } from '../../../shared/errors.ts'
import { nearest } from '../csv/columns.ts'
import { TableReader } from '../csv/table-reader.ts'
import { openFileSet } from '../files/open-file-set.ts'
import { limitsOf } from '../limits.ts'
import { openSet } from '../open-set.ts'
import type { OpenSource, RosterSource, SourceInput } from '../source.ts'
import { openSdsRoles, openSdsUsers } from './people.ts'
import { readSdsTables } from './small-tables.ts'
import { openSdsEnrollments, openSdsRelationships } from './ties.ts'

const REQUIRED = ['orgs.csv', 'users.csv', 'roles.csv']
const UNREAD = ['courses.csv', 'demographics.csv', 'userFlags.csv']

/**
 * Microsoft School Data Sync CSV v2.1, a folder or a zip. Always a whole set: a later upload must hold the same files,
 * which the importer checks by the proof.
 */
export function createSdsCsv(): RosterSource {
  return { format: 'sds-csv', open: openSds }
}

async function openSds(input: SourceInput): Promise<OpenSource> {
  const limits = limitsOf(input.limits)
  const files = await openFileSet(input.path, limits)
  try {
    for (const name of REQUIRED) if (!files.names.includes(name)) throw missing(name, files.names, files.label)
    const has = (name: string) => files.names.includes(name)
    if (has('enrollments.csv') && !has('classes.csv')) throw missing('classes.csv', files.names, files.label)
    const reader = new TableReader(files, { delimiter: ',', encoding: 'utf-8' }, limits)
    for (const name of UNREAD) if (has(name)) reader.warn(`${name} is not needed and was not read.`)
    if (!has('relationships.csv')) reader.warn('There is no relationships.csv; no pupil gets a parent or guardian from this source.')
    const tables = await readSdsTables(reader, { sessions: has('academicSessions.csv'), classes: has('classes.csv') })
    const walks = [await openSdsUsers(reader), await openSdsRoles(reader, tables)]
    if (has('relationships.csv')) walks.push(await openSdsRelationships(reader))
    if (has('enrollments.csv')) walks.push(await openSdsEnrollments(reader, tables))
    return openSet({
      reader,
      schools: tables.organisations.schools(),
      delta: false,
      infersLeavers: false,
      streamed: ['users.csv', 'roles.csv', 'relationships.csv', 'enrollments.csv'],
      rejected: tables.rejected,
      walks,
    })
  } catch (cause) {
    await files.close()
    throw cause
  }
}

function missing(name: string, found: readonly string[], where: string): UnusableInput {
  const near = nearest(name, found)
  return new UnusableInput({
    what: `${name} is not in the set. School Data Sync v2.1 needs orgs.csv, users.csv and roles.csv, and classes.csv with enrollments.csv.`,
    where,
    remedy: near === null ? 'Give the folder or zip that holds all files of the export.' : `Is ${near} meant? Then rename it.`,
  })
}
