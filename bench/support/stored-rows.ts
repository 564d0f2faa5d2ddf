import { Database } from '../../src/db/database.ts'

/** Walks the rows of a table in batches, in the order they were inserted in (ULIDs rise). */
export async function* storedRows(db: Database, table: string, order: readonly string[], size = 500): AsyncIterable<Record<string, unknown>[]> {
  let after: unknown[] | null = null
  const columns = order.join(', ')
  for (;;) {
    const where = after ? `where (${columns}) > (${order.map(() => '?').join(', ')})` : ''
    const rows = await db.rows(`select * from ${table} ${where} order by ${columns} limit ${size}`, (after ?? []) as string[])
    if (rows.length === 0) return
    yield rows
    after = order.map((column) => rows.at(-1)?.[column])
  }
}
