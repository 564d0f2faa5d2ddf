import type { Database } from '../../db/database.ts'
import { Refused } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { AuthoringStore, StoredPart } from './authoring-store.ts'
import { problemOfPart, type SchoolPart, type SchoolPartPlan } from './school-part.ts'

export interface PartDeps { db: Database; audit: AuditLog; drafts: AuthoringStore }

/**
 * What a school fills in. Each filling is a revision of its own and none is ever changed: who signed keeps the words they signed,
 * who has not begun reads the new ones (G2, I2).
 */
export class PartService {
  readonly #deps: PartDeps
  constructor(deps: PartDeps) {
    this.#deps = deps
  }

  /** `overtaken`: somebody filled it in meanwhile; nothing is written. @throws Refused when words are missing or would begin another clause. */
  async fill(command: { agreementId: string; schoolId: string; seen: number; plan: SchoolPartPlan; part: SchoolPart; actor: string }): Promise<{ kind: 'saved' } | { kind: 'overtaken'; now: StoredPart }> {
    const { db, audit, drafts } = this.#deps
    const { agreementId, schoolId, plan, actor } = command
    const part = onlyPlanned(command.part, plan)
    const problem = problemOfPart(part)
    if (problem) throw new Refused({ what: problem.text, where: problem.at, remedy: 'Write it and save again.' })
    try {
      return await db.transaction(async () => {
        const now = await drafts.part(agreementId, schoolId)
        if (now.revision !== command.seen) return { kind: 'overtaken' as const, now }
        await drafts.addPart(agreementId, schoolId, now.revision + 1, part, actor)
        await audit.record({
          actor, event: 'agreement.school-part-filled', subject: `agreement:${agreementId}`,
          payload: { school: schoolId, revision: now.revision + 1, fields: Object.keys(part.fields), clauses: Object.keys(part.clauses) },
        })
        return { kind: 'saved' as const }
      })
    } catch (error) {
      if (!db.dialect.isDuplicate(error)) throw error
      return { kind: 'overtaken', now: await drafts.part(agreementId, schoolId) }
    }
  }
}

/** Nothing but what the trust left to schools, and no blanks. */
function onlyPlanned(part: SchoolPart, plan: SchoolPartPlan): SchoolPart {
  const fields = Object.entries(part.fields).filter(([key, words]) => words.trim() !== '' && plan.fields.some((field) => field.key === key))
  const clauses = Object.entries(part.clauses).filter(([key, words]) => words.trim() !== '' && plan.clauses.some(({ id }) => key.endsWith(`/${id}`)))
  return { fields: Object.fromEntries(fields.map(([key, words]) => [key, words.trim()])), clauses: Object.fromEntries(clauses.map(([key, words]) => [key, words.replace(/\r\n?/g, '\n').trim()])) }
}
