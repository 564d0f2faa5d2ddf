import type { Database } from '../../../db/database.ts'
import type { NewPlanItem, Plan, PlanStore } from '../../../db/plan-store.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import type { RosterRun } from '../roster-run.ts'
import type { Source } from '../source-store.ts'
import { changedPeople, identifiersOf, joinersOf, type UndoLine, undoPeople, whatWords, type WhatHangs } from './run-changes.ts'
import type { PersonUndo, UndoWhat } from './undo-person.ts'

/** How many people an undo concerns, each in one number of the first four or more. */
export interface UndoCounts {
  /** Of whom something is taken back. */
  people: number
  /** Whose end is lifted: they have their place again. */
  endsLifted: number
  /** Whose end counts again, because the run had lifted it: they lose something. */
  endsSet: number
  /** No longer missing. */
  missing: number
  /** Joiners taken out again. */
  withdrawn: number
  /** Joiners who stay, because something hangs on them. */
  kept: number
  /** Who has names, addresses, years, groups, places or links back. */
  details: number
  /** Of whom something has been changed since and stays. */
  changedSince: number
  /** Of these those of whom nothing can be taken back. */
  leftOnly: number
}

const PART = 200

/** Writes the lines of an undo: one for each person, with what is taken back and what stays. */
export async function stageUndo(
  deps: { db: Database; plans: PlanStore; whatHangs: WhatHangs }, { run, source, undoId, on }: { run: RosterRun; plan: Plan; source: Source; undoId: string; on: CalendarDate },
): Promise<UndoCounts> {
  const { db, plans, whatHangs } = deps
  const counts: UndoCounts = { people: 0, endsLifted: 0, endsSet: 0, missing: 0, withdrawn: 0, kept: 0, details: 0, changedSince: 0, leftOnly: 0 }
  const joiners = new Set<string>()
  let seq = 0
  const add = (items: Omit<NewPlanItem, 'seq'>[]) => db.step(() => plans.addItems(undoId, items.map((item) => ({ ...item, seq: seq++ }))))
  for await (const part of joinersOf(db, run, PART)) {
    const hanging = await whatHangs(part.map(({ personId }) => personId), null)
    const fresh = part.filter(({ personId }) => !joiners.has(personId))
    await add(fresh.map(({ externalId, personId, elsewhere }) => {
      joiners.add(personId)
      const why = [...elsewhere ? ['is known to another source'] : [], ...hanging.get(personId) ?? []]
      if (why.length > 0) counts.kept += 1
      else counts.withdrawn += 1
      return line({ kind: 'withdraw', personId, did: [], left: [] }, externalId, why.length > 0 ? `stays, because this person ${why.join(', ')}` : null, why.length > 0 ? 'skipped' : 'planned', 3)
    }))
  }
  counts.people = counts.withdrawn
  for await (const part of changedPeople(db, run.planId as string, PART)) {
    const ids = part.filter((id) => !joiners.has(id))
    const undone = await undoPeople({ db, whatHangs, run, on }, ids)
    const identifiers = await identifiersOf(db, source.id, ids)
    await add([...undone].map(([personId, { undo }]) => {
      count(counts, undo)
      return line({ kind: 'restore', personId, did: undo.did, left: undo.left }, identifiers.get(personId) ?? personId, leftWords(undo), undo.did.length > 0 ? 'planned' : 'skipped', gravity(undo))
    }))
  }
  return counts
}

/** "has been changed since, so it stays: ...", or null. */
export function leftWords({ left }: Pick<PersonUndo, 'left'>): string | null {
  const changed = left.filter((what) => what !== 'bar')
  const parts = [changed.length === 0 ? null : `has been changed since, so it stays: ${whatWords(changed)}`, left.includes('bar') ? 'an adult stays barred from contact until the source says otherwise' : null]
  return parts.filter((part) => part !== null).join('; ') || null
}

function line(after: UndoLine, subject: string, why: string | null, state: 'planned' | 'skipped', rank: number): Omit<NewPlanItem, 'seq'> {
  return { keyed: false, itemKey: `undo:${after.personId}`, subject, action: after.kind, rank, state, before: null, after, file: null, line: null, reason: why }
}

const gravity = ({ did }: PersonUndo): number => (did.includes('end-set') ? 5 : did.includes('end-lifted') ? 4 : 2)

const NO_DETAIL: readonly UndoWhat[] = ['end-lifted', 'end-set', 'missing']

function count(counts: UndoCounts, { did, left }: PersonUndo): void {
  if (did.length > 0) counts.people += 1
  if (did.includes('end-lifted')) counts.endsLifted += 1
  if (did.includes('end-set')) counts.endsSet += 1
  if (did.includes('missing')) counts.missing += 1
  if (did.some((what) => !NO_DETAIL.includes(what))) counts.details += 1
  if (left.length > 0) counts.changedSince += 1
  if (did.length === 0) counts.leftOnly += 1
}
