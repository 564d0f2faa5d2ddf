import type { CsvFile } from './csv-file.ts'
import type { DemoAdult, DemoAffiliation, DemoGroup, DemoPupil, DemoRoster, Household } from './model.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import { oneRosterRole, relationshipRole } from './oneroster-roles.ts'
import type { RosterView } from './roster-view.ts'

export interface PeopleFiles {
  users: CsvFile
  enrollments: CsvFile
  /** 1.2 only. */
  roles: CsvFile | null
  demographics: CsvFile | null
}

interface UserCells {
  orgIds: string
  role: string
  identifier: string
  userIds: string
  agents: string
  grades: string
  primaryOrg: string
  phone: string
}

/** Writes everybody: adults of the frame first, then family after family, never holding more than one. */
export function writePeople(roster: DemoRoster, files: PeopleFiles, view: RosterView, version: OneRosterVersion, extensions: boolean): void {
  const groups = new Map(roster.groups.map((group) => [group.id, group]))
  const yearEnd = roster.sessions[0]?.endDate ?? ''
  const yearStart = roster.sessions[0]?.startDate ?? ''
  const secondaries = new Set(roster.schools.filter((school) => school.phase === 'secondary').map((school) => school.id))
  const word = (hat: DemoAffiliation) => oneRosterRole(hat, version, extensions)

  const user = (person: DemoPupil | DemoAdult, cells: UserCells): void => {
    const { name } = person
    const known = name.legalForename ?? name.forename
    const id = [person.id, '', '', 'true']
    // Adults without a login get a stand-in, because the standard demands a username.
    const username = person.username ?? person.id.toLowerCase()
    const contact = [cells.identifier, person.email ?? '', cells.phone, '', cells.agents, cells.grades, '']
    files.users.row(version === '1.1'
      ? [...id, cells.orgIds, cells.role, username, cells.userIds, name.forename, name.surname, '', ...contact]
      : [...id, username, cells.userIds, known, name.surname, '', ...contact, '', name.legalForename === null ? '' : name.forename, '', '', cells.primaryOrg, ''])
  }
  const role = (personId: string, number: number, named: string, hat: DemoAffiliation): void => {
    const end = view.endOf(personId) ?? hat.endDate
    const begin = hat.startDate !== null && end !== null && hat.startDate > end ? end : hat.startDate
    files.roles?.row([
      `${personId}-${hat.schoolId}-${number}`, '', '', personId, number === 1 ? 'primary' : 'secondary', named, begin ?? '', end ?? '', hat.schoolId, '',
    ])
  }
  const enrol = (person: DemoPupil | DemoAdult, group: DemoGroup, asTeacher: boolean, primary: boolean, from: string): void => {
    // The secondary's system ends every membership with the year; the primary's leaves the end open.
    const usual = secondaries.has(group.schoolId) ? yearEnd : ''
    const end = (version === '1.1' ? view.endOf(person.id) : null) ?? usual
    const begin = end !== '' && from > end ? end : from
    files.enrollments.row([`${group.id}-${person.id}`, '', '', group.id, group.schoolId, person.id, asTeacher ? 'teacher' : 'student', String(primary), begin, end])
  }

  const adult = (person: DemoAdult, guardianRole: string): void => {
    if (!view.shown(person.id)) return
    const hats = person.affiliations.flatMap((hat) => {
      const named = hat.role === 'guardian' ? guardianRole : word(hat)
      return named === null ? [] : [{ hat, named }]
    })
    const main = hats[0]
    if (!main) return
    const orgs = [...new Set(hats.map(({ hat }) => hat.schoolId))]
    user(person, {
      orgIds: orgs.join(','), role: main.named, identifier: '', userIds: `{MIS:${person.misId}}`, agents: '', grades: '',
      primaryOrg: main.hat.schoolId, phone: person.mobile ?? '',
    })
    for (const [index, { hat, named }] of hats.entries()) role(person.id, index + 1, named, hat)
    for (const { hat } of hats) {
      for (const groupId of hat.groupIds) {
        const group = groups.get(groupId)
        if (group) enrol(person, group, true, hat.role === 'teacher', yearStart)
      }
    }
  }
  const pupil = (person: DemoPupil, household: Household): void => {
    if (!view.shown(person.id)) return
    user(person, {
      orgIds: person.schoolId, role: 'student', identifier: person.admissionNumber,
      userIds: `{MIS:${person.misId}},{admission:${person.admissionNumber}}`,
      agents: view.safeLinks(household, person.id).map((link) => link.guardianId).join(','), grades: person.yearCode, primaryOrg: person.schoolId, phone: '',
    })
    for (const [index, hat] of person.affiliations.entries()) role(person.id, index + 1, 'student', hat)
    for (const groupId of person.groupIds) {
      const group = groups.get(groupId)
      if (group) enrol(person, group, false, false, person.startDate > yearStart ? person.startDate : yearStart)
    }
    files.demographics?.row([person.id, '', '', person.dateOfBirth, person.sex, '', '', '', '', '', '', '', '', '', '', ''])
  }

  for (const person of [...roster.staff, ...roster.governors, ...roster.volunteers]) adult(person, 'guardian')
  for (const household of roster.households()) {
    for (const person of household.pupils) pupil(person, household)
    for (const person of household.guardians) {
      const link = household.links.find((one) => one.guardianId === person.id)
      adult(person, link ? relationshipRole(link) : 'guardian')
    }
    if (household.colleague) staffParent(household, household.colleague, role, view)
  }
}

/** A member of staff who is a parent (P1) stands among the staff; here they get the second role that 1.2 can express. */
function staffParent(
  household: Household, colleague: DemoAdult, role: (id: string, number: number, named: string, hat: DemoAffiliation) => void, view: RosterView,
): void {
  if (!view.shown(colleague.id)) return
  const link = household.links.find((one) => one.guardianId === colleague.id)
  if (!link) return
  const schools = new Map(household.pupils.map((pupil) => [pupil.schoolId, pupil.startDate]))
  for (const [index, [schoolId, startDate]] of [...schools].entries()) {
    role(colleague.id, colleague.affiliations.length + index + 1, relationshipRole(link), {
      schoolId, role: 'guardian', jobTitle: null, startDate, endDate: null, groupIds: [],
    })
  }
}
