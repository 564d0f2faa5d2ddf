import { createPool, type Pool, type PoolOptions } from 'mysql2'

const CONNECTIONS = 12
/** Prepared statements kept on each connection. The server counts those of all its clients and allows 16,382 unless told otherwise. */
const STATEMENTS_KEPT = 120
/** While the server does not answer, whoever asks is soon sent the long way, which says so. */
const CONNECT_WITHIN_MS = 3_000
const MOST_WAITING = 200

/**
 * Reads outside any transaction by statements prepared on connections of their own: the server reads each statement once instead of at every
 * call, and the way through knex's pool and query builder is left out. Together a third of a short read's processor time on this side, and
 * more on the server's. Open connections keep the process alive until `close`.
 */
export class MariaDbReader {
  readonly #pool: Pool

  constructor(connection: object) {
    this.#pool = createPool({ ...connection, connectionLimit: CONNECTIONS, maxPreparedStatements: STATEMENTS_KEPT, connectTimeout: CONNECT_WITHIN_MS, queueLimit: MOST_WAITING } satisfies PoolOptions)
  }

  /** Rows of a SELECT. @throws the driver's error: whoever asks may ask again through the other pool, which tells what is wrong. */
  rows(sql: string, bindings: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return new Promise((resolve, reject) => {
      this.#pool.execute(sql, bindings as string[], (error, rows) => (error ? reject(error) : resolve(rows as Record<string, unknown>[])))
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => { this.#pool.end(() => resolve()) })
  }
}
