import { createHmac } from 'node:crypto'
import { ipKeyGenerator } from 'express-rate-limit'
import type { Clock } from '../adapters/clock.ts'
import type { Database } from '../db/database.ts'
import type { Instant } from '../shared/dates.ts'
import { createAttemptLimiter } from './attempt-limiter.ts'

/** Counts tries for all processes together, and over restarts. */
export interface SharedLimiter {
  /** True while another try is allowed; the try is counted. */
  take(key: string): Promise<boolean>
  /** After a success. */
  forget(key: string): Promise<void>
}

/** Makes limits whose counts all processes share. */
export interface SharedLimits {
  /** `max` tries per `windowMs` for each key. One name is one count, whoever asks for it. */
  limiter(name: string, settings: { max: number; windowMs: number }): SharedLimiter
  /** What is counted of an address: an IPv6 address by its network, because one household has billions of them. It is hashed like every key. */
  addressKey(address: string): string
  /** Removes counts whose window is over. */
  removeOver(): Promise<number>
}

/**
 * Counts in the table `tries`, with a count in memory of this process in front: whoever floods is refused there and costs no statement.
 * What is counted is kept under an HMAC, so that no address, person or code can be read from it.
 */
export function createSharedLimits({ db, clock, key: hmacKey }: { db: Database; clock: Clock; key: Buffer }): SharedLimits {
  const hashOf = (name: string, what: string): string => createHmac('sha256', hmacKey).update(`${name}\n${what}`).digest('hex')
  return {
    limiter(name, { max, windowMs }) {
      const guard = createAttemptLimiter(clock, { max, windowMs })
      return {
        async take(what) {
          const key = hashOf(name, what)
          return guard.take(key) && await counted(db, key, clock.now(), windowMs) <= max
        },
        async forget(what) {
          const key = hashOf(name, what)
          guard.forget(key)
          await db.sql('tries').where({ key_hash: key }).del()
        },
      }
    },
    addressKey: (address) => ipKeyGenerator(address),
    removeOver: () => db.sql('tries').where('until', '<=', clock.now()).del(),
  }
}

/** Counts one more; how many it is now. A window that is over begins anew. */
function counted(db: Database, keyHash: string, now: Instant, windowMs: number): Promise<number> {
  return db.together(async () => {
    // The old end is looked at in both: one of the databases sets them one after the other.
    const more = () => db.run('update tries set count = case when until > ? then count + 1 else 1 end, until = case when until > ? then until else ? end where key_hash = ?', [now, now, now + windowMs, keyHash])
    if (await more() === 0 && await db.insertNew('tries', [{ key_hash: keyHash, count: 1, until: now + windowMs }]) === 0) await more()
    const row = await db.sql('tries').where({ key_hash: keyHash }).first('count') as { count: number } | undefined
    return Number(row?.count ?? 1)
  })
}
