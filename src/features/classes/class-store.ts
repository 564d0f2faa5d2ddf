import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { chunks } from '../../shared/chunks.ts'
import type { ClassGroup } from './class-group.ts'
import type { AnswerState, ClassAgreement, ClassAnswer, ClassSession } from './class-session.ts'

/** Rows of class sessions, their answers and what the class agreed together. */
export class ClassStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** @throws a duplicate-key error when the code is on another board. */
  async insert(session: ClassSession): Promise<void> {
    await this.#db.sql('class_sessions').insert({
      id: session.id, school_id: session.group.schoolId, group_kind: session.group.kind, group_name: session.group.name, code: session.code,
      started_by: session.startedBy, started_at: session.startedAt, ends_at: session.endsAt, ended_at: null, left_over: '[]',
    })
  }

  async get(id: string): Promise<ClassSession | null> {
    const row = await this.#db.read('class_sessions').where({ id }).first()
    return row ? sessionFromRow(row) : null
  }

  async byCode(code: string): Promise<ClassSession | null> {
    const row = await this.#db.read('class_sessions').where({ code }).first()
    return row ? sessionFromRow(row) : null
  }

  /** Sessions of one group, newest first. */
  async ofGroup(group: ClassGroup, limit: number): Promise<ClassSession[]> {
    const rows = await this.#db.read('class_sessions').where({ school_id: group.schoolId, group_kind: group.kind, group_name: group.name })
      .orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit)
    return rows.map(sessionFromRow)
  }

  async startedBySince(personId: string, since: Instant): Promise<ClassSession[]> {
    return (await this.#db.read('class_sessions').where({ started_by: personId }).where('started_at', '>=', since).orderBy('id', 'desc')).map(sessionFromRow)
  }

  /** Those that nobody ended. */
  async notEnded(filter: { endsBefore?: Instant } = {}): Promise<ClassSession[]> {
    const query = this.#db.read('class_sessions').whereNull('ended_at').orderBy('started_at', 'desc').limit(500)
    if (filter.endsBefore !== undefined) void query.where('ends_at', '<=', filter.endsBefore)
    return (await query).map(sessionFromRow)
  }

  /** Ends a session and takes its code off the board; false when it had ended. */
  async end(id: string, at: Instant, leftOver: readonly string[]): Promise<boolean> {
    return await this.#db.sql('class_sessions').where({ id }).whereNull('ended_at').update({ ended_at: at, code: null, left_over: JSON.stringify(leftOver) }) === 1
  }

  async setDiscussion(id: string, discussion: { ledBy: string; on: string }): Promise<void> {
    await this.#db.sql('class_sessions').where({ id }).update({ discussion_led_by: discussion.ledBy, discussion_on: discussion.on })
  }

  /** @throws a duplicate-key error when the form was sent before or the slot holds an answer that waits. */
  async insertAnswer(answer: ClassAnswer): Promise<void> {
    await this.#db.sql('class_answers').insert({
      id: answer.id, session_id: answer.sessionId, signatory_id: answer.signatoryId, pupil_id: answer.pupilId, answer: answer.answer, typed: answer.typed,
      drawn: answer.drawn === null ? null : JSON.stringify(answer.drawn), rendition_hash: answer.renditionHash, understanding: answer.understanding.length === 0 ? null : JSON.stringify(answer.understanding), form_key: answer.formKey,
      answered_at: answer.answeredAt, waiting: 1, state: 'waiting',
    })
  }

  async answer(id: string): Promise<ClassAnswer | null> {
    const row = await this.#db.read('class_answers').where({ id }).first()
    return row ? answerFromRow(row) : null
  }

  async answerByFormKey(formKey: string): Promise<ClassAnswer | null> {
    const row = await this.#db.sql('class_answers').where({ form_key: formKey }).first()
    return row ? answerFromRow(row) : null
  }

  async waitingOf(signatoryId: string): Promise<ClassAnswer | null> {
    const row = await this.#db.sql('class_answers').where({ signatory_id: signatoryId, waiting: 1 }).first()
    return row ? answerFromRow(row) : null
  }

  /** Answers that wait, of these pupils. */
  async waitingOfPupils(pupilIds: readonly string[]): Promise<ClassAnswer[]> {
    const found: ClassAnswer[] = []
    for (const part of chunks(pupilIds)) {
      found.push(...(await this.#db.read('class_answers').whereIn('pupil_id', part).where({ waiting: 1 }).orderBy('answered_at')).map(answerFromRow))
    }
    return found
  }

  /** Settles an answer that waits; false when somebody was faster. The drawing goes: what counts is in the signature. */
  async settle(id: string, state: Exclude<AnswerState, 'waiting'>, by: { personId: string | null; at: Instant }): Promise<boolean> {
    return await this.#db.sql('class_answers').where({ id, waiting: 1 })
      .update({ waiting: null, state, settled_at: by.at, settled_by: by.personId, typed: null, drawn: null, understanding: null }) === 1
  }

  /** Answers that nobody looked at in time count as never given; nothing of them stays. Returns how many. */
  forgetWaiting(before: Instant): Promise<number> {
    return this.#db.sql('class_answers').where({ waiting: 1 }).where('answered_at', '<', before).update({ waiting: null, state: 'stale', typed: null, drawn: null, understanding: null })
  }

  async setAnswerState(id: string, state: AnswerState): Promise<void> {
    await this.#db.sql('class_answers').where({ id }).update({ state })
  }

  async agreementOf(sessionId: string): Promise<ClassAgreement | null> {
    const row = await this.#db.read('class_agreements').where({ session_id: sessionId }).first()
    return row
      ? {
          renditionHash: row.rendition_hash, ledBy: row.led_by, heldOn: row.held_on, present: JSON.parse(row.present) as string[], absent: JSON.parse(row.absent) as string[],
          recordedBy: row.recorded_by, recordedAt: Number(row.recorded_at),
        }
      : null
  }

  /** False when the class agreed in this session before. */
  async insertAgreement(id: string, sessionId: string, agreement: ClassAgreement): Promise<boolean> {
    return await this.#db.insertNew('class_agreements', [{
      id, session_id: sessionId, rendition_hash: agreement.renditionHash, led_by: agreement.ledBy, held_on: agreement.heldOn,
      present: JSON.stringify(agreement.present), absent: JSON.stringify(agreement.absent), recorded_by: agreement.recordedBy, recorded_at: agreement.recordedAt,
    }]) === 1
  }
}

function sessionFromRow(row: Record<string, unknown>): ClassSession {
  const ledBy = row['discussion_led_by'] as string | null
  return {
    id: row['id'] as string,
    group: { schoolId: row['school_id'] as string, kind: row['group_kind'] as ClassGroup['kind'], name: row['group_name'] as string },
    code: row['code'] as string | null, startedBy: row['started_by'] as string, startedAt: Number(row['started_at']), endsAt: Number(row['ends_at']),
    endedAt: row['ended_at'] === null ? null : Number(row['ended_at']),
    discussion: ledBy === null ? null : { ledBy, on: row['discussion_on'] as string },
    leftOver: JSON.parse(row['left_over'] as string) as string[],
  }
}

function answerFromRow(row: Record<string, unknown>): ClassAnswer {
  const drawn = row['drawn'] as string | null
  return {
    id: row['id'] as string, sessionId: row['session_id'] as string, signatoryId: row['signatory_id'] as string, pupilId: row['pupil_id'] as string,
    answer: row['answer'] as 'yes' | 'no', typed: row['typed'] as string | null, drawn: drawn === null ? null : JSON.parse(drawn) as ClassAnswer['drawn'],
    understanding: row['understanding'] ? JSON.parse(row['understanding'] as string) as ClassAnswer['understanding'] : [],
    renditionHash: row['rendition_hash'] as string, formKey: row['form_key'] as string, answeredAt: Number(row['answered_at']), state: row['state'] as AnswerState,
  }
}
