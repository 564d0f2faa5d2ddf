import type { Instant } from '../../shared/dates.ts'
import type { SessionHandle } from '../../http/session-handle.ts'

const LIFE_MS = 5 * 60_000
const KEY = 'passkey-challenge'

/** Keeps the challenge of one passkey question in the browser's own session. */
export function keepChallenge(session: SessionHandle, purpose: 'add' | 'sign-in' | 'confirm', challenge: string, now: Instant): void {
  session.set(KEY, { purpose, challenge, until: now + LIFE_MS })
}

/** Takes it out: a challenge is answered once, in time, and for what it was asked. */
export function takeChallenge(session: SessionHandle, purpose: 'add' | 'sign-in' | 'confirm', now: Instant): string | null {
  const kept = session.get(KEY) as { purpose: string; challenge: string; until: number } | undefined
  session.delete(KEY)
  return kept && kept.purpose === purpose && kept.until > now ? kept.challenge : null
}
