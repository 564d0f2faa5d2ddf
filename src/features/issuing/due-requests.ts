import type { AffiliationRole } from '../../adapters/sources/source.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import type { Requirement } from '../agreements/agreement-store.ts'
import { bandOf, type PupilBand } from '../agreements/band.ts'
import { type SlotRule, slotsOf } from '../agreements/requirement.ts'
import { addSchoolDays, carriesOver, occasionFor } from './occasion.ts'
import type { NewRequest } from './request-store.ts'

export interface Placed {
  id: string
  hasEmail: boolean
  hasLogin: boolean
  bandOverride: string | null
  places: { schoolId: string; role: AffiliationRole; yearCode: string | null; startDate: CalendarDate | null }[]
}

/** A request that exists already, as far as judging what is due needs it. */
export interface ExistingRequest {
  family: string
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
  /** School days from `on` -> the day; filled as needed, since the same few are asked for everybody. */
  dueDays: Map<number, CalendarDate>
}

export interface Due {
  /** A request or a signature that carries over exists already. */
  covered: boolean
  request: Omit<NewRequest, 'id' | 'planId' | 'slots'>
  slots: SlotRule[]
}

/** What one person is due on a date, by band and school; coinciding causes merge (I1, I3). Pure. */
export function dueFor(person: Placed, rules: IssueRules, existing: ExistingRequest[]): Due[] {
  const due = new Map<string, Due>()
  for (const place of person.places) {
    const band = bandOf({ role: place.role, yearCode: place.yearCode, bandOverride: person.bandOverride as PupilBand | null })
    if (!band) continue
    for (const requirement of requirementsFor(rules.requirements, band, place.schoolId)) {
      const yearStart = rules.yearStarts.get(place.schoolId) ?? '09-01'
      const occasion = occasionFor({
        cadence: requirement.cadence, on: rules.on, startDate: place.startDate, yearStart, majorNumber: rules.majors.get(requirement.agreementId) ?? 1,
      })
      if (!occasion) continue
      const family = rules.families.get(requirement.agreementId) ?? band
      const key = `${family}|${requirement.signerRule}|${occasion.occasion}`
      const known = due.get(key)
      if (known) {
        if (!known.request.reasons.includes(occasion.reason)) known.request.reasons.push(occasion.reason)
        continue
      }
      due.set(key, {
        covered: isCovered(existing, { family, requirement, occasion: occasion.occasion, yearStart }, rules),
        request: {
          requirementId: requirement.id, personId: person.id, schoolId: place.schoolId, agreementId: requirement.agreementId, family,
          signerRule: requirement.signerRule, occasion: occasion.occasion, dueOn: dueDay(rules, requirement.dueSchoolDays), reasons: [occasion.reason],
        },
        slots: [...slotsOf(requirement)],
      })
    }
  }
  return [...due.values()]
}

function dueDay(rules: IssueRules, schoolDays: number): CalendarDate {
  const known = rules.dueDays.get(schoolDays) ?? addSchoolDays(rules.on, schoolDays)
  rules.dueDays.set(schoolDays, known)
  return known
}

/** A school's own requirement for an agreement stands in place of the trust's (G2). */
function requirementsFor(requirements: Requirement[], band: string, schoolId: string): Requirement[] {
  const fitting = requirements.filter((requirement) => requirement.band === band && (requirement.schoolId === null || requirement.schoolId === schoolId))
  const own = new Set(fitting.filter((requirement) => requirement.schoolId !== null).map((requirement) => requirement.agreementId))
  return fitting.filter((requirement) => requirement.schoolId !== null || !own.has(requirement.agreementId))
}

function isCovered(
  existing: ExistingRequest[], wanted: { family: string; requirement: Requirement; occasion: string; yearStart: string }, rules: IssueRules,
): boolean {
  const alike = existing.filter((request) => request.family === wanted.family && request.signerRule === wanted.requirement.signerRule)
  if (alike.some((request) => request.occasion === wanted.occasion)) return true
  if (wanted.requirement.cadence !== 'academic-year') return false
  const changedOn = rules.published.get(wanted.requirement.agreementId) ?? '0000-01-01'
  return alike.some((request) => {
    if (request.state !== 'complete' || request.completedAt === null) return false
    const completedOn = today(request.completedAt)
    return completedOn >= changedOn && carriesOver(completedOn, wanted.occasion, wanted.yearStart)
  })
}
