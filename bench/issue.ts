import { join } from 'node:path'
import { type BenchOptions, type BenchRow, compare, type Cost, median } from './support/bench-row.ts'
import { writeRoster } from './support/roster-files.ts'
import { runTask } from './support/run-task.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'

const LIMIT = 3

/** Putting the requests of a school year to everybody. */
export function benchIssue({ quick, rounds, say }: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    const files = await writeRoster(join(folder, 'files'), quick ? 5_000 : 100_000, 1)
    const issued: Cost[] = []
    const raw: Cost[] = []
    let note = ''
    for (let round = 0; round < rounds; round += 1) {
      say(`Issuing, round ${round + 1} of ${rounds} ...`)
      const ours = await freshDatabase(folder, null)
      const limit = await freshDatabase(folder, null)
      await runTask('syncRoster', { folder: files, ...ours, migrate: true })
      const done = await runTask('issueAll', ours)
      if (done.created === 0) throw new Error('Nothing was issued')
      issued.push(done)
      const inserted = await runTask('insertRequests', { from: ours.url, url: limit.url })
      raw.push(inserted)
      note = `${done.created} requests, ${inserted.rows - done.created} signatories`
      await ours.drop()
      await limit.drop()
    }
    const rawName = 'the same requests and signatories inserted'
    return [
      { name: rawName, value: median(raw.map((cost) => cost.wallMs)), unit: 'ms' },
      { ...compare('issue to everybody', issued, rawName, raw, LIMIT), note },
    ]
  })
}
