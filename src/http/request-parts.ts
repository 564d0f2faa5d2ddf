import type { Request } from 'express'
import type { Actor } from './actor.ts'
import type { RequestParts } from './page-context.ts'
import { stateOf } from './request-state.ts'

/** @throws Error on an address that has no session: a fault of the wiring. */
export function requestParts(req: Request, actor: Actor): RequestParts {
  const state = stateOf(req)
  if (!state.session) throw new Error('Pages are mounted behind the session.')
  return {
    actor,
    session: state.session,
    browserId: () => state.browserId(),
    returnMark: state.returnMark,
    requestId: state.id,
    address: req.ip ?? '',
    userAgent: (req.get('user-agent') ?? '').slice(0, 400),
    now: state.now,
    path: req.path,
    search: /\?.*$/s.exec(req.originalUrl)?.[0] ?? '',
    values: state.session.formOf(req.originalUrl)?.values ?? {},
  }
}
