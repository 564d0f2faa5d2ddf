import type { AdultSpec } from './family-shapes.ts'
import type { FamilyPlan } from './family-plan.ts'
import type { DemoName } from './model.ts'
import type { NameSet, NameText, Surname } from './names/community.ts'
import { communityOf } from './names/communities.ts'
import { NO_SURNAME } from './names/unusual.ts'
import { childSurname, chosenName, demoName, pickCommunity, pickForename, pickNames } from './person-names.ts'
import type { Sex, SurnameSource } from './person-names.ts'
import type { Random } from './random.ts'

const MIXED = 0.12

/** Gives the members of one family their names, one after another. */
export interface FamilyNames {
  adult(spec: AdultSpec): DemoName
  child(sex: Sex): DemoName
}

/**
 * Settles the family's traditions: one, or two for mixed couples, whose children have forenames from both and
 * sometimes both surnames. `givenSurname` is used where an adult of the family is known already.
 */
export function nameFamily(random: Random, plan: FamilyPlan, specs: readonly AdultSpec[], givenSurname: NameText | null): FamilyNames {
  const first = plan.communities ? communityOf(plan.communities[0]) : pickCommunity(random)
  const secondKey = plan.communities?.[1]
  const mixed = secondKey !== undefined || (plan.communities === undefined && random.chance(MIXED))
  const second = secondKey !== undefined ? communityOf(secondKey) : mixed ? pickCommunity(random) : first
  // Two scripts in one name would not do, so mixed couples write theirs in Latin letters.
  const maternal = pickNames(random, first, mixed ? 0 : plan.ownScript === undefined ? undefined : Number(plan.ownScript))
  const paternal = mixed ? second.names : maternal
  const family: Surname = plan.unusual ? bothSexes(plan.unusual.surname)
    : givenSurname ? bothSexes(givenSurname) : random.pick(paternal.surnames)
  const motherKeeps = mixed || first.mothersKeepName || first.surnameRule !== 'family' || random.chance(0.2)
  const maternalSurname = plan.unusual || !motherKeeps ? family.female : random.pick(maternal.surnames).female
  const fatherForename = pickForename(random, paternal, 'male')
  const hasMother = specs.some((spec) => spec.relationship === 'Mother')
  const source: SurnameSource = {
    family,
    mother: hasMother ? maternalSurname : null,
    fatherForename: givenSurname || plan.unusual ? null : fatherForename,
    rule: mixed ? 'family' : first.surnameRule,
    joined: mixed && random.chance(0.25),
  }
  const used = new Set<string>()

  return {
    adult: (spec) => {
      const names = spec.surname === 'own' ? pickCommunity(random).names : spec.sex === 'male' ? paternal : maternal
      const forename = spec.relationship === 'Father' && !used.has('father') ? fatherForename : pickForename(random, names, spec.sex)
      if (spec.relationship === 'Father') used.add('father')
      used.add(forename.latin)
      const surname = spec.surname === 'own' ? random.pick(names.surnames)[spec.sex]
        : spec.surname === 'maternal' ? maternalSurname : family[spec.sex]
      // Whoever has a child with one name only need not have only one.
      return demoName(forename, surname.text === NO_SURNAME ? random.pick(names.surnames)[spec.sex] : surname)
    },
    child: (sex) => {
      if (plan.unusual) return demoName(plan.unusual.forename, plan.unusual.surname)
      const forename = freshForename(random, mixed && random.chance(0.5) ? paternal : maternal, sex, used)
      return chosenName(random, demoName(forename, childSurname(sex, source)))
    },
  }
}

const bothSexes = (name: NameText): Surname => ({ male: name, female: name })

/** Brothers and sisters do not share a forename. */
function freshForename(random: Random, names: NameSet, sex: Sex, used: Set<string>): NameText {
  let forename = pickForename(random, names, sex)
  for (let tries = 0; used.has(forename.latin) && tries < 20; tries++) forename = pickForename(random, names, sex)
  used.add(forename.latin)
  return forename
}
