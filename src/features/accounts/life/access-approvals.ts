import type { Clock } from '../../../adapters/clock.ts'
import type { Ids } from '../../../adapters/ids.ts'
import type { Database } from '../../../db/database.ts'
import { addDays, type Instant, today } from '../../../shared/dates.ts'
import type { AuditLog } from '../../audit/audit-log.ts'
import type { AccessTasks } from './access-tasks.ts'

/** Which access somebody was approved for (I7): the least that the work needs, by a named person, on a day. */
export interface AccessApproval {
  id: string
  personId: string
  schoolId: string
  roleProfile: string
  note: string | null
  approvedBy: string
  approvedAt: Instant
}

/** What somebody proposes to the head. */
export interface LevelProposal {
  schoolId: string
  roleProfile: string
  askedBy: string
  askedAt: Instant
}

/** Days in which a proposal should be looked at. */
const DUE_DAYS = 3

/** Approvals of access levels; the newest of a school counts, the others are history. A proposal is a task for the head, gone once they have decided. */
export class AccessApprovals {
  readonly #deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }
  readonly #tasks: AccessTasks
  constructor(deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }, tasks: AccessTasks) {
    this.#deps = deps
    this.#tasks = tasks
  }

  /** Puts it before the head of the school; a newer one takes the place of an older one. */
  async propose(wanted: Pick<AccessApproval, 'personId' | 'schoolId' | 'roleProfile'> & { schoolName: string }, actor: string): Promise<void> {
    const { db, clock, audit } = this.#deps
    await db.transaction(async () => {
      await this.#withdraw(wanted)
      await this.#tasks.put([{
        kind: 'level', personId: wanted.personId, accountId: null, dueOn: addDays(today(clock.now()), DUE_DAYS), key: `${keyOf(wanted)}${wanted.roleProfile}`, what: `${wanted.roleProfile}, ${wanted.schoolName}`,
      }], { actor })
      await audit.record({ actor, event: 'access.level-proposed', subject: `person:${wanted.personId}`, payload: { profile: wanted.roleProfile, school: wanted.schoolId } })
    })
  }

  /** What waits for the head. */
  async proposalsOf(personId: string): Promise<LevelProposal[]> {
    const rows = await this.#deps.db.read('access_tasks').where({ kind: 'level', person_id: personId }).whereNull('done_at').orderBy('id') as { task_key: string; asked_by: string; asked_at: number }[]
    return rows.map((row) => {
      const [, , schoolId = '', ...profile] = row.task_key.split(':')
      return { schoolId, roleProfile: profile.join(':'), askedBy: row.asked_by, askedAt: Number(row.asked_at) }
    })
  }

  async #withdraw(of: Pick<AccessApproval, 'personId' | 'schoolId'>): Promise<void> {
    await this.#deps.db.sql('access_tasks').where({ kind: 'level', person_id: of.personId }).whereNull('done_at').where('task_key', 'like', `${keyOf(of)}%`).del()
  }

  async approve(approval: Pick<AccessApproval, 'personId' | 'schoolId' | 'roleProfile' | 'note'>, actor: string): Promise<string> {
    const { db, clock, ids, audit } = this.#deps
    const id = ids.next()
    await db.transaction(async () => {
      await this.#withdraw(approval)
      await db.sql('access_approvals').insert({
        id, person_id: approval.personId, school_id: approval.schoolId, role_profile: approval.roleProfile, note: approval.note, approved_by: actor, approved_at: clock.now(),
      })
      await audit.record({ actor, event: 'access.level-approved', subject: `person:${approval.personId}`, payload: { approval: id, profile: approval.roleProfile, school: approval.schoolId } })
    })
    return id
  }

  /** Newest first. */
  async ofPerson(personId: string): Promise<AccessApproval[]> {
    return (await this.#deps.db.read('access_approvals').where({ person_id: personId }).orderBy('id', 'desc')).map((row) => ({
      id: row.id, personId: row.person_id, schoolId: row.school_id, roleProfile: row.role_profile, note: row.note, approvedBy: row.approved_by, approvedAt: Number(row.approved_at),
    }))
  }
}

const keyOf = ({ personId, schoolId }: Pick<AccessApproval, 'personId' | 'schoolId'>): string => `level:${personId}:${schoolId}:`
