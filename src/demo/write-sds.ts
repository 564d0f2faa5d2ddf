import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CsvFile } from './csv-file.ts'
import type { DemoAffiliation, DemoPerson, DemoRoster } from './model.ts'
import { relationshipRole } from './oneroster-roles.ts'
import { viewRoster } from './roster-view.ts'
import type { FeedChanges } from './roster-view.ts'

export interface SdsOptions extends FeedChanges {
  /** Governors and volunteers by their own words; off, they are left out, since SDS has no role for them. */
  extensionRoles?: boolean
}

const columns = {
  orgs: ['sourcedId', 'name', 'type', 'parentSourcedId'],
  academicSessions: ['sourcedId', 'title', 'type', 'schoolYear', 'startDate', 'endDate'],
  courses: ['sourcedId', 'orgSourcedId', 'title', 'code', 'schoolYearSourcedId', 'subject', 'grade'],
  classes: ['sourcedId', 'orgSourcedId', 'title', 'sessionSourcedIds', 'courseSourcedId'],
  users: ['sourcedId', 'username', 'givenName', 'familyName', 'password', 'activeDirectoryMatchId', 'email', 'phone', 'sms'],
  roles: ['userSourcedId', 'orgSourcedId', 'role', 'sessionSourcedId', 'grade', 'isPrimary', 'roleStartDate', 'roleEndDate'],
  enrollments: ['classSourcedId', 'userSourcedId', 'role'],
  relationships: ['userSourcedId', 'relationshipUserSourcedId', 'relationshipRole'],
} as const

/**
 * Writes the trust as Microsoft School Data Sync CSV v2.1 into `folder` (made if absent) and returns the folder. Leavers
 * have a role end date. SDS has one word for nursery, so N1 and N2 both become `PK`; guardians have relationships but no role.
 * @throws RangeError when a leaver or omitted id does not exist.
 */
export async function writeSds(roster: DemoRoster, folder: string, options: SdsOptions = {}): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const open = (table: keyof typeof columns): CsvFile => new CsvFile(join(folder, `${table}.csv`), columns[table])
  writeFrame(roster, open)

  const view = viewRoster(roster, options)
  const [users, roles, enrollments, relationships] = [open('users'), open('roles'), open('enrollments'), open('relationships')]
  const sessionId = roster.sessions[0]?.id ?? ''
  const user = (person: DemoPerson, phone: string): void => {
    users.row([
      person.id, person.username ?? person.email ?? person.id.toLowerCase(), person.name.forename, person.name.surname, '', person.username ?? '',
      person.email ?? '', '', phone,
    ])
  }
  const role = (person: DemoPerson, hat: DemoAffiliation, word: string, grade: string, first: boolean): void => {
    const end = view.endOf(person.id) ?? hat.endDate
    const start = hat.startDate !== null && end !== null && hat.startDate > end ? end : hat.startDate
    roles.row([person.id, hat.schoolId, word, sessionId, grade, first ? 'TRUE' : 'FALSE', start ?? '', end ?? ''])
  }
  for (const person of [...roster.staff, ...roster.governors, ...roster.volunteers]) {
    const hats = person.affiliations.flatMap((hat) => {
      const word = sdsRole(hat, options.extensionRoles ?? false)
      return word === null ? [] : [{ hat, word }]
    })
    if (hats.length === 0 || !view.shown(person.id)) continue
    user(person, '')
    for (const [index, { hat, word }] of hats.entries()) {
      role(person, hat, word, '', index === 0)
      for (const groupId of hat.groupIds) enrollments.row([groupId, person.id, hat.role === 'teacher' ? 'teacher' : 'teacherAssistant'])
    }
  }
  for (const household of roster.households()) {
    for (const pupil of household.pupils.filter((one) => view.shown(one.id))) {
      user(pupil, '')
      for (const [index, hat] of pupil.affiliations.entries()) role(pupil, hat, 'student', sdsGrade(pupil.yearCode), index === 0)
      for (const groupId of pupil.groupIds) enrollments.row([groupId, pupil.id, 'student'])
      for (const link of view.safeLinks(household, pupil.id)) relationships.row([pupil.id, link.guardianId, relationshipRole(link)])
    }
    for (const guardian of household.guardians.filter((one) => view.shown(one.id))) {
      user(guardian, guardian.mobile ?? '')
      if (!options.extensionRoles) continue
      for (const hat of guardian.affiliations.filter((one) => one.role !== 'guardian')) role(guardian, hat, hat.role, '', true)
    }
  }
  for (const file of [users, roles, enrollments, relationships]) file.close()
  view.finish()
  return folder
}

function writeFrame(roster: DemoRoster, open: (table: keyof typeof columns) => CsvFile): void {
  const orgs = open('orgs')
  orgs.row([roster.trust.id, roster.trust.name, 'district', ''])
  for (const school of roster.schools) orgs.row([school.id, school.name, 'school', roster.trust.id])
  const sessions = open('academicSessions')
  const schoolYear = String(Number(roster.year.slice(0, 4)) + 1)
  for (const one of roster.sessions) sessions.row([one.id, one.title, one.type, schoolYear, one.startDate, one.endDate])
  const courses = open('courses')
  const yearId = roster.sessions[0]?.id ?? ''
  for (const one of roster.courses) courses.row([one.id, one.schoolId, one.title, one.code, yearId, '', sdsGrade(one.yearCode)])
  const classes = open('classes')
  for (const group of roster.groups) classes.row([group.id, group.schoolId, group.name, group.sessionId, group.courseId])
  for (const file of [orgs, sessions, courses, classes]) file.close()
}

const sdsGrade = (yearCode: string): string => (yearCode.startsWith('N') ? 'PK' : yearCode === 'R' ? 'KG' : yearCode)

function sdsRole(hat: DemoAffiliation, extensions: boolean): string | null {
  const title = hat.jobTitle ?? ''
  switch (hat.role) {
    case 'teacher': return title === 'Headteacher' ? 'principal' : 'teacher'
    case 'trainee': return 'teacher'
    case 'supply': return 'substitute'
    case 'support':
      if (/assistant/i.test(title)) return 'teacherAssistant'
      if (/\bIT\b/.test(title)) return 'itAdmin'
      return /office|administrator/i.test(title) ? 'officeStaff' : 'staff'
    default: return extensions ? hat.role : null
  }
}
