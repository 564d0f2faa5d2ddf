import type { Database } from '../../db/database.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type ConsentQuestion, sameWords } from '../agreements/consent-question.ts'
import type { ConsentQuestionStore } from '../agreements/consent-question-store.ts'

export type ConsentQuestionDraft = Omit<ConsentQuestion, 'id' | 'version' | 'countsFrom' | 'key'> & { key: string | null }

/** Adds and changes the questions of the catalogue. */
export class ConsentQuestionService {
  readonly #deps: { db: Database; audit: AuditLog; store: ConsentQuestionStore }
  constructor(deps: { db: Database; audit: AuditLog; store: ConsentQuestionStore }) {
    this.#deps = deps
  }

  /** @throws Refused when trust or school asks under this name already. */
  async add(draft: ConsentQuestionDraft, actor: string): Promise<string> {
    const { db, audit, store } = this.#deps
    return db.transaction(async () => {
      const key = draft.key ?? keyOf(draft.title)
      if ((await store.all()).some((one) => one.key === key && one.schoolId === draft.schoolId)) {
        throw new Refused({ what: 'There is a question of this name already.', where: 'title', remedy: 'Change that one, or choose another name.' })
      }
      const id = await store.add({ ...draft, key, version: 1, countsFrom: 1 })
      await audit.record({ actor, event: 'consent-question.added', subject: `consent-question:${id}`, payload: { ...draft, key } })
      return id
    })
  }

  /**
   * Changes a question. New words are a new version; `askAgain` when they mean something else: then earlier answers count no more,
   * and everybody is asked anew.
   */
  async change(id: string, draft: ConsentQuestionDraft, askAgain: boolean, actor: string): Promise<void> {
    const { db, audit, store } = this.#deps
    await db.transaction(async () => {
      const before = await store.get(id)
      if (!before) throw new NotFound()
      const reworded = !sameWords(before, draft) || !sameWords(before.welsh, draft.welsh)
      const version = reworded || askAgain ? before.version + 1 : before.version
      await store.update(id, { ...draft, key: before.key, version, countsFrom: askAgain ? version : before.countsFrom })
      await audit.record({ actor, event: 'consent-question.changed', subject: `consent-question:${id}`, payload: { ...draft, version, askAgain, before } })
    })
  }
}

function keyOf(title: string): string {
  return title.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'question'
}
