import express, { type Express, type Request, type RequestHandler } from 'express'
import type { Clock } from '../adapters/clock.ts'
import type { Ids } from '../adapters/ids.ts'
import type { Language } from '../shared/dates.ts'
import type { Logger } from '../shared/logger.ts'
import { anonymous, type Actor } from './actor.ts'
import { errorPageData, pageData, type Layout } from './common-data.ts'
import type { Page } from './define-page.ts'
import { answerNotFound, createErrorHandler } from './errors.ts'
import { createFormTokens } from './form-token.ts'
import { mountPages } from './mount-pages.ts'
import type { AuditPage, StepUp } from './page-deps.ts'
import { createAttemptLimiter } from './attempt-limiter.ts'
import type { SharedLimits } from './shared-limiter.ts'
import { createPostLimits, defaultPersonPostLimit, defaultPublicPostLimit } from './post-limits.ts'
import { requestParts } from './request-parts.ts'
import { stateIfAny, stateOf } from './request-state.ts'
import type { SessionHandle } from './session-handle.ts'
import type { Sessions } from './sessions.ts'
import { setUpAssets, type AssetFolder } from './set-up-assets.ts'
import { setUpCrossSiteFence } from './set-up-cross-site-fence.ts'
import { setUpLanguage } from './set-up-language.ts'
import { setUpHealth, type Health } from './set-up-health.ts'
import { setUpRequestLog } from './set-up-request-log.ts'
import { setUpRequestState } from './set-up-request-state.ts'
import { setUpSecurityHeaders } from './set-up-security-headers.ts'
import { setUpSessions } from './set-up-sessions.ts'
import type { Views } from './view-types.ts'

export interface HttpConfig {
  /** How people reach us, such as `https://assent.larkmoor.example`. */
  baseUrl: string
  /** Addresses or networks of the proxies whose `X-Forwarded-*` count; empty: nobody's (ASVS 4.1.3). */
  trustProxy: readonly string[]
  /** Public forms per address; default 300 a minute. */
  publicPostLimit?: { max: number; windowMs: number }
  /** Forms per signed-in person; default 300 a minute. */
  personPostLimit?: { max: number; windowMs: number }
}

export interface HttpParts {
  config: HttpConfig
  clock: Clock
  ids: Ids
  logger: Logger
  views: Views
  sessions: Sessions
  pages: readonly Page[]
  /** Every permission that exists. */
  permissions: readonly string[]
  assets: readonly AssetFolder[]
  health: Health
  /** Who a signed-in person is now; null when there is no such person any more, which ends the session. */
  actorFor(personId: string, session: SessionHandle): Promise<Actor | null>
  auditPage: AuditPage
  layout?: Layout
  /** Languages in which the pages of people who sign are offered; English alone unless given. */
  languages?: readonly Language[]
  /** Where a proof is given; needed by pages that ask for one. */
  stepUp?: StepUp
  /** Where a stranger is sent who asks for a page behind sign-in. */
  signInPath: string
  /** Counts for all processes; without it each counts for itself. */
  sharedLimits?: SharedLimits
  /** Addresses for machines (`/api`, `/scim`): they never read a cookie, and errors are problem details. */
  machines?: readonly { path: string; router: RequestHandler }[]
  /** Paths, as their pages declare them, of forms that other sites must be able to send, such as a SAML consumer; each proves itself in its own way. */
  crossSiteForms?: readonly string[]
}

/**
 * The web server without its socket. The order is the safety of it: what is public comes before the session, the fence
 * before the pages, the error handler last.
 * @throws Error when the pages contradict each other.
 */
export function createHttpApp(parts: HttpParts): Express {
  const { clock, config, ids, logger, machines = [], crossSiteForms = [], sessions, views } = parts
  const layout: Layout = parts.layout ?? (() => ({}))
  const tokens = createFormTokens(sessions.tokenKeys, ids)
  const actorOf = actorFinder(parts)

  const app = bareApp(config)
  app.use(setUpRequestState(clock, ids, parts.languages ?? ['en-GB']))
  app.use(setUpRequestLog(logger))
  app.use(setUpSecurityHeaders(sessions.https))
  app.use(setUpHealth(parts.health))
  app.use(setUpAssets(parts.assets))
  for (const { path, router } of machines) app.use(path, router)
  // Beyond the machines' own routes nothing of theirs may reach the pages.
  for (const { path } of machines) app.use(path, answerNotFound)
  app.use(setUpLanguage(sessions.https))
  app.use(setUpCrossSiteFence(config.baseUrl, crossSiteForms))
  app.use(setUpSessions(sessions, logger))
  mountPages(app, parts.pages, {
    views, logger, tokens, actorOf,
    permissions: parts.permissions,
    tokenFree: crossSiteForms,
    signInPath: parts.signInPath,
    auditPage: parts.auditPage,
    stepUp: parts.stepUp ?? null,
    personLimiter: createAttemptLimiter(clock, config.personPostLimit ?? defaultPersonPostLimit),
    limits: createPostLimits(config.publicPostLimit ?? defaultPublicPostLimit, parts.sharedLimits ?? null),
    common: (req, request) => pageData(req, request, tokens, layout),
  })
  app.use(answerNotFound)
  app.use(createErrorHandler({
    views, logger,
    machinePaths: machines.map(({ path }) => path),
    common: async (req) => {
      const known = stateIfAny(req)?.session ? requestParts(req, await actorOf(req)) : null
      return errorPageData(req, known, tokens, layout)
    },
  }))
  return app
}

function bareApp(config: HttpConfig): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.set('query parser', 'simple')
  app.set('trust proxy', [...config.trustProxy])
  return app
}

/** Looked up once per request and never longer: a changed role counts at once (ASVS 8.3.2). */
function actorFinder({ actorFor }: Pick<HttpParts, 'actorFor'>): (req: Request) => Promise<Actor> {
  const found = new WeakMap<Request, Promise<Actor>>()
  const find = async (req: Request): Promise<Actor> => {
    const { session } = stateOf(req)
    if (!session?.personId) return anonymous
    const actor = await actorFor(session.personId, session)
    if (!actor) await session.signOut()
    return actor ?? anonymous
  }
  return (req) => {
    const known = found.get(req) ?? find(req)
    found.set(req, known)
    return known
  }
}
