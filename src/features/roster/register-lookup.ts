import type { Database } from '../../db/database.ts'

/** Fields by which a login of another system may name a person. */
export type RegisterField = 'mis-id' | 'upn' | 'username' | 'directory-id'

/** At most so many are looked at: more than one is no answer anyway. */
const MOST = 20

/**
 * People of whom the school's records say exactly this, each once: by MIS id, pupil number (UPN), user name, or the directory's
 * immutable id (objectGUID). With a school, only people with a place there that has not ended before `on`.
 */
export async function peopleWith(db: Database, wanted: { field: RegisterField; value: string; schoolId: string | null; on: string }): Promise<string[]> {
  const { field, value, schoolId, on } = wanted
  const found = await candidates(db, field, value)
  if (schoolId === null || found.length === 0) return found
  const placed = await db.read('affiliations').whereIn('person_id', found).where({ school_id: schoolId })
    .where((w) => { void w.whereNull('end_date').orWhere('end_date', '>=', on) }).distinct('person_id')
  return placed.map((row) => row.person_id as string)
}

async function candidates(db: Database, field: RegisterField, value: string): Promise<string[]> {
  switch (field) {
    case 'username':
      return (await db.read('people').where({ username: value }).orderBy('id').limit(MOST).select('id')).map((row) => row.id as string)
    case 'mis-id':
      return ids(await db.read('source_people').where({ mis_id: value }).limit(MOST).distinct('person_id'))
    case 'upn':
      return ids(await db.read('source_people').where({ upn: value.toUpperCase() }).limit(MOST).distinct('person_id'))
    case 'directory-id':
      // Directories write the same number in capitals or small letters.
      return ids(await db.read('accounts').whereIn('immutable_id', [...new Set([value, value.toLowerCase(), value.toUpperCase()])]).whereNull('gone_at').whereNotNull('person_id').limit(MOST).distinct('person_id'))
  }
}

const ids = (rows: { person_id?: unknown }[]): string[] => rows.map((row) => row.person_id as string)
