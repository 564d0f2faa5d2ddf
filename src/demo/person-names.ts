import { communities } from './names/communities.ts'
import type { Community, NameSet, NameText, Surname, SurnameRule } from './names/community.ts'
import type { DemoName } from './model.ts'
import type { Random } from './random.ts'

export type Sex = 'female' | 'male'

const weighted = communities.map((one) => [one, one.weight] as const)
/** Share of families that write their names in their own script, where there is one. */
const OWN_SCRIPT = 0.12
/** The longest part of a name that common systems hold. */
const LONGEST = 60

export const pickCommunity = (random: Random): Community => random.weighted(weighted)

/** The community's names in Latin letters or, for some families, in its own script. */
export function pickNames(random: Random, community: Community, share = OWN_SCRIPT): NameSet {
  return community.own !== null && random.chance(share) ? community.own : community.names
}

export const pickForename = (random: Random, names: NameSet, sex: Sex): NameText => random.pick(names[sex])

/** `forename` and `surname` as one name. Either may be in its own script. */
export function demoName(forename: NameText, surname: NameText, legalForename: string | null = null): DemoName {
  return { forename: forename.text, surname: surname.text, latinForename: forename.latin, latinSurname: surname.latin, legalForename }
}

const joinNames = (first: NameText, second: NameText, sign: string): NameText =>
  ({ text: `${first.text}${sign}${second.text}`, latin: `${first.latin}${sign}${second.latin}` })

/** How the children of one family come by their name. */
export interface SurnameSource {
  family: Surname
  mother: NameText | null
  /** The father's forename, which is the children's second name in some traditions. */
  fatherForename: NameText | null
  rule: SurnameRule
  /** Parents of different traditions who join both their names. */
  joined: boolean
}

/** The family name of a child. A joined name that no system could hold falls back to the family's. */
export function childSurname(sex: Sex, source: SurnameSource): NameText {
  const family = source.family[sex]
  const { mother, fatherForename } = source
  if (source.rule === 'father' && fatherForename !== null) return fatherForename
  if (mother === null || mother.text === family.text || (source.rule !== 'both' && !source.joined)) return family
  const both = joinNames(mother, family, source.joined ? '-' : ' ')
  return both.text.length <= LONGEST ? both : family
}

const SHORT: Readonly<Record<string, string>> = {
  Oliver: 'Ollie', Harriet: 'Hattie', Thomas: 'Tom', Theodore: 'Teddy', Matilda: 'Tilly', Aleksandra: 'Ola', Eleanor: 'Nell', Alexandru: 'Alex',
  Zachary: 'Zac', Henry: 'Hal', Llywelyn: 'Llew', 'Muhammad Hamza': 'Hamza', 'Mohammed Yusuf': 'Yusuf', Chukwuemeka: 'Emeka',
  Oluwatobiloba: 'Tobi', Oluwaseun: 'Seun', Katarzyna: 'Kasia', Małgorzata: 'Gosia', Konstantinos: 'Kostas', Jakub: 'Kuba',
}

/** Some pupils go by a shorter name than the registered one (P5). */
export function chosenName(random: Random, name: DemoName): DemoName {
  const short = SHORT[name.forename]
  if (short !== undefined && random.chance(0.5)) return { ...name, forename: short, latinForename: short, legalForename: name.forename }
  return name
}
