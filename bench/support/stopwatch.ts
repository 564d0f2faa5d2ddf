import type { Cost } from './bench-row.ts'

/** Adds up wall clock and CPU time of the stretches it is asked to measure; what lies between them does not count. */
export class Stopwatch {
  #wall = 0
  #cpu = 0

  async measure<T>(work: () => Promise<T> | T): Promise<T> {
    const cpu = process.cpuUsage()
    const wall = performance.now()
    try {
      return await work()
    } finally {
      const used = process.cpuUsage(cpu)
      this.#wall += performance.now() - wall
      this.#cpu += (used.user + used.system) / 1000
    }
  }

  get cost(): Cost {
    return { wallMs: this.#wall, cpuMs: this.#cpu }
  }
}
