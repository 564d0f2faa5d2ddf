import type { RequestHandler } from 'express'
import type { Clock } from '../adapters/clock.ts'
import type { Ids } from '../adapters/ids.ts'
import type { Language } from '../shared/dates.ts'
import { keepState } from './request-state.ts'

/** Gives each request its identifier, its one instant and its nonce. */
export function setUpRequestState(clock: Clock, ids: Ids, languages: readonly Language[]): RequestHandler {
  return (req, _res, next) => {
    keepState(req, {
      id: ids.next(),
      now: clock.now(),
      cspNonce: ids.random(16).toString('base64url'),
      page: null,
      session: null,
      browserId: noCookies,
      languages,
      language: { read: () => null, choose: noCookies },
      returnMark: { read: noCookies, give: noCookies, take: noCookies },
      knowsBrowser: () => false,
    })
    next()
  }
}

const noCookies = (): never => { throw new Error('There are no cookies on this address.') }
