import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import { slotsOf } from '../agreements/requirement.ts'
import { requirementProblems, topicOf } from '../agreements/requirement-rules.ts'
import type { Requirement } from '../agreements/requirement-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { RequirementDraft } from './requirement-form.ts'

/** Adds, changes and ends requirements. Requests that were put already stay as they are. */
export class RequirementService {
  readonly #deps: { db: Database; ids: Ids; audit: AuditLog; agreements: AgreementStore }
  constructor(deps: { db: Database; ids: Ids; audit: AuditLog; agreements: AgreementStore }) {
    this.#deps = deps
  }

  /** The draft as it would stand: with its identifier and topic (I1). */
  async complete(draft: RequirementDraft, id: string | null): Promise<Requirement> {
    const own = id ?? this.#deps.ids.next()
    return { ...draft, id: own, topic: topicOf(draft, await this.#deps.agreements.all(), own) }
  }

  /** Why the agreement's text cannot be put to these signers; null when it can. */
  async textProblem(draft: RequirementDraft): Promise<string | null> {
    if (draft.act === 'train' || draft.agreementId === '') return null
    const current = await this.#deps.agreements.current(draft.agreementId)
    if (!current) return 'This agreement has no published text yet.'
    const slots = slotsOf({ act: draft.act, signerRule: draft.signerRule }).map(({ slot }) => slot)
    const missing = slots.filter((slot) => current.version.texts.some((text) => !text.statements[slot]))
    return missing.length === 0 ? null : `The text has no words for ${missing.map((slot) => SLOT_WORDS[slot]).join(' and ')} to say yes to. Choose who signs as the text says it.`
  }

  /**
   * Saves a draft as a new requirement or in place of one. Returns its identifier.
   * @throws UnusableInput when it makes no sense; NotFound when the one to change has ended; Refused where the same is asked already.
   */
  async save(draft: RequirementDraft, replaces: string | null, actor: string): Promise<string> {
    const { db, audit, agreements } = this.#deps
    const [problem] = requirementProblems(draft)
    if (problem) throw new UnusableInput({ what: problem.text, where: problem.field, remedy: 'Change it in the form.' })
    if (draft.agreementId && !await agreements.byId(draft.agreementId)) throw new NotFound('There is no such agreement.')
    const wrongText = await this.textProblem(draft)
    if (wrongText) throw new UnusableInput({ what: wrongText, where: 'signer-rule', remedy: '' })
    return db.transaction(async () => {
      const store = agreements.requirementStore
      const before = replaces ? await store.get(replaces) : null
      if (replaces && !before) throw new NotFound('This requirement has ended meanwhile.')
      const requirement = await this.complete(draft, before?.id ?? null)
      const same = (await store.all()).find((one) => one.id !== requirement.id && sameAudience(one, requirement))
      if (same) throw new Refused({ what: 'These people are asked for the same already.', remedy: 'Change that requirement, or choose other people.' })
      const { id, ...values } = requirement
      if (before) await store.update(id, values)
      else await store.add(values, id)
      await audit.record({ actor, event: before ? 'requirement.changed' : 'requirement.added', subject: `requirement:${id}`, payload: { ...values, ...(before ? { before } : {}) } })
      return id
    })
  }

  /** Nobody is asked by it any more; false when it had ended before. */
  async end(id: string, actor: string): Promise<boolean> {
    const { db, audit, agreements } = this.#deps
    return db.transaction(async () => {
      if (!await agreements.requirementStore.end(id)) return false
      await audit.record({ actor, event: 'requirement.ended', subject: `requirement:${id}`, payload: {} })
      return true
    })
  }
}

const SLOT_WORDS = { pupil: 'the pupil', guardian: 'a parent or carer', self: 'the person' } as const

function sameAudience(a: Requirement, b: Requirement): boolean {
  return a.agreementId === b.agreementId && a.title === b.title && a.band === b.band && a.role === b.role && a.groupName === b.groupName && a.schoolId === b.schoolId
}
