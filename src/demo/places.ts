import type { DemoGroup } from './model.ts'
import type { Random } from './random.ts'
import { yearGroups } from './years.ts'

/** The free places of one area's registration groups; families take them until none is left. */
export interface Places {
  left(): number
  /** A year group (index) with free places, the emptier the likelier. */
  anyYear(random: Random): number
  hasYear(yearIndex: number): boolean
  /** Takes a place in the year's emptiest group; null when the year is full. */
  take(yearIndex: number): DemoGroup | null
}

/** Opens all places of the registration groups given. */
export function openPlaces(groups: readonly DemoGroup[]): Places {
  const byYear = yearGroups.map((year) => groups
    .filter((group) => group.kind === 'registration' && group.yearCode === year.code)
    .map((group) => ({ group, free: group.places })))
  const free = byYear.map((year) => year.reduce((sum, one) => sum + one.free, 0))
  let left = free.reduce((sum, count) => sum + count, 0)
  const hasYear = (yearIndex: number): boolean => (free[yearIndex] ?? 0) > 0
  return {
    left: () => left,
    hasYear,
    anyYear: (random) => random.weighted(free.map((count, index) => [index, count] as const)),
    take: (yearIndex) => {
      if (!hasYear(yearIndex)) return null
      const emptiest = (byYear[yearIndex] ?? []).reduce((best, one) => (one.free > best.free ? one : best))
      emptiest.free -= 1
      free[yearIndex] = (free[yearIndex] ?? 0) - 1
      left -= 1
      return emptiest.group
    },
  }
}
