import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { RequestFault } from './error-facts.ts'
import type { PostLimits } from './page-deps.ts'
import type { SharedLimits } from './shared-limiter.ts'

/** A whole school may share one address, so the general limit only stops a flood. */
export const defaultPublicPostLimit = { max: 300, windowMs: 60_000 }

/** Somebody who works fast with a class list stays far below it. */
export const defaultPersonPostLimit = { max: 300, windowMs: 60_000 }

/** Limits kept in memory of this process; a limit that guards a secret is also counted with the other processes. IPv6 addresses count by their network. */
export function createPostLimits(general: { max: number; windowMs: number }, shared: SharedLimits | null = null): PostLimits {
  return { general: limiter(general), own: (name, limit) => (limit.shared && shared ? [limiter(limit), sharedLimiter(shared, name, limit)] : [limiter(limit)]) }
}

function sharedLimiter(shared: SharedLimits, name: string, limit: { max: number; windowMs: number }): RequestHandler {
  const tries = shared.limiter(`form ${name}`, limit)
  return async (req, _res, next) => { next(await tries.take(shared.addressKey(req.ip ?? '')) ? undefined : new RequestFault(429)) }
}

function limiter({ max, windowMs }: { max: number; windowMs: number }): RequestHandler {
  return rateLimit({
    windowMs,
    limit: max,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // A forged header must not be able to fill the log.
    validate: { xForwardedForHeader: false },
    handler: (_req, _res, next) => next(new RequestFault(429)),
  })
}
