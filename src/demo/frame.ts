import { makeAdults } from './staff.ts'
import type { DemoFrame, DemoOptions } from './model.ts'
import { createRandom } from './random.ts'
import { areaCount, makeSchools, TRUST } from './schools.ts'
import { makeSessions, makeTimetable } from './timetable.ts'
import { yearSizes } from './years.ts'

const DEFAULT_PUPILS = 600

/**
 * Schools, sessions, groups and the adults who work there: everything but the families.
 * @throws RangeError for a number of pupils that is not a whole number of at least 1, or a year not written `2026/27`.
 */
export function makeFrame(options: DemoOptions): DemoFrame {
  const people = options.people ?? DEFAULT_PUPILS
  if (!Number.isInteger(people) || people < 1 || people > 999_999) throw new RangeError('The number of pupils must be from 1 to 999999.')
  if (!/^\d{4}\/\d{2}$/.test(options.year)) throw new RangeError('The year must be written like 2026/27.')
  const areas = areaCount(people)
  const schools = makeSchools(areas)
  const sessions = makeSessions(options.year)
  const sessionId = sessions[0]?.id ?? ''
  const tables = schools.map((school) => {
    const share = Math.floor((people + areas - 1 - school.area) / areas)
    return makeTimetable(school, yearSizes(share), sessionId)
  })
  const groups = tables.flatMap((table) => table.groups)
  const adults = makeAdults(createRandom(options.seed).fork('staff'), schools, groups, options.year, options.today)
  return {
    trust: TRUST, seed: options.seed, people, year: options.year, today: options.today,
    schools, sessions, courses: tables.flatMap((table) => table.courses), groups, ...adults,
  }
}
