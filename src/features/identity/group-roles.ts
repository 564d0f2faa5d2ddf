import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import { isGrantedRole, type GrantedRole } from './permissions.ts'
import type { AuditPort } from './ports.ts'
import { decideGrant, type NewGrant, providerActor } from './role-grant.ts'
import type { RoleService } from './role-service.ts'
import type { RoleStore } from './role-store.ts'

/** "Whoever has this value in this attribute has this role." */
export interface GroupRole {
  id: string
  providerId: string
  attribute: string
  value: string
  role: GrantedRole
  /** Null: the whole trust. */
  schoolId: string | null
  until: Instant | null
  fromFile: boolean
}

/** Roles given by a provider end by themselves when somebody stops coming. */
const KEPT_MS = 30 * 24 * 60 * 60_000

/** A trust administrator is made by people only: no group of a directory may reach that far. */
function mayFollowFromGroup(role: string): role is GrantedRole {
  return isGrantedRole(role) && role !== 'trust-admin'
}

/** What one sign-in gives by a rule: never a role that is for one year, class or day, because a group says nothing of these. */
function grantBy(rule: Pick<GroupRole, 'role' | 'schoolId' | 'providerId'>, personId: string, until: Instant): NewGrant {
  return { personId, role: rule.role, schoolId: rule.schoolId, groupName: null, until, grantedBy: providerActor(rule.providerId) }
}

/** Rows of `group_roles`, and what they do at each sign-in. */
export class GroupRoles {
  readonly #parts: { db: Database; ids: Ids; roles: RoleService; store: RoleStore; audit: AuditPort }

  constructor(parts: { db: Database; ids: Ids; roles: RoleService; store: RoleStore; audit: AuditPort }) {
    this.#parts = parts
  }

  async of(providerId: string): Promise<GroupRole[]> {
    return (await this.#parts.db.read('group_roles').where({ provider_id: providerId }).orderBy('id')).map(fromRow)
  }

  /** @throws UnusableInput for a role that never follows from a group, or that needs a year, a class or a school that the rule does not name. */
  async add(rule: Omit<GroupRole, 'id' | 'role'> & { role: string }, actor: string): Promise<void> {
    const { db, ids, audit } = this.#parts
    if (!mayFollowFromGroup(rule.role)) throw new UnusableInput({ what: 'This role never follows from a group.', remedy: 'A trust administrator is named by another one.' })
    const id = ids.next()
    if (!decideGrant(grantBy({ ...rule, role: rule.role }, id, KEPT_MS), 0).ok) {
      throw new UnusableInput({ what: 'This role needs a year, a class or a school, which this rule does not name.', remedy: 'Choose a school, or give the role to each person.' })
    }
    await db.transaction(async () => {
      await db.sql('group_roles').insert({
        id, provider_id: rule.providerId, attribute: rule.attribute, value: rule.value, role: rule.role, school_id: rule.schoolId, until: rule.until, from_file: rule.fromFile ? 1 : 0,
      })
      await audit.record({ actor, event: 'sign-in.role-rule-added', payload: { rule: id, provider: rule.providerId, role: rule.role, school: rule.schoolId, until: rule.until } })
    })
  }

  async remove(providerId: string, id: string, actor: string): Promise<void> {
    const { db, audit } = this.#parts
    await db.transaction(async () => {
      const removed = await db.sql('group_roles').where({ id, provider_id: providerId }).delete()
      if (removed > 0) await audit.record({ actor, event: 'sign-in.role-rule-removed', payload: { rule: id, provider: providerId } })
    })
  }

  /** Gives and takes what the groups of this moment say. Runs inside the transaction of the sign-in. */
  async apply(providerId: string, personId: string, attributes: ReadonlyMap<string, readonly string[]>, now: Instant): Promise<void> {
    const { db, roles, store } = this.#parts
    const wanted = (await this.of(providerId)).filter((rule) =>
      (rule.until === null || rule.until > now) && mayFollowFromGroup(rule.role) && decideGrant(grantBy(rule, personId, now + KEPT_MS), now).ok && (attributes.get(rule.attribute) ?? []).includes(rule.value))
    const held = (await store.grantsOf(personId, 0)).filter((grant) => grant.grantedBy === providerActor(providerId))
    const same = (a: { role: string; schoolId: string | null }, b: { role: string; schoolId: string | null }) => a.role === b.role && a.schoolId === b.schoolId
    for (const grant of held) {
      if (!wanted.some((rule) => same(rule, grant))) await roles.takeAway(grant.id, 'system')
    }
    for (const rule of wanted.filter((one, at) => wanted.findIndex((other) => same(one, other)) === at)) {
      const ends = wanted.filter((other) => same(rule, other)).map((other) => other.until ?? Number.POSITIVE_INFINITY)
      const until = Math.min(now + KEPT_MS, Math.max(...ends))
      const known = held.find((grant) => same(rule, grant))
      if (known) await db.sql('role_grants').where({ id: known.id }).update({ until })
      else await roles.grant(grantBy(rule, personId, until), 'system')
    }
  }
}

function fromRow(row: Record<string, unknown>): GroupRole {
  return {
    id: row['id'] as string, providerId: row['provider_id'] as string, attribute: row['attribute'] as string, value: row['value'] as string,
    role: row['role'] as GrantedRole, schoolId: row['school_id'] as string | null, until: row['until'] === null ? null : Number(row['until']), fromFile: Boolean(row['from_file']),
  }
}
