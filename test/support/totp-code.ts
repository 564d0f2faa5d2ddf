import { Secret, TOTP } from 'otpauth'

/** The six figures that an authenticator app shows for this key at this moment. */
export const codeOf = (secret: string, now: number): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now })
