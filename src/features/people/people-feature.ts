import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type BirthDateBox, BirthDates } from './birth-dates.ts'
import { PeopleQueries } from './people-queries.ts'
import { PeopleSettings } from './people-settings.ts'
import { PeopleStore } from './people-store.ts'
import { ResponsibilityQueries } from './responsibility-queries.ts'
import { ResponsibilityService } from './responsibility-service.ts'

/** Everything about people; `boxFor` makes the box that keeps dates of birth, for all keys of the installation or for the newest alone. */
export function createPeopleFeature({ db, clock, ids, audit, boxFor }: { db: Database; clock: Clock; ids: Ids; audit: AuditLog; boxFor: (keys: 'all' | 'newest') => BirthDateBox }) {
  const peopleSettings = new PeopleSettings(db, clock, audit)
  const birthDates = new BirthDates({ db, clock, settings: peopleSettings, box: boxFor('all'), newest: boxFor('newest') })
  return {
    peopleStore: new PeopleStore(db, clock, ids), people: new PeopleQueries(db), peopleSettings,
    responsibility: new ResponsibilityService({ db, clock, ids, audit, settings: peopleSettings }), responsibilityQueries: new ResponsibilityQueries(db),
    birthDates,
    /** What a roster's reading does with dates of birth: only of sources whose allow-list names them, only where the DPO allows it (P4, R7). */
    birthDatesFrom: (sources: readonly { name: string; alsoRead: readonly string[] }[]) => ({
      mayRead: async (name: string) => sources.some((source) => source.name === name && source.alsoRead.includes('birthDate')) && (await peopleSettings.get()).birthDates,
      keep: (dates: Parameters<BirthDates['keep']>[0]) => birthDates.keep(dates),
    }),
  }
}
