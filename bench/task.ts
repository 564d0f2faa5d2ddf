import { readFileSync } from 'node:fs'
import { Stopwatch } from './support/stopwatch.ts'
import { captureSteadily } from './tasks/capture-steadily.ts'
import { checkRecords } from './tasks/check-records.ts'
import { insertRaw } from './tasks/insert-raw.ts'
import { issueAll } from './tasks/issue-all.ts'
import { insertRequests } from './tasks/insert-requests.ts'
import { makeLinks } from './tasks/make-links.ts'
import { parsePlain } from './tasks/parse-plain.ts'
import { applyAtQuota } from './tasks/apply-at-quota.ts'
import { planAccess } from './tasks/plan-access.ts'
import { readOwn } from './tasks/read-own.ts'
import { signAndSeal } from './tasks/sign-and-seal.ts'
import { stallStrangers } from './tasks/stall-strangers.ts'
import { suspendInSamba } from './tasks/suspend-in-samba.ts'
import { syncRoster } from './tasks/sync-roster.ts'

/** What can run in a process of its own. Each measures with the stopwatch what counts. */
const tasks = {
  parsePlain, readOwn, insertRaw, syncRoster, issueAll, insertRequests, signAndSeal, captureSteadily, makeLinks, checkRecords, planAccess, applyAtQuota, suspendInSamba,
  stallStrangers,
}

export type TaskName = keyof typeof tasks
export type TaskInput<N extends TaskName> = Parameters<typeof tasks[N]>[0]
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<typeof tasks[N]>>

if (import.meta.main) {
  const [name = '', input = '{}'] = process.argv.slice(2)
  if (!Object.hasOwn(tasks, name)) throw new Error(`There is no task ${name}`)
  const task = tasks[name as TaskName] as (input: unknown, watch: Stopwatch) => Promise<object>
  const watch = new Stopwatch()
  const found = await task(JSON.parse(input), watch)
  process.stdout.write(`${JSON.stringify({ ...found, ...watch.cost, peakMb: peakMb() })}\n`)
}

/** Largest resident memory of this process so far (VmHWM), in MB of 10^6 bytes; the current size where the system does not tell. */
function peakMb(): number {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (kib) return Number(kib) * 1024 / 1e6
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024 / 1e6
}
