import { communities } from './names/communities.ts'
import { unusualNames } from './names/unusual.ts'
import type { UnusualName } from './names/unusual.ts'
import { pickChildren, pickGap, pickShape } from './family-shapes.ts'
import type { Shape } from './family-shapes.ts'
import type { Places } from './places.ts'
import type { Random } from './random.ts'
import { yearGroups } from './years.ts'

/** What a family is to be like, before its names. */
export interface FamilyPlan {
  story: string | null
  /** Year groups (index) of the children, oldest first. */
  years: number[]
  shape: Shape
  /** Naming tradition, and a second one for mixed couples; absent: drawn. */
  communities?: readonly [string] | readonly [string, string]
  ownScript?: boolean
  unusual?: UnusualName
  email?: 'none' | 'shared'
  /** The adult of this priority may not be contacted about the youngest child. */
  doNotContactYoungest?: number
  /** The first (or, for a father, the second) parent works here (P1). */
  staffParent?: boolean
  /** The first adult is also a parent governor, or a volunteer, at the first child's school (P1). */
  alsoDoes?: 'governor' | 'volunteer'
}

/** Families that the demo's personas and its odd cases need; they come first in the first area. */
const stories: readonly FamilyPlan[] = [
  { story: 'three-across-schools', years: [11, 6, 3], shape: 'couple', communities: ['polish', 'yoruba'] },
  { story: 'sixth-former', years: [14], shape: 'loneMother', communities: ['welsh'] },
  { story: 'teacher-parent', years: [9, 4], shape: 'couple', staffParent: true },
  { story: 'do-not-contact-for-one', years: [8, 5], shape: 'twoHomes', communities: ['english'], doNotContactYoungest: 2 },
  { story: 'foster-care', years: [7], shape: 'foster', communities: ['scottish'] },
  { story: 'grandparents', years: [5], shape: 'grandparents', communities: ['caribbean'], alsoDoes: 'volunteer' },
  { story: 'shared-address', years: [10, 3], shape: 'couple', communities: ['punjabi'], email: 'shared' },
  { story: 'parent-governor', years: [8], shape: 'couple', communities: ['irish'], alsoDoes: 'governor' },
  { story: 'letters-only', years: [6, 4], shape: 'loneMother', communities: ['bangladeshi'], ownScript: true, email: 'none' },
  { story: 'four-guardians', years: [12, 9], shape: 'twoHomesFour', communities: ['english', 'portuguese'] },
]

/** Every tradition, in its own script too, and every unusual name: one family each, so that small trusts show them. */
const showcase: readonly Omit<FamilyPlan, 'years'>[] = [
  ...communities.map((one) => ({ story: null, shape: 'couple' as const, communities: [one.key] as const, ownScript: false })),
  ...communities.filter((one) => one.own !== null).map((one) => ({ story: null, shape: 'couple' as const, communities: [one.key] as const, ownScript: true })),
  ...unusualNames.map((unusual) => ({ story: null, shape: 'loneMother' as const, communities: ['english'] as const, unusual })),
]

/** The plan of an area's family number `index`: stories first, then every other one from the showcase, the rest as it comes. */
export function planFamily(random: Random, area: number, index: number, places: Places): FamilyPlan | null {
  const story = area === 0 ? stories[index] : undefined
  if (story) {
    const years = story.years.filter((year) => places.hasYear(year))
    return years.length > 0 ? { ...story, years } : null
  }
  const shown = area === 0 && (index - stories.length) % 2 === 1 ? showcase[(index - stories.length - 1) / 2] : undefined
  const years = shown?.unusual ? [places.anyYear(random)] : pickYears(random, places)
  return shown ? { ...shown, years } : { story: null, years, shape: pickShape(random), ...pickExtras(random) }
}

function pickYears(random: Random, places: Places): number[] {
  const years = [places.anyYear(random)]
  const children = pickChildren(random)
  while (years.length < children) {
    const gap = pickGap(random)
    const next = random.chance(0.5) ? Math.max(...years) + gap : Math.min(...years) - gap
    // Brothers and sisters outside the trust's years do not count; the family is smaller then.
    if (next < 0 || next >= yearGroups.length) break
    years.push(next)
  }
  return years.toSorted((a, b) => b - a)
}

function pickExtras(random: Random): Partial<FamilyPlan> {
  return {
    ...(random.chance(0.03) ? { email: 'shared' as const } : {}),
    ...(random.chance(0.015) ? { staffParent: true } : {}),
    ...(random.chance(0.004) ? { doNotContactYoungest: 2 } : {}),
  }
}
