import { createSource } from '../../src/adapters/sources/create-source.ts'
import type { Stopwatch } from '../support/stopwatch.ts'

/** Our own reader alone: splitting, keys and the text of each row, no facts, no hash, no database. */
export async function readOwn(input: { folder: string; today: string }, watch: Stopwatch): Promise<{ rows: number }> {
  let rows = 0
  await watch.measure(async () => {
    const open = await createSource('oneroster-csv').open({ path: input.folder, today: input.today })
    for await (const batch of open.rows()) rows += batch.length
    await open.close()
  })
  return { rows }
}
