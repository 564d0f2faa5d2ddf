import type { Request, RequestHandler } from 'express'
import type { Logger } from '../shared/logger.ts'
import type { Actor } from './actor.ts'
import type { AttemptLimiter } from './attempt-limiter.ts'
import type { FormTokens } from './form-token.ts'
import type { RequestParts } from './page-context.ts'
import type { Views } from './view-types.ts'

/** What became of a request, for the access log (V3). */
export interface PageOutcome {
  /** Name of the page. */
  page: string
  method: string
  /** Audit name of the POST; null for a look. */
  event: string | null
  /** viewed: a record was shown. done, invalid, failed: of a POST. refused: they may not. */
  result: 'viewed' | 'done' | 'invalid' | 'refused' | 'failed'
  /** The person whose record it is, where the page names one. */
  subject: string | null
}

/** Called for every POST, every look at a person's record and every refusal. A look whose call fails is not given. */
export type AuditPage = (request: RequestParts, outcome: PageOutcome) => Promise<void>

/** Limits per address, before a form that strangers may send. */
export interface PostLimits {
  general: RequestHandler
  /** A limit of one page's own; `shared`: counted for all processes together. */
  own(page: string, limit: { max: number; windowMs: number; shared?: boolean }): RequestHandler[]
}

/** Where somebody proves once more who they are, and for how long that counts. */
export interface StepUp {
  path: string
  windowMs: number
}

/** What pages need to be answered. */
export interface PageDeps {
  views: Views
  logger: Logger
  tokens: FormTokens
  /** Permissions that exist; a page that asks for another stops the start. */
  permissions: readonly string[]
  /** Paths, as declared, whose POST proves itself in another way. */
  tokenFree: readonly string[]
  signInPath: string
  /** Null: no page may ask for a proof. */
  stepUp: StepUp | null
  /** Limit of forms a person may send, whatever the page. */
  personLimiter: AttemptLimiter
  actorOf(req: Request): Promise<Actor>
  auditPage: AuditPage
  /** What every template gets: nonce, token, path, and the layout's brand and navigation. */
  common(req: Request, parts: RequestParts): Promise<object>
  limits: PostLimits
}
