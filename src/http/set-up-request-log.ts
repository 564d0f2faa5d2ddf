import type { RequestHandler } from 'express'
import type { Logger } from '../shared/logger.ts'
import { stateOf } from './request-state.ts'

/** One line per answered request: the page's name and never the address, which may hold the key of a link (V4). */
export function setUpRequestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const began = performance.now()
    res.on('finish', () => {
      const { id, page } = stateOf(req)
      logger.info({ request: id, page, method: req.method, status: res.statusCode, ms: Math.round(performance.now() - began) }, 'answered')
    })
    next()
  }
}
