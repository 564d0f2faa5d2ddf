import { readFileSync } from 'node:fs'
import { Stopwatch } from './support/stopwatch.ts'

/** What can run in a process of its own. Each is loaded when it is called, so that its peak memory is its own. Each measures with the stopwatch what counts. */
const tasks = {
  applyAtQuota: async () => (await import('./tasks/apply-at-quota.ts')).applyAtQuota,
  captureSteadily: async () => (await import('./tasks/capture-steadily.ts')).captureSteadily,
  checkRecords: async () => (await import('./tasks/check-records.ts')).checkRecords,
  insertRaw: async () => (await import('./tasks/insert-raw.ts')).insertRaw,
  insertRequests: async () => (await import('./tasks/insert-requests.ts')).insertRequests,
  issueAll: async () => (await import('./tasks/issue-all.ts')).issueAll,
  makeLinks: async () => (await import('./tasks/make-links.ts')).makeLinks,
  parsePlain: async () => (await import('./tasks/parse-plain.ts')).parsePlain,
  planAccess: async () => (await import('./tasks/plan-access.ts')).planAccess,
  readOwn: async () => (await import('./tasks/read-own.ts')).readOwn,
  signAndSeal: async () => (await import('./tasks/sign-and-seal.ts')).signAndSeal,
  stallStrangers: async () => (await import('./tasks/stall-strangers.ts')).stallStrangers,
  suspendInSamba: async () => (await import('./tasks/suspend-in-samba.ts')).suspendInSamba,
  syncRoster: async () => (await import('./tasks/sync-roster.ts')).syncRoster,
}

export type TaskName = keyof typeof tasks
type Task<N extends TaskName> = Awaited<ReturnType<typeof tasks[N]>>
export type TaskInput<N extends TaskName> = Parameters<Task<N>>[0]
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<Task<N>>>

if (import.meta.main) {
  const [name = '', input = '{}'] = process.argv.slice(2)
  if (!Object.hasOwn(tasks, name)) throw new Error(`There is no task ${name}`)
  const task = await tasks[name as TaskName]() as (input: unknown, watch: Stopwatch) => Promise<object>
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
