import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { chunks } from '../../shared/chunks.ts'
import type { SignerRule, Slot } from '../agreements/requirement.ts'
import type { AgreementRequest, ExcuseCause, RequestState, Signatory, SlotState } from './request.ts'

export interface NewRequest extends Omit<AgreementRequest, 'createdAt' | 'completedAt' | 'versionId' | 'state' | 'excusedUntil' | 'excusedCause'> {
  planId: string | null
  slots: (Omit<Signatory, 'requestId' | 'state' | 'holderId'> & { holderId?: string })[]
}

export interface RequestChange {
  state?: RequestState; versionId?: string | null; completedAt?: number | null; excuse?: { until: string; cause: ExcuseCause } | null
}

/** A slot with the request it belongs to. */
export interface SlotOfRequest {
  signatory: Signatory
  request: AgreementRequest
}

/** A slot with its request and every slot of that, itself included. */
export interface HeldSlot extends SlotOfRequest {
  slots: readonly Signatory[]
}

const SLOT = `select r.*, s.id as slot_id, s.slot as slot_slot, s.act as slot_act, s.required as slot_required, s.state as slot_state, s.holder_id as slot_holder
  from signatories s join requests r on r.id = s.request_id where s.id in (:list)`
const SLOTS = `select r.*, k.id as asked, s.id as slot_id, s.slot as slot_slot, s.act as slot_act, s.required as slot_required, s.state as slot_state, s.holder_id as slot_holder
  from signatories k join requests r on r.id = k.request_id join signatories s on s.request_id = r.id where k.id in (:list)`

/** Requests and their slots. */
export class RequestStore {
  readonly #db: Database
  readonly #clock: Clock
  constructor(db: Database, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Inserts requests that do not exist yet (I1); returns how many were new. */
  async insert(requests: NewRequest[]): Promise<number> {
    const now = this.#clock.now()
    const rows = requests.map((request) => ({
      id: request.id, requirement_id: request.requirementId, person_id: request.personId, school_id: request.schoolId,
      agreement_id: request.agreementId, family: request.family, topic: request.topic, signer_rule: request.signerRule, occasion: request.occasion,
      compulsory: request.compulsory ? 1 : 0, version_id: null, state: 'open', due_on: request.dueOn, grace_until: request.graceUntil, reasons: JSON.stringify(request.reasons), plan_id: request.planId,
      created_at: now, changed_at: now, completed_at: null, live: 1,
    }))
    const added = await this.#db.insertNew('requests', rows)
    const slots = added === requests.length ? requests : await this.#thatExist(requests)
    await this.#db.insertMany('signatories', slots.flatMap((request) => request.slots.map((slot) => ({
      id: slot.id, request_id: request.id, slot: slot.slot, act: slot.act, required: slot.required ? 1 : 0, state: 'open', holder_id: slot.holderId ?? '',
    }))))
    return added
  }

  /** Somebody else's run may have been faster for a few. */
  async #thatExist(requests: NewRequest[]): Promise<NewRequest[]> {
    const found = new Set<string>()
    for (const part of chunks(requests.map((request) => request.id))) {
      for (const row of await this.#db.sql('requests').whereIn('id', part).select('id')) found.add(row.id)
    }
    return requests.filter((request) => found.has(request.id))
  }

  async get(id: string): Promise<AgreementRequest | null> {
    const row = await this.#db.read('requests').where({ id }).first()
    return row ? requestFromRow(row) : null
  }

  /** For changing: locks the row where the database can. */
  async lock(id: string): Promise<AgreementRequest | null> {
    const query = this.#db.sql('requests').where({ id })
    const row = await (this.#db.dialect.lockRows ? query.forUpdate() : query).first()
    return row ? requestFromRow(row) : null
  }

  /** A slot with its request, in one look. */
  async slot(signatoryId: string): Promise<SlotOfRequest | null> {
    return slotFromRow((await this.#db.rowsBy(SLOT, 'slot_id', [signatoryId]))[0])
  }

  /** Slots for changing, by their ids: they, their requests and the requests' other slots are locked where the database can. */
  async lockSlots(signatoryIds: readonly string[]): Promise<Map<string, HeldSlot>> {
    const found = new Map<string, HeldSlot & { slots: Signatory[] }>()
    for (const row of await this.#db.rowsIn(this.#db.dialect.lockRows ? `${SLOTS} for update` : SLOTS, [], signatoryIds)) {
      const asked = row['asked'] as string
      const signatory = signatoryFromRow(slotOfRow(row))
      const held = found.get(asked) ?? { signatory, request: requestFromRow(row), slots: [] }
      found.set(asked, signatory.id === asked ? { ...held, signatory } : held)
      held.slots.push(signatory)
    }
    return found
  }

  /** The request that was put in the place of a superseded one (I2). */
  async successorOf(request: AgreementRequest): Promise<AgreementRequest | null> {
    const rows = await this.#db.read('requests')
      .where({ person_id: request.personId, agreement_id: request.agreementId, requirement_id: request.requirementId, live: 1 }).andWhere('id', '>', request.id).orderBy('id', 'desc').limit(1)
    return rows[0] ? requestFromRow(rows[0]) : null
  }

  async ofPeople(personIds: readonly string[]): Promise<AgreementRequest[]> {
    const found: AgreementRequest[] = []
    for (const part of chunks(personIds)) {
      found.push(...(await this.#db.read('requests').whereIn('person_id', part).orderBy('created_at', 'desc')).map(requestFromRow))
    }
    return found
  }

  async signatory(id: string): Promise<Signatory | null> {
    const row = await this.#db.read('signatories').where({ id }).first()
    return row ? signatoryFromRow(row) : null
  }

  async signatoriesOf(requestIds: readonly string[]): Promise<Map<string, Signatory[]>> {
    const found = new Map<string, Signatory[]>()
    for (const part of chunks(requestIds)) {
      for (const row of await this.#db.rows(`select * from signatories where request_id in (?${', ?'.repeat(part.length - 1)}) order by slot desc, holder_id`, part)) {
        const signatory = signatoryFromRow(row)
        found.set(signatory.requestId, [...found.get(signatory.requestId) ?? [], signatory])
      }
    }
    return found
  }

  async setSignatory(id: string, state: SlotState): Promise<void> {
    await this.setSignatories([id], state)
  }

  async setSignatories(ids: readonly string[], state: SlotState): Promise<void> {
    await this.#db.runIn('update signatories set state = ? where id in (:list)', [state], ids)
  }

  /** An open slot nobody is asked for any more, or one that is asked from now on. */
  async setRequired(id: string, required: boolean): Promise<void> {
    await this.#db.sql('signatories').where({ id }).update({ required: required ? 1 : 0 })
  }

  async update(id: string, change: RequestChange): Promise<void> {
    await this.updateAll([id], change)
  }

  /** The same change of several. */
  async updateAll(ids: readonly string[], change: RequestChange): Promise<void> {
    const columns = {
      ...(change.excuse !== undefined ? { excused_until: change.excuse?.until ?? null, excused_cause: change.excuse?.cause ?? null } : {}),
      // What is complete was open and stays live: to say so again would cost the rows of two indexes.
      ...(change.state ? { state: change.state } : {}), ...(change.state && change.state !== 'complete' ? { live: change.state === 'superseded' ? null : 1 } : {}),
      ...(change.versionId !== undefined ? { version_id: change.versionId } : {}),
      ...(change.completedAt !== undefined ? { completed_at: change.completedAt } : {}),
    }
    if (Object.keys(columns).length === 0) return
    // Machines ask what has changed since.
    const changed = { ...columns, changed_at: this.#clock.now() }
    const names = Object.keys(changed)
    await this.#db.runIn(`update requests set ${names.map((name) => `${name} = ?`).join(', ')} where id in (:list)`, Object.values(changed), ids)
  }
}

function requestFromRow(row: Record<string, unknown>): AgreementRequest {
  return {
    id: row['id'] as string,
    requirementId: row['requirement_id'] as string,
    personId: row['person_id'] as string,
    schoolId: row['school_id'] as string,
    agreementId: row['agreement_id'] as string,
    family: row['family'] as string,
    topic: row['topic'] as string,
    compulsory: Boolean(row['compulsory']),
    signerRule: row['signer_rule'] as SignerRule,
    occasion: row['occasion'] as string,
    versionId: row['version_id'] as string | null,
    state: row['state'] as RequestState,
    dueOn: row['due_on'] as string | null,
    graceUntil: row['grace_until'] as string | null,
    excusedUntil: row['excused_until'] as string | null,
    excusedCause: row['excused_cause'] as ExcuseCause | null,
    reasons: JSON.parse(row['reasons'] as string) as string[],
    createdAt: row['created_at'] as number,
    completedAt: row['completed_at'] as number | null,
  }
}

function slotFromRow(row: Record<string, unknown> | undefined): SlotOfRequest | null {
  return row ? { signatory: signatoryFromRow(slotOfRow(row)), request: requestFromRow(row) } : null
}

function slotOfRow(row: Record<string, unknown>): Record<string, unknown> {
  return { id: row['slot_id'], request_id: row['id'], slot: row['slot_slot'], act: row['slot_act'], required: row['slot_required'], state: row['slot_state'], holder_id: row['slot_holder'] }
}

function signatoryFromRow(row: Record<string, unknown>): Signatory {
  return {
    id: row['id'] as string,
    requestId: row['request_id'] as string,
    slot: row['slot'] as Slot,
    act: row['act'] as Signatory['act'],
    required: Boolean(row['required']),
    state: row['state'] as SlotState,
    holderId: row['holder_id'] as string,
  }
}
