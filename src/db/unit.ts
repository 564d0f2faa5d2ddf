import { createRequire } from 'node:module'
import type { Knex } from 'knex'

const require = createRequire(import.meta.url)
// Behind a deep import like the dialect classes; the version is pinned and the database tests hold this together.
const makeKnex = require('knex/lib/knex-builder/make-knex.js') as (client: UnitClient) => Knex

/** The part of a knex client that is used here; its own query runner uses the same. */
interface UnitClient {
  acquireConnection(): Promise<object>
  releaseConnection(connection: object): Promise<void>
  query(connection: object, query: { sql: string; bindings?: unknown[] }): Promise<{ response: unknown }>
  removeListener(event: string, listener: () => void): void
}

interface Told {
  _internalListeners: { eventName: string; listener: () => void }[]
}

/** One open transaction: its handle, and what is to be done once it has committed. */
export interface Unit {
  readonly sql: Knex
  readonly afterCommit: (() => void)[]
  open: boolean
}

interface Bound {
  sql: Knex
  /** Who has the connection now; null between two transactions. */
  unit: Unit | null
  /** The transaction in whose course this moment is, for whoever has the connection. */
  current: () => Unit | undefined
}

const handles = new WeakMap<object, Bound>()

/**
 * Runs `work` in one transaction on one connection of the writer, as `knex.transaction` does, at a quarter of its cost: the handle that
 * is bound to a connection is made once and used again. A query that comes after the end is refused, never run in somebody else's transaction.
 */
export async function inUnit<T>(writer: Knex, current: () => Unit | undefined, work: (unit: Unit) => Promise<T>): Promise<T> {
  const client = writer.client as UnitClient
  const connection = await client.acquireConnection()
  try {
    const bound = handles.get(connection) ?? bind(client, connection)
    bound.current = current
    const unit: Unit = { sql: bound.sql, afterCommit: [], open: true }
    await client.query(connection, { sql: 'BEGIN;' })
    bound.unit = unit
    try {
      const result = await work(unit)
      unit.open = false
      await client.query(connection, { sql: 'COMMIT;' })
      return result
    } catch (error) {
      unit.open = false
      // On a connection that is gone there is nothing to roll back; the first error is the one to tell.
      await client.query(connection, { sql: 'ROLLBACK' }).catch(() => undefined)
      throw error
    } finally {
      bound.unit = null
    }
  } finally {
    await client.releaseConnection(connection)
  }
}

/** A knex handle whose every query goes to this connection, and only from within the transaction that has it. */
function bind(client: UnitClient, connection: object): Bound {
  const own = Object.create(client) as UnitClient
  own.acquireConnection = async () => {
    const unit = bound.current()
    if (!unit?.open || unit !== bound.unit) throw new Error('The transaction of this query has ended')
    return connection
  }
  own.releaseConnection = async () => undefined
  const sql = makeKnex(own)
  // The writer's own handle tells of every query; a second teller for each connection would only gather.
  for (const { eventName, listener } of (sql as unknown as Told)._internalListeners) own.removeListener(eventName, listener)
  const bound: Bound = { sql, unit: null, current: () => undefined }
  handles.set(connection, bound)
  return bound
}
