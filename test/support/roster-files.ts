import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'

/** A made-up school world, small enough to write by hand in a test; the helpers below write it in each feed's format. */
export interface RosterSketch {
  schools: readonly { id: string; name: string; identifier?: string; type?: string; parent?: string }[]
  terms?: readonly { id: string; start: string; end: string }[]
  classes?: readonly { id: string; title: string; school: string; homeroom?: boolean; terms?: readonly string[] }[]
  pupils?: readonly SketchPupil[]
  guardians?: readonly SketchAdult[]
  staff?: readonly (SketchAdult & { role?: string; schools?: readonly string[]; start?: string; end?: string })[]
  enrolments?: readonly { id: string; class: string; person: string; role?: string; start?: string; end?: string; status?: string }[]
}

export interface SketchPupil {
  id: string
  forename: string
  surname: string
  school: string
  year?: string
  email?: string
  username?: string
  admissionNumber?: string
  upn?: string
  tutorGroup?: string
  start?: string
  end?: string
  /** OneRoster status of the users row. */
  status?: string
  enabled?: boolean
  guardians?: readonly { id: string; relationship?: string; responsible?: boolean; priority?: number; courtOrder?: string }[]
}

export interface SketchAdult {
  id: string
  forename: string
  surname: string
  email?: string
  school?: string
  /** OneRoster role of a guardian: parent, guardian or relative. */
  role?: string
}

/** File name -> text or bytes. */
export type RosterFiles = Record<string, string | Uint8Array>

type Cell = string | number | boolean | undefined

/** CSV text; values are quoted only where they must be. */
export function csv(header: readonly string[], rows: readonly (readonly Cell[])[], options: { delimiter?: string; eol?: string } = {}): string {
  const { delimiter = ',', eol = '\r\n' } = options
  const cell = (value: Cell) => {
    const text = value === undefined ? '' : String(value)
    return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [header, ...rows].map((row) => row.map(cell).join(delimiter) + eol).join('')
}

const ALL_FILES = ['academicSessions', 'categories', 'classes', 'classResources', 'courses', 'courseResources', 'demographics', 'enrollments', 'lineItems', 'orgs', 'resources', 'results', 'roles', 'userProfiles', 'userResources', 'users']

/** A manifest that calls the given files bulk (or delta) and all others absent. */
export function manifest(version: '1.1' | '1.2', present: readonly string[], mode: 'bulk' | 'delta' = 'bulk'): string {
  const files = ALL_FILES.map((name): [string, string] => [`file.${name}`, present.includes(name) ? mode : 'absent'])
  return csv(['propertyName', 'value'], [['manifest.version', '1.0'], ['oneroster.version', version], ...files, ['source.systemName', 'Sample MIS']])
}

/** The OneRoster 1.1 set of a sketch. */
export function oneRoster11Files(sketch: RosterSketch, mode: 'bulk' | 'delta' = 'bulk'): RosterFiles {
  const header = ['sourcedId', 'status', 'dateLastModified', 'enabledUser', 'orgSourcedIds', 'role', 'username', 'userIds', 'givenName', 'familyName', 'middleName', 'identifier', 'email', 'sms', 'phone', 'agentSourcedIds', 'grades', 'password']
  const stamp = mode === 'delta' ? '2026-11-01T00:00:00.000Z' : ''
  const status = (own: string | undefined) => own ?? (mode === 'delta' ? 'active' : '')
  const adult = (person: SketchAdult, role: string, orgs: readonly string[]) =>
    [person.id, status(undefined), stamp, 'true', orgs.join(','), role, person.email, '', person.forename, person.surname, '', '', person.email, '07700900000', '01632960000', '', '', 'Sesame1']
  const users = csv(header, [
    ...(sketch.pupils ?? []).map((pupil) => [
      pupil.id, status(pupil.status), stamp, pupil.enabled ?? true, pupil.school, 'student', pupil.username, pupil.upn === undefined ? '' : `{UPN:${pupil.upn}}`,
      pupil.forename, pupil.surname, '', pupil.admissionNumber, pupil.email, '07700900001', '01632960001', (pupil.guardians ?? []).map((one) => one.id).join(','), pupil.year, 'Sesame2',
    ]),
    ...(sketch.guardians ?? []).map((person) => adult(person, person.role ?? 'parent', person.school === undefined ? [firstSchool(sketch)] : [person.school])),
    ...(sketch.staff ?? []).map((person) => adult(person, person.role ?? 'teacher', person.schools ?? [person.school ?? firstSchool(sketch)])),
  ])
  const files = { 'users.csv': users, ...sharedFiles(sketch, mode) }
  return { 'manifest.csv': manifest('1.1', baseNames(files), mode), ...files }
}

/** The OneRoster 1.2 set of a sketch. */
export function oneRoster12Files(sketch: RosterSketch, mode: 'bulk' | 'delta' = 'bulk'): RosterFiles {
  const header = ['sourcedId', 'status', 'dateLastModified', 'enabledUser', 'username', 'userIds', 'givenName', 'familyName', 'middleName', 'identifier', 'email', 'sms', 'phone', 'agentSourcedIds', 'grades', 'password', 'userMasterIdentifier', 'preferredGivenName', 'preferredMiddleName', 'preferredFamilyName', 'primaryOrgSourcedId', 'pronouns']
  const stamp = mode === 'delta' ? '2026-11-01T00:00:00.000Z' : ''
  const status = (own: string | undefined) => own ?? (mode === 'delta' ? 'active' : '')
  const user = (person: SketchPupil | SketchAdult) => {
    const pupil = 'guardians' in person || 'year' in person ? (person as SketchPupil) : null
    return [
      person.id, status(pupil?.status), stamp, pupil?.enabled ?? true, pupil?.username ?? person.email, pupil?.upn === undefined ? '' : `{UPN:${pupil.upn}}`, person.forename, person.surname, '',
      pupil?.admissionNumber, person.email, '', '', (pupil?.guardians ?? []).map((one) => one.id).join(','), pupil?.year, 'Sesame3', '', '', '', '', person.school, '',
    ]
  }
  const role = (id: string, person: string, word: string, org: string, start?: string, end?: string) => [id, status(undefined), stamp, person, 'primary', word, start, end, org, '']
  const people = [...(sketch.pupils ?? []), ...(sketch.guardians ?? []), ...(sketch.staff ?? [])]
  const files = {
    'users.csv': csv(header, people.map(user)),
    'roles.csv': csv(['sourcedId', 'status', 'dateLastModified', 'userSourcedId', 'roleType', 'role', 'beginDate', 'endDate', 'orgSourcedId', 'userProfileSourcedId'], [
      ...(sketch.pupils ?? []).map((pupil) => role(`r-${pupil.id}`, pupil.id, 'student', pupil.school, pupil.start, pupil.end)),
      ...(sketch.guardians ?? []).map((person) => role(`r-${person.id}`, person.id, person.role ?? 'parent', person.school ?? firstSchool(sketch))),
      ...(sketch.staff ?? []).flatMap((person) => (person.schools ?? [person.school ?? firstSchool(sketch)]).map((school, index) => role(`r-${person.id}-${index}`, person.id, person.role ?? 'teacher', school, person.start, person.end))),
    ]),
    ...sharedFiles(sketch, mode),
  }
  return { 'manifest.csv': manifest('1.2', baseNames(files), mode), ...files }
}

function sharedFiles(sketch: RosterSketch, mode: 'bulk' | 'delta'): RosterFiles {
  const lead = mode === 'delta' ? ['active', '2026-11-01T00:00:00.000Z'] : ['', '']
  return {
    'orgs.csv': csv(['sourcedId', 'status', 'dateLastModified', 'name', 'type', 'identifier', 'parentSourcedId'], sketch.schools.map((school) => [school.id, ...lead, school.name, school.type ?? 'school', school.identifier, school.parent])),
    'academicSessions.csv': csv(['sourcedId', 'status', 'dateLastModified', 'title', 'type', 'startDate', 'endDate', 'parentSourcedId', 'schoolYear'], (sketch.terms ?? []).map((term) => [term.id, ...lead, term.id, 'schoolYear', term.start, term.end, '', term.end.slice(0, 4)])),
    'classes.csv': csv(['sourcedId', 'status', 'dateLastModified', 'title', 'grades', 'courseSourcedId', 'classCode', 'classType', 'location', 'schoolSourcedId', 'termSourcedIds', 'subjects', 'subjectCodes', 'periods'], (sketch.classes ?? []).map((one) => [one.id, ...lead, one.title, '', 'c1', '', one.homeroom ? 'homeroom' : 'scheduled', '', one.school, (one.terms ?? []).join(','), '', '', ''])),
    'enrollments.csv': csv(['sourcedId', 'status', 'dateLastModified', 'classSourcedId', 'schoolSourcedId', 'userSourcedId', 'role', 'primary', 'beginDate', 'endDate'], (sketch.enrolments ?? []).map((one) => [one.id, one.status ?? lead[0], lead[1], one.class, (sketch.classes ?? []).find((found) => found.id === one.class)?.school, one.person, one.role ?? 'student', 'false', one.start, one.end])),
  }
}

/** The School Data Sync v2.1 set of a sketch. */
export function sdsFiles(sketch: RosterSketch): RosterFiles {
  const people = [...(sketch.pupils ?? []), ...(sketch.guardians ?? []), ...(sketch.staff ?? [])]
  return {
    'orgs.csv': csv(['sourcedId', 'name', 'type', 'parentSourcedId'], sketch.schools.map((school) => [school.id, school.name, school.type ?? 'school', school.parent])),
    'users.csv': csv(['sourcedId', 'username', 'givenName', 'familyName', 'password', 'activeDirectoryMatchId', 'email', 'phone', 'sms'], people.map((person) => [person.id, ('username' in person ? person.username : undefined) ?? person.email, person.forename, person.surname, 'Sesame4', '', person.email, '01632960002', ''])),
    'roles.csv': csv(['userSourcedId', 'orgSourcedId', 'role', 'sessionSourcedId', 'grade', 'isPrimary', 'roleStartDate', 'roleEndDate'], [
      ...(sketch.pupils ?? []).map((pupil) => [pupil.id, pupil.school, 'student', sketch.terms?.[0]?.id, pupil.year, 'TRUE', pupil.start, pupil.end]),
      ...(sketch.staff ?? []).flatMap((person) => (person.schools ?? [person.school ?? firstSchool(sketch)]).map((school) => [person.id, school, person.role ?? 'teacher', sketch.terms?.[0]?.id, '', 'TRUE', person.start, person.end])),
    ]),
    'relationships.csv': csv(['userSourcedId', 'relationshipUserSourcedId', 'relationshipRole'], (sketch.pupils ?? []).flatMap((pupil) => (pupil.guardians ?? []).map((one) => [pupil.id, one.id, one.relationship ?? 'parent']))),
    'academicSessions.csv': csv(['sourcedId', 'title', 'type', 'schoolYear', 'startDate', 'endDate'], (sketch.terms ?? []).map((term) => [term.id, term.id, 'schoolYear', term.end.slice(0, 4), term.start, term.end])),
    'classes.csv': csv(['sourcedId', 'orgSourcedId', 'title', 'sessionSourcedIds', 'courseSourcedId'], (sketch.classes ?? []).map((one) => [one.id, one.school, one.title, (one.terms ?? []).join(','), 'c1'])),
    'enrollments.csv': csv(['classSourcedId', 'userSourcedId', 'role'], (sketch.enrolments ?? []).map((one) => [one.class, one.person, one.role ?? 'student'])),
  }
}

/** Header of the list that `mappedList` writes: as a SIMS report has it, names repeated. */
export const MAPPED_HEADER = ['Adno', 'Forename', 'Surname', 'Year Group', 'Reg Group', 'DOA', 'DOL', 'School Email', 'School', 'ID', 'Priority', 'Relationship', 'Parental responsibility (T/F)', 'Court Order', 'Title', 'Forename', 'Surname', 'Primary Email', 'Mobile'] as const

/** One line per pupil and contact; dates as dd/mm/yyyy. */
export function mappedList(sketch: RosterSketch, options: { delimiter?: string; eol?: string } = {}): string {
  const adults = new Map((sketch.guardians ?? []).map((adult) => [adult.id, adult]))
  const rows = (sketch.pupils ?? []).flatMap((pupil) => {
    const own = [pupil.admissionNumber ?? pupil.id, pupil.forename, pupil.surname, pupil.year, pupil.tutorGroup, ukDate(pupil.start), ukDate(pupil.end), pupil.email, pupil.school]
    const lines = (pupil.guardians ?? []).map((one) => {
      const adult = adults.get(one.id)
      const responsible = one.responsible === undefined ? '' : one.responsible ? 'T' : 'F'
      return [...own, one.id, one.priority ?? 1, one.relationship ?? 'Parent', responsible, one.courtOrder ?? 'F', 'Mx', adult?.forename, adult?.surname, adult?.email, '07700900002']
    })
    return lines.length > 0 ? lines : [[...own, '', '', '', '', '', '', '', '', '', '']]
  })
  return csv(MAPPED_HEADER, rows, options)
}

function ukDate(date: string | undefined): string | undefined {
  return date?.split('-').toReversed().join('/')
}

function firstSchool(sketch: RosterSketch): string {
  return sketch.schools[0]?.id ?? ''
}

function baseNames(files: RosterFiles): string[] {
  return Object.keys(files).map((name) => name.replace('.csv', ''))
}

const made: string[] = []

/** A fresh folder under the system's temporary one; `removeTempFolders` takes all of them away. */
export function tempFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'assent-roster-'))
  made.push(path)
  return path
}

export function removeTempFolders(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
}

/** Writes the files into a new folder and returns its path. */
export function writeFolder(files: RosterFiles): string {
  const path = tempFolder()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

/** Writes the files into a new zip and returns its path. */
export function writeZip(files: RosterFiles, name = 'roster.zip'): string {
  const entries = Object.fromEntries(Object.entries(files).map(([file, content]) => [file, typeof content === 'string' ? Buffer.from(content) : content]))
  return writeFile(name, zipSync(entries, { mtime: '2026-01-01T00:00:00Z' }))
}

/** Writes one file into a new folder and returns the file's path. */
export function writeFile(name: string, content: string | Uint8Array): string {
  const path = join(tempFolder(), name)
  writeFileSync(path, content)
  return path
}
