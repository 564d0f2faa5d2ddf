import type { CalendarDate } from '../../../shared/dates.ts'
import { CELL_GAP } from './row.ts'

/** A class with all that memberships depend on. */
export interface ClassTable {
  key: string
  name: string
  registration: boolean
  schoolKey: string
  /** Latest end of its sessions, inclusive; null when it has none. */
  lastDay: CalendarDate | null
  /** The same as text, part of each membership's digest text. */
  context: string
}

/** The latest of the sessions' ends; sessions without an end, or unknown ones, say nothing. */
export function latestEnd(sessions: ReadonlyMap<string, CalendarDate | null>, keys: readonly string[]): CalendarDate | null {
  let last: CalendarDate | null = null
  for (const key of keys) {
    const end = sessions.get(key) ?? null
    if (end !== null && (last === null || end > last)) last = end
  }
  return last
}

export function classTable(parts: Omit<ClassTable, 'context'>): ClassTable {
  return { ...parts, context: [parts.name, parts.registration ? 'reg' : '', parts.schoolKey, parts.lastDay ?? ''].join(CELL_GAP) }
}
