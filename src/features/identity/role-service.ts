import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AuditPort } from './ports.ts'
import { circleRoles } from './permissions.ts'
import { decideGrant, type GrantProblem, isFromProvider, type NewGrant, type RoleGrant } from './role-grant.ts'
import type { RoleStore } from './role-store.ts'

const WORDS: Record<GrantProblem, { what: string; remedy: string }> = {
  'unknown-role': { what: 'There is no role of that name.', remedy: 'Choose a role from the list.' },
  'needs-an-end': { what: 'This role is never given without an end.', remedy: 'State until when it holds.' },
  'already-over': { what: 'The end of the role lies in the past.', remedy: 'State a later end.' },
  'needs-a-group': { what: 'This role is for a year or group of a school.', remedy: 'Choose the school, and the year or the group.' },
  'longer-than-a-day': { what: 'Cover ends on the same day.', remedy: 'State today as its last day.' },
  'role-of-the-whole': { what: 'This role is for a whole school or the trust.', remedy: 'Leave year and group empty, or choose another role.' },
  'group-without-school': { what: 'A year or class belongs to a school.', remedy: 'Choose the school too.' },
}

interface Parts {
  db: Database
  store: RoleStore
  clock: Clock
  ids: Ids
  audit: AuditPort
  /** Ends somebody's sessions at once, as `Sessions.endSessionsOf`. */
  endSessionsOf(personId: string): Promise<number>
  /** Tells the safeguarding circle who has joined it; called inside the transaction. */
  tellCircle(grant: RoleGrant): Promise<void>
}

/** Gives and takes roles; each act is in the audit log, and ends the sessions of whom it concerns (ASVS 7.4.2, 8.3.2), save for cover. */
export class RoleService {
  readonly #parts: Parts
  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * `actor`: who did it, for the audit log, where it is not `grantedBy` (a group of a directory).
   * @throws Refused when the role is unknown, should end and does not, or is over before it begins.
   */
  async grant(wanted: NewGrant, actor = wanted.grantedBy): Promise<RoleGrant> {
    const { db, store, clock, ids, audit, endSessionsOf, tellCircle } = this.#parts
    const decided = decideGrant(wanted, clock.now())
    if (!decided.ok) throw new Refused(WORDS[decided.reason])
    const grant = { id: ids.next(), ...decided.value }
    await db.transaction(async () => {
      await store.insert(grant)
      await audit.record({ actor, event: 'role.granted', subject: `person:${grant.personId}`, payload: { grant: grant.id, role: grant.role, school: grant.schoolId, group: grant.groupName, year: grant.yearCode, until: grant.until, ...(actor === grant.grantedBy ? {} : { by: grant.grantedBy }) } })
      if (!isPassedOn(grant.role)) await endSessionsOf(grant.personId)
      // What the server's own command line or the first set-up gives has nobody to be told yet; what a directory's group gives has.
      if (circleRoles.has(grant.role) && (grant.grantedBy.startsWith('person:') || isFromProvider(grant))) await tellCircle(grant)
    })
    return grant
  }

  /** @throws NotFound when there is no such grant; Refused for the trust's last administrator. */
  async takeAway(grantId: string, by: string): Promise<void> {
    const { db, store, clock, audit, endSessionsOf } = this.#parts
    await db.transaction(async () => {
      const lasting = (await store.lockHoldersOf('trust-admin', clock.now())).filter((held) => held.schoolId === null && held.until === null)
      const grant = await store.find(grantId)
      if (grant?.role === 'trust-admin' && grant.schoolId === null && !lasting.some((held) => held.personId !== grant.personId)) {
        throw new Refused({ what: 'This is the last administrator of the trust.', remedy: 'Give the role to somebody else first, without an end.' })
      }
      if (!grant || !await store.delete(grantId)) throw new NotFound('There is no such role to take away.')
      await audit.record({ actor: by, event: 'role.taken-away', subject: `person:${grant.personId}`, payload: { grant: grant.id, role: grant.role, school: grant.schoolId } })
      if (!isPassedOn(grant.role)) await endSessionsOf(grant.personId)
    })
  }

  /** True for a lasting administrator of the whole trust. */
  async isAdministrator(personId: string): Promise<boolean> {
    const { store, clock } = this.#parts
    return (await store.grantsOf(personId, clock.now())).some((grant) => grant.role === 'trust-admin' && grant.schoolId === null && grant.until === null)
  }

  /** True once the trust has somebody who may give roles. */
  async hasAdministrator(): Promise<boolean> {
    return (await this.#parts.store.holdersOf('trust-admin', this.#parts.clock.now())).length > 0
  }
}

/**
 * Cover is given by any class teacher to any colleague. It counts from the next page on without a new sign-in; if it ended sessions, a teacher could
 * keep the DSL out of theirs by giving and taking it.
 */
const isPassedOn = (role: string): boolean => role === 'cover'
