import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { academicYear, today } from '../../shared/dates.ts'
import { type AgreementRequest, isAsked, type Signatory } from '../issuing/request.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import { isYoungBand, bandOf } from '../agreements/band.ts'
import type { PeopleQueries, Person } from '../people/people-queries.ts'
import { yearOnSql } from '../people/year-on.ts'
import { classNames, type ClassGroup, type KnownGroup } from './class-group.ts'
import type { ClassAnswer, ClassSession } from './class-session.ts'
import type { ClassStore } from './class-store.ts'

/** How one pupil of the class stands. `nothing`: not asked at all. */
export type PupilStanding = 'left' | 'waiting' | 'done' | 'nothing'

export interface ClassPupil {
  person: Person
  /** As the class reads it. */
  shortName: string
  standing: PupilStanding
  /** The first slot that is open and has no answer yet. */
  next: string | null
  answer: ClassAnswer | null
  /** Every slot of their own, whatever its state. */
  slots: string[]
  /** Was left over from the session before. */
  carried: boolean
  /** They said no, and a grown-up will talk with them. */
  declined: boolean
}

/** Reads for class sessions. */
export class ClassQueries {
  readonly #deps: { db: Database; clock: Clock; people: PeopleQueries; requests: RequestStore; store: ClassStore }
  constructor(deps: { db: Database; clock: Clock; people: PeopleQueries; requests: RequestStore; store: ClassStore }) {
    this.#deps = deps
  }

  /** Registration groups and years with pupils today. */
  async groups(schoolIds: 'all' | readonly string[]): Promise<KnownGroup[]> {
    const on = today(this.#deps.clock.now())
    if (schoolIds !== 'all' && schoolIds.length === 0) return []
    const rows = await this.#deps.db.rows(
      `select school_id, year_code, reg_group, count(distinct person_id) as n from (select a.person_id, a.school_id, a.reg_group, ${yearOnSql('a')} as year_code from affiliations a
         where a.role = 'pupil' and (a.start_date is null or a.start_date <= ?) and (a.end_date is null or a.end_date >= ?)
         ${schoolIds === 'all' ? '' : `and a.school_id in (${schoolIds.map(() => '?').join(', ')})`}) as placed group by school_id, year_code, reg_group`,
      [on, on, on, ...(schoolIds === 'all' ? [] : schoolIds)]) as unknown as { school_id: string; year_code: string | null; reg_group: string | null; n: number }[]
    const found = new Map<string, KnownGroup>()
    const add = (schoolId: string, kind: KnownGroup['kind'], name: string, year: string | null, n: number) => {
      const key = `${schoolId}|${kind}|${name}`
      const group = found.get(key) ?? { schoolId, kind, name, years: [], pupils: 0 }
      if (year !== null && !group.years.includes(year)) group.years.push(year)
      group.pupils += n
      found.set(key, group)
    }
    for (const row of rows) {
      if (row.reg_group !== null) add(row.school_id, 'group', row.reg_group, row.year_code, Number(row.n))
      if (row.year_code !== null) add(row.school_id, 'year', row.year_code, row.year_code, Number(row.n))
    }
    // Classes first, as they are asked for most; years from the youngest, whose codes are letters.
    return [...found.values()].sort((a, b) => a.kind.localeCompare(b.kind, 'en') || (a.kind === 'year' ? yearRank(a.name) - yearRank(b.name) : 0) || a.name.localeCompare(b.name, 'en', { numeric: true }))
  }

  async group(wanted: ClassGroup): Promise<KnownGroup | null> {
    return (await this.groups([wanted.schoolId])).find((group) => group.kind === wanted.kind && group.name === wanted.name) ?? null
  }

  /** Registration groups that the roster gives a member of staff, as `school|name`. */
  async ownGroups(personId: string): Promise<Set<string>> {
    const on = today(this.#deps.clock.now())
    const rows = await this.#deps.db.read('group_memberships').where({ person_id: personId, registration: 1 })
      .where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', on) }).select('school_id', 'name') as { school_id: string; name: string }[]
    return new Set(rows.map((row) => `${row.school_id}|${row.name}`))
  }

  /** Pupils of the group today, by name, each with where they stand. */
  async pupils(group: ClassGroup, earlier: ClassSession | null = null): Promise<ClassPupil[]> {
    const { db, people, requests, store, clock } = this.#deps
    const on = today(clock.now())
    const rows = await db.read('affiliations').where({ role: 'pupil', school_id: group.schoolId })
      .whereRaw(group.kind === 'group' ? 'reg_group = ?' : `${yearOnSql('affiliations')} = ?`, group.kind === 'group' ? [group.name] : [on, group.name])
      .where((w) => { void w.whereNull('start_date').orWhere('start_date', '<=', on) }).where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', on) })
      .distinct('person_id') as { person_id: string }[]
    const found = [...(await people.people(rows.map((row) => row.person_id))).values()]
      .sort((a, b) => a.preferredForename.localeCompare(b.preferredForename, 'en') || a.surname.localeCompare(b.surname, 'en'))
    const ids = found.map((person) => person.id)
    const asked = (await requests.ofPeople(ids)).filter((request) => isCurrentRequest(request, on))
    const slots = await requests.signatoriesOf(asked.map((request) => request.id))
    const waiting = await store.waitingOfPupils(ids)
    const names = classNames(found)
    return found.map((person) => {
      const own = asked.filter((request) => request.personId === person.id)
        .flatMap((request) => (slots.get(request.id) ?? []).filter((slot) => slot.slot !== 'guardian').map((slot) => ({ request, slot })))
      return {
        person, shortName: names.get(person.id) ?? person.name, carried: earlier?.leftOver.includes(person.id) ?? false, slots: own.map(({ slot }) => slot.id),
        ...standingOf(own, waiting.filter((answer) => answer.pupilId === person.id)),
      }
    })
  }

  /** For pupils up to Year 6: their pages are larger and have pictures. */
  isYoung(group: KnownGroup): boolean {
    return group.years.length > 0 && group.years.every((yearCode) => {
      const band = bandOf({ role: 'pupil', yearCode })
      return band !== null && isYoungBand(band)
    })
  }
}

function isCurrentRequest(request: AgreementRequest, on: string): boolean {
  if (request.state === 'open') return true
  return (request.state === 'complete' || request.state === 'declined') && (request.occasion === academicYear(on) || !/^\d{4}\//.test(request.occasion))
}

function standingOf(own: { request: AgreementRequest; slot: Signatory }[], waiting: ClassAnswer[]): Pick<ClassPupil, 'standing' | 'next' | 'answer' | 'declined'> {
  const open = own.filter(({ request, slot }) => isAsked(request, slot) && !waiting.some((answer) => answer.signatoryId === slot.id))
    .sort((a, b) => Number(b.slot.required) - Number(a.slot.required) || (a.slot.id < b.slot.id ? -1 : 1))
  const answer = waiting.find((one) => own.some(({ request, slot }) => slot.id === one.signatoryId && isAsked(request, slot))) ?? null
  const standing = answer ? 'waiting' : open.length > 0 ? 'left' : own.some(({ slot }) => slot.state !== 'open') ? 'done' : 'nothing'
  return { standing, next: open[0]?.slot.id ?? null, answer, declined: own.some(({ slot }) => slot.state === 'declined') }
}

const BEFORE_YEAR_1 = ['E1', 'E2', 'N1', 'N2', 'R']

/** Place of a year's code in the order of age; codes without an age come last. */
function yearRank(code: string): number {
  if (/^\d+$/.test(code)) return Number(code)
  const place = BEFORE_YEAR_1.indexOf(code)
  return place < 0 ? 100 : place - BEFORE_YEAR_1.length
}
