import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import type { Ids } from '../adapters/ids.ts'
import { stateOf } from './request-state.ts'

/** Hidden field of every form, or header of a script's request, that proves the form came from our page. */
export interface FormTokens {
  /** A token for this session, or for this browser before sign-in. Differs each time, so that compression leaks nothing. */
  issue(req: Request): string
  accepts(req: Request, token: unknown): boolean
}

export const TOKEN_FIELD = '_csrf'
export const TOKEN_HEADER = 'x-csrf-token'

/** HMAC-SHA-256 over a random part and what the token is bound to (OWASP: signed double submit, session-bound). The first key signs, each may check. */
export function createFormTokens(keys: readonly Buffer[], ids: Ids): FormTokens {
  // Every page issues one; the keys are made ready once.
  const ready = keys.map((key) => createSecretKey(key))
  const [first] = ready
  if (!first) throw new Error('Form tokens need a key')
  const seal = (key: KeyObject, salt: string, binding: string) => createHmac('sha256', key).update(`${salt}|${binding}`).digest('base64url')
  return {
    issue(req) {
      const salt = ids.random(12).toString('base64url')
      return `${salt}.${seal(first, salt, bindingOf(req))}`
    },
    accepts(req, token) {
      if (typeof token !== 'string' || !stateOf(req).knowsBrowser()) return false
      const [salt = '', mac = ''] = token.split('.', 2)
      const given = Buffer.from(mac)
      const binding = bindingOf(req)
      return ready.some((key) => {
        const right = Buffer.from(seal(key, salt, binding))
        return given.length === right.length && timingSafeEqual(given, right)
      })
    },
  }
}

function bindingOf(req: Request): string {
  const state = stateOf(req)
  return state.session?.personId ? `session ${state.session.mark ?? req.sessionID}` : `browser ${state.browserId()}`
}
