import type { AffiliationRole } from '../adapters/sources/source.ts'
import { makeFrame } from './frame.ts'
import { makeHousehold } from './make-household.ts'
import type { Register } from './make-pupil.ts'
import type { DemoAdult, DemoFrame, DemoOptions, DemoRoster, Household } from './model.ts'
import { openPlaces } from './places.ts'
import { planFamily } from './family-plan.ts'
import { createRandom } from './random.ts'
import { createUsernames } from './usernames.ts'

/** Families one after another, each made when asked for; nothing of them is kept. The same options give the same families. */
export function generatePeople(options: DemoOptions): Iterable<Household> {
  return streamDemoTrust(options).households()
}

/** The trust without holding its families: for 100,000 pupils. Each walk over `households()` makes them anew, alike. */
export function streamDemoTrust(options: DemoOptions): DemoRoster {
  const frame = makeFrame(options)
  return { ...frame, households: () => makeHouseholds(frame) }
}

function* makeHouseholds(frame: DemoFrame): Generator<Household> {
  const root = createRandom(frame.seed)
  const subjects = Map.groupBy(frame.groups.filter((group) => group.kind === 'subject'), (group) => `${group.schoolId} ${group.yearCode}`)
  const register: Register = { pupils: 0, adults: 0, misId: 50_000, admitted: new Map(), usernames: createUsernames(), subjects }
  const areas = new Set(frame.schools.map((school) => school.area))
  for (const area of areas) {
    const schools = frame.schools.filter((school) => school.area === area)
    const places = openPlaces(frame.groups.filter((group) => schools.some((school) => school.id === group.schoolId)))
    const colleagues = parentsAmongStaff(frame, schools.map((school) => school.id))
    for (let index = 0; places.left() > 0; index++) {
      const random = root.fork(`family ${area} ${index}`)
      const plan = planFamily(random, area, index, places)
      const household = plan && makeHousehold(random, frame, register, places, schools, plan, plan.staffParent ? colleagues.next() : null)
      if (household) yield household
    }
  }
}

/** Members of staff in the order in which they turn up as parents: class teachers and tutors first. */
function parentsAmongStaff(frame: DemoFrame, schoolIds: readonly string[]): { next(): DemoAdult | null } {
  const works = (adult: DemoAdult, roles: readonly AffiliationRole[]) =>
    adult.affiliations.some((hat) => schoolIds.includes(hat.schoolId) && roles.includes(hat.role))
  const queue = frame.staff.filter((adult) => works(adult, ['teacher']) && adult.affiliations.some((hat) => hat.jobTitle === 'Form tutor' || hat.jobTitle === 'Class teacher'))
  // Every other one, so that most teachers are not parents here.
  let at = -1
  return {
    next: () => {
      at += 2
      return queue[at] ?? null
    },
  }
}
