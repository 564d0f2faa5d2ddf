import type { Actor } from '../../http/actor.ts'
import { type Sentence, sentence } from '../../shared/sentence.ts'
import { saidYear } from '../people/year-name.ts'

/** A registration group, or a whole year, of one school. */
export interface ClassGroup {
  schoolId: string
  kind: 'group' | 'year'
  /** Name of the group, or the year's code. */
  name: string
}

/** A group as the roster knows it. */
export interface KnownGroup extends ClassGroup {
  /** Years of its pupils. */
  years: string[]
  pupils: number
}

/** Roles whose grant without a group covers every class of the school. */
const WHOLE_SCHOOL: ReadonlySet<string> = new Set(['trust-admin', 'office', 'headteacher'])
const LEADS: ReadonlySet<string> = new Set([...WHOLE_SCHOOL, 'head-of-year', 'cover', 'class-teacher'])

/** May this person have anything to do with class sessions at all? */
export const mayLead = (actor: Actor): boolean => actor.roles.some(({ role }) => LEADS.has(role))

/**
 * How this person may lead a session of a group: `cover` only once a day. A class teacher's grant that names no group covers
 * the registration groups that the roster gives them (`ownGroups`, as `school|name`). Null: not at all.
 */
export function leadOf(actor: Actor, group: KnownGroup, ownGroups: ReadonlySet<string>): 'lead' | 'cover' | null {
  const fitting = actor.roles.filter((role) => LEADS.has(role.role) && (role.schoolId === null || role.schoolId === group.schoolId) && covers(role, group, ownGroups))
  if (fitting.length === 0) return null
  return fitting.some(({ role }) => role !== 'cover') ? 'lead' : 'cover'
}

function covers({ role, groupName, yearCode }: Actor['roles'][number], group: KnownGroup, ownGroups: ReadonlySet<string>): boolean {
  if (yearCode && !isNamed(group, yearCode)) return false
  if (groupName === null && yearCode) return true
  if (groupName !== null) return isNamed(group, groupName)
  // Of the narrow roles only a class teacher has groups without being given one: those of the records.
  return WHOLE_SCHOOL.has(role) || (role === 'class-teacher' && group.kind === 'group' && ownGroups.has(`${group.schoolId}|${group.name}`))
}

/** A grant names a class ("4B") or a year ("4", "Year 4"); a year's grant covers the classes that lie in it. */
function isNamed(group: KnownGroup, name: string): boolean {
  const year = name.replace(/^year\s+/i, '')
  if (group.kind === 'year') return group.name === year
  return group.name === name || (group.years.length > 0 && group.years.every((code) => code === year))
}

/** "Class 4B", "Year 4", "Reception". */
export function groupWords(group: Pick<ClassGroup, 'kind' | 'name'>): string {
  return groupSaid(group).toString()
}

/** The same in the reader's language. */
export function groupSaid({ kind, name }: Pick<ClassGroup, 'kind' | 'name'>): Sentence {
  if (kind === 'group') return sentence('Class {{name}}', { name })
  return saidYear(name)
}

/** Names as a class reads them: the forename, and as much of the surname as it takes to tell two apart. */
export function classNames(people: readonly { id: string; preferredForename: string; surname: string }[]): Map<string, string> {
  const alike = (test: (other: (typeof people)[number]) => boolean): boolean => people.filter(test).length > 1
  return new Map(people.map((person) => {
    const { preferredForename: forename, surname } = person
    if (!alike((other) => other.preferredForename === forename)) return [person.id, forename]
    const initial = [...surname][0] ?? ''
    const short = alike((other) => other.preferredForename === forename && [...other.surname][0] === initial)
    return [person.id, short ? `${forename} ${surname}`.trim() : `${forename} ${initial}`.trim()]
  }))
}
