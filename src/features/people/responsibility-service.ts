import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { today } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PeopleSettings } from './people-settings.ts'
import type { GuardianLink } from './people-queries.ts'
import { declarationWords, type ResponsibilityStatement } from './responsibility.ts'

/** A statement before it is kept. */
export type NewStatement = Pick<ResponsibilityStatement, 'pupilId' | 'guardianId' | 'value' | 'basis' | 'saidBy' | 'statedOn'>

/** For how long it is remembered which sources speak of consent. */
const SPEAKING_KEPT_MS = 60_000

/**
 * Parental responsibility as a person states it (F1). The statement stands beside the feed's word and wins over it; this is the only writer of
 * `guardian_links.stated_responsibility`, so that no reading of a roster clears it.
 */
export class ResponsibilityService {
  readonly #deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog; settings: PeopleSettings }
  #speaking: { until: number; sources: ReadonlySet<string> } | null = null
  constructor(deps: { db: Database; clock: Clock; ids: Ids; audit: AuditLog; settings: PeopleSettings }) {
    this.#deps = deps
  }

  /** All that was stated about one adult and one pupil, newest first. */
  async history(pupilId: string, guardianId: string): Promise<ResponsibilityStatement[]> {
    const rows = await this.#deps.db.read('responsibility_statements').where({ pupil_id: pupilId, guardian_id: guardianId }).orderBy('recorded_at', 'desc').orderBy('id', 'desc')
    return rows.map((row) => ({
      id: row.id, pupilId: row.pupil_id, guardianId: row.guardian_id, value: row.value, basis: row.basis, saidBy: row.said_by, statedOn: row.stated_on, route: row.route,
      evidence: row.evidence === null ? null : JSON.parse(row.evidence), recordedBy: row.recorded_by, recordedAt: Number(row.recorded_at), active: row.active === 1,
    }))
  }

  /**
   * Keeps what somebody told the office. The same again changes nothing.
   * @returns false when it stood so already. @throws UnusableInput for a day to come, or when the two are not linked.
   */
  async record(statement: NewStatement, route: 'office' | 'import', actor: string): Promise<boolean> {
    return this.#deps.db.transaction(() => this.#keep(statement, route, null, actor))
  }

  /** Keeps a list as one act: one entry of the log for each statement, and all or none. Returns how many were new. */
  async recordAll(statements: readonly NewStatement[], actor: string): Promise<number> {
    return this.#deps.db.transaction(async () => {
      for (const { pupilId, guardianId } of statements) await this.#lock(pupilId, guardianId)
      let kept = 0
      for (const statement of statements) if (await this.#keep(statement, 'import', null, actor)) kept += 1
      return kept
    })
  }

  /**
   * True when this adult may state it themself: the trust lets them, nobody has stated anything, and the feed that brought the link never says
   * who may consent (a feed that does has said "no" here, and the office decides).
   */
  async mayDeclare(link: GuardianLink): Promise<boolean> {
    if (link.stated !== null || link.mayConsent || !link.maySign || link.doNotContact) return false
    if (!(await this.#deps.settings.get()).guardiansDeclare) return false
    const row = await this.#deps.db.read('guardian_links').where({ id: link.id }).first('source_id') as { source_id: string | null } | undefined
    return row !== undefined && (row.source_id === null || !(await this.#speakingSources()).has(row.source_id))
  }

  /** Keeps the adult's own statement at signing, as a declaration. False when it may not be made (any more); nothing is kept then. */
  async declare(link: GuardianLink, about: { pupilName: string; guardianName: string }, value: 'yes' | 'no', by: { actor: string; assurance: string }): Promise<boolean> {
    if (!await this.mayDeclare(link)) return false
    const evidence = { words: declarationWords(about.pupilName, value), assurance: by.assurance }
    const statement: NewStatement = { pupilId: link.pupilId, guardianId: link.guardianId, value, basis: 'own-word', saidBy: about.guardianName, statedOn: today(this.#deps.clock.now()) }
    return this.#deps.db.transaction(() => this.#keep(statement, 'declaration', evidence, by.actor))
  }

  /** Locks the link before anything about it is read, so that two statements at once follow each other. False when there is none. */
  async #lock(pupilId: string, guardianId: string): Promise<boolean> {
    return await this.#deps.db.sql('guardian_links').where({ pupil_id: pupilId, guardian_id: guardianId }).whereNull('ended_at').update({ ended_at: null }) > 0
  }

  /** Whether the link, as it is now and not when the page was made, still leaves room for the adult's own word (F2). */
  async #isOpen(pupilId: string, guardianId: string): Promise<boolean> {
    const row = await this.#deps.db.sql('guardian_links').where({ pupil_id: pupilId, guardian_id: guardianId, may_sign: 1, may_consent: 0, do_not_contact: 0 }).whereNull('ended_at').whereNull('stated_responsibility').first('id') as { id: string } | undefined
    return row !== undefined
  }

  async #keep(statement: NewStatement, route: ResponsibilityStatement['route'], evidence: ResponsibilityStatement['evidence'], actor: string): Promise<boolean> {
    const { db, clock, ids, audit } = this.#deps
    const { pupilId, guardianId } = statement
    if (statement.statedOn > today(clock.now())) throw new UnusableInput({ what: 'The day it was stated is still to come.', where: 'stated', remedy: 'Write the day on which somebody said so.' })
    if (!await this.#lock(pupilId, guardianId)) throw new UnusableInput({ what: 'This adult is not linked to this pupil any more.', where: 'value', remedy: 'Look at the family again.' })
    const before = await db.sql('responsibility_statements').where({ pupil_id: pupilId, guardian_id: guardianId, active: 1 }).first()
    const same = before && before.value === statement.value && before.basis === statement.basis && before.said_by === statement.saidBy && before.stated_on === statement.statedOn
    // A declaration never takes the place of anything.
    if (same || (route === 'declaration' && (before || !await this.#isOpen(pupilId, guardianId)))) return false
    if (before) await db.sql('responsibility_statements').where({ id: before.id }).update({ active: null, ended_at: clock.now() })
    const id = ids.next()
    await db.sql('guardian_links').where({ pupil_id: pupilId, guardian_id: guardianId }).update({ stated_responsibility: statement.value })
    await db.sql('responsibility_statements').insert({
      id, pupil_id: pupilId, guardian_id: guardianId, value: statement.value, basis: statement.basis, said_by: statement.saidBy, stated_on: statement.statedOn, route,
      evidence: evidence && JSON.stringify(evidence), recorded_by: actor, recorded_at: clock.now(), active: 1, ended_at: null,
    })
    await audit.record({
      actor, event: route === 'declaration' ? 'responsibility.declared' : 'responsibility.recorded', subject: `person:${pupilId}`,
      payload: { statement: id, guardian: guardianId, value: statement.value, basis: statement.basis, statedOn: statement.statedOn, route, replaces: before?.id ?? null, ...evidence ? { evidence } : {} },
    })
    return true
  }

  /** Sources that ever say of somebody that they may consent: their silence is a word. */
  async #speakingSources(): Promise<ReadonlySet<string>> {
    const { db, clock } = this.#deps
    if (this.#speaking && this.#speaking.until > clock.now()) return this.#speaking.sources
    const rows = await db.read('guardian_links').where({ may_consent: 1 }).whereNotNull('source_id').distinct('source_id') as { source_id: string }[]
    this.#speaking = { until: clock.now() + SPEAKING_KEPT_MS, sources: new Set(rows.map((row) => row.source_id)) }
    return this.#speaking.sources
  }
}
