import { z } from 'zod'
import type { Database } from '../../../db/database.ts'
import type { AuditLog } from '../../audit/audit-log.ts'
import type { Affiliation } from '../../people/affiliation.ts'
import type { Person } from '../../people/people-queries.ts'
import type { PasswordRule } from './temporary-password.ts'

/** Whose passwords are made alike, youngest first. */
export const PASSWORD_BANDS = ['EYFS', 'KS1', 'KS2', 'KS3-4', 'KS5', 'adult'] as const
/** A key stage, or an adult. */
export type PasswordBand = (typeof PASSWORD_BANDS)[number]

/** How a trust’s temporary passwords are made, by band, and who gives them beside the office. */
export interface PasswordRules {
  bands: Record<PasswordBand, PasswordRule>
  /** Schools whose class teachers may give their own pupils new ones. */
  teacherSchools: string[]
}

const young: PasswordRule = { words: 3, list: 'plain', capitals: false, figures: 1, mustChange: false }
const older: PasswordRule = { words: 3, list: 'longer', capitals: true, figures: 2, mustChange: true }

/** Young pupils keep theirs; from Year 7 on people choose their own. */
export const DEFAULT_RULES: PasswordRules = { bands: { EYFS: young, KS1: young, KS2: young, 'KS3-4': older, KS5: older, adult: older }, teacherSchools: [] }

const rule = z.strictObject({ words: z.number().int().min(3).max(5), list: z.enum(['plain', 'longer']), capitals: z.boolean(), figures: z.number().int().min(0).max(4), mustChange: z.boolean() })
const schema = z.strictObject({ bands: z.record(z.enum(PASSWORD_BANDS), rule), teacherSchools: z.array(z.string()) })

const YEARS: readonly [PasswordBand, readonly string[]][] = [
  ['EYFS', ['E1', 'E2', 'N1', 'N2', 'R']], ['KS1', ['1', '2']], ['KS2', ['3', '4', '5', '6']], ['KS3-4', ['7', '8', '9', '10', '11']], ['KS5', ['12', '13', '14']],
]

/** The band of a person's places; who cannot be told is treated as young. An adult in any school is an adult. */
export function passwordBand(person: Pick<Person, 'bandOverride'>, places: readonly Pick<Affiliation, 'role' | 'yearCode'>[]): PasswordBand {
  const pupil = places.filter(({ role }) => role === 'pupil')
  if (pupil.length < places.length || places.length === 0) return 'adult'
  const set = PASSWORD_BANDS.find((band) => band !== 'adult' && band === person.bandOverride)
  if (set) return set
  const found = YEARS.filter(([, years]) => pupil.some(({ yearCode }) => yearCode !== null && years.includes(yearCode))).map(([band]) => band)
  return found[0] ?? 'KS1'
}

const SETTING = 'passwords'

/** The rules of the trust. */
export class PasswordRuleStore {
  readonly #deps: { db: Database; audit: AuditLog }
  constructor(deps: { db: Database; audit: AuditLog }) {
    this.#deps = deps
  }

  async rules(): Promise<PasswordRules> {
    const row = await this.#deps.db.read('settings').where({ name: SETTING }).first('value')
    const parsed = row ? schema.safeParse(JSON.parse(row.value)) : null
    return parsed?.success ? parsed.data as PasswordRules : DEFAULT_RULES
  }

  async set(rules: PasswordRules, actor: string): Promise<void> {
    const value = JSON.stringify(schema.parse(rules))
    const { db, audit } = this.#deps
    await db.transaction(async () => {
      if (await db.insertNew('settings', [{ name: SETTING, value }]) === 0) await db.sql('settings').where({ name: SETTING }).update({ value })
      await audit.record({ actor, event: 'access.password-rules-set', payload: { rules: schema.parse(rules) } })
    })
  }
}
