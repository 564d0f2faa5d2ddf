import { UnusableInput } from '../../shared/errors.ts'
import { createMappedCsv } from './mapped/mapped-csv.ts'
import { createOneRosterCsv } from './oneroster/oneroster-csv.ts'
import { createSdsCsv } from './sds/sds-csv.ts'
import { nearest } from './csv/columns.ts'
import type { RosterSource } from './source.ts'

const FORMATS: Readonly<Record<string, () => RosterSource>> = {
  'oneroster-csv': () => createOneRosterCsv(),
  'sds-csv': createSdsCsv,
  csv: createMappedCsv,
}

/** The formats a roster file may have. */
export const SOURCE_FORMATS: readonly string[] = Object.keys(FORMATS)

/**
 * The reader for a format name.
 * @throws UnusableInput listing the formats there are.
 */
export function createSource(format: string): RosterSource {
  const create = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
  if (create) return create()
  const near = nearest(format, SOURCE_FORMATS)
  throw new UnusableInput({
    what: `There is no roster format "${format.slice(0, 40)}". Known formats: ${SOURCE_FORMATS.join(', ')}.`,
    where: 'format',
    remedy: near === null ? 'Choose one of the known formats.' : `Is ${near} meant?`,
  })
}
