import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import { createAttemptLimiter } from '../../http/attempt-limiter.ts'
import { RequestFault } from '../../http/error-facts.ts'
import { forbidStoring, stateOf } from '../../http/request-state.ts'
import { NotFound, UnusableInput } from '../../shared/errors.ts'
import { pathOfOne, reminderBody, requestsQuery } from './api-schemas.ts'
import type { ApiService } from './api-service.ts'
import type { openApi } from './open-api.ts'
import { type Caller, NoToken, type TokenService } from './token-service.ts'

/** Calls a minute: of one address, which a whole trust may share, and of one token. */
export interface ApiLimits { address: number; token: number }
export const API_LIMITS: ApiLimits = { address: 600, token: 300 }
const MINUTE_MS = 60_000

interface Parts {
  clock: Clock
  tokens: Pick<TokenService, 'caller'>
  api: ApiService
  description: ReturnType<typeof openApi>
  limits: ApiLimits
}

/** `/api`: bearer tokens instead of cookies, and therefore no form of another site can use it. */
export function apiRouter({ clock, tokens, api, description, limits }: Parts): Router {
  const router = Router({ caseSensitive: true })
  const perToken = createAttemptLimiter(clock, { max: limits.token, windowMs: MINUTE_MS })
  router.use(rateLimit({
    windowMs: MINUTE_MS, limit: limits.address, standardHeaders: 'draft-8', legacyHeaders: false, validate: { xForwardedForHeader: false },
    handler: (_req, _res, next) => next(new RequestFault(429)),
  }))

  const answer = (name: string, work: (caller: Caller, req: Request) => Promise<object>): RequestHandler => async (req, res) => {
    stateOf(req).page = name
    const caller = await tokens.caller(req.headers.authorization).catch((error: unknown) => {
      if (error instanceof NoToken) res.setHeader('WWW-Authenticate', 'Bearer realm="assent"')
      throw error
    })
    if (!perToken.take(caller.token.id)) {
      res.setHeader('Retry-After', String(MINUTE_MS / 1000))
      throw new RequestFault(429)
    }
    send(res, await work(caller, req))
  }

  router.get('/v1/openapi.json', (_req, res) => send(res, description))
  router.get('/v1/requests', answer('api requests', async (caller, req) => api.requests(caller, parsed(requestsQuery, req.query))))
  router.get('/v1/figures', answer('api figures', async (caller, req) => api.figures(caller, stateOf(req).now)))
  router.get('/v1/people/:id/access', answer('api access', async (caller, req) => api.access(caller, idOf(req), stateOf(req))))
  router.post('/v1/requests/:id/reminders', answer('api reminders', async (caller, req) => {
    caller.schools('requests:remind')
    const id = idOf(req)
    const body = parsed(reminderBody, await bodyOf(req))
    return api.once.answer(caller.token.id, req.get('Idempotency-Key'), { path: req.path, body }, () => api.remind(caller, id, body.reference))
  }))
  router.all(['/v1/openapi.json', '/v1/requests', '/v1/figures', '/v1/people/:id/access'], notThus('GET, HEAD'))
  router.all('/v1/requests/:id/reminders', notThus('POST'))
  return router
}

const notThus = (allowed: string): RequestHandler => (_req, res, next) => {
  res.setHeader('Allow', allowed)
  next(new RequestFault(405))
}

function send(res: Response, value: object): void {
  forbidStoring(res)
  res.type('json').send(JSON.stringify(value))
}

function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const found = schema.safeParse(value)
  if (found.success) return found.data
  const where = [...new Set(found.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')])))].join(', ')
  // The names only: what was sent may be about somebody.
  throw new UnusableInput({ what: 'What was sent cannot be used.', where, remedy: 'See /api/v1/openapi.json.' })
}

function idOf(req: Request): string {
  const found = pathOfOne.safeParse({ id: req.params['id'] })
  if (!found.success) throw new NotFound('There is nothing at this address.')
  return found.data.id
}

const readJson = express.json({ limit: '16kb', strict: true })

/** An empty body is an empty object. */
async function bodyOf(req: Request): Promise<unknown> {
  if (!req.headers['transfer-encoding'] && !Number(req.headers['content-length'] ?? 0)) return {}
  if (!req.is('application/json')) throw new UnusableInput({ what: 'The body is not application/json.', where: 'Content-Type' })
  await new Promise<void>((resolve, reject) => { void readJson(req, req.res as Response, (error?: unknown) => (error ? reject(error as Error) : resolve())) })
  return req.body as unknown
}
