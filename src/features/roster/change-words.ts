import type { AffiliationFact, GroupFact, LinkFact, PersonFact, RosterFact } from '../../adapters/sources/source.ts'
import type { PlanItem } from '../../db/plan-store.ts'
import { type CalendarDate, longDate } from '../../shared/dates.ts'
import { factKey } from './fact-changes.ts'
import type { StagedEnd } from './judge-endings.ts'
import { yearName } from '../people/year-name.ts'

/** What the words need to know around a line. */
export interface WordContext {
  /** Name of a school by the feed's key; null when the reader may not see it. */
  school: (key: string) => string | null
  /** The day on which ends are judged. */
  on: CalendarDate
}

const ROLES: Record<string, string> = {
  pupil: 'Pupil', teacher: 'Teacher', support: 'Support staff', trainee: 'Trainee', supply: 'Supply teacher', governor: 'Governor',
  volunteer: 'Volunteer', contractor: 'Contractor', visitor: 'Visitor', guardian: 'Parent or carer',
}

/** "Pupil", "Support staff": a role as people say it. */
export const roleWords = (role: string): string => ROLES[role] ?? role

/** "Year 4", "Reception". */
export const yearWords = (code: string | null): string => (code === null ? 'no year' : yearName(code))

/** "31 August 2026". */
export const dayWords = (date: CalendarDate): string => longDate(date).replace(/^\S+ /, '')

/** What one line of a plan would change, before and after, in words; empty when the reader may see none of it. */
export function changeWords(item: Pick<PlanItem, 'action' | 'before' | 'after' | 'reason'>, context: WordContext): string[] {
  const before = (item.before as RosterFact[] | null) ?? []
  const after = (item.after as Partial<StagedEnd & { facts: RosterFact[] }> | null) ?? {}
  if (item.action === 'missing') return ['Is not in the file any more. Nothing happens to them now.']
  if (after.end) return inSchool(after.end.schoolKey, context, (at) => `Has left ${at}; last day ${dayWords(after.end?.on ?? '')}`)
  if (item.action === 'gone' || item.action === 'rekeyed') return before.flatMap((fact) => goneWords(fact, context))
  const known = new Map(before.map((fact) => [factKey(fact), fact]))
  const words = (after.facts ?? []).flatMap((fact) => {
    const was = known.get(factKey(fact))
    known.delete(factKey(fact))
    return JSON.stringify(was) === JSON.stringify(fact) ? [] : factWords(was, fact, context)
  })
  const all = [...words, ...[...known.values()].flatMap((fact) => goneWords(fact, context))]
  if (item.action === 'return') all.unshift('Is in the file again')
  return [...new Set(all)]
}

function factWords(was: RosterFact | undefined, fact: RosterFact, context: WordContext): string[] {
  switch (fact.kind) {
    case 'person': return personWords(was as PersonFact | undefined, fact)
    case 'affiliation': return inSchool(fact.schoolKey, context, (at) => placeWords(was as AffiliationFact | undefined, fact, at, context.on))
    case 'group': return inSchool(fact.schoolKey, context, () => groupWords(was as GroupFact | undefined, fact))
    case 'link': return linkWords(was as LinkFact | undefined, fact)
  }
}

function personWords(was: PersonFact | undefined, fact: PersonFact): string[] {
  const name = (person: PersonFact): string => `${person.preferredForename} ${person.surname}`.trim()
  if (!was) return ['New in this source']
  return [
    ...(name(was) === name(fact) ? [] : [`Name: ${name(was)} becomes ${name(fact)}`]),
    ...valueWords('E-mail', was.email, fact.email),
    ...valueWords('Username', was.username, fact.username),
    ...(was.enabled === fact.enabled ? [] : [fact.enabled ? 'Is enabled in the source again' : 'Is marked as disabled in the source; Assent only notes it']),
    ...(fact.toBeDeleted && !was.toBeDeleted ? ['Is marked “to be deleted” in the source: proposed as a leaver'] : []),
    ...valueWords('Admission number', was.admissionNumber, fact.admissionNumber),
    ...(was.misId === fact.misId && was.upn === fact.upn ? [] : ['An identifier of the MIS has changed']),
    ...(was.yearCode === fact.yearCode ? [] : [`${yearWords(was.yearCode ?? null)} becomes ${yearWords(fact.yearCode ?? null)}`]),
  ]
}

function valueWords(what: string, was: string | null, now: string | null): string[] {
  if (was === now) return []
  if (was === null) return [`${what}: ${now ?? ''} added`]
  return [now === null ? `${what}: ${was} is cleared` : `${what}: ${was} becomes ${now}`]
}

function placeWords(was: AffiliationFact | undefined, fact: AffiliationFact, at: string, on: CalendarDate): string[] {
  const role = roleWords(fact.role)
  const year = fact.yearCode === null ? '' : `, ${yearWords(fact.yearCode)}`
  const ended = fact.endDate !== null && fact.endDate < on
  if (!was) {
    if (ended) return [`${role} at ${at}${year}, has left; last day ${dayWords(fact.endDate ?? '')}`]
    return [`${role} at ${at}${year}${fact.startDate !== null && fact.startDate > on ? `, from ${dayWords(fact.startDate)}` : ''}${fact.endDate === null ? '' : `, until ${dayWords(fact.endDate)}`}`]
  }
  return [
    ...(was.yearCode === fact.yearCode ? [] : [`${yearWords(was.yearCode)} becomes ${yearWords(fact.yearCode)} at ${at}`]),
    ...endWords(was, fact, at, on),
    ...(was.startDate === fact.startDate ? [] : [`First day at ${at}: ${was.startDate === null ? 'not stated' : dayWords(was.startDate)} becomes ${fact.startDate === null ? 'not stated' : dayWords(fact.startDate)}`]),
  ]
}

function endWords(was: AffiliationFact, fact: AffiliationFact, at: string, on: CalendarDate): string[] {
  if (was.endDate === fact.endDate) return []
  if (fact.endDate === null) return [`Stays at ${at}: the last day ${dayWords(was.endDate ?? '')} was taken out`]
  if (fact.endDate < on) return [`Has left ${at}; last day ${dayWords(fact.endDate)}`]
  return [`Will leave ${at}; last day ${dayWords(fact.endDate)}`]
}

function groupWords(was: GroupFact | undefined, fact: GroupFact): string[] {
  const what = fact.registration ? 'Registration group' : 'Class'
  if (!was) return [`${what} ${fact.name}: joins${fact.endDate === null ? '' : `, until ${dayWords(fact.endDate)}`}`]
  return [
    ...(was.name === fact.name ? [] : [`${what} ${was.name} becomes ${fact.name}`]),
    ...(was.endDate === fact.endDate ? [] : [`${what} ${fact.name}: last day ${was.endDate === null ? 'not stated' : dayWords(was.endDate)} becomes ${fact.endDate === null ? 'not stated' : dayWords(fact.endDate)}`]),
    ...(was.startDate === fact.startDate ? [] : [`${what} ${fact.name}: the first day changes`]),
  ]
}

function linkWords(was: LinkFact | undefined, fact: LinkFact): string[] {
  const who = `${fact.relationship || 'adult'} (${fact.guardianKey})`
  if (!was) return [`Parent or carer added: ${who}${fact.doNotContact ? ', not to be contacted' : fact.maySign ? '' : ', may not sign'}`]
  return [
    ...(was.relationship === fact.relationship ? [] : [`Relationship: ${was.relationship} becomes ${who}`]),
    ...(was.maySign === fact.maySign ? [] : [`${who} ${fact.maySign ? 'may sign now' : 'may no longer sign'}`]),
    ...(was.mayConsent === fact.mayConsent ? [] : [`${who} ${fact.mayConsent ? 'may consent now' : 'may no longer consent'}`]),
    ...(was.doNotContact === fact.doNotContact ? [] : [`${who} ${fact.doNotContact ? 'must not be contacted' : 'may be contacted again'}`]),
    ...(was.priority === fact.priority ? [] : [`${who} is contact ${fact.priority} now`]),
  ]
}

function goneWords(fact: RosterFact, context: WordContext): string[] {
  if (fact.kind === 'person') return ['Is not in the file any more']
  if (fact.kind === 'link') return [`Parent or carer taken out: ${fact.relationship || 'adult'} (${fact.guardianKey})`]
  if (fact.kind === 'group') return inSchool(fact.schoolKey, context, () => `${fact.registration ? 'Registration group' : 'Class'} ${fact.name}: not listed any more`)
  return inSchool(fact.schoolKey, context, (at) => `${roleWords(fact.role)} at ${at}: not listed any more. Nothing ends by that.`)
}

function inSchool(key: string, context: WordContext, words: (school: string) => string | string[]): string[] {
  const school = context.school(key)
  return school === null ? [] : [words(school)].flat()
}
