import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AuditPort } from './ports.ts'
import { decideGrant, type GrantProblem, type NewGrant, type RoleGrant } from './role-grant.ts'
import type { RoleStore } from './role-store.ts'

const WORDS: Record<GrantProblem, { what: string; remedy: string }> = {
  'unknown-role': { what: 'There is no role of that name.', remedy: 'Choose a role from the list.' },
  'needs-an-end': { what: 'This role is never given without an end.', remedy: 'State until when it holds.' },
  'already-over': { what: 'The end of the role lies in the past.', remedy: 'State a later end.' },
  'group-without-school': { what: 'A year or class belongs to a school.', remedy: 'Choose the school too.' },
}

/** Gives and takes roles; each act is in the audit log. */
export class RoleService {
  readonly #parts: { db: Database; store: RoleStore; clock: Clock; ids: Ids; audit: AuditPort }

  constructor(parts: { db: Database; store: RoleStore; clock: Clock; ids: Ids; audit: AuditPort }) {
    this.#parts = parts
  }

  /**
   * `actor`: who did it, for the audit log, where it is not `grantedBy` (a group of a directory).
   * @throws Refused when the role is unknown, should end and does not, or is over before it begins.
   */
  async grant(wanted: NewGrant, actor = wanted.grantedBy): Promise<RoleGrant> {
    const { db, store, clock, ids, audit } = this.#parts
    const decided = decideGrant(wanted, clock.now())
    if (!decided.ok) throw new Refused(WORDS[decided.reason])
    const grant = { id: ids.next(), ...decided.value }
    await db.transaction(async () => {
      await store.insert(grant)
      await audit.record({ actor, event: 'role.granted', subject: `person:${grant.personId}`, payload: { grant: grant.id, role: grant.role, school: grant.schoolId, group: grant.groupName, until: grant.until, ...(actor === grant.grantedBy ? {} : { by: grant.grantedBy }) } })
    })
    return grant
  }

  /** @throws NotFound when there is no such grant. */
  async takeAway(grantId: string, by: string): Promise<void> {
    const { db, store, audit } = this.#parts
    await db.transaction(async () => {
      const grant = await store.find(grantId)
      if (!grant || !await store.delete(grantId)) throw new NotFound('There is no such role to take away.')
      await audit.record({ actor: by, event: 'role.taken-away', subject: `person:${grant.personId}`, payload: { grant: grant.id, role: grant.role, school: grant.schoolId } })
    })
  }

  /** True once the trust has somebody who may give roles. */
  async hasAdministrator(): Promise<boolean> {
    return (await this.#parts.store.holdersOf('trust-admin', this.#parts.clock.now())).length > 0
  }
}
