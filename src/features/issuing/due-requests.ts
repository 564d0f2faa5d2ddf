import type { AffiliationRole } from '../../adapters/sources/source.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import { bandOf, familyOf, isPupilBand, type Band, type PupilBand } from '../agreements/band.ts'
import { type SlotRule, slotsOf, slotsOfAdult, slotsOfEach } from '../agreements/requirement.ts'
import type { Requirement } from '../agreements/requirement-store.ts'
import { carriesOver, occasionFor } from './occasion.ts'
import type { NewRequest } from './request-store.ts'

/** One hat at one school. */
export interface Place {
  schoolId: string
  role: AffiliationRole
  yearCode: string | null
  startDate: CalendarDate | null
  regGroup?: string | null
}

export interface Placed {
  id: string
  hasEmail: boolean
  hasLogin: boolean
  bandOverride: string | null
  places: Place[]
  /** School and name of every group they are in (`school|name`); read only where a requirement asks for a group. */
  groups?: ReadonlySet<string>
  /** Adults who may sign for them; read only where a requirement asks all of them (F5). */
  guardians?: readonly string[]
}

/** A request or training that exists already, as far as judging what is due needs it. */
export interface ExistingRequest {
  family: string
  topic: string
  signerRule: string
  occasion: string
  state: string
  completedAt: number | null
}

export interface IssueRules {
  on: CalendarDate
  requirements: Requirement[]
  /** Agreement -> number of its current major version. */
  majors: Map<string, number>
  /** Agreement -> day its current major version was published. */
  published: Map<string, CalendarDate>
  families: Map<string, string>
  /** School -> `MM-DD`. */
  yearStarts: Map<string, string>
  /** Pupil -> day from which they sign alone (G4). */
  adults: ReadonlyMap<string, CalendarDate>
  /** The day so many school days of a school's calendar after another (I6). */
  addSchoolDays: (schoolId: string, from: CalendarDate, days: number) => CalendarDate
  /** `school|days` -> the day; filled as needed, since the same few are asked for everybody. */
  dueDays: Map<string, CalendarDate>
  /** The first day of a visit, for what is asked at each visit; absent: that is for the desk. */
  visit?: CalendarDate
}

export interface Due {
  /** A request or a signature that carries over exists already. */
  covered: boolean
  request: Omit<NewRequest, 'id' | 'planId' | 'slots'>
  slots: readonly SlotRule[]
  requirement: Requirement
  /** Where it became due: the school and year that a preview counts it under. */
  place: Place
}

/** What one person is due on a date, by band and school; coinciding causes merge (I1, I3). Pure. */
export function dueFor(person: Placed, rules: IssueRules, existing: ExistingRequest[]): Due[] {
  const due = new Map<string, Due>()
  for (const place of person.places) {
    const band = bandOf({ role: place.role, yearCode: place.yearCode, bandOverride: person.bandOverride as PupilBand | null })
    if (!band) continue
    for (const requirement of requirementsFor(rules.requirements, band, place, person)) {
      const { topic } = requirement
      const yearStart = rules.yearStarts.get(place.schoolId) ?? '09-01'
      const family = rules.families.get(requirement.agreementId) ?? familyOf(band)
      const alike = existing.filter((request) => request.family === family && request.topic === topic && request.signerRule === requirement.signerRule)
      const occasion = occasionFor({
        cadence: requirement.cadence, on: rules.on, startDate: place.startDate, yearStart, majorNumber: rules.majors.get(requirement.agreementId) ?? 1, band,
        everyMonths: requirement.everyMonths,
        ...(requirement.cadence === 'every-months' ? { rounds: alike.map((one) => ({ occasion: one.occasion, completedOn: one.state === 'complete' && one.completedAt !== null ? today(one.completedAt) : null })) } : {}),
      }) ?? (requirement.cadence === 'per-visit' && rules.visit ? { occasion: `visit:${rules.visit}`, reason: 'a visit' } : null)
      if (!occasion) continue
      const key = `${family}|${topic}|${requirement.signerRule}|${occasion.occasion}`
      const known = due.get(key)
      if (known) {
        if (!known.request.reasons.includes(occasion.reason)) known.request.reasons.push(occasion.reason)
        continue
      }
      const dueOn = daysFrom(rules, place.schoolId, requirement.dueSchoolDays)
      due.set(key, {
        covered: isCovered(alike, { requirement, occasion: occasion.occasion, yearStart }, rules),
        request: {
          requirementId: requirement.id, personId: person.id, schoolId: place.schoolId, agreementId: requirement.agreementId, family, topic,
          signerRule: requirement.signerRule, occasion: occasion.occasion, compulsory: requirement.compulsory, dueOn,
          graceUntil: requirement.graceSchoolDays > 0 ? daysFrom(rules, place.schoolId, requirement.dueSchoolDays + requirement.graceSchoolDays) : dueOn,
          reasons: [occasion.reason],
        },
        slots: slotsFor(requirement, person, band, rules), requirement, place,
      })
    }
  }
  return [...due.values()]
}

function slotsFor(requirement: Requirement, person: Placed, band: Band, rules: IssueRules): readonly SlotRule[] {
  if (requirement.act === 'train') return []
  const slots = slotsOf({ act: requirement.act, signerRule: requirement.signerRule, compulsory: requirement.compulsory })
  const adultFrom = isPupilBand(band) ? rules.adults.get(person.id) : undefined
  if (adultFrom !== undefined && adultFrom <= rules.on) return slotsOfAdult(slots)
  return requirement.signers === 'all' ? slotsOfEach(slots, person.guardians ?? []) : slots
}

function daysFrom(rules: IssueRules, schoolId: string, schoolDays: number): CalendarDate {
  const key = `${schoolId}|${schoolDays}`
  let day = rules.dueDays.get(key)
  if (day === undefined) rules.dueDays.set(key, day = rules.addSchoolDays(schoolId, rules.on, schoolDays))
  return day
}

/** A school's own requirement for an agreement stands in place of the trust's (G2). */
function requirementsFor(requirements: Requirement[], band: Band, place: Place, person: Placed): Requirement[] {
  const { schoolId } = place
  const fitting = requirements.filter((requirement) => requirement.band === band && (requirement.schoolId === null || requirement.schoolId === schoolId)
    && (requirement.role === null || requirement.role === place.role)
    && (requirement.groupName === null || requirement.groupName === place.regGroup || person.groups?.has(`${schoolId}|${requirement.groupName}`) === true))
  const own = new Set(fitting.filter((requirement) => requirement.schoolId !== null).map(whatOf))
  return own.size === 0 ? fitting : fitting.filter((requirement) => requirement.schoolId !== null || !own.has(whatOf(requirement)))
}

const whatOf = (requirement: Requirement): string => requirement.agreementId || (requirement.title ?? '')

function isCovered(alike: readonly ExistingRequest[], wanted: { requirement: Requirement; occasion: string; yearStart: string }, rules: IssueRules): boolean {
  if (alike.some((request) => request.occasion === wanted.occasion)) return true
  if (wanted.requirement.cadence !== 'academic-year') return false
  const changedOn = rules.published.get(wanted.requirement.agreementId) ?? '0000-01-01'
  return alike.some((request) => {
    if (request.state !== 'complete' || request.completedAt === null) return false
    const completedOn = today(request.completedAt)
    return completedOn >= changedOn && carriesOver(completedOn, wanted.occasion, wanted.yearStart)
  })
}
