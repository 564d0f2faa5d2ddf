import type { Actor, Place } from '../../../http/actor.ts'
import type { Database } from '../../../db/database.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import { byYear } from '../../people/year-name.ts'
import { type Affiliation, isCurrent } from '../../people/affiliation.ts'

/** A registration group, or the pupils of a year without one, of one school. */
export interface PasswordGroup {
  schoolId: string
  kind: 'group' | 'year'
  name: string
  pupils: number
}

/** A year of a large school fits; more would take minutes. */
export const MOST_SLIPS = 400

type Schools = ReadonlySet<string>

/**
 * Whether somebody may give this person a password: pupils where `passwords.set` reaches, adults where `passwords.staff` does. A role for one
 * year or group reaches only where the school lets its class teachers. Never for oneself, or a child of one's own (P7).
 */
export function mayGivePassword(actor: Actor, personId: string, places: readonly Affiliation[], on: CalendarDate, teacherSchools: Schools): boolean {
  if (personId === actor.personId || actor.relatedTo?.includes(personId)) return false
  const standing = places.filter((place) => place.role !== 'guardian' && isCurrent(place, on))
  if (standing.length === 0) return false
  if (standing.some(({ role }) => role !== 'pupil')) return standing.some(({ schoolId }) => actor.can('passwords.staff', schoolId))
  return standing.some((place) => reaches(actor, place, teacherSchools))
}

/** Whether `passwords.set` reaches a pupil's place. */
export function reaches(actor: Actor, place: Pick<Affiliation, 'schoolId' | 'yearCode' | 'regGroup'>, teacherSchools: Schools): boolean {
  const scope = actor.scope('passwords.set')
  if (scope === 'all') return true
  return scope.some((each) => each.schoolId === place.schoolId && (isWide(each) || (teacherSchools.has(place.schoolId) && covers(each, place))))
}

const isWide = ({ yearCode, groupName }: Place): boolean => yearCode === null && groupName === null

const covers = ({ yearCode, groupName }: Place, place: Pick<Affiliation, 'yearCode' | 'regGroup'>): boolean =>
  (yearCode === null || yearCode === place.yearCode) && (groupName === null || groupName === place.regGroup)

/** The classes of today's pupils that somebody reaches, by name; whole years as well for whoever has the whole school. */
export async function passwordGroups(db: Database, actor: Actor, on: CalendarDate, teacherSchools: Schools): Promise<PasswordGroup[]> {
  const scope = actor.scope('passwords.set')
  const query = current(db, on).groupBy('school_id', 'year_code', 'reg_group').select('school_id', 'year_code', 'reg_group').countDistinct({ n: 'person_id' })
  if (scope !== 'all') void query.whereIn('school_id', scope.map(({ schoolId }) => schoolId))
  const rows = await query as unknown as { school_id: string; year_code: string | null; reg_group: string | null; n: number }[]
  const found = new Map<string, PasswordGroup>()
  const add = (schoolId: string, kind: PasswordGroup['kind'], name: string, n: number) => {
    const key = `${schoolId}|${kind}|${name}`
    const group = found.get(key) ?? { schoolId, kind, name, pupils: 0 }
    group.pupils += n
    found.set(key, group)
  }
  for (const row of rows) {
    const place = { schoolId: row.school_id, yearCode: row.year_code, regGroup: row.reg_group }
    if (!reaches(actor, place, teacherSchools)) continue
    if (row.reg_group !== null) add(row.school_id, 'group', row.reg_group, Number(row.n))
    const wide = scope === 'all' || scope.some((each) => each.schoolId === row.school_id && isWide(each))
    if (row.year_code !== null && wide) add(row.school_id, 'year', row.year_code, Number(row.n))
  }
  return [...found.values()].sort((a, b) => a.kind.localeCompare(b.kind, 'en') || (a.kind === 'year' ? byYear(a.name, b.name) : a.name.localeCompare(b.name, 'en', { numeric: true })))
}

/** Ids of today's pupils of a class or year. */
export async function pupilsOf(db: Database, group: Pick<PasswordGroup, 'schoolId' | 'kind' | 'name'>, on: CalendarDate): Promise<string[]> {
  const rows = await current(db, on).where({ school_id: group.schoolId, [group.kind === 'group' ? 'reg_group' : 'year_code']: group.name }).distinct('person_id').orderBy('person_id') as { person_id: string }[]
  return rows.map((row) => row.person_id)
}

const current = (db: Database, on: CalendarDate) => db.read('affiliations').where({ role: 'pupil' })
  .where((w) => { void w.whereNull('start_date').orWhere('start_date', '<=', on) }).where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', on) })
