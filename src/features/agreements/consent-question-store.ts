import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Band } from './band.ts'
import type { ConsentKind, ConsentQuestion, ConsentSigner, QuestionWords } from './consent-question.ts'

/** The catalogue of consent questions. What a question said before lies in the evidence of each answer, and in the ledger. */
export class ConsentQuestionStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  /** All of them, those switched off included, in their order. */
  async all(): Promise<ConsentQuestion[]> {
    return (await this.#db.read('consent_questions').orderBy([{ column: 'position' }, { column: 'id' }])).map(fromRow)
  }

  async get(id: string): Promise<ConsentQuestion | null> {
    const row = await this.#db.sql('consent_questions').where({ id }).first()
    return row ? fromRow(row) : null
  }

  async add(question: Omit<ConsentQuestion, 'id'>): Promise<string> {
    const id = this.#ids.next()
    const now = this.#clock.now()
    await this.#db.sql('consent_questions').insert({ id, ...columns(question), created_at: now, updated_at: now })
    return id
  }

  async update(id: string, question: Omit<ConsentQuestion, 'id'>): Promise<void> {
    await this.#db.sql('consent_questions').where({ id }).update({ ...columns(question), updated_at: this.#clock.now() })
  }
}

function columns(question: Omit<ConsentQuestion, 'id'>): Record<string, unknown> {
  return {
    key: question.key, school_id: question.schoolId, kind: question.kind, title: question.title, question: question.question, hint: question.hint, welsh: question.welsh && JSON.stringify(question.welsh),
    bands: JSON.stringify(question.bands), signer_rule: question.signerRule, version: question.version, counts_from: question.countsFrom, position: question.position,
    active: question.active ? 1 : 0,
  }
}

function fromRow(row: Record<string, unknown>): ConsentQuestion {
  return {
    id: row['id'] as string, key: row['key'] as string, schoolId: row['school_id'] as string | null, kind: row['kind'] as ConsentKind, title: row['title'] as string,
    question: row['question'] as string, hint: row['hint'] as string,
    welsh: row['welsh'] === null ? null : JSON.parse(row['welsh'] as string) as QuestionWords, bands: JSON.parse(row['bands'] as string) as Band[], signerRule: row['signer_rule'] as ConsentSigner,
    version: row['version'] as number, countsFrom: row['counts_from'] as number, position: row['position'] as number, active: Boolean(row['active']),
  }
}
