import { academicYearStart, addDays } from '../shared/dates.ts'
import { adultName, affiliation, makeAdult } from './adults.ts'
import type { DemoAdult, DemoGroup, DemoSchool } from './model.ts'
import { privateEmail } from './contact-details.ts'
import type { Random } from './random.ts'
import { CENTRAL_POSTS, NEW_TEACHER, postsOf } from './staff-posts.ts'
import type { Post } from './staff-posts.ts'
import { createUsernames } from './usernames.ts'
import { TRUST } from './schools.ts'

export interface Adults {
  staff: DemoAdult[]
  governors: DemoAdult[]
  volunteers: DemoAdult[]
}

/**
 * Everyone who works, governs or helps in the trust's schools. The new teacher starts on the first of the month of `today`;
 * each head governs too, and one governor of each area serves both its schools (P1).
 */
export function makeAdults(random: Random, schools: readonly DemoSchool[], groups: readonly DemoGroup[], year: string, today: string): Adults {
  const usernames = createUsernames()
  const first = Number(year.slice(0, 4))
  const found: Adults = { staff: [], governors: [], volunteers: [] }
  let misId = 1_000
  const person = (list: DemoAdult[], letter: string, email: (name: DemoAdult['name'], username: string) => string, account: boolean): DemoAdult => {
    const number = list.length + 1
    const { name, title, sex } = adultName(random)
    const username = usernames.staff(name)
    misId += 1
    const adult = makeAdult({
      id: `${letter}${String(number).padStart(5, '0')}`, misId: String(misId), name, title, sex,
      email: email(name, username), username: account ? username : null, affiliations: [],
    })
    list.push(adult)
    return adult
  }
  const starts = () => academicYearStart(`${first - random.int(0, 14)}`)
  const employ = (held: Post, places: readonly DemoSchool[], domain: string): DemoAdult => {
    const adult = person(found.staff, 'S', (_name, username) => `${username}@${domain}`, true)
    const start = held.jobTitle === NEW_TEACHER ? `${today.slice(0, 7)}-01` : held.role === 'trainee' ? academicYearStart(year) : starts()
    for (const place of places) {
      adult.affiliations.push(affiliation({
        schoolId: place.id, role: held.role, jobTitle: held.jobTitle, groupIds: held.groupIds,
        start: held.role === 'supply' ? addDays(today, -20) : start,
        ...(held.role === 'supply' ? { end: addDays(today, 45) } : {}),
      }))
    }
    return adult
  }
  const govern = (adult: DemoAdult, place: DemoSchool, jobTitle: string): void => {
    adult.affiliations.push(affiliation({ schoolId: place.id, role: 'governor', jobTitle, start: starts() }))
  }

  const firstSchools = schools.filter((school) => school.area === 0)
  for (const held of CENTRAL_POSTS) employ(held, firstSchools, TRUST.domain)
  const outside = (name: DemoAdult['name']) => privateEmail(random, name, 1 + found.governors.length + found.volunteers.length)
  for (const school of schools) {
    const own = groups.filter((group) => group.schoolId === school.id)
    const pupils = own.reduce((sum, group) => sum + group.places, 0)
    for (const held of postsOf(school, own, pupils)) {
      const adult = employ(held, [school], school.domain)
      if (held.jobTitle === 'Headteacher') govern(adult, school, 'Headteacher governor')
    }
    for (let number = 0; number < 5; number++) govern(person(found.governors, 'B', outside, false), school, number === 0 ? 'Chair of governors' : 'Governor')
    if (school.phase === 'secondary') {
      const both = person(found.governors, 'B', outside, false)
      for (const place of schools.filter((one) => one.area === school.area)) govern(both, place, 'Link governor for safeguarding')
    }
    for (let number = 0; number < (school.phase === 'primary' ? 4 : 2); number++) {
      const helper = person(found.volunteers, 'V', outside, false)
      helper.affiliations.push(affiliation({ schoolId: school.id, role: 'volunteer', jobTitle: 'Reading helper', start: starts() }))
    }
  }
  return found
}
