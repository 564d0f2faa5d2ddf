import type { RequestHandler } from 'express'
import { browserCookie } from './browser-cookie.ts'
import { stateOf } from './request-state.ts'
import { SessionHandle } from './session-handle.ts'
import type { Sessions } from './sessions.ts'

/** Gives pages their session and browser; machines' addresses are mounted before this and never read a cookie. */
export function setUpSessions(sessions: Sessions): RequestHandler[] {
  const cookie = browserCookie(sessions.https)
  const remember: RequestHandler = (req, res, next) => {
    const state = stateOf(req)
    let browser = cookie.read(req)
    state.session = new SessionHandle(req, () => { browser = null; cookie.take(res) })
    state.browserId = () => {
      if (browser === null) {
        browser = sessions.newBrowserId()
        cookie.give(res, browser)
      }
      return browser
    }
    state.knowsBrowser = () => browser !== null || state.session?.personId !== null
    next()
  }
  return [sessions.attach, remember]
}
