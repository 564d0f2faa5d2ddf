import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchOptions, type BenchRow, median } from './support/bench-row.ts'
import { runTask } from './support/run-task.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'
import type { SuspendedInSamba } from './tasks/suspend-in-samba.ts'

const PLAN_LIMIT_MS = 5000
const RATE_LIMIT = 0.9
const SAMBA_LIMIT = 1.5
const root = fileURLToPath(new URL('..', import.meta.url))

/** Planning for a large trust, applying at the directories' own pace. */
export function benchAccess({ quick, rounds, say }: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    const rows: BenchRow[] = []
    const people = quick ? 5_000 : 100_000
    say(`Planning for ${people} people with three accounts each ...`)
    const db = await freshDatabase(folder, null)
    const plan = await runTask('planAccess', { url: db.url, people, leavers: people / 50 })
    await db.drop()
    rows.push(
      { name: `plan for ${people} people, ${people * 3} accounts`, value: plan.wallMs, unit: 'ms', limit: PLAN_LIMIT_MS, note: `${plan.planned} lines; CPU ${Math.round(plan.cpuMs)} ms` },
      { name: 'reading the directories before it, nothing changed', value: plan.lookMs, unit: 'ms', note: `first time ${Math.round(plan.firstLookMs)} ms` },
    )
    for (const vendor of ['google', 'entra'] as const) {
      say(`Suspending at the quota of ${vendor} ...`)
      const at = await runTask('applyAtQuota', { vendor, accounts: quick ? 1_000 : 6_000 })
      rows.push({ name: `the quota of ${vendor}, unused part`, value: 1 - at.share, unit: 'of 1', limit: 1 - RATE_LIMIT, note: `${Math.round(at.perMinute)} accounts a minute, ${at.refused} questions refused` })
    }
    const samba: SuspendedInSamba[] = []
    for (let round = 0; round < rounds; round++) {
      say(`Suspending in Samba, round ${round + 1} of ${rounds} ...`)
      const found = inSamba(quick ? 50 : 200)
      if (found) samba.push(found)
    }
    if (samba.length > 0) rows.push(...sambaRows(samba))
    return rows
  })
}

function sambaRows(rounds: readonly SuspendedInSamba[]): BenchRow[] {
  const ratioTo = 'one ldapmodify for all, change after change'
  const ratio = (of: (round: SuspendedInSamba) => number) => median(rounds.map((round) => of(round) / round.bareMs))
  return [
    { name: ratioTo, value: median(rounds.map(({ bareMs }) => bareMs)), unit: 'ms' },
    { name: 'the same, each read before and after', value: median(rounds.map(({ adapterMs }) => adapterMs)), unit: 'ms', ratioTo, ratio: ratio(({ adapterMs }) => adapterMs), limit: SAMBA_LIMIT },
    { name: 'the same as a run: recorded, verified', value: median(rounds.map(({ runMs }) => runMs)), unit: 'ms', ratioTo, ratio: ratio(({ runMs }) => runMs), limit: SAMBA_LIMIT },
  ]
}

/** Null where no domain controller can run. */
function inSamba(count: number): SuspendedInSamba | null {
  const done = spawnSync('bash', [join(root, 'test/support/in-namespace.sh'), process.execPath, join(root, 'bench/task.ts'), 'suspendInSamba', JSON.stringify({ count })], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const line = done.stdout.trim().split('\n').at(-1) ?? ''
  return line.startsWith('{') ? JSON.parse(line) as SuspendedInSamba : null
}
