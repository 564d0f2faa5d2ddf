import { type CalendarDate, longDate } from '../../shared/dates.ts'
import type { Affiliation } from '../people/affiliation.ts'
import type { Person } from '../people/people-queries.ts'
import { yearName } from '../people/year-name.ts'
import type { TimelineEvent } from './access-queries.ts'
import type { AccessOf } from './access-service.ts'
import { accountWords, levelWords, reasonWords } from './access-words.ts'

export interface AccessPersonInput {
  person: Person
  /** Places that the reader may see. */
  places: readonly Affiliation[]
  access: AccessOf
  timeline: readonly TimelineEvent[]
  on: CalendarDate
  names: (label: string | null) => string
  schoolNames: ReadonlyMap<string, string>
  /** What this person was asked to sign. */
  agreementsHref: string
  actions: { text: string; href: string; kind: string }[]
  backHref: string | null
  rosterHref: ((run: string) => string) | null
}

const CAUSES: Record<string, string> = {
  leaver: 'Has left the trust', 'school-leaver': 'Has left a school of the trust', misuse: 'After misuse', safeguarding: 'Safeguarding', unsigned: 'Has not signed',
  'guest-expired': 'The visit has ended', manual: 'By hand',
}

const EVENTS: Partial<Record<TimelineEvent['kind'], string>> = {
  released: 'Lifted', undone: 'Undone with its plan', exempted: 'Access kept', 'exemption-ended': 'Exemption ended', drift: 'Changed in the directory by somebody else, as last seen',
}

const day = (date: CalendarDate): string => longDate(date).replace(/^\S+ /, '')

/** The view model of a person's access. */
export function accessPersonView(input: AccessPersonInput): object {
  const { person, access, names } = input
  const level = levelWords[access.desired.level]
  return {
    crumbs: input.backHref ? [{ text: 'Access', href: input.backHref }] : [],
    actions: [{ text: 'Agreements', href: input.agreementsHref, kind: 'plain' }, ...input.actions],
    person: { name: person.name, detail: input.places.map((place) => placeWords(place, input)).join('; ') || 'No place in the trust’s records' },
    level: { status: level.status, text: level.text, sentence: level.sentence },
    restrictions: access.restrictions.map((restriction) => {
      const effect = access.desired.because.find((cause) => cause.kind === 'restriction' && cause.id === restriction.id)?.effect
      const { text, run } = reasonWords(restriction.reason)
      return {
        ...(input.actions.length > 0 && restriction.cause !== null && ['misuse', 'safeguarding', 'manual'].includes(restriction.cause) ? { href: `/access/restrictions/${restriction.id}` } : {}),
        title: restriction.cause === null ? 'Access changed by the school' : CAUSES[restriction.cause] ?? restriction.cause,
        text, from: day(restriction.fromDate), until: restriction.untilDate === null ? null : day(restriction.untilDate),
        by: restriction.placedBy === null ? 'the school' : names(restriction.placedBy), ...(run && input.rosterHref ? { runHref: input.rosterHref(run) } : {}),
        rule: effect === 'decides' ? 'A1: of all restrictions that stand, the strictest decides. This one does.' : effect === 'lifted' ? 'A1: an exemption stands above this restriction.' : 'A1: another restriction is stricter and decides.',
        next: restriction.untilDate === null ? 'It stands until whoever caused it lifts it, or the plan that placed it is undone.' : `It ends by itself after ${day(restriction.untilDate)}.`,
      }
    }),
    exemptions: access.exemptions.map((exemption) => ({ title: `${levelWords[exemption.floorLevel].text} until ${day(exemption.untilDate)}.`, text: exemption.reason })),
    accounts: {
      caption: 'Accounts', captionHidden: true, columns: [{ text: 'Account' }, { text: 'Directory' }, { text: 'State there' }, { text: 'Changed by somebody else' }],
      rows: access.accounts.map((account) => {
        const { sub, ...tag } = accountWords(account)
        return [
          { text: account.username }, { text: account.directory }, { tag, sub: `${sub}${account.protected ? '; protected' : ''}` },
          { text: account.drift.length === 0 ? 'Nothing' : `${account.drift.length} ${account.drift.length === 1 ? 'thing' : 'things'}, left alone` },
        ]
      }),
    },
    events: input.timeline.map((event) => {
      const words = reasonWords(event.text)
      return {
        at: event.at, title: EVENTS[event.kind] ?? (event.profile ? `Restricted (${event.profile})` : levelWords[event.level].text), text: words.text,
        by: event.by === null ? null : `by ${names(event.by)}`, status: event.kind === 'drift' ? 'attention' : event.kind !== 'restricted' ? 'signed' : event.level === 'suspended' ? 'suspended' : 'held',
      }
    }),
  }
}

/** "Pupil, Year 9, 9A, Copperbeck Academy". */
export function placeWords({ role, schoolId, yearCode, regGroup, endDate, missingSince }: Affiliation, { schoolNames, on }: Pick<AccessPersonInput, 'schoolNames' | 'on'>): string {
  const parts = [role.charAt(0).toUpperCase() + role.slice(1), ...(yearCode === null ? [] : [yearName(yearCode)]), ...(regGroup === null ? [] : [regGroup]), schoolNames.get(schoolId) ?? '']
  const end = endDate === null ? '' : endDate < on ? ` (left; last day ${day(endDate)})` : ` (until ${day(endDate)})`
  return `${parts.join(', ')}${end}${missingSince === null ? '' : ' (missing from its source)'}`
}
