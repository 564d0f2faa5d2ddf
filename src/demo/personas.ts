import type { DemoFrame, DemoPerson, DemoPupil, Household, Persona } from './model.ts'
import { NEW_TEACHER } from './staff-posts.ts'

const YEAR = (pupil: DemoPupil): string => (pupil.yearCode === 'R' ? 'Reception' : `Year ${pupil.yearCode}`)

/**
 * The people offered by the demo's picker, each with a line of story. They belong together: the teacher teaches the Year 4
 * pupil, whose mother has three children in both schools. Whom a very small trust lacks is left out.
 */
export function findPersonas(frame: DemoFrame, households: readonly Household[]): Persona[] {
  const story = (name: string): Household | undefined => households.find((household) => household.story === name)
  const holder = (jobTitle: string, phase?: 'primary' | 'secondary'): DemoPerson | undefined => frame.staff.find((person) =>
    person.affiliations.some((hat) => hat.jobTitle === jobTitle && (phase === undefined || phaseOf(frame, hat.schoolId) === phase)))
  const three = story('three-across-schools')
  const four = three?.pupils.find((pupil) => pupil.yearCode === '4')
  const nine = three?.pupils.find((pupil) => pupil.yearCode === '9')
  const teacher = frame.staff.find((person) => four !== undefined && person.affiliations.some((hat) => hat.jobTitle === 'Class teacher' && hat.groupIds.includes(four.groupIds[0] ?? '')))
  const twelve = story('sixth-former')?.pupils[0]
  const groupName = (pupil: DemoPupil | undefined): string => frame.groups.find((group) => group.id === pupil?.groupIds[0])?.name ?? ''
  const schoolName = (id: string | undefined): string => frame.schools.find((school) => school.id === id)?.name ?? ''
  const children = (three?.pupils ?? []).map((pupil) => `${pupil.name.forename} (${YEAR(pupil)})`)
  const governor = story('parent-governor')?.guardians[0]

  const wanted: [key: string, person: DemoPerson | undefined, label: string, line: string][] = [
    ['trust-admin', holder('Trust administrator'), 'Trust administrator', `Sees every school of ${frame.trust.name}: rosters, access, signatures and the log.`],
    ['it-admin', holder('Head of IT'), 'Head of IT', 'Reads the roster in and decides who gains and who loses access.'],
    ['office', holder('Office manager', 'primary'), 'School office', `Checks who has signed at ${schoolName(frame.schools[0]?.id)} and chases the rest.`],
    ['dsl', holder('Deputy head and designated safeguarding lead', 'secondary'), 'Designated safeguarding lead', `Looks after online safety at ${schoolName(frame.schools[1]?.id)}: who has signed, records, access.`],
    ['head', holder('Headteacher', 'secondary'), 'Headteacher', `Wants one page that says whether ${schoolName(frame.schools[1]?.id)} is covered.`],
    ['class-teacher', teacher, 'Class teacher', `Teaches ${groupName(four)} and sees who of that class has signed, and nobody else.`],
    ['pupil-y4', four, 'Year 4 pupil', `Is in ${groupName(four)}, reads the rules and signs with a grown-up at home.`],
    ['pupil-y9', nine, 'Year 9 pupil', `Is in ${groupName(nine)} and has ten minutes in tutor time to read and sign.`],
    ['student-y12', twelve, 'Year 12 student', `Is new in the sixth form (${groupName(twelve)}) and signs for a laptop of their own.`],
    ['parent', three?.guardians[0], 'Parent of three', `Signs for ${list(children)} on a phone, in one sitting.`],
    ['new-teacher', holder(NEW_TEACHER), 'New teacher', `Starts at ${schoolName(frame.schools[1]?.id)} this month and has not signed yet.`],
    ['governor', governor, 'Governor', `Governs ${schoolName(governor?.affiliations.find((hat) => hat.role === 'governor')?.schoolId)}, has a child there, and sees how many have signed, without a name.`],
  ]
  return wanted.flatMap(([key, person, label, line]) => (person ? [{ key, id: person.id, label, story: line }] : []))
}

const phaseOf = (frame: DemoFrame, schoolId: string) => frame.schools.find((school) => school.id === schoolId)?.phase

/** "A, B and C" */
function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
}
