import type { Database } from '../../db/database.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { Instant } from '../../shared/dates.ts'
import type { ConsentAnswer, ConsentEvidence, ConsentSlot } from './consent.ts'

/** Answers to consent questions; an answer is never changed, only ended. */
export class ConsentStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** @throws a duplicate-key error when another tab was faster. */
  async insert(answer: Omit<ConsentAnswer, 'active' | 'endedAt' | 'endedKind'>, actor: string): Promise<void> {
    await this.#db.sql('consent_answers').insert({
      id: answer.id, question_id: answer.questionId, subject_id: answer.subjectId, signer_id: answer.signerId, active: 1, answer: answer.answer, version: answer.version,
      slot: answer.slot, evidence: canonicalJson(answer.evidence), signature_id: answer.signatureId, actor, at: answer.at, ended_at: null, ended_kind: null,
    })
  }

  async get(id: string): Promise<ConsentAnswer | null> {
    const row = await this.#db.sql('consent_answers').where({ id }).first()
    return row ? fromRow(row) : null
  }

  async activeOf(questionId: string, subjectId: string, signerId: string): Promise<ConsentAnswer | null> {
    const row = await this.#db.sql('consent_answers').where({ question_id: questionId, subject_id: subjectId, signer_id: signerId, active: 1 }).first()
    return row ? fromRow(row) : null
  }

  /** False when it had ended before. */
  async end(id: string, kind: 'changed' | 'withdrawn' | 'lapsed', at: Instant): Promise<boolean> {
    return await this.#db.sql('consent_answers').where({ id, active: 1 }).update({ active: null, ended_at: at, ended_kind: kind }) === 1
  }

  /** Person -> answers that count, oldest first. */
  async activeAbout(subjectIds: readonly string[]): Promise<Map<string, ConsentAnswer[]>> {
    const found = new Map<string, ConsentAnswer[]>()
    for (const row of await this.#db.rowsIn('select * from consent_answers where active = 1 and subject_id in (:list) order by id', [], subjectIds)) {
      const answer = fromRow(row)
      const list = found.get(answer.subjectId)
      if (list) list.push(answer)
      else found.set(answer.subjectId, [answer])
    }
    return found
  }

  /** All that somebody ever answered, newest first. */
  async by(signerId: string): Promise<ConsentAnswer[]> {
    return (await this.#db.read('consent_answers').where({ signer_id: signerId }).orderBy('id', 'desc')).map(fromRow)
  }

  /** People about whom two adults answered the same question differently (F5). */
  async disputed(): Promise<{ questionId: string; subjectId: string; since: Instant }[]> {
    const rows = await this.#db.rows(
      `select question_id, subject_id, max(at) as since from consent_answers where active = 1 and slot = 'guardian'
       group by question_id, subject_id having count(distinct answer) > 1 order by since`, [])
    return rows.map((row) => ({ questionId: row['question_id'] as string, subjectId: row['subject_id'] as string, since: Number(row['since']) }))
  }
}

function fromRow(row: Record<string, unknown>): ConsentAnswer {
  return {
    id: row['id'] as string, questionId: row['question_id'] as string, subjectId: row['subject_id'] as string, signerId: row['signer_id'] as string,
    active: row['active'] === 1, answer: row['answer'] as 'yes' | 'no', version: row['version'] as number, slot: row['slot'] as ConsentSlot,
    evidence: JSON.parse(row['evidence'] as string) as ConsentEvidence, signatureId: row['signature_id'] as string | null, at: Number(row['at']),
    endedAt: row['ended_at'] === null ? null : Number(row['ended_at']), endedKind: row['ended_kind'] as ConsentAnswer['endedKind'],
  }
}
