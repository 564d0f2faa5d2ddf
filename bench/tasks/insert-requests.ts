import { Database } from '../../src/db/database.ts'
import { openRawWriter } from '../support/raw-writer.ts'
import type { Stopwatch } from '../support/stopwatch.ts'
import { storedRows } from '../support/stored-rows.ts'

/** The limit of issuing: the same requests and signatories inserted, 500 to a transaction, straight through the driver. */
export async function insertRequests(input: { from: string; url: string }, watch: Stopwatch): Promise<{ rows: number }> {
  const from = await Database.open(input.from)
  const writer = await openRawWriter(input.url)
  let count = 0
  for (const table of ['requests', 'signatories']) {
    for await (const rows of storedRows(from, table, ['id'])) {
      await watch.measure(() => writer.insert(table, rows))
      count += rows.length
    }
  }
  await writer.close()
  await from.close()
  return { rows: count }
}
