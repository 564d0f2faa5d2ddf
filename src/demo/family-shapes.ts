import type { Random } from './random.ts'
import type { Sex } from './person-names.ts'

/** One adult of a family, before they have a name. */
export interface AdultSpec {
  relationship: string
  sex: Sex
  /** 0: the children's first home; 1: another. */
  home: 0 | 1
  /** Lives with the children at least part of the week. */
  livesWith: boolean
  mayConsent: boolean
  /** Whose name: of the children's family, or their own. */
  surname: 'family' | 'maternal' | 'own'
}

const adult = (relationship: string, sex: Sex, more: Partial<AdultSpec> = {}): AdultSpec =>
  ({ relationship, sex, home: 0, livesWith: true, mayConsent: true, surname: 'family', ...more })

const mother = adult('Mother', 'female', { surname: 'maternal' })
const father = adult('Father', 'male')
const elsewhere = { home: 1, livesWith: true } as const

/** Family shapes; the order of adults is their priority. */
export const shapes = {
  couple: [mother, father],
  fatherFirst: [father, mother],
  loneMother: [mother],
  loneFather: [father],
  twoHomes: [mother, { ...father, ...elsewhere }],
  twoHomesStepfather: [mother, { ...father, ...elsewhere }, adult('Stepfather', 'male', { surname: 'own', mayConsent: false })],
  twoHomesFour: [
    mother, { ...father, ...elsewhere }, adult('Stepfather', 'male', { surname: 'own', mayConsent: false }),
    adult('Stepmother', 'female', { ...elsewhere, surname: 'family', mayConsent: false }),
  ],
  twoMothers: [adult('Mother', 'female'), adult('Mother', 'female', { surname: 'own' })],
  twoFathers: [adult('Father', 'male'), adult('Father', 'male', { surname: 'own' })],
  grandparents: [adult('Grandmother', 'female'), adult('Grandfather', 'male')],
  motherAndGrandmother: [mother, adult('Grandmother', 'female', { surname: 'maternal', mayConsent: false })],
  kinship: [adult('Kinship carer', 'female', { surname: 'own', mayConsent: false })],
  specialGuardian: [adult('Special guardian', 'female', { surname: 'own' })],
  foster: [
    adult('Foster carer', 'female', { surname: 'own', mayConsent: false }),
    adult('Social worker', 'female', { ...elsewhere, surname: 'own', livesWith: false }),
  ],
} as const satisfies Record<string, readonly AdultSpec[]>

export type Shape = keyof typeof shapes

/** Rough shares among families with school children. */
const shares: readonly (readonly [Shape, number])[] = [
  ['couple', 50], ['fatherFirst', 6], ['loneMother', 14], ['loneFather', 2], ['twoHomes', 14], ['twoHomesStepfather', 3.5], ['twoHomesFour', 1.5],
  ['twoMothers', 1], ['twoFathers', 0.5], ['grandparents', 1.5], ['motherAndGrandmother', 3], ['kinship', 0.7], ['specialGuardian', 0.6], ['foster', 1.2],
]

export const pickShape = (random: Random): Shape => random.weighted(shares)

/** How many children of a family are in the trust at once. */
export const pickChildren = (random: Random): number => random.weighted([[1, 56], [2, 31], [3, 10], [4, 2.5], [5, 0.5]])

/** Years between brothers and sisters; 0 is twins. */
export const pickGap = (random: Random): number => random.weighted([[0, 2], [1, 10], [2, 36], [3, 28], [4, 14], [5, 10]])

export const isParent = (relationship: string): boolean => relationship === 'Mother' || relationship === 'Father'
