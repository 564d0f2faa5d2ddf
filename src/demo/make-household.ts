import { affiliation, makeAdult } from './adults.ts'
import { dramaMobile, privateEmail, titleFor } from './contact-details.ts'
import { isParent, shapes } from './family-shapes.ts'
import type { AdultSpec } from './family-shapes.ts'
import { nameFamily } from './family-names.ts'
import type { FamilyPlan } from './family-plan.ts'
import type { DemoAdult, DemoFrame, DemoLink, DemoPupil, DemoSchool, Household } from './model.ts'
import { makePupil } from './make-pupil.ts'
import type { Register } from './make-pupil.ts'
import type { Places } from './places.ts'
import type { Random } from './random.ts'

const NO_EMAIL = 0.06
const EMERGENCY_CONTACT = 0.07

/** Makes one family by its plan; null when none of its children found a place. `colleague` is the member of staff for a staff family. */
export function makeHousehold(
  random: Random, frame: DemoFrame, register: Register, places: Places, schools: readonly DemoSchool[], plan: FamilyPlan, colleague: DemoAdult | null,
): Household | null {
  // A colleague is the first adult, whatever the plan drew.
  const shape = colleague ? (colleague.sex === 'male' ? 'fatherFirst' : 'couple') : plan.shape
  const specs: readonly AdultSpec[] = shapes[shape]
  const staffSurname = colleague ? { text: colleague.name.surname, latin: colleague.name.latinSurname } : null
  const names = nameFamily(random, plan, specs, staffSurname)
  // Adults first, because in some traditions the children are named after them.
  const adultNames = specs.map((spec) => names.adult(spec))
  const pupils = placePupils(random, frame, register, places, schools, plan, names.child)
  if (pupils.length === 0) return null

  const guardians: DemoAdult[] = []
  const links: DemoLink[] = []
  for (const [index, spec] of specs.entries()) {
    const name = adultNames[index]
    if (!name) continue
    const employed = index === 0 ? colleague : null
    const adult = employed ?? makeGuardian(random, register, name, spec, plan.email === 'none' || random.chance(NO_EMAIL))
    if (!employed) guardians.push(adult)
    const mayConsent = spec.mayConsent && !(spec.relationship === 'Father' && random.chance(0.04))
    for (const [child, pupil] of pupils.entries()) {
      links.push({
        pupilId: pupil.id, guardianId: adult.id, relationship: employed ? parentWord(employed) : spec.relationship, maySign: true, mayConsent,
        doNotContact: plan.doNotContactYoungest === index + 1 && pupils.length > 1 && child === pupils.length - 1,
        priority: index + 1, livesWith: spec.livesWith, emergencyOnly: false,
      })
    }
  }
  if (plan.email === 'shared') shareAddress(guardians, links)
  attachSchools(guardians, links, pupils)
  const helper = guardians[0]
  const firstPupil = pupils[0]
  if (plan.alsoDoes && helper && firstPupil) {
    helper.affiliations.push(affiliation({
      schoolId: firstPupil.schoolId, role: plan.alsoDoes, start: firstPupil.startDate,
      jobTitle: plan.alsoDoes === 'governor' ? 'Parent governor' : 'Reading helper',
    }))
  }
  const contacts = random.chance(EMERGENCY_CONTACT) ? [neighbour(random, register, pupils, links, specs.length + 1)] : []
  return { pupils, guardians, colleague, contacts, links, story: plan.story }
}

const parentWord = (adult: DemoAdult): string => (adult.sex === 'male' ? 'Father' : 'Mother')

function placePupils(
  random: Random, frame: DemoFrame, register: Register, places: Places, schools: readonly DemoSchool[], plan: FamilyPlan,
  name: ReturnType<typeof nameFamily>['child'],
): DemoPupil[] {
  return plan.years.flatMap((yearIndex) => {
    const group = places.take(yearIndex)
    const school = group && schools.find((one) => one.id === group.schoolId)
    if (!group || !school) return []
    const sex = random.chance(0.51) ? 'male' : 'female'
    return [makePupil(random, frame, register, school, group, { name: name(sex), sex })]
  })
}

function makeGuardian(random: Random, register: Register, name: DemoAdult['name'], spec: AdultSpec, noEmail: boolean): DemoAdult {
  register.adults += 1
  register.misId += 1
  const adult = makeAdult({
    id: `G${String(register.adults).padStart(6, '0')}`, misId: String(register.misId), name, title: titleFor(random, spec.sex), sex: spec.sex,
    email: noEmail ? null : spec.relationship === 'Social worker' ? workEmail(register.adults) : privateEmail(random, name, register.adults),
    username: null, affiliations: [],
  })
  return { ...adult, mobile: random.chance(0.95) ? dramaMobile(random) : null }
}

const workEmail = (number: number): string => `social.worker${number}@childrens-services.example`

/** Couples in one home who use one address; the first adult's, if there is one. */
function shareAddress(guardians: DemoAdult[], links: readonly DemoLink[]): void {
  const [first, second] = guardians
  const together = (adult: DemoAdult) => links.some((link) => link.guardianId === adult.id && isParent(link.relationship) && link.livesWith)
  if (first && second && first.email !== null && together(first) && together(second)) second.email = first.email
}

function attachSchools(guardians: readonly DemoAdult[], links: readonly DemoLink[], pupils: readonly DemoPupil[]): void {
  for (const adult of guardians) {
    for (const pupil of pupils) {
      if (!links.some((link) => link.guardianId === adult.id && link.pupilId === pupil.id)) continue
      const hat = adult.affiliations.find((one) => one.schoolId === pupil.schoolId)
      if (!hat) adult.affiliations.push(affiliation({ schoolId: pupil.schoolId, role: 'guardian', start: pupil.startDate }))
      else if (hat.startDate !== null && pupil.startDate < hat.startDate) hat.startDate = pupil.startDate
    }
  }
}

/** Someone to ring when no guardian answers; never a signer (R7). */
function neighbour(random: Random, register: Register, pupils: readonly DemoPupil[], links: DemoLink[], priority: number): DemoAdult {
  const spec: AdultSpec = { relationship: 'Neighbour', sex: 'female', home: 1, livesWith: false, mayConsent: false, surname: 'own' }
  const names = nameFamily(random, { story: null, years: [], shape: 'kinship' }, [], null)
  const adult = makeGuardian(random, register, names.adult(spec), spec, true)
  for (const pupil of pupils) {
    links.push({
      pupilId: pupil.id, guardianId: adult.id, relationship: 'Neighbour', maySign: false, mayConsent: false, doNotContact: false,
      priority, livesWith: false, emergencyOnly: true,
    })
  }
  return adult
}
