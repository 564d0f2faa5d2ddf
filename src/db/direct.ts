import type { Knex } from 'knex'

/** Runs a statement on the connection itself: knex's `raw` searches the text and copies the values, which for hundreds of rows costs more than running it. */
export async function direct(knex: Knex, sql: string, bindings: readonly unknown[]): Promise<unknown> {
  const client = knex.client as DirectClient
  const connection = await client.acquireConnection()
  try {
    return (await client.query(connection, { sql, bindings: [...bindings] })).response
  } finally {
    await client.releaseConnection(connection)
  }
}

/** The part of a knex client that its own query runner uses; of a transaction's client the connection is the transaction's. */
interface DirectClient {
  acquireConnection(): Promise<unknown>
  releaseConnection(connection: unknown): Promise<void>
  query(connection: unknown, query: { sql: string; bindings: unknown[] }): Promise<{ response: unknown }>
}

/** How many rows a statement run by `direct` changed. */
export function affected(done: unknown): number {
  if (Array.isArray(done)) return Number((done[0] as { affectedRows?: number })?.affectedRows ?? 0)
  return Number((done as { changes?: number })?.changes ?? 0)
}
