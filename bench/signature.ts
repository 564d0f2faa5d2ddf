import { join } from 'node:path'
import { startMariaDb } from '../test/support/mariadb.ts'
import type { BenchOptions, BenchRow } from './support/bench-row.ts'
import { writeRoster } from './support/roster-files.ts'
import { runTask } from './support/run-task.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'
import type { JobCost, SignAndSeal } from './tasks/sign-and-seal.ts'

/** One signature, captured durably and sealed, beside what it cannot do without; on both databases. */
export function benchSignature(options: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    const files = await writeRoster(join(folder, 'files'), options.quick ? 3_000 : 6_000, 1)
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

/** At most so many times the raw limits: a P-256 signature and a durable commit. */
const LIMIT = 4

function describe(where: string, found: SignAndSeal): BenchRow[] {
  const raw = found.signature.cpu + found.commit.cpu
  const rawName = 'a raw P-256 signature and a raw durable commit'
  const row = (name: string, of: JobCost, note = ''): BenchRow => ({ name: `${name}, ${where}`, value: of.cpu, unit: 'µs CPU', note: `${note}${Math.round(of.wall)} µs by the clock` })
  const whole = (name: string, capture: JobCost, limit?: number): BenchRow => {
    const cpu = capture.cpu + found.seal.cpu
    return { name: `${name}, ${where}`, value: cpu, unit: 'µs CPU', ratioTo: rawName, ratio: cpu / raw, note: `${Math.round(1e6 / cpu)} a second and core`, ...(limit === undefined ? {} : { limit }) }
  }
  const beside = (name: string, other: JobCost): BenchRow =>
    ({ name, value: other.cpu, unit: 'µs CPU', ratioTo: `captured together and sealed, ${where}`, ratio: other.cpu / (found.captureTogether.cpu + found.seal.cpu), note: 'writes a name and signs; no audit page, evidence, store or commit' })
  return [
    { name: `${rawName}, ${where}`, value: raw, unit: 'µs CPU', note: `${Math.round(found.signature.cpu)} + ${Math.round(found.commit.cpu)}; ${found.bytes} bytes` },
    row('captured, one after the other', found.capture),
    row('captured, thirty-two at once', found.captureTogether),
    row('sealed by the worker (jobs, claim, PDF, log, receipt put)', found.seal),
    whole('captured one by one and sealed', found.capture),
    whole('captured together and sealed', found.captureTogether, LIMIT),
    beside('@libpdf/core, P-256', found.libpdf),
    ...(found.signpdf ? [beside('@signpdf, RSA-2048', found.signpdf)] : []),
  ]
}
