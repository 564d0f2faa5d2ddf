import type { LiveSession } from '../../http/session-store.ts'
import { longInstant } from '../../shared/dates.ts'
import type { PasskeyEntry } from './passkey-service.ts'
import type { ProofsOf } from './proofs.ts'

const WAYS: Record<string, string> = {
  link: 'by a mailed link', 'administrator-link': 'by a link from the server', setup: 'by the set-up link', persona: 'in the demo', saml: 'through the school’s sign-in',
  class: 'in a class session', passkey: 'with a passkey', totp: 'with a code',
}

/** How somebody came in, in words. */
const wayWords = (via: string | null): string => WAYS[via ?? ''] ?? 'through the school’s sign-in'

/** The view model of `pages/identity/security.njk`. */
export function securityView(input: {
  has: ProofsOf; passkeys: PasskeyEntry[]; sessions: LiveSession[]; kept: string; mayProve: boolean; passkeysPossible: boolean; closed: boolean
}): object {
  return {
    mayProve: input.mayProve, unproved: input.has.passkeys === 0 && !input.has.codes, closed: input.closed,
    passkeys: {
      possible: input.passkeysPossible,
      list: input.passkeys.map(({ hash, name, createdAt, usedAt }) => ({ hash, name, text: `Added on ${longInstant(createdAt)}; ${usedAt === null ? 'not used yet' : `last used on ${longInstant(usedAt)}`}` })),
    },
    codes: input.has.codes, recoveryCodes: input.has.recoveryCodes,
    sessions: input.sessions.map(({ ref, startedAt, expiresAt, via }) => ({
      ref, own: ref === input.kept, text: `Since ${longInstant(startedAt)}, ${wayWords(via)}`, until: `Ends on ${longInstant(expiresAt)} unless it is used`,
    })),
  }
}
