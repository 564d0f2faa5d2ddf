type Row = Record<string, unknown>

interface Asker {
  wanted: ReadonlySet<string>
  resolve(rows: Row[]): void
  reject(error: unknown): void
}

/**
 * Reads of rows by a key, gathered: what many requests ask of one table in one turn of the event loop becomes one statement. A journey to a
 * server costs more than the row it brings, and the busier the server, the more share one; a class that reads the same text asks for it once.
 */
export class GatheredReads {
  readonly #ask: (sql: string, keys: readonly string[]) => Promise<Row[]>
  readonly #waiting = new Map<string, { key: string; askers: Asker[] }>()

  /** @param ask runs a SELECT whose `(:list)` holds these values. */
  constructor(ask: (sql: string, keys: readonly string[]) => Promise<Row[]>) {
    this.#ask = ask
  }

  /**
   * Rows whose column `key` has one of these values. Those of one value come in the order of the statement; between values there is no order.
   * Others may get the same rows: they are for reading.
   */
  rows(sql: string, key: string, wanted: readonly string[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setImmediate(() => this.#askAll())
      const together = this.#waiting.get(sql) ?? { key, askers: [] }
      if (together.key !== key) throw new Error(`One statement is asked by ${together.key} and by ${key}`)
      together.askers.push({ wanted: new Set(wanted), resolve, reject })
      this.#waiting.set(sql, together)
    })
  }

  #askAll(): void {
    const all = [...this.#waiting]
    this.#waiting.clear()
    for (const [sql, { key, askers }] of all) {
      const keys = [...new Set(askers.flatMap(({ wanted }) => [...wanted]))]
      this.#ask(sql, keys).then(
        (rows) => { for (const { wanted, resolve } of askers) resolve(rows.filter((row) => wanted.has(row[key] as string))) },
        (error: unknown) => { for (const { reject } of askers) reject(error) },
      )
    }
  }
}
