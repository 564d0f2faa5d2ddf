import type { Database } from '../../db/database.ts'

/** One person as one source knows them: the keys by which an account may name the same person. */
export interface SourceKeys {
  personId: string
  keys: string[]
}

const PAGE = 5000

/** External id, admission number and MIS id of everybody, source by source; a page at a time, however many. */
export async function* sourceKeys(db: Database): AsyncIterable<SourceKeys[]> {
  for (let last = ['', '']; ;) {
    const rows = await db.rows(
      'select source_id, external_id, person_id, admission_number, mis_id from source_people where (source_id > ? or (source_id = ? and external_id > ?)) order by source_id, external_id limit ?',
      [last[0] ?? '', last[0] ?? '', last[1] ?? '', PAGE])
    if (rows.length > 0) {
      yield rows.map((row) => ({
        personId: row['person_id'] as string,
        keys: [row['external_id'], row['admission_number'], row['mis_id']].filter((key): key is string => typeof key === 'string' && key !== ''),
      }))
    }
    const end = rows.at(-1)
    if (!end || rows.length < PAGE) return
    last = [end['source_id'] as string, end['external_id'] as string]
  }
}
