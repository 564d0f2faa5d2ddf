import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { SourceClaim } from '../../adapters/sources/source-claims.ts'
import type { Database } from '../../db/database.ts'
import type { PlanStore } from '../../db/plan-store.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import type { PeopleStore } from '../people/people-store.ts'
import type { ApplyRunContext } from './apply-run.ts'
import { ownershipOf } from './ownership.ts'
import type { RunStore } from './run-store.ts'
import type { Source, SourceStore } from './source-store.ts'
import { ChangeJournal } from './undo/change-journal.ts'

/** What applying a run needs beside the run. `comingYears`: by school, the first day of a year that is about to begin (R8). */
export interface ApplyDeps {
  db: Database; clock: Clock; ids: Ids; people: PeopleStore; sources: SourceStore; plans: PlanStore; runs: RunStore
  claims: readonly SourceClaim[]
  comingYears: (on: CalendarDate) => Promise<ReadonlyMap<string, CalendarDate>>
}

/** Looks up once what applying the lines of a run needs. */
export async function applyContext(
  { db, clock, ids, people, sources, plans, runs, claims, comingYears }: ApplyDeps,
  run: { source: Source; runId: string; planId: string; schools: Map<string, string>; matched: Map<string, string>; rejected: number },
): Promise<ApplyRunContext> {
  const { source, planId, schools, matched } = run
  const on = today(clock.now())
  return {
    ...run, db, clock, ids, people, sources, plans, runs, on, comingYears: await comingYears(on), inferredEnded: await sources.inferredEnded(source.id),
    ownership: await ownershipOf({ db, sources, source, claims, schoolIds: [...new Set(schools.values())] }),
    // Where nothing of this source was ever applied and nobody is known by a number, everybody it names is new.
    journal: source.slots === 0 && matched.size === 0 ? null : await ChangeJournal.of({ db, planId, matched, personIds: (keys) => sources.personIds(source.id, keys) }),
  }
}
