import type { OpenSource } from '../../adapters/sources/source.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { Source, SourceStore } from './source-store.ts'

/** Keeps dates of birth where source and DPO allow it (P4). */
export interface BirthDatesKept {
  mayRead(source: string): Promise<boolean>
  keep(dates: readonly { personId: string; date: CalendarDate }[]): Promise<unknown>
}

/** P4: beside the plan, so that no line of it, no fact and no report holds one; of people who are known by now. */
export async function keepBirthDates(birthDates: BirthDatesKept | undefined, sources: SourceStore, source: Source, open: OpenSource): Promise<void> {
  if (!birthDates || !open.birthDates || !await birthDates.mayRead(source.name)) return
  for await (const batch of open.birthDates()) {
    const ids = await sources.personIds(source.id, batch.map(({ personKey }) => personKey))
    await birthDates.keep(batch.flatMap(({ personKey, date }) => { const personId = ids.get(personKey); return personId ? [{ personId, date }] : [] }))
  }
}
