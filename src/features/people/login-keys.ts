import type { Database } from '../../db/database.ts'

const PAGE = 5000

/** Login name and address of everybody, in lower case; a page at a time, however many. */
export async function* loginKeys(db: Database): AsyncIterable<{ personId: string; keys: string[] }[]> {
  for (let after = ''; ;) {
    const rows = await db.rows('select id, username, email_norm from people where id > ? order by id limit ?', [after, PAGE])
    if (rows.length > 0) {
      yield rows.map((row) => ({
        personId: row['id'] as string,
        keys: [row['username'], row['email_norm']].filter((key): key is string => typeof key === 'string' && key !== '').map((key) => key.toLowerCase()),
      }))
    }
    const end = rows.at(-1)
    if (!end || rows.length < PAGE) return
    after = end['id'] as string
  }
}
