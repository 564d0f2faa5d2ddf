import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse'
import type { Stopwatch } from '../support/stopwatch.ts'

/** Parses every file of the folder with csv-parse and does nothing with the rows: the limit of reading. */
export async function parsePlain(input: { folder: string }, watch: Stopwatch): Promise<{ rows: number }> {
  let rows = 0
  await watch.measure(async () => {
    for (const name of readdirSync(input.folder).filter((file) => file.endsWith('.csv'))) {
      await new Promise<void>((resolve, reject) => {
        const parser = createReadStream(join(input.folder, name)).pipe(parse({ columns: false }))
        parser.on('data', () => { rows += 1 })
        parser.on('end', resolve)
        parser.on('error', reject)
      })
    }
  })
  return { rows }
}
