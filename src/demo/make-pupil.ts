import { academicYearStart, addDays } from '../shared/dates.ts'
import { makeUpn } from './contact-details.ts'
import type { DemoFrame, DemoGroup, DemoName, DemoPupil, DemoSchool } from './model.ts'
import type { Sex } from './person-names.ts'
import type { Random } from './random.ts'
import type { Usernames } from './usernames.ts'
import { birthDate, onOrAfterWeekday, yearGroups } from './years.ts'

/** Numbers and login names handed out so far, in the order families are made. */
export interface Register {
  pupils: number
  adults: number
  misId: number
  /** Pupils admitted by each school, by its id. */
  admitted: Map<string, number>
  usernames: Usernames
  /** Subject classes by school and year group, as `SCH002 7`. */
  subjects: Map<string, DemoGroup[]>
}

/** Reception (index 2) and above have a login of their own. */
const FIRST_YEAR_WITH_LOGIN = 2
/** Apart enough that no two schools of a trust give the same admission number. */
const ADMISSIONS_PER_SCHOOL = 3_000

/** A pupil in their registration group, with the history that fits their year. */
export function makePupil(random: Random, frame: DemoFrame, register: Register, school: DemoSchool, group: DemoGroup, who: { name: DemoName; sex: Sex }): DemoPupil {
  const year = yearGroups.find((one) => one.code === group.yearCode)
  if (!year) throw new RangeError(`There is no year group ${group.yearCode}.`)
  register.pupils += 1
  register.misId += 1
  const admitted = (register.admitted.get(school.id) ?? 0) + 1
  register.admitted.set(school.id, admitted)
  const first = Number(frame.year.slice(0, 4))
  const startDate = entryDate(random, first, year.index, school.phase)
  const username = year.index >= FIRST_YEAR_WITH_LOGIN ? register.usernames.pupil(who.name, Number(startDate.slice(0, 4))) : null
  const groupIds = [group.id, ...subjectClasses(random, register, group)]
  return {
    kind: 'pupil',
    id: `P${String(register.pupils).padStart(6, '0')}`,
    misId: String(register.misId),
    name: who.name,
    sex: who.sex,
    email: username === null ? null : `${username}@pupils.${school.domain}`,
    username,
    affiliations: [{ schoolId: school.id, role: 'pupil', jobTitle: null, startDate, endDate: null, groupIds }],
    schoolId: school.id,
    yearCode: year.code,
    admissionNumber: String((Number(school.id.slice(3)) - 1) * ADMISSIONS_PER_SCHOOL + admitted).padStart(6, '0'),
    upn: makeUpn(register.pupils * 7 + 100_000),
    dateOfBirth: birthDate(year.index, first, random.int(0, 364)),
    startDate,
    groupIds,
  }
}

/** Most come at the usual points of entry (nursery, Reception, Year 7, Year 12), some in between and in the middle of a year. */
function entryDate(random: Random, first: number, yearIndex: number, phase: DemoSchool['phase']): string {
  const usual = phase === 'primary' ? random.weighted([[0, 15], [1, 25], [2, 60]]) : random.weighted([[9, 85], [14, 15]])
  const lowest = phase === 'primary' ? 0 : 9
  const entry = Math.min(random.chance(0.1) ? random.int(lowest, yearIndex) : usual, yearIndex)
  const start = onOrAfterWeekday(academicYearStart(String(first - (yearIndex - entry))))
  return entry < yearIndex && random.chance(0.08) ? onOrAfterWeekday(addDays(start, random.int(20, 290))) : start
}

function subjectClasses(random: Random, register: Register, registration: DemoGroup): string[] {
  return (register.subjects.get(`${registration.schoolId} ${registration.yearCode}`) ?? [])
    .filter((group) => (group.feeds === null ? random.chance(0.45) : group.feeds === registration.id))
    .map((group) => group.id)
}
