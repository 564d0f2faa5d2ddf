import type { Database } from '../../db/database.ts'
import type { AuditPage } from '../../http/page-deps.ts'
import type { AuditPort } from './ports.ts'

/** The form that a school's own sign-in sends. */
export const PROVIDER_ANSWERED = 'session.answered'

/** Logs looks at a person's record and what became of every form; a look that cannot be logged is not given (V3). */
export function auditPage(db: Database, audit: AuditPort): AuditPage {
  return async (request, outcome) => {
    // Strangers' refused looks at public pages would only fill the log.
    if (request.actor.personId === null && outcome.event === null) return
    // Who came in is an entry of its own (`session.signed-in`); what strangers send in a provider's name stands in the log of the process.
    if (outcome.event === PROVIDER_ANSWERED) return
    await db.together(async () => {
      await audit.record({
        actor: request.actor.personId === null ? 'system' : request.actor.label,
        event: outcome.event ?? 'page.viewed',
        subject: outcome.subject ? `person:${outcome.subject}` : null,
        payload: { page: outcome.page, method: outcome.method, result: outcome.result, request: request.requestId },
      })
    })
  }
}
