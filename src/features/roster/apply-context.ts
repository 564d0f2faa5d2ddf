import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { OwnedField } from '../../adapters/sources/source-claims.ts'
import type { RosterFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { PlanLine } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { PeopleStore } from '../people/people-store.ts'
import type { Source, SourceStore } from './source-store.ts'
import type { StagedRow } from './stage-rows.ts'
import type { Ownership } from './who-owns.ts'

/** What applying a run's lines needs. */
export interface ApplyContext {
  db: Database; clock: Clock; ids: Ids; people: PeopleStore; sources: SourceStore
  source: Source
  /** School key of the feed -> our school. */
  schools: Map<string, string>
  /** New identifiers settled by R6: external id -> person. */
  matched: Map<string, string>
  on: CalendarDate
  /** Schools whose years are about to change -> first day of the coming one (R8). */
  comingYears: ReadonlyMap<string, CalendarDate>
  /** People of this source whose place ended only by inference (R5): a class that goes on brings it back. */
  inferredEnded: ReadonlySet<string>
  ownership: Ownership
}

/** What a line's row said when last applied. */
export const factsBefore = (item: PlanLine): RosterFact[] => (item.before as RosterFact[] | null) ?? []
/** What it says now. */
export const factsOf = (item: PlanLine): RosterFact[] => (item.after as Partial<StagedRow> | null)?.facts ?? []
/** What another source owns of whom a line is about (R1). */
export const yieldsOf = (item: PlanLine): ReadonlySet<OwnedField> => new Set((item.after as Partial<StagedRow> | null)?.yields)
export const ofKind = <K extends RosterFact['kind']>(facts: RosterFact[], kind: K): Extract<RosterFact, { kind: K }>[] =>
  facts.filter((fact): fact is Extract<RosterFact, { kind: K }> => fact.kind === kind)

/** Notes the rows themselves as applied, gone or no longer stated. */
export async function applyRows(context: ApplyContext, items: PlanLine[]): Promise<void> {
  const { sources, source } = context
  const staged = items.filter((item) => (item.after as Partial<StagedRow> | null)?.facts !== undefined)
  await sources.insertRows(source.id, staged.filter((item) => item.action === 'add').map((item) => ({
    rowKey: item.itemKey, digest: (item.after as StagedRow).digest, subject: item.subject, facts: factsOf(item),
  })))
  for (const item of staged.filter((entry) => entry.action !== 'add')) {
    await sources.updateRow(source.id, { rowKey: item.itemKey, digest: (item.after as StagedRow).digest, subject: item.subject, facts: factsOf(item) })
  }
  const missing = items.filter((item) => item.action === 'missing' || (item.action === 'gone' && item.rank <= 1))
  await sources.markGone(source.id, missing.map((item) => item.itemKey), context.clock.now())
  await sources.deleteRows(source.id, items.filter((item) => item.action === 'rekeyed' || (item.action === 'gone' && item.rank > 1)).map((item) => item.itemKey))
}
