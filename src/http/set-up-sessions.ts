import type { RequestHandler } from 'express'
import type { Logger } from '../shared/logger.ts'
import { browserCookie, returnCookie } from './browser-cookie.ts'
import { stateOf } from './request-state.ts'
import { SessionHandle } from './session-handle.ts'
import type { Sessions } from './sessions.ts'

/** Gives pages their session and browser; machines' addresses are mounted before this and never read a cookie. */
export function setUpSessions(sessions: Sessions, logger: Logger): RequestHandler[] {
  const cookie = browserCookie(sessions.https)
  const back = returnCookie(sessions.https)
  const remember: RequestHandler = (req, res, next) => {
    const state = stateOf(req)
    let browser = cookie.read(req)
    state.session = new SessionHandle(req, () => {
      browser = null
      cookie.take(res)
      // Only what is kept of pages. Cookies would go for the school's other sites too, and storage holds answers of a class that nobody else has yet.
      res.setHeader('Clear-Site-Data', '"cache"')
    })
    state.browserId = () => {
      if (browser === null) {
        browser = sessions.newBrowserId()
        cookie.give(res, browser)
      }
      return browser
    }
    state.returnMark = {
      read: () => back.read(req),
      give: () => {
        const id = back.read(req) ?? sessions.newBrowserId()
        back.give(res, id)
        return id
      },
      take: () => back.take(res),
    }
    state.knowsBrowser = () => browser !== null || state.session?.personId !== null
    next()
  }
  return sessions.https ? [warnOfPlainHttp(logger), sessions.attach, remember] : [sessions.attach, remember]
}

/** Without this, sign-in behind a proxy that nobody declared would fail without a word: `Secure` cookies are not sent then. */
function warnOfPlainHttp(logger: Logger): RequestHandler {
  let warned = false
  return (req, _res, next) => {
    if (!req.secure && !warned) {
      warned = true
      logger.warn('requests arrive by http although people use https, so nobody can sign in: name the proxy in trustProxy and let it send X-Forwarded-Proto')
    }
    next()
  }
}
