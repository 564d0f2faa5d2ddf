import { type CalendarDate, longDate, longInstant } from '../../shared/dates.ts'
import { type Guest, guestKindWords, standingOf } from './guest.ts'

export const STANDINGS = [
  { standing: 'waits', text: 'Waits for approval' }, { standing: 'coming', text: 'Coming' }, { standing: 'here', text: 'Here' }, { standing: 'over', text: 'Over' },
] as const

const TAGS = { waits: { status: 'held', text: 'Waits for approval' }, coming: { status: 'outstanding', text: 'Coming' }, here: { status: 'signed', text: 'Here' }, over: { status: 'quiet', text: 'Over' } } as const

const day = (date: CalendarDate): string => longDate(date).replace(/^\S+ /, '')

/** A guest as lists and files show one. */
export function guestRow(guest: Guest, facts: { name: string; email: string | null; school: string; by: (label: string | null) => string; on: CalendarDate }) {
  const standing = standingOf(guest, facts.on)
  const { by } = facts
  return {
    name: facts.name, email: facts.email, href: `/guests/${guest.id}`, kind: guestKindWords[guest.kind], organisation: guest.organisation, purpose: guest.purpose, school: facts.school,
    from: day(guest.fromDate), until: day(guest.untilDate), state: guest.state === 'declined' ? { status: 'quiet', text: 'Declined' } : guest.state === 'ended' ? { status: 'quiet', text: 'Ended early' } : TAGS[standing],
    asked: `${by(guest.askedBy)}, ${longInstant(guest.askedAt)}`, decided: guest.decidedAt === null ? '' : `${by(guest.decidedBy)}, ${longInstant(guest.decidedAt)}`,
    ended: guest.endedAt === null ? '' : `${by(guest.endedBy)}, ${longInstant(guest.endedAt)}`,
  }
}

/** The view model of one guest. */
export function guestView(input: {
  guest: Guest; row: ReturnType<typeof guestRow> | null; path: string; on: CalendarDate; approver: string; school: string; mayDecide: boolean; mayChange: boolean
}): object {
  const { guest, row, on } = input
  const standing = standingOf(guest, on)
  const open = standing === 'here' || standing === 'coming'
  return {
    crumbs: [{ text: 'Guests', href: '/guests' }], path: input.path, name: row?.name ?? '', tag: row?.state,
    facts: [
      { key: 'Kind', value: row?.kind }, ...(guest.organisation ? [{ key: 'From', value: guest.organisation }] : []), { key: 'Why they come', value: guest.purpose }, { key: 'School', value: input.school },
      { key: 'Days', value: `${row?.from} to ${row?.until}` }, { key: 'E-mail', value: row?.email ?? 'none: the desk gives them the agreement' }, { key: 'Asked by', value: row?.asked }, { key: 'To be approved by', value: input.approver },
      ...(guest.decidedAt === null ? [] : [{ key: guest.state === 'declined' ? 'Declined by' : 'Approved by', value: row?.decided }]), ...(guest.endedAt === null ? [] : [{ key: 'Ended by', value: row?.ended }]),
    ],
    decide: standing === 'waits' && input.mayDecide, waits: standing === 'waits' && !input.mayDecide,
    extend: guest.state === 'approved' && input.mayDecide ? { until: guest.untilDate } : null, end: open && input.mayChange,
    personHref: guest.state === 'approved' || guest.state === 'ended' ? `/access/people/${guest.personId}` : null,
  }
}
