import { join } from 'node:path'
import { startMariaDb } from '../test/support/mariadb.ts'
import { type BenchOptions, type BenchRow, compare, type Cost, median } from './support/bench-row.ts'
import { changeOnePercent, rosterDay, writeRoster } from './support/roster-files.ts'
import { runTask } from './support/run-task.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'

const FIRST_LIMIT = 4
const AGAIN_LIMIT = 1.5
const MEMORY_LIMIT_MB = 400

interface Figures {
  parse: Cost[]; read: Cost[]; raw: Cost[]; first: Cost[]; again: Cost[]; changed: Cost[]
  peakMb: number[]
}

/** Reading a roster: first, again in another order, and with one row in a hundred changed; on both databases. */
export function benchImport({ quick, rounds, say }: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    const files = await writeFiles(folder, quick ? 5_000 : 100_000, rounds, say)
    const sqlite = await measure(folder, files, null, say)
    const rows = describe('SQLite', sqlite, true)
    const server = await startMariaDb()
    if (!server) return [...rows, { name: 'first import, MariaDB', value: Number.NaN, unit: 'ms', note: 'not measured: the Debian package mariadb-server is missing' }]
    try {
      return [...rows, ...describe('MariaDB', await measure(folder, files.slice(0, 1), server.adminUrl, say), false)]
    } finally {
      await server.stop()
    }
  })
}

interface RoundFiles { first: string; again: string; changed: string }

async function writeFiles(folder: string, pupils: number, rounds: number, say: BenchOptions['say']): Promise<RoundFiles[]> {
  const files: RoundFiles[] = []
  for (let round = 0; round < rounds; round += 1) {
    say(`Writing the files of round ${round + 1} (${pupils} pupils) ...`)
    const write = (name: string, at: number) => writeRoster(join(folder, `${name}-${round}`), pupils, round * 3 + at)
    const changed = await write('changed', 3)
    changeOnePercent(changed)
    files.push({ first: await write('first', 1), again: await write('again', 2), changed })
  }
  return files
}

async function measure(folder: string, files: readonly RoundFiles[], adminUrl: string | null, say: BenchOptions['say']): Promise<Figures> {
  const found: Figures = { parse: [], read: [], raw: [], first: [], again: [], changed: [], peakMb: [] }
  const where = adminUrl ? 'MariaDB' : 'SQLite'
  for (const [round, { first, again, changed }] of files.entries()) {
    say(`Importing, ${where}, round ${round + 1} of ${files.length} ...`)
    const imported = await freshDatabase(folder, adminUrl)
    const limit = await freshDatabase(folder, adminUrl)
    const one = await runTask('syncRoster', { folder: first, ...imported })
    if (one.state !== 'applied' || one.joiners !== one.read || one.rejectedCount > 0) throw new Error(`The first import went wrong: ${JSON.stringify(one)}`)
    say(`  first: ${Math.round(one.wallMs)} ms, CPU ${Math.round(one.cpuMs)} ms, peak ${Math.round(one.peakMb)} MB`)
    found.first.push(one)
    found.raw.push(await runTask('insertRaw', { folder: first, from: imported.url, url: limit.url }))
    found.parse.push(await runTask('parsePlain', { folder: again }))
    const two = await runTask('syncRoster', { folder: again, ...imported })
    if (two.state !== 'applied' || two.unchanged !== two.read) throw new Error(`The second run changed something: ${JSON.stringify(two)}`)
    found.again.push(two)
    found.read.push(await runTask('readOwn', { folder: again, today: rosterDay() }))
    const three = await runTask('syncRoster', { folder: changed, ...imported })
    if (three.changed === 0 || three.joiners > 0) throw new Error(`The run with changes went wrong: ${JSON.stringify(three)}`)
    found.changed.push(three)
    found.peakMb.push(one.peakMb, two.peakMb, three.peakMb)
    await imported.drop()
    await limit.drop()
  }
  return found
}

function describe(where: string, found: Figures, judged: boolean): BenchRow[] {
  const limit = (value: number) => (judged ? value : undefined)
  const raw = `csv-parse and the same rows inserted, ${where}`
  const parse = `csv-parse alone, ${where}`
  const ms = (costs: Cost[]) => median(costs.map((cost) => cost.wallMs))
  return [
    { name: raw, value: ms(found.raw), unit: 'ms' },
    compare(`first import, ${where}`, found.first, raw, found.raw, limit(FIRST_LIMIT)),
    { name: parse, value: ms(found.parse), unit: 'ms' },
    compare(`second run, nothing changed, ${where}`, found.again, parse, found.parse, limit(AGAIN_LIMIT)),
    compare(`second run against our own reader, ${where}`, found.again, 'our own reader alone', found.read),
    compare(`run with 1 % of the rows changed, ${where}`, found.changed, parse, found.parse),
    { name: `peak memory of an import, ${where}`, value: Math.max(...found.peakMb), unit: 'MB', limit: MEMORY_LIMIT_MB },
  ]
}
