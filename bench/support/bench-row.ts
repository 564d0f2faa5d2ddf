/** One figure of a benchmark. */
export interface BenchRow {
  name: string
  /** Median over the repetitions. */
  value: number
  unit: string
  /** Name of the figure of the same run that this one is measured against. */
  ratioTo?: string
  /** Median over the repetitions of this figure through that one, wall clock. */
  ratio?: number
  /** The same of CPU time, where the work is done in one process. */
  cpuRatio?: number
  /** Largest ratio allowed; where there is no ratio, largest value. */
  limit?: number
  /** What the ratio does not tell. */
  note?: string
}

export interface BenchOptions {
  /** Small sizes: shows that the benchmarks run. Of the limits only memory's is judged. */
  quick: boolean
  /** How often the large steps are repeated, taking turns. */
  rounds: number
  /** Tells whoever waits what is being done. */
  say: (text: string) => void
}

/** True, false, or null where nothing is promised. */
export function holds(row: BenchRow): boolean | null {
  if (row.limit === undefined) return null
  return (row.ratio ?? row.value) <= row.limit
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] ?? 0 : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** `part` from 0 to 1: the value that so many do not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

/** What was measured in one repetition against what in the same repetition; medians of the quotients cancel a busy machine. */
export function compare(name: string, ours: readonly Cost[], ratioTo: string, limits: readonly Cost[], limit?: number): BenchRow {
  return {
    name, value: median(ours.map((cost) => cost.wallMs)), unit: 'ms', ratioTo,
    ratio: median(ours.map((cost, at) => cost.wallMs / (limits[at]?.wallMs ?? Number.NaN))),
    cpuRatio: median(ours.map((cost, at) => cost.cpuMs / (limits[at]?.cpuMs ?? Number.NaN))),
    ...(limit === undefined ? {} : { limit }),
  }
}

export interface Cost {
  wallMs: number
  /** User and system time of the measuring process, all threads. */
  cpuMs: number
}
