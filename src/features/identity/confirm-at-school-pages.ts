import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { createAttemptLimiter } from '../../http/attempt-limiter.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import { leave, redirect } from '../../http/page-result.ts'
import type { SchoolConfirmation } from './confirm-at-school.ts'
import type { AuditPort } from './ports.ts'
import { CONFIRM_AT_SCHOOL, CONFIRMED } from './sign-in-paths.ts'
import { GO_ON } from './step-up-pages.ts'

export interface SchoolConfirmationPagesParts {
  clock: Clock
  db: Database
  audit: AuditPort
  signIn: { confirmation: SchoolConfirmation }
}

const TRIES = { max: 20, windowMs: 15 * 60_000 }

/** `/confirm/school`: out to the provider that let this session in, and back with its word that the person signed in again. */
export function schoolConfirmationPages({ clock, db, audit, signIn: { confirmation } }: SchoolConfirmationPagesParts): Page[] {
  const tries = createAttemptLimiter(clock, TRIES)
  return [
    definePage({
      name: 'confirm at school', path: CONFIRM_AT_SCHOOL, permission: 'signed-in',
      // A link and not a form, as for signing in: a form may not lead to another site. It notes that this browser is on its way, no more.
      get: async (ctx) => {
        if (!tries.take(ctx.actor.personId ?? '')) throw new RequestFault(429)
        return leave(await confirmation.begin(ctx.session, ctx.returnMark.give()))
      },
    }),
    definePage({
      name: 'confirmed at school', path: CONFIRMED, permission: 'signed-in',
      // The end of the way back, like OpenID Connect's: what it changes is this session, by what the provider said for it alone.
      get: async (ctx) => {
        const at = await confirmation.take(ctx.session, ctx.returnMark.read())
        if (at !== null) {
          await db.transaction(() => audit.record({ actor: ctx.actor.label, event: 'identity.confirmed', subject: ctx.actor.label, payload: { way: 'school' } }))
          // It counts from when the person proved it, not from when we heard of it.
          await ctx.session.prove(at)
          tries.forget(ctx.actor.personId ?? '')
        }
        return redirect(GO_ON)
      },
    }),
  ]
}
