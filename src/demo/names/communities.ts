import * as africa from './africa.ts'
import * as britishIsles from './british-isles.ts'
import * as eastAsia from './east-asia.ts'
import * as easternEurope from './eastern-europe.ts'
import * as middleEast from './middle-east.ts'
import * as southAsia from './south-asia.ts'
import * as southernEurope from './southern-europe.ts'
import type { Community } from './community.ts'

/** Every naming tradition the generator knows, by key: how a module lists its exports differs between loaders, and the people must not. */
export const communities: readonly Community[] = [britishIsles, easternEurope, southernEurope, africa, southAsia, eastAsia, middleEast]
  .flatMap((region): Community[] => Object.values(region))
  .toSorted((a, b) => (a.key < b.key ? -1 : 1))

const byKey = new Map(communities.map((one) => [one.key, one]))

/** @throws RangeError for a key that does not exist. */
export function communityOf(key: string): Community {
  const found = byKey.get(key)
  if (!found) throw new RangeError(`There is no community "${key}".`)
  return found
}
