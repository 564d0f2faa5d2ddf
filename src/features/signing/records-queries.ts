import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import { familyOfRole } from '../agreements/family-sql.ts'
import { searchWords } from '../people/name-search.ts'

/** `waiting`: signed, seal pending. `ended`: withdrawn or made invalid. */
export type RecordState = 'sealed' | 'waiting' | 'ended'

export interface RecordQuestion {
  schools: 'all' | readonly string[]
  today: CalendarDate
  school?: string
  state?: RecordState
  /** A name or part of it, of whom it is about; or a whole reference. */
  text?: string
  newestFirst: boolean
}

/** One signature as the list shows it; names are those of today (P5). */
export interface RecordLine {
  signatureId: string
  subjectName: string
  signerName: string
  ownSignature: boolean
  schoolId: string
  agreementId: string
  occasion: string
  act: 'sign' | 'acknowledge'
  signedAt: Instant
  state: RecordState
  fileSha256: string | null
}

export interface SealFacts { sealNumber: number; sealedAt: Instant; fileSha256: string; certificateSubject: string; certificateUntil: Instant | null }

const REFERENCE = /^[0-9A-HJKMNP-TV-Z]{26}$/
const PART = 1_000
const COLUMNS = `s.id, s.subject_id, s.signer_id, s.signed_at, s.active, s.seal_state, r.school_id, r.agreement_id, r.occasion, t.act,
  p.preferred_forename, p.surname, g.preferred_forename as signer_forename, g.surname as signer_surname,
  (select f.file_sha256 from sealed_records f where f.signature_id = s.id and f.file_sha256 is not null order by f.seal_number desc limit 1) as file_sha256`
const FROM = `from signatures s join requests r on r.id = s.request_id join signatories t on t.id = s.signatory_id
  join people p on p.id = s.subject_id left join people g on g.id = s.signer_id`

/** Reads of the records list; writes and by-id reads are in `signing-store.ts`. */
export class RecordsQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async page(question: RecordQuestion, offset: number, limit: number): Promise<RecordLine[]> {
    const where = conditions(question)
    const down = question.newestFirst ? 'desc' : 'asc'
    const rows = await this.#db.rows(`select ${COLUMNS} ${FROM} where ${where.sql} order by s.id ${down} limit ? offset ?`, [...where.values, limit, offset])
    return rows.map(fromRow)
  }

  async count(question: RecordQuestion): Promise<number> {
    const where = conditions(question)
    const rows = await this.#db.rows(`select count(*) as n ${FROM} where ${where.sql}`, where.values)
    return Number(rows[0]?.['n'] ?? 0)
  }

  /** Oldest first, a batch at a time. */
  async* all(question: RecordQuestion): AsyncIterable<RecordLine[]> {
    const where = conditions(question)
    let after = ''
    for (;;) {
      const rows = await this.#db.rows(`select ${COLUMNS} ${FROM} where ${where.sql} and s.id > ? order by s.id limit ?`, [...where.values, after, PART])
      if (rows.length > 0) yield rows.map(fromRow)
      if (rows.length < PART) return
      after = rows.at(-1)?.['id'] as string
    }
  }

  /** True when this record is of one of the schools: where it was asked, or where its person is now (I3). */
  async isOf(signatureId: string, question: Pick<RecordQuestion, 'schools' | 'today'>): Promise<boolean> {
    const where = conditions({ ...question, newestFirst: true, text: signatureId })
    return (await this.#db.rows(`select s.id ${FROM} where ${where.sql}`, where.values)).length === 1
  }

  /** The newest seal of a signature, with its certificate; null while it is pending. */
  async seal(signatureId: string): Promise<SealFacts | null> {
    const row = await this.#db.read('sealed_records as f').leftJoin('certificates as c', 'c.id', 'f.certificate_id').where('f.signature_id', signatureId)
      .whereNotNull('f.file_sha256').orderBy('f.seal_number', 'desc').first('f.seal_number', 'f.sealed_at', 'f.file_sha256', 'c.subject', 'c.not_after')
    return row
      ? { sealNumber: row.seal_number, sealedAt: Number(row.sealed_at), fileSha256: row.file_sha256, certificateSubject: row.subject ?? '', certificateUntil: row.not_after === null ? null : Number(row.not_after) }
      : null
  }

  /** When a signature ended; null while it counts. */
  async endedAt(signatureId: string): Promise<Instant | null> {
    const row = await this.#db.read('signatures').where({ id: signatureId }).first('ended_at')
    return row?.ended_at ? Number(row.ended_at) : null
  }
}

function conditions(question: RecordQuestion): { sql: string; values: string[] } {
  const parts: string[] = ['1 = 1']
  const values: string[] = []
  const add = (sql: string, ...more: string[]) => {
    parts.push(`(${sql})`)
    values.push(...more)
  }
  for (const schools of [question.schools, question.school ? [question.school] : 'all'] as const) {
    if (schools === 'all') continue
    if (schools.length === 0) add('1 = 0')
    const marks = schools.map(() => '?').join(', ')
    if (schools.length > 0) {
      add(`r.school_id in (${marks}) or exists (select 1 from affiliations a where a.person_id = s.subject_id and a.school_id in (${marks})
        and ${familyOfRole('a.role')} = r.family and (a.end_date is null or a.end_date >= ?))`, ...schools, ...schools, question.today)
    }
  }
  if (question.state === 'ended') add('s.active is null')
  if (question.state === 'sealed') add(`s.active = 1 and s.seal_state = 'sealed'`)
  if (question.state === 'waiting') add(`s.active = 1 and s.seal_state <> 'sealed'`)
  const text = question.text?.trim() ?? ''
  if (REFERENCE.test(text.toUpperCase())) add('s.id = ?', text.toUpperCase())
  else for (const word of searchWords(text)) add('p.name_search like ?', `%${word}%`)
  return { sql: parts.join(' and '), values }
}

function fromRow(row: Record<string, unknown>): RecordLine {
  const name = (forename: unknown, surname: unknown) => `${(forename as string | null) ?? ''} ${(surname as string | null) ?? ''}`.trim()
  return {
    signatureId: row['id'] as string, subjectName: name(row['preferred_forename'], row['surname']), signerName: name(row['signer_forename'], row['signer_surname']),
    ownSignature: row['subject_id'] === row['signer_id'], schoolId: row['school_id'] as string, agreementId: row['agreement_id'] as string, occasion: row['occasion'] as string,
    act: row['act'] as RecordLine['act'], signedAt: Number(row['signed_at']),
    state: row['active'] === null ? 'ended' : row['seal_state'] === 'sealed' ? 'sealed' : 'waiting', fileSha256: row['file_sha256'] as string | null,
  }
}
