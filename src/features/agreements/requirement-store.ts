import type { AffiliationRole } from '../../adapters/sources/source.ts'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Band } from './band.ts'
import type { Cadence, Duty, IfUnsigned, SignerRule, Signers } from './requirement.ts'

/** Who must do what with which agreement, who signs, how often, by when, and what happens if not. */
export interface Requirement {
  id: string
  /** Empty for a training. */
  agreementId: string
  /** What a training is called; null for an agreement, which has its own title. */
  title: string | null
  /** Null: every school of the trust. */
  schoolId: string | null
  band: Band
  /** Null: every role of the band. */
  role: AffiliationRole | null
  /** Null: every group; else a registration or teaching group by its name. */
  groupName: string | null
  act: Duty
  signerRule: SignerRule
  signers: Signers
  cadence: Cadence
  everyMonths: number | null
  compulsory: boolean
  dueSchoolDays: number
  graceSchoolDays: number
  ifUnsigned: IfUnsigned
  /** '' for the band's own agreement; else tells several requirements of one audience apart (I1). */
  topic: string
  /** I7: the account of a new member of staff waits for it. */
  opensAccount: boolean
}

/** What a starter agreement or a test need not say. */
const requirementDefaults = {
  title: null, role: null, groupName: null, signers: 'any', everyMonths: null, compulsory: true, graceSchoolDays: 0, topic: '', opensAccount: false,
} as const satisfies Partial<Requirement>

export type NewRequirement = Omit<Requirement, 'id' | keyof typeof requirementDefaults> & Partial<Pick<Requirement, keyof typeof requirementDefaults>>

/** Requirements. What one said before it was changed or ended is in the ledger. */
export class RequirementStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
  }

  async add(requirement: NewRequirement, id = this.#ids.next()): Promise<string> {
    await this.#db.sql('requirements').insert({ id, ...columns({ ...requirementDefaults, ...requirement }), active: 1, created_at: this.#clock.now() })
    return id
  }

  /** In force, oldest first. */
  async all(): Promise<Requirement[]> {
    return (await this.#db.read('requirements').where({ active: 1 }).orderBy('id')).map(fromRow)
  }

  async get(id: string): Promise<Requirement | null> {
    const row = await this.#db.read('requirements').where({ id, active: 1 }).first()
    return row ? fromRow(row) : null
  }

  async update(id: string, requirement: Omit<Requirement, 'id'>): Promise<void> {
    await this.#db.sql('requirements').where({ id }).update(columns(requirement))
  }

  /** False when it had ended before. */
  async end(id: string): Promise<boolean> {
    return await this.#db.sql('requirements').where({ id, active: 1 }).update({ active: 0 }) === 1
  }
}

function columns(requirement: Omit<Requirement, 'id'>): Record<string, unknown> {
  return {
    agreement_id: requirement.agreementId, title: requirement.title, school_id: requirement.schoolId, band: requirement.band, role: requirement.role,
    group_name: requirement.groupName, act: requirement.act, signer_rule: requirement.signerRule, signers: requirement.signers, cadence: requirement.cadence,
    every_months: requirement.everyMonths, compulsory: requirement.compulsory ? 1 : 0, due_school_days: requirement.dueSchoolDays,
    grace_school_days: requirement.graceSchoolDays, if_unsigned: requirement.ifUnsigned, topic: requirement.topic, opens_account: requirement.opensAccount ? 1 : 0,
  }
}

function fromRow(row: Record<string, unknown>): Requirement {
  return {
    id: row['id'] as string, agreementId: row['agreement_id'] as string, title: row['title'] as string | null, schoolId: row['school_id'] as string | null,
    band: row['band'] as Band, role: row['role'] as AffiliationRole | null, groupName: row['group_name'] as string | null, act: row['act'] as Duty,
    signerRule: row['signer_rule'] as SignerRule, signers: row['signers'] as Signers, cadence: row['cadence'] as Cadence, everyMonths: row['every_months'] as number | null,
    compulsory: Boolean(row['compulsory']), dueSchoolDays: row['due_school_days'] as number, graceSchoolDays: row['grace_school_days'] as number,
    ifUnsigned: row['if_unsigned'] as IfUnsigned, topic: row['topic'] as string, opensAccount: Boolean(row['opens_account']),
  }
}
