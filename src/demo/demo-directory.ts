import { createHash } from 'node:crypto'
import type { ObservedAccount } from '../adapters/directories/directory.ts'
import type { DemoAdult, DemoFrame, DemoPupil, DemoRoster, DemoSchool } from './model.ts'
import { yearGroups } from './years.ts'

/** The simulated directory's content. */
export interface DemoDirectory {
  /** Paths of all organisational units, parents before children. */
  containers: string[]
  /** Names of all groups, sorted. */
  groups: string[]
  accounts: ObservedAccount[]
}

const ROOT = '/Hollowmere'
/** Where suspended accounts may be moved to; empty at first. */
export const SUSPENDED_CONTAINER = `${ROOT}/Suspended`
/** Groups through which access is given; a profile takes some of them away. */
export const ACCESS_GROUPS = { internet: 'Internet access', mail: 'Pupil mail', devices: 'Device loan', staff: 'Staff access' } as const

/** The home of a pupil's account: `/Hollowmere/Wrenfold/Pupils/Year 4`. */
export const pupilContainer = (school: DemoSchool, yearCode: string): string => `${ROOT}/${school.shortName}/Pupils/${yearName(yearCode)}`
/** The home of the accounts of a school's staff. */
const staffContainer = (school: DemoSchool): string => `${ROOT}/${school.shortName}/Staff`
const centralContainer = `${ROOT}/Central team`
const yearName = (code: string): string => (code === 'R' ? 'Reception' : `Year ${code}`)

/** Everything the simulated directory holds, in memory. */
export function makeDemoDirectory(roster: DemoRoster): DemoDirectory {
  const accounts = [...demoAccounts(roster)]
  const containers = [ROOT, SUSPENDED_CONTAINER, centralContainer, `${ROOT}/Service accounts`, `${ROOT}/Old accounts`, ...roster.schools.flatMap((school) => [
    `${ROOT}/${school.shortName}`, staffContainer(school), `${ROOT}/${school.shortName}/Shared`, `${ROOT}/${school.shortName}/Pupils`,
    ...yearGroups.filter((year) => year.phase === school.phase && year.index >= 2).map((year) => pupilContainer(school, year.code)),
  ])]
  return { containers, groups: [...new Set(accounts.flatMap((account) => account.groups))].toSorted(), accounts }
}

/**
 * The accounts one by one: pupils from Reception and staff (matched by `employeeId`, the external id; one in forty of the
 * staff only by address), three orphans, an administrator and a service account (protected, B4), and a login shared by a
 * class (A7). Governors, volunteers and guardians have none.
 */
export function* demoAccounts(roster: DemoRoster): Generator<ObservedAccount> {
  const schools = new Map(roster.schools.map((school) => [school.id, school]))
  const groupNames = new Map(roster.groups.map((group) => [group.id, group.name]))
  yield* specialAccounts(roster)
  for (const [index, person] of roster.staff.entries()) {
    if (person.username !== null) yield staffAccount(roster, person, person.username, schools, index % 40 === 39)
  }
  for (const household of roster.households()) {
    for (const pupil of household.pupils) {
      const school = schools.get(pupil.schoolId)
      if (school && pupil.username !== null) yield pupilAccount(roster, pupil, pupil.username, school, groupNames.get(pupil.groupIds[0] ?? '') ?? '')
    }
  }
}

function pupilAccount(frame: DemoFrame, pupil: DemoPupil, username: string, school: DemoSchool, registration: string): ObservedAccount {
  return account(frame, {
    username,
    displayName: `${pupil.name.forename} ${pupil.name.surname}`,
    container: pupilContainer(school, pupil.yearCode),
    groups: [ACCESS_GROUPS.internet, ...(school.phase === 'secondary' ? [ACCESS_GROUPS.mail] : []), `${school.shortName} pupils`, `${school.shortName} ${registration}`,
      ...(Number(pupil.yearCode) >= 12 ? [ACCESS_GROUPS.devices] : [])],
    match: { employeeId: pupil.id, upn: pupil.email ?? '', mail: pupil.email ?? '' },
  })
}

function staffAccount(frame: DemoFrame, person: DemoAdult, username: string, schools: ReadonlyMap<string, DemoSchool>, byAddressOnly: boolean): ObservedAccount {
  const own = person.affiliations.flatMap((hat) => schools.get(hat.schoolId) ?? [])
  const first = own[0]
  const central = new Set(own).size > 1
  const address = { upn: person.email ?? '', mail: person.email ?? '' }
  return account(frame, {
    username,
    displayName: `${person.name.forename} ${person.name.surname}`,
    container: central || !first ? centralContainer : staffContainer(first),
    groups: [ACCESS_GROUPS.staff, ACCESS_GROUPS.internet, ...new Set(own.map((school) => `${school.shortName} staff`))],
    match: byAddressOnly ? address : { employeeId: person.id, ...address },
  })
}

function specialAccounts(frame: DemoFrame): ObservedAccount[] {
  const first = frame.schools[0]
  const plain = (username: string, displayName: string, container: string, more: Partial<ObservedAccount> = {}): ObservedAccount =>
    account(frame, { username, displayName, container, groups: [], match: {}, ...more })
  return [
    plain('administrator', 'Administrator', `${ROOT}/Central team`, { protected: true, groups: ['Domain administrators'] }),
    plain('svc-roster-sync', 'Service: roster synchronisation', `${ROOT}/Service accounts`, { protected: true, groups: ['Service accounts'] }),
    plain('22tpemberley', 'Tamsin Pemberley-Oake', `${ROOT}/Old accounts`, { groups: [ACCESS_GROUPS.internet], match: { employeeId: 'P-OLD-0417' } }),
    plain('test.pupil', 'Test Pupil', `${ROOT}/Old accounts`, { groups: [ACCESS_GROUPS.internet] }),
    plain('exam01', 'Examination candidate 1', `${ROOT}/Old accounts`, { groups: ['Examination accounts'] }),
    ...(first ? [plain('wren-tablets', 'Tablets of the nursery', `${ROOT}/${first.shortName}/Shared`, { groups: [ACCESS_GROUPS.internet] })] : []),
  ]
}

function account(frame: DemoFrame, parts: Omit<ObservedAccount, 'immutableId' | 'enabled' | 'protected'> & Partial<ObservedAccount>): ObservedAccount {
  return { enabled: true, protected: false, ...parts, immutableId: immutableId(frame.seed, parts.username), groups: parts.groups.toSorted() }
}

/** A stable identifier in the form of a UUID (version 8, RFC 9562) that says nothing about its owner. */
function immutableId(seed: number, username: string): string {
  const hex = createHash('sha256').update(`demo-account ${seed} ${username}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
