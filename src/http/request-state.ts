import type { Request, Response } from 'express'
import type { Instant, Language } from '../shared/dates.ts'
import type { LanguageChoice, ReturnMark } from './page-context.ts'
import type { SessionHandle } from './session-handle.ts'

/** What the kit itself keeps of one request. */
export interface RequestState {
  /** ULID, in every log line. */
  id: string
  now: Instant
  /** For the one `script` and `style` that a page may write inline. */
  cspNonce: string
  /** Name of the page that answers; null until one is found. Logged in place of the address (V4). */
  page: string | null
  session: SessionHandle | null
  /** Identifier of this browser; sets the cookie when there is none yet. */
  browserId(): string
  returnMark: ReturnMark
  /** Languages in which the pages of people who sign are offered. */
  languages: readonly Language[]
  /** The language that somebody chose in this browser. */
  language: LanguageChoice
  /** True when this browser has an identifier, or a person is signed in: there is something a token can be bound to. */
  knowsBrowser(): boolean
}

const states = new WeakMap<Request, RequestState>()

export function keepState(req: Request, state: RequestState): void {
  states.set(req, state)
}

/** @throws Error when `setUpRequestState` has not run: a fault of the wiring. */
export function stateOf(req: Request): RequestState {
  const state = states.get(req)
  if (!state) throw new Error('The request state is not set up.')
  return state
}

export function stateIfAny(req: Request): RequestState | null {
  return states.get(req) ?? null
}

/** What every page answers with unless it says otherwise: nothing of it is kept by a browser or proxy. */
export function forbidStoring(res: Response): void {
  res.setHeader('Cache-Control', 'no-store')
}
