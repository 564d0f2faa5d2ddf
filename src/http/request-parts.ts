import type { Request } from 'express'
import type { Actor } from './actor.ts'
import type { Language } from '../shared/dates.ts'
import type { RequestParts } from './page-context.ts'
import { type RequestState, stateOf } from './request-state.ts'

/** @throws Error on an address that has no session: a fault of the wiring. */
export function requestParts(req: Request, actor: Actor): RequestParts {
  const state = stateOf(req)
  if (!state.session) throw new Error('Pages are mounted behind the session.')
  return {
    actor,
    session: state.session,
    browserId: () => state.browserId(),
    returnMark: state.returnMark,
    language: readerLanguage(state, actor.language ?? null),
    chooseLanguage: (language) => state.language.choose(language),
    requestId: state.id,
    address: req.ip ?? '',
    userAgent: (req.get('user-agent') ?? '').slice(0, 400),
    now: state.now,
    path: req.path,
    search: /\?.*$/s.exec(req.originalUrl)?.[0] ?? '',
    values: state.session.formOf(req.originalUrl)?.values ?? {},
  }
}

/** What this browser chose, else what its person chose, as far as the trust offers it. */
export function readerLanguage({ language, languages }: Pick<RequestState, 'language' | 'languages'>, ofPerson: Language | null = null): Language {
  const chosen = language.read() ?? ofPerson
  return chosen !== null && languages.includes(chosen) ? chosen : 'en-GB'
}
