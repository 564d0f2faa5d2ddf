import type { Clock } from '../../../adapters/clock.ts'
import type { Ids } from '../../../adapters/ids.ts'
import type { Database } from '../../../db/database.ts'
import type { Instant } from '../../../shared/dates.ts'
import type { AuditLog } from '../../audit/audit-log.ts'

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

/** Approvals of access levels; the newest of a school counts, the others are history. */
export class AccessApprovals {
  readonly #deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }
  constructor(deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog }) {
    this.#deps = deps
  }

  async approve(approval: Pick<AccessApproval, 'personId' | 'schoolId' | 'roleProfile' | 'note'>, actor: string): Promise<string> {
    const { db, clock, ids, audit } = this.#deps
    const id = ids.next()
    await db.transaction(async () => {
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
