import { createHash } from 'node:crypto'
import { ipKeyGenerator } from 'express-rate-limit'
import type { Clock } from '../adapters/clock.ts'

/** Counts tries per key: a person, a link, a code. Keys are hashes or row identifiers, never addresses or names. */
export interface AttemptLimiter {
  /** True while another try is allowed; the try is counted. */
  take(key: string): boolean
  /** After a success. */
  forget(key: string): void
}

/** `max` tries per `windowMs` for each key, in memory of this process. The oldest key makes room above `maxKeys`. */
export function createAttemptLimiter(clock: Clock, settings: { max: number; windowMs: number; maxKeys?: number }): AttemptLimiter {
  const tries = new Map<string, { until: number; count: number }>()
  const { max, windowMs, maxKeys = 10_000 } = settings
  return {
    take(key) {
      const now = clock.now()
      const known = tries.get(key)
      const entry = known && known.until > now ? known : { until: now + windowMs, count: 0 }
      entry.count += 1
      tries.delete(key)
      tries.set(key, entry)
      if (tries.size > maxKeys) tries.delete(tries.keys().next().value ?? '')
      return entry.count <= max
    },
    forget: (key) => void tries.delete(key),
  }
}

/** An address as a limiter's key: hashed, and an IPv6 address by its network, because one household has billions of them. */
export function addressKey(address: string, salt: Buffer): string {
  return createHash('sha256').update(salt).update(ipKeyGenerator(address)).digest('hex')
}
