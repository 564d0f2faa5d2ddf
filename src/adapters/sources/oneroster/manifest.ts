import { UnusableInput } from '../../../shared/errors.ts'
import { nearest } from '../csv/columns.ts'
import type { TableReader } from '../csv/table-reader.ts'

export type OneRosterFile = 'academicSessions' | 'orgs' | 'classes' | 'users' | 'roles' | 'enrollments'
const FILES: readonly OneRosterFile[] = ['academicSessions', 'orgs', 'classes', 'users', 'roles', 'enrollments']

/** What the set says of itself, and the files we read: our name -> the name as it stands in the set. */
export interface Manifest {
  version: '1.1' | '1.2'
  delta: boolean
  names: Partial<Record<OneRosterFile, string>>
}

/**
 * Reads `manifest.csv`, or recognises the set by its files where there is none (then taken as bulk, with a warning).
 * @throws UnusableInput when a file the manifest announces or the version needs is not there.
 */
export async function readManifest(reader: TableReader): Promise<Manifest> {
  const present = new Map(reader.files.names.map((name) => [name.toLowerCase(), name]))
  const properties = await readProperties(reader, present.get('manifest.csv'))
  const names: Manifest['names'] = {}
  for (const file of FILES) {
    const found = present.get(`${file}.csv`.toLowerCase())
    const mode = properties?.get(`file.${file}`.toLowerCase())
    if (found !== undefined && found !== `${file}.csv`) reader.warn(`The file ${found} was read as ${file}.csv.`)
    if (mode === 'absent' && found !== undefined) reader.warn(`The manifest calls ${file}.csv absent, but it is there. It was read.`)
    if (found === undefined && (mode === 'bulk' || mode === 'delta')) throw missingFile(reader, file, 'The manifest announces it.')
    if (found !== undefined) names[file] = found
  }
  const version = readVersion(properties, names.roles !== undefined)
  if (version === '1.1' && names.roles !== undefined) {
    reader.warn('OneRoster 1.1 has no roles.csv; the file was ignored.')
    delete names.roles
  }
  const delta = FILES.some((file) => properties?.get(`file.${file}`.toLowerCase()) === 'delta')
  const needed: OneRosterFile[] = delta ? ['users'] : version === '1.2' ? ['orgs', 'users', 'roles'] : ['orgs', 'users']
  for (const file of needed) if (names[file] === undefined) throw missingFile(reader, file, `OneRoster ${version} needs it.`)
  if (names.enrollments !== undefined && names.classes === undefined) throw missingFile(reader, 'classes', 'enrollments.csv refers to it.')
  if (!properties) reader.warn('There is no manifest.csv; the files were taken as a complete (bulk) set.')
  if (names.enrollments === undefined) reader.warn('There is no enrollments.csv; nobody gets a registration group or class.')
  return { version, delta, names }
}

async function readProperties(reader: TableReader, name: string | undefined): Promise<Map<string, string> | null> {
  if (name === undefined) return null
  const header = (await reader.header(name)).map((cell) => cell.trim().toLowerCase())
  if (header[0] !== 'propertyname' || header[1] !== 'value') {
    throw new UnusableInput({
      what: `${name} must begin with the header propertyName,value. Found: ${header.join(', ').slice(0, 200)}.`,
      where: `${name}, line 1`,
      remedy: 'Export the set again.',
    })
  }
  const properties = new Map<string, string>()
  await reader.load(name, (cells) => {
    properties.set((cells[0] ?? '').trim().toLowerCase(), (cells[1] ?? '').trim().toLowerCase())
    return undefined
  })
  for (const file of FILES) {
    const mode = properties.get(`file.${file}`.toLowerCase())
    if (mode !== undefined && !['absent', 'bulk', 'delta'].includes(mode)) {
      throw new UnusableInput({ what: `The manifest says file.${file} is "${mode}"; it must be absent, bulk or delta.`, where: name, remedy: 'Export the set again.' })
    }
  }
  return properties
}

function readVersion(properties: Map<string, string> | null, hasRoles: boolean): '1.1' | '1.2' {
  const said = properties?.get('oneroster.version')
  if (said === undefined) return hasRoles ? '1.2' : '1.1'
  if (said.startsWith('1.1')) return '1.1'
  if (said.startsWith('1.2')) return '1.2'
  throw new UnusableInput({ what: `The manifest says OneRoster ${said}; 1.1 and 1.2 can be read.`, where: 'manifest.csv', remedy: 'Choose version 1.1 or 1.2 in the export.' })
}

function missingFile(reader: TableReader, file: OneRosterFile, why: string): UnusableInput {
  const near = nearest(`${file}.csv`, reader.files.names)
  return new UnusableInput({
    what: `${file}.csv is not in the set. ${why}`,
    where: reader.files.label,
    remedy: near === null ? 'Give the folder or zip that holds all files of the export.' : `Is ${near} meant? Then rename it.`,
  })
}
