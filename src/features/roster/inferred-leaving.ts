import type { GroupFact } from '../../adapters/sources/source.ts'
import type { CalendarDate } from '../../shared/dates.ts'

export interface InferredEnd {
  schoolKey: string
  /** Last day of the last class. */
  on: CalendarDate
}

/**
 * R5: OneRoster 1.1 has no end of a role. A pupil whose every enrolment at a school has ended is inferred to have left it;
 * not when the last of them ended only because the session did, unless they are expected to leave that school with the year that ends
 * (R8). A change of class leaves an enrolment that goes on.
 */
export function inferEnds(groups: GroupFact[], on: CalendarDate, isExpected: (schoolKey: string) => boolean = () => false): InferredEnd[] {
  const bySchool = new Map<string, GroupFact[]>()
  for (const group of groups) bySchool.set(group.schoolKey, [...bySchool.get(group.schoolKey) ?? [], group])
  const ends: InferredEnd[] = []
  for (const [schoolKey, list] of bySchool) {
    if (list.some((group) => group.endDate === null || group.endDate >= on)) continue
    const last = list.reduce((latest, group) => ((group.endDate ?? '') > (latest.endDate ?? '') ? group : latest))
    const sameDay = list.filter((group) => group.endDate === last.endDate)
    if (sameDay.every((group) => group.endIsSession) && !isExpected(schoolKey)) continue
    ends.push({ schoolKey, on: last.endDate as CalendarDate })
  }
  return ends
}
