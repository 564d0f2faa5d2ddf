import { join } from 'node:path'
import { startMariaDb } from '../test/support/mariadb.ts'
import type { BenchOptions, BenchRow } from './support/bench-row.ts'
import { writeRoster } from './support/roster-files.ts'
import { runTask } from './support/run-task.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'
import type { SignAndSeal } from './tasks/sign-and-seal.ts'

/** One signature, captured durably and sealed, beside what it cannot do without; on both databases. */
export function benchSignature(options: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    const files = await writeRoster(join(folder, 'files'), 1_200, 1)
    const rows = describe('SQLite', await measure(folder, files, null, options))
    const server = await startMariaDb()
    if (!server) return [...rows, { name: 'one signature, MariaDB', value: Number.NaN, unit: 'µs CPU', note: 'not measured: the Debian package mariadb-server is missing' }]
    try {
      return [...rows, ...describe('MariaDB', await measure(folder, files, server.adminUrl, options))]
    } finally {
      await server.stop()
    }
  })
}

async function measure(folder: string, files: string, adminUrl: string | null, { quick, say }: BenchOptions): Promise<SignAndSeal> {
  say(`Signing and sealing, ${adminUrl ? 'MariaDB' : 'SQLite'} ...`)
  const place = await freshDatabase(folder, adminUrl)
  await runTask('syncRoster', { folder: files, ...place, migrate: true })
  await runTask('issueAll', place)
  const found = await runTask('signAndSeal', { ...place, rounds: quick ? 3 : 15 })
  await place.drop()
  return found
}

function describe(where: string, found: SignAndSeal): BenchRow[] {
  const cpu = found.capture.cpu + found.seal.cpu
  const row = (name: string, of: { cpu: number; wall: number }): BenchRow => ({ name: `${name}, ${where}`, value: of.cpu, unit: 'µs CPU', note: `${Math.round(of.wall)} µs by the clock` })
  const against = (name: string, other: number): BenchRow => ({ name: `one signature captured and sealed, ${where}`, value: cpu, unit: 'µs CPU', ratioTo: name, ratio: cpu / other })
  return [
    row('captured durably', found.capture),
    row('sealed (record stored, logged, receipt put)', found.seal),
    { ...row('one durable commit of the same bytes', found.commit), note: `${found.bytes} bytes; ${Math.round(found.commit.wall)} µs by the clock` },
    against('a raw P-256 signature', found.signature.cpu),
    against('one durable commit of the same bytes', found.commit.cpu),
    against('@libpdf/core: load, write, sign (no store)', found.libpdf.cpu),
  ]
}
