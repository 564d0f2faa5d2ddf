import { streamDemoTrust } from './generate-people.ts'
import type { DemoAdult, DemoLink, DemoOptions, DemoPupil, DemoTrust, Household } from './model.ts'
import { findPersonas } from './personas.ts'

/**
 * The demo trust in memory: one trust with a primary (N1 to Y6) and a secondary (Y7 to Y13), its pupils, guardians, staff,
 * governors and volunteers, all made up. The same options give the same people to the letter.
 * @throws RangeError for unusable options.
 */
export function makeDemoTrust(options: DemoOptions): DemoTrust {
  const roster = streamDemoTrust(options)
  const kept: Household[] = []
  const pupils: DemoPupil[] = []
  const guardians: DemoAdult[] = []
  const links: DemoLink[] = []
  for (const household of roster.households()) {
    kept.push(household)
    pupils.push(...household.pupils)
    guardians.push(...household.guardians)
    links.push(...household.links)
  }
  const allGovernors = [...roster.governors, ...roster.staff, ...guardians].filter((adult) => adult.affiliations.some((hat) => hat.role === 'governor'))
  return { ...roster, households: () => kept, pupils, guardians, links, allGovernors, personas: findPersonas(roster, kept) }
}
