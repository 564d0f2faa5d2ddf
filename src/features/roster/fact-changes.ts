import type { AffiliationFact, GroupFact, LinkFact, PersonFact, RosterFact } from '../../adapters/sources/source.ts'
import type { CalendarDate } from '../../shared/dates.ts'

/** The class of a change; a person falls into the highest one (the command line's contract). */
export const rank = { none: 0, missing: 1, changed: 2, mover: 3, joiner: 4, leaver: 5 } as const

export interface RowChange {
  rank: number
  /** Takes something away (an ending, or a cleared e-mail, year, group or guardian link): what the brake counts (R3, B1). */
  takesAway: boolean
  /** In plain words, without names. */
  reason: string
  /** Schools and roles that end with this row (R5). */
  endings: { schoolKey: string; role: string; on: CalendarDate }[]
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The identity of a fact within its person. */
export function factKey(fact: RosterFact): string {
  switch (fact.kind) {
    case 'person': return 'person'
    case 'affiliation': return `affiliation|${fact.personKey}|${fact.schoolKey}|${fact.role}`
    case 'group': return `group|${fact.groupKey}`
    case 'link': return `link|${fact.guardianKey}`
  }
}

/** What a row newly says, compared with what it said when last applied. Pure; `before` is null for a new row. */
export function compareRow(before: RosterFact[] | null, after: RosterFact[], on: CalendarDate): RowChange {
  const change: RowChange = { rank: rank.none, takesAway: false, reason: '', endings: [] }
  const reasons: string[] = []
  const old = new Map((before ?? []).map((fact) => [factKey(fact), fact]))
  const raise = (to: number, reason: string): void => {
    change.rank = Math.max(change.rank, to)
    if (reason && !reasons.includes(reason)) reasons.push(reason)
  }
  const takeAway = (reason: string): void => {
    change.takesAway = true
    raise(rank.changed, reason)
  }
  for (const fact of after) {
    const known = old.get(factKey(fact))
    old.delete(factKey(fact))
    if (known && same(known, fact)) continue
    if (fact.kind === 'person') comparePerson(known as PersonFact | undefined, fact, raise, takeAway)
    else if (fact.kind === 'affiliation') compareAffiliation(known as AffiliationFact | undefined, fact, on, change, raise, takeAway)
    else if (fact.kind === 'group') compareGroup(known as GroupFact | undefined, fact, raise)
    else raise(rank.changed, known ? 'guardian link changed' : 'guardian link added')
    if (fact.kind === 'link' && known && (known as LinkFact).maySign && !fact.maySign) takeAway('guardian may no longer sign')
  }
  for (const gone of old.values()) compareGone(gone, raise, takeAway)
  change.reason = reasons.join('; ')
  return change
}

type Raise = (to: number, reason: string) => void
type TakeAway = (reason: string) => void

function comparePerson(known: PersonFact | undefined, fact: PersonFact, raise: Raise, takeAway: TakeAway): void {
  if (!known) return raise(rank.joiner, 'new in this source')
  if (known.email && !fact.email) takeAway('e-mail address cleared')
  else if (known.email !== fact.email) raise(rank.changed, 'e-mail address')
  if (known.preferredForename !== fact.preferredForename || known.surname !== fact.surname) raise(rank.changed, 'name')
  if (known.enabled !== fact.enabled) raise(rank.changed, fact.enabled ? 'enabled again in the source' : 'disabled in the source (a note only)')
  if (known.yearCode && !fact.yearCode) takeAway('year cleared')
  else if ((known.yearCode ?? null) !== (fact.yearCode ?? null)) raise(rank.mover, `year ${known.yearCode ?? 'not stated'} to ${fact.yearCode}`)
  if (!known.toBeDeleted && fact.toBeDeleted) raise(rank.changed, 'marked "to be deleted" by the source: proposed as a leaver')
  raise(rank.changed, '')
}

function compareAffiliation(
  known: AffiliationFact | undefined, fact: AffiliationFact, on: CalendarDate, change: RowChange, raise: Raise, takeAway: TakeAway,
): void {
  const ended = fact.endDate !== null && fact.endDate < on
  const wasEnded = known !== undefined && known.endDate !== null && known.endDate < on
  if (ended && !wasEnded) {
    change.endings.push({ schoolKey: fact.schoolKey, role: fact.role, on: fact.endDate as string })
    // Whether the person leaves or only moves needs all their rows; judged later (P3).
    return raise(rank.leaver, `left on ${fact.endDate}`)
  }
  if (!known) return raise(rank.mover, 'new school or role')
  if (known.yearCode !== null && fact.yearCode === null) takeAway('year cleared')
  else if (known.yearCode !== fact.yearCode) raise(rank.mover, `year ${known.yearCode ?? 'not stated'} to ${fact.yearCode}`)
  if (wasEnded && !ended) raise(rank.joiner, 'back again')
  if (known.endDate !== fact.endDate) raise(rank.changed, fact.endDate ? `will leave on ${fact.endDate}` : 'leaving date removed')
  if (known.startDate !== fact.startDate) raise(rank.changed, 'start date')
}

function compareGroup(known: GroupFact | undefined, fact: GroupFact, raise: Raise): void {
  if (!known) raise(fact.registration ? rank.mover : rank.changed, fact.registration ? 'registration group' : 'class')
  else if (known.name !== fact.name && fact.registration) raise(rank.mover, 'registration group')
  else raise(rank.changed, 'dates of a class')
}

/** A fact that a row no longer states, though the row is still there. */
function compareGone(gone: RosterFact, raise: Raise, takeAway: TakeAway): void {
  if (gone.kind === 'link') takeAway('guardian link removed')
  else if (gone.kind === 'affiliation') raise(rank.missing, 'no longer listed at a school')
  else if (gone.kind === 'group') raise(gone.registration ? rank.mover : rank.changed, 'left a class')
}
