import type { Config } from './config.ts'
import { defaultSessionLimits } from './http/sessions.ts'
import type { SessionLimits } from './http/session-store.ts'

/** Limits of sessions on a person's own device, as configured, and on a tablet that is handed on. */
export function sessionLimits({ security }: Pick<Config, 'security'>): { own: SessionLimits; shared: SessionLimits } {
  return { own: { idleMs: security.sessionIdleMinutes * 60_000, absoluteMs: security.sessionHours * 3_600_000 }, shared: defaultSessionLimits.shared }
}
