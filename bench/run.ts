import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { benchAccess } from './access.ts'
import { benchBeside } from './beside.ts'
import { benchClassroom } from './classroom.ts'
import { benchImport } from './import.ts'
import { benchIssue } from './issue.ts'
import { benchSealing } from './sealing.ts'
import { benchSignature } from './signature.ts'
import { benchStall } from './stall.ts'
import { type BenchOptions, type BenchRow, holds } from './support/bench-row.ts'

const benches: Record<string, (options: BenchOptions) => Promise<BenchRow[]>> = {
  import: benchImport,
  beside: benchBeside,
  issue: benchIssue,
  signature: benchSignature,
  sealing: () => benchSealing(),
  classroom: benchClassroom,
  access: benchAccess,
  stall: benchStall,
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, rounds: { type: 'string' }, strict: { type: 'boolean', default: false } } })
const chosen = Object.keys(benches).filter((name) => values.only === undefined || values.only === name)
if (chosen.length === 0) throw new Error(`There is no benchmark "${values.only}". There are: ${Object.keys(benches).join(', ')}`)

const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a whole number from 1')
const results: { bench: string; rows: BenchRow[] }[] = []
const say = (text: string): void => { process.stderr.write(`${text}\n`) }
for (const name of chosen) {
  const rows = await benches[name]?.({ quick: values.quick, rounds, say }) ?? []
  results.push({ bench: name, rows })
  process.stdout.write(`\n${name}\n${rows.map(line).join('\n')}\n`)
}
const load = loadavg().map((value) => value.toFixed(1)).join(' ')
process.stdout.write(`\nLoad of the machine (1, 5, 15 min): ${load}; ${cpus().length} processors; Node ${process.version}.${values.quick ? ' Quick sizes: limits of time are not judged.' : ''}\n`)
save()

const missed = results.flatMap(({ rows }) => rows.filter((row) => judged(row) === false))
for (const row of missed) process.stdout.write(`MISSED: ${row.name}\n`)
process.exitCode = missed.length > 0 && values.strict ? 1 : 0

/** Small sizes say nothing about time; memory must hold at every size. */
function judged(row: BenchRow): boolean | null {
  return values.quick && row.unit !== 'MB' ? null : holds(row)
}

function line(row: BenchRow): string {
  const verdict = { true: 'ok', false: 'MISS', null: '' }[String(judged(row)) as 'true' | 'false' | 'null']
  const ratio = row.ratio === undefined ? '' : `${row.ratio.toFixed(2)}x of ${row.ratioTo ?? ''}${row.cpuRatio === undefined ? '' : ` (CPU ${row.cpuRatio.toFixed(2)}x)`}`
  const limit = row.limit === undefined ? '' : `limit ${row.limit}${row.ratio === undefined ? ` ${row.unit}` : 'x'}`
  const value = Number.isNaN(row.value) ? '-' : row.value.toFixed(row.value < 10 ? 2 : 0)
  return `  ${verdict.padEnd(5)}${row.name.padEnd(62)}${value.padStart(9)} ${row.unit.padEnd(7)} ${[ratio, limit, row.note ?? ''].filter(Boolean).join('; ')}`
}

function save(): void {
  const folder = fileURLToPath(new URL('results', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const answer = { at: new Date().toISOString(), quick: values.quick, node: process.version, processors: cpus().length, load: loadavg(), results }
  writeFileSync(`${folder}/latest.json`, `${JSON.stringify(answer, null, 2)}\n`)
}
