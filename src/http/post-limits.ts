import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { RequestFault } from './error-facts.ts'
import type { PostLimits } from './page-deps.ts'

/** A whole school may share one address, so the general limit only stops a flood. */
export const defaultPublicPostLimit = { max: 300, windowMs: 60_000 }

/** Somebody who works fast with a class list stays far below it. */
export const defaultPersonPostLimit = { max: 300, windowMs: 60_000 }

/** Limits kept in memory of this process; IPv6 addresses count by their network. */
export function createPostLimits(general: { max: number; windowMs: number }): PostLimits {
  return { general: limiter(general), own: limiter }
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
