import { UnusableInput } from '../../../shared/errors.ts'
import { readBirthDates } from '../birth-dates.ts'
import { cleanHeader } from '../csv/columns.ts'
import { TableReader } from '../csv/table-reader.ts'
import type { FileSet } from '../files/file-set.ts'
import { rowKey } from '../facts/row.ts'
import { openFileSet } from '../files/open-file-set.ts'
import { limitsOf } from '../limits.ts'
import { openSet } from '../open-set.ts'
import type { ColumnProfile, OpenSource, RosterSource, SourceInput, SourceLimits } from '../source.ts'
import { demandColumns, indexColumns } from './columns-in-use.ts'
import { findDelimiter, findEncoding, readHead } from './dialect.ts'
import { createLineRows, createStaffRows } from './line-rows.ts'
import { plainWords, recogniseColumns } from './recognise.ts'
import { createRowContext } from './row-context.ts'
import { surveyFile } from './survey.ts'

/** A pupil's date of birth as exports call it; a contact's is another column and never read. */
const BIRTH_DATE = /^(?:(?:pupil|student|child) )?(?:date of birth|birth ?date|d ?o ?b)$/

/**
 * One CSV list as SIMS, Arbor, Bromcom or ScholarPack export it: a line per pupil and contact, or a staff list. Columns
 * are recognised, or taken from a saved profile; the profile in use comes back with the open source.
 */
export function createMappedCsv(): RosterSource {
  return { format: 'csv', open: openMapped }
}

async function openMapped(input: SourceInput): Promise<OpenSource> {
  const limits = limitsOf(input.limits)
  const files = await openFileSet(input.path, limits)
  try {
    return await openList(files, onlyFile(files), input, limits)
  } catch (cause) {
    await files.close()
    throw cause
  }
}

async function openList(files: FileSet, file: string, input: SourceInput, limits: SourceLimits): Promise<OpenSource> {
  const saved = input.profile
  // Always found anew: a list without an accent says nothing about the next one.
  const encoding = await findEncoding(files, file)
  const delimiter = saved?.delimiter ?? findDelimiter(await readHead(files, file, encoding))
  const dialect = { delimiter, encoding }
  const reader = new TableReader(files, dialect, limits)
  const header = await reader.header(file)
  const guess = recogniseColumns(header)
  const columns = saved?.columns ?? guess.columns
  const kind = saved ? ('staffId' in columns && !('pupilId' in columns) ? 'staff' : 'pupils') : guess.kind
  const indexes = indexColumns(columns, header, file)
  demandColumns(indexes, kind, header, file)
  if (!saved) for (const warning of guess.warnings) reader.warn(warning)

  const survey = await surveyFile(files, file, dialect, limits, indexes, saved?.dateOrder ?? null)
  if (survey.assumedFrom !== null) {
    reader.warn(`${file}, line ${survey.assumedFrom}: no date of this file shows whether day or month comes first; they were read with the day first, as 01/09 is the first of September. If that is wrong, export the dates as 2026-09-01 and read the file again.`)
  }
  const schools = [...survey.schools]
  const defaultSchool = input.schoolKey ?? ''
  if (schools.length === 0 && defaultSchool === '') {
    throw new UnusableInput({ what: `${file} does not say which school it is of.`, where: file, remedy: 'Name the school in the settings of this source, or export a column with the school or its URN.' })
  }
  if (defaultSchool !== '' && !schools.some((school) => school.key === defaultSchool)) schools.push({ key: defaultSchool, name: defaultSchool, urn: null, dfeNumber: null })
  const context = createRowContext({
    indexes, headers: header.map(cleanHeader), dateOrder: survey.dateOrder, defaultSchool,
    contactsAreParents: guess.contactsAreParents && columns.relationship === undefined,
    warn: (text) => reader.warn(`${file}: ${text}`),
  })
  if (kind === 'pupils') warnOfGaps(indexes, reader, file)
  const profile: ColumnProfile = { columns, dateOrder: survey.settled, delimiter, encoding }
  const rows = () => (kind === 'staff' ? createStaffRows(file, context) : createLineRows(file, context))
  return openSet({
    reader, schools, delta: false, infersLeavers: false, profile,
    ...(kind === 'staff' ? {} : {
      birthDates: () => readBirthDates(files, limits, {
        file, dialect, dateOrder: survey.settled, personKey: (cell) => rowKey('pupil', cell),
        places: (cells) => {
          const date = cells.findIndex((name) => BIRTH_DATE.test(plainWords(name)))
          return date < 0 || indexes.pupilId === undefined ? null : { date, key: indexes.pupilId }
        },
      }),
    }),
    streamed: [file],
    rejected: [],
    walks: [() => reader.stream(file, rows())],
  })
}

function warnOfGaps(indexes: Partial<Record<string, number>>, reader: TableReader, file: string): void {
  if (indexes.year === undefined) reader.warn(`${file}: no column for the year group was recognised.`)
  const contacts = indexes.contactSurname !== undefined || indexes.contactForename !== undefined
  if (!contacts) reader.warn(`${file}: no columns for contacts were recognised; pupils get no parent or guardian from this list.`)
  else if (indexes.relationship === undefined && indexes.parentalResponsibility === undefined) {
    reader.warn(`${file}: neither a relationship nor parental responsibility is stated for contacts.`)
  }
}

/** The one list in the input; a folder or zip may hold it alone. */
function onlyFile(files: FileSet): string {
  if (files.kind === 'file') return files.names[0] ?? ''
  const lists = files.names.filter((name) => /\.(csv|txt|tsv)$/i.test(name))
  if (lists.length === 1 && lists[0] !== undefined) return lists[0]
  throw new UnusableInput({
    what: lists.length === 0 ? 'There is no CSV file here.' : `There are ${lists.length} CSV files here, and one is expected.`,
    where: files.label,
    remedy: 'Give the path of the list itself. For OneRoster or School Data Sync use the formats oneroster-csv or sds-csv.',
  })
}
