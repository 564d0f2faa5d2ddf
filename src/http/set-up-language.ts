import type { RequestHandler } from 'express'
import { languageCookie } from './browser-cookie.ts'
import { stateOf } from './request-state.ts'

/** Reads the language that this browser chose. Before the fence and the session, so that what they refuse is refused in words of the reader's. */
export function setUpLanguage(https: boolean): RequestHandler {
  const cookie = languageCookie(https)
  return (req, res, next) => {
    stateOf(req).language = { read: () => cookie.read(req), choose: (chosen) => cookie.give(res, chosen) }
    next()
  }
}
