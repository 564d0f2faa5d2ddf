import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import type { ExistingRequest } from './due-requests.ts'

/** A training asked of one member of staff. */
export interface Training {
  id: string
  requirementId: string
  personId: string
  schoolId: string
  title: string
  occasion: string
  state: 'open' | 'complete' | 'cancelled'
  dueOn: CalendarDate | null
  doneOn: CalendarDate | null
  reference: string | null
  fileName: string | null
}

export interface NewTraining { id: string; requirementId: string; personId: string; schoolId: string; occasion: string; dueOn: CalendarDate | null; planId: string }

/** What proves a training: the day, and a certificate or its reference. */
export interface TrainingProof {
  doneOn: CalendarDate
  reference: string | null
  file: { name: string; type: string; sha256: string; bytes: Buffer } | null
}

const SELECT = `select t.id, t.requirement_id, t.person_id, t.school_id, t.occasion, t.state, t.due_on, t.done_on, t.reference, t.file_name, r.title
  from trainings t join requirements r on r.id = t.requirement_id`

/** Trainings asked of people, and what proves that they were done. */
export class TrainingStore {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Inserts those that do not exist yet; returns how many were new. */
  async insert(trainings: readonly NewTraining[]): Promise<number> {
    const now = this.#clock.now()
    return this.#db.insertNew('trainings', trainings.map((training) => ({
      id: training.id, requirement_id: training.requirementId, person_id: training.personId, school_id: training.schoolId, occasion: training.occasion,
      state: 'open', due_on: training.dueOn, plan_id: training.planId, created_at: now,
    })))
  }

  /** Person -> what exists, in the shape that judging what is due needs. */
  async existing(personIds: readonly string[], familyOf: (requirementId: string) => string): Promise<Map<string, ExistingRequest[]>> {
    const rows = await this.#db.rowsIn('select person_id, requirement_id, occasion, state, done_on from trainings where person_id in (:list)', [], personIds)
    const found = new Map<string, ExistingRequest[]>()
    for (const row of rows) {
      const requirementId = row['requirement_id'] as string
      const entry: ExistingRequest = {
        family: familyOf(requirementId), topic: `train:${requirementId}`, signerRule: 'self', occasion: row['occasion'] as string, state: row['state'] as string,
        completedAt: row['done_on'] ? Date.parse(`${row['done_on'] as string}T12:00:00Z`) : null,
      }
      found.set(row['person_id'] as string, [...found.get(row['person_id'] as string) ?? [], entry])
    }
    return found
  }

  async of(personId: string): Promise<Training[]> {
    return (await this.#db.rows(`${SELECT} where t.person_id = ? and t.state <> 'cancelled' order by t.id`, [personId])).map(fromRow)
  }

  async ofRequirement(requirementId: string): Promise<Training[]> {
    return (await this.#db.rows(`${SELECT} where t.requirement_id = ? and t.state <> 'cancelled' order by t.id`, [requirementId])).map(fromRow)
  }

  async get(id: string): Promise<Training | null> {
    const [row] = await this.#db.rows(`${SELECT} where t.id = ?`, [id])
    return row ? fromRow(row) : null
  }

  async complete(id: string, proof: TrainingProof, actor: string): Promise<void> {
    await this.#db.sql('trainings').where({ id }).update({
      state: 'complete', done_on: proof.doneOn, reference: proof.reference, recorded_by: actor, recorded_at: this.#clock.now(),
      ...(proof.file ? { file_name: proof.file.name, file_type: proof.file.type, file_sha256: proof.file.sha256, file: proof.file.bytes } : {}),
    })
  }

  /** The certificate, or null when none was given. */
  async file(id: string): Promise<{ name: string; type: string; bytes: Buffer } | null> {
    const row = await this.#db.read('trainings').where({ id }).first('file', 'file_name', 'file_type')
    return row?.file ? { name: row.file_name, type: row.file_type, bytes: Buffer.from(row.file as ArrayBuffer) } : null
  }
}

function fromRow(row: Record<string, unknown>): Training {
  return {
    id: row['id'] as string, requirementId: row['requirement_id'] as string, personId: row['person_id'] as string, schoolId: row['school_id'] as string,
    title: row['title'] as string, occasion: row['occasion'] as string, state: row['state'] as Training['state'], dueOn: row['due_on'] as string | null,
    doneOn: row['done_on'] as string | null, reference: row['reference'] as string | null, fileName: row['file_name'] as string | null,
  }
}
