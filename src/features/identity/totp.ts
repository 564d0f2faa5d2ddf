import { Secret, TOTP } from 'otpauth'

const PERIOD_MS = 30_000

/** A new secret of 160 bits (RFC 4226, 4: the recommended length), in base32. */
export function newTotpSecret(random: (bytes: number) => Buffer): string {
  return new Secret({ buffer: new Uint8Array(random(20)).buffer }).base32
}

/** What an authenticator app reads from the square code. */
export function totpAddress(secret: string, issuer: string, label: string): string {
  return make(secret, issuer, label).toString()
}

/**
 * The time step a code belongs to (RFC 6238), one step to either side allowed for clocks that are off; null for a wrong code.
 * Whether the step was used before is for the caller to say.
 */
export function totpStep(secret: string, code: string, now: number): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const delta = make(secret, '', '').validate({ token: code, timestamp: now, window: 1 })
  return delta === null ? null : Math.floor(now / PERIOD_MS) + delta
}

function make(secret: string, issuer: string, label: string): TOTP {
  return new TOTP({ issuer: issuer || 'Assent', label: label || 'Assent', algorithm: 'SHA1', digits: 6, period: 30, secret: Secret.fromBase32(secret) })
}
