import type { Clock } from '../../../adapters/clock.ts'
import type { Database } from '../../../db/database.ts'
import type { PlanItem, PlanStore } from '../../../db/plan-store.ts'
import type { CalendarDate } from '../../../shared/dates.ts'
import type { PeopleStore } from '../../people/people-store.ts'
import type { RosterRun } from '../roster-run.ts'
import { type Columns, differences, type HeldRow } from './change-journal.ts'
import { type UndoLine, undoPeople, type WhatHangs } from './run-changes.ts'
import { leftWords } from './stage-undo.ts'

interface ApplyUndoDeps { db: Database; clock: Clock; plans: PlanStore; people: PeopleStore; whatHangs: WhatHangs }
interface Undoing { run: RosterRun; undoId: string; sourceId: string; on: CalendarDate }

const PART = 200

/** Does what is left of an undo, a short transaction at a time; everything is looked at again, since days may have passed. */
export async function applyUndo(deps: ApplyUndoDeps, undoing: Undoing): Promise<void> {
  for await (const items of deps.plans.items(undoing.undoId, { states: ['planned'] }, PART)) {
    await deps.db.step(async () => {
      await withdraw(deps, undoing, items.filter(({ action }) => action === 'withdraw'))
      await restore(deps, undoing, items.filter(({ action }) => action === 'restore'))
    })
  }
}

const personOf = (item: PlanItem): string => (item.after as UndoLine).personId

async function withdraw({ db, plans, whatHangs, clock }: ApplyUndoDeps, { undoId, sourceId }: Undoing, items: readonly PlanItem[]): Promise<void> {
  if (items.length === 0) return
  const hanging = await whatHangs(items.map(personOf), null)
  const go = items.filter((item) => !hanging.has(personOf(item)))
  for (const item of items) {
    const why = hanging.get(personOf(item))
    if (why) await plans.setItems(undoId, [item.seq], { state: 'skipped', reason: `stays, because this person ${why.join(', ')}` })
  }
  const ids = go.map(personOf)
  if (ids.length === 0) return
  const keys = (await db.sql('source_people').where({ source_id: sourceId }).whereIn('person_id', ids).select('external_id')) as { external_id: string }[]
  await db.insertNew('withdrawn_joiners', keys.map(({ external_id }) => ({ source_id: sourceId, external_id, plan_id: undoId, at: clock.now() })))
  for (const [table, column] of [
    ['guardian_links', 'pupil_id'], ['guardian_links', 'guardian_id'], ['group_memberships', 'person_id'], ['affiliations', 'person_id'],
    ['account_suggestions', 'person_id'], ['roster_changes', 'person_id'], ['kept_places', 'person_id'], ['birth_dates', 'person_id'], ['source_people', 'person_id'], ['people', 'id'],
  ] as const) await db.sql(table).whereIn(column, ids).del()
  await plans.setItems(undoId, go.map(({ seq }) => seq), { state: 'applied' })
}

async function restore(deps: ApplyUndoDeps, { run, undoId, sourceId, on }: Undoing, items: readonly PlanItem[]): Promise<void> {
  if (items.length === 0) return
  const { db, plans, clock, whatHangs } = deps
  const undone = await undoPeople({ db, whatHangs, run, on }, items.map(personOf))
  const lifted: string[] = []
  const outcomes = new Map<string, number[]>()
  const states = new Map<string, number[]>()
  for (const item of items) {
    const one = undone.get(personOf(item))
    if (!one) continue
    for (const change of differences(one.now, one.undo.rows)) await write(deps, change)
    for (const [seq, outcome] of one.undo.outcomes) outcomes.set(outcome, [...outcomes.get(outcome) ?? [], seq])
    if (one.undo.did.includes('end-lifted')) lifted.push(personOf(item))
    const state = `${one.undo.did.length > 0 ? 'applied' : 'skipped'}|${leftWords(one.undo) ?? ''}`
    states.set(state, [...states.get(state) ?? [], item.seq])
  }
  for (const [outcome, seqs] of outcomes) await db.sql('roster_changes').where({ plan_id: run.planId }).whereIn('seq', seqs).update({ outcome })
  for (const [key, seqs] of states) {
    const [state, ...left] = key.split('|')
    await plans.setItems(undoId, seqs, { state: state === 'applied' ? 'applied' : 'skipped', ...(left.join('|') ? { reason: left.join('|') } : {}) })
  }
  await db.insertNew('kept_places', lifted.map((id) => ({ source_id: sourceId, person_id: id, plan_id: undoId, at: clock.now() })))
}

async function write(deps: ApplyUndoDeps, { row, before, after }: { row: HeldRow; before: Columns | null; after: Columns | null }): Promise<void> {
  const { db, clock, people } = deps
  const [, sourceId = '', ...rest] = row.key.split('|')
  switch (row.kind) {
    case 'person':
      if (after) await people.update(row.personId, personFields(after))
      return
    case 'group': {
      const where = { person_id: row.personId, source_id: sourceId, group_key: rest.join('|') }
      if (before) await db.sql('group_memberships').where(where).del()
      if (after) await db.insertNew('group_memberships', [{ person_id: row.personId, ...row.columns, ...after }])
      return
    }
    case 'place':
      if (after === null) await db.sql('affiliations').where({ id: row.key }).del()
      else if (before) await db.sql('affiliations').where({ id: row.key }).update({ ...after, updated_at: clock.now() })
      return
    case 'link':
      if (after === null) await db.sql('guardian_links').where({ id: row.key }).del()
      else if (before) await db.sql('guardian_links').where({ id: row.key }).update(after)
  }
}

const text = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : String(value))

function personFields(columns: Columns) {
  const { preferred_forename: forename, surname, email, username, feed_disabled: disabled } = columns
  return {
    ...(forename === undefined ? {} : { preferredForename: String(forename), surname: String(surname ?? '') }),
    ...(email === undefined ? {} : { email: text(email) }), ...(username === undefined ? {} : { username: text(username) }),
    ...(disabled === undefined ? {} : { feedDisabled: disabled === 1 }),
  }
}
