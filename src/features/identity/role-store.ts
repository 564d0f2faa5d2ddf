import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import type { GrantedRole } from './permissions.ts'
import { isInForce, type RoleGrant } from './role-grant.ts'

interface GrantRow {
  id: string
  person_id: string
  role: string
  school_id: string | null
  group_name: string | null
  year_code: string | null
  until: number | string | null
  granted_by: string
  granted_at: number | string
}

/** Rows of `role_grants`. */
export class RoleStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async insert(grant: RoleGrant): Promise<void> {
    await this.#db.sql('role_grants').insert(toRow(grant))
  }

  /** Grants in force at `now`, oldest first. */
  async grantsOf(personId: string, now: Instant): Promise<RoleGrant[]> {
    const rows = await this.#db.read<GrantRow>('role_grants').where({ person_id: personId }).orderBy('id')
    return rows.map(fromRow).filter((grant) => isInForce(grant, now))
  }

  /** The same of several people. */
  async grantsOfMany(personIds: readonly string[], now: Instant): Promise<Map<string, RoleGrant[]>> {
    const rows = await this.#db.rowsIn('select * from role_grants where person_id in (:list) order by id', [], personIds) as unknown as GrantRow[]
    return Map.groupBy(rows.map(fromRow).filter((grant) => isInForce(grant, now)), ({ personId }) => personId)
  }

  /** People who hold a role at `now`, for the protected list (B4) and for notices. */
  async holdersOf(role: GrantedRole, now: Instant): Promise<RoleGrant[]> {
    const rows = await this.#db.read<GrantRow>('role_grants').where({ role }).orderBy('id')
    return rows.map(fromRow).filter((grant) => isInForce(grant, now))
  }

  /** The same, locked where the database can: two who take a role at once wait for each other. */
  async lockHoldersOf(role: GrantedRole, now: Instant): Promise<RoleGrant[]> {
    const query = this.#db.sql('role_grants').where({ role }).orderBy('id')
    const rows = await (this.#db.dialect.lockRows ? query.forUpdate() : query) as GrantRow[]
    return rows.map(fromRow).filter((grant) => isInForce(grant, now))
  }

  /** Every grant in force, of some schools or all; those of the whole trust are in every answer for `all` only. */
  async inForce(schools: 'all' | readonly string[], now: Instant): Promise<RoleGrant[]> {
    const query = this.#db.read<GrantRow>('role_grants').orderBy('id')
    if (schools !== 'all') void query.whereIn('school_id', [...schools])
    return (await query).map(fromRow).filter((grant) => isInForce(grant, now))
  }

  async find(id: string): Promise<RoleGrant | null> {
    const row = await this.#db.read<GrantRow>('role_grants').where({ id }).first()
    return row ? fromRow(row) : null
  }

  async delete(id: string): Promise<boolean> {
    return (await this.#db.sql('role_grants').where({ id }).delete()) > 0
  }
}

function toRow(grant: RoleGrant): GrantRow {
  return {
    id: grant.id, person_id: grant.personId, role: grant.role, school_id: grant.schoolId, group_name: grant.groupName, year_code: grant.yearCode,
    until: grant.until, granted_by: grant.grantedBy, granted_at: grant.grantedAt,
  }
}

function fromRow(row: GrantRow): RoleGrant {
  return {
    id: row.id, personId: row.person_id, role: row.role as GrantedRole, schoolId: row.school_id, groupName: row.group_name, yearCode: row.year_code,
    until: row.until === null ? null : Number(row.until), grantedBy: row.granted_by, grantedAt: Number(row.granted_at),
  }
}
