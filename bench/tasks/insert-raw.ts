import { Database } from '../../src/db/database.ts'
import { openRawWriter } from '../support/raw-writer.ts'
import type { Stopwatch } from '../support/stopwatch.ts'
import { storedRows } from '../support/stored-rows.ts'
import { parsePlain } from './parse-plain.ts'

/** What an import leaves in the people's own tables; each with the key that orders it as it was written. */
const TABLES: readonly [string, readonly string[]][] = [
  ['people', ['id']], ['affiliations', ['id']], ['source_people', ['person_id', 'source_id', 'external_id']],
  ['group_memberships', ['person_id', 'source_id', 'group_key']], ['guardian_links', ['id']],
]

/**
 * The limit of a first import: the same files parsed with csv-parse and the same rows inserted, 500 to a transaction, straight
 * through the driver. The rows come from a database that an import has filled; fetching them from there is not counted.
 */
export async function insertRaw(input: { folder: string; from: string; url: string }, watch: Stopwatch): Promise<{ rows: number; commits: number }> {
  await parsePlain(input, watch)
  const from = await Database.open(input.from)
  const writer = await openRawWriter(input.url)
  const done = { rows: 0, commits: 0 }
  for (const [table, order] of TABLES) {
    for await (const rows of storedRows(from, table, order)) {
      await watch.measure(() => writer.insert(table, rows))
      done.rows += rows.length
      done.commits += 1
    }
  }
  await writer.close()
  await from.close()
  return done
}
