import type { AffiliationRole } from '../adapters/sources/source.ts'
import type { CalendarDate } from '../shared/dates.ts'
import { titleFor } from './contact-details.ts'
import type { DemoAdult, DemoAffiliation, DemoName } from './model.ts'
import { demoName, pickCommunity } from './person-names.ts'
import type { Sex } from './person-names.ts'
import type { Random } from './random.ts'

export interface Hat {
  schoolId: string
  role: AffiliationRole
  jobTitle?: string
  start: CalendarDate | null
  end?: CalendarDate
  groupIds?: string[]
}

export const affiliation = (hat: Hat): DemoAffiliation => ({
  schoolId: hat.schoolId, role: hat.role, jobTitle: hat.jobTitle ?? null, startDate: hat.start, endDate: hat.end ?? null, groupIds: hat.groupIds ?? [],
})

/** A grown-up's name and form of address from any tradition, in Latin letters. */
export function adultName(random: Random): { name: DemoName; title: string; sex: Sex } {
  const sex: Sex = random.chance(0.68) ? 'female' : 'male'
  const { names } = pickCommunity(random)
  return { name: demoName(random.pick(names[sex]), random.pick(names.surnames)[sex]), title: titleFor(random, sex), sex }
}

/** Makes an adult who works or helps at a school. */
export function makeAdult(parts: {
  id: string
  misId: string
  name: DemoName
  title: string
  sex: Sex
  email: string | null
  username: string | null
  affiliations: DemoAffiliation[]
}): DemoAdult {
  return { kind: 'adult', mobile: null, ...parts }
}
