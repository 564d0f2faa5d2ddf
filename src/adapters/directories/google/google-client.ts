import type { Answer } from '../web/answers.ts'
import type { Outside } from '../web/outside.ts'
import { Pace } from '../web/pace.ts'
import { RestClient } from '../web/rest-client.ts'
import { TokenMemory } from '../web/token-memory.ts'
import { googleBatch } from './google-batch.ts'
import { GOOGLE_ENDPOINTS, type GoogleSettings, type ServiceAccountKey } from './google-settings.ts'
import { googleToken } from './google-token.ts'

/** Queries of one project for one user ("Directory API: Limits and quotas"); a query in a batch counts like any other. */
const GOOGLE_QUOTA = { units: 2400, windowMs: 60_000 }

/** 403 with one of these means "later", not "no" (the same page; 429 rateLimitExceeded is per account of Google Workspace). */
const LATER = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded'])

/** Questions to the Directory API, with its quota, batches and errors. */
export function createGoogleClient(settings: GoogleSettings, key: ServiceAccountKey, outside: Outside): RestClient {
  const where = `directory "${settings.name}" (Google Workspace)`
  const tokens = new TokenMemory(() => googleToken(settings, key, outside, where), outside.clock)
  const pace = new Pace(GOOGLE_QUOTA, outside)
  return new RestClient({
    where, baseUrl: settings.endpoints?.directory ?? GOOGLE_ENDPOINTS.directory, batch: googleBatch, codeOf: reasonOf,
    token: () => tokens.token(), forgetToken: () => tokens.forget(),
    isThrottled: (answer) => answer.status === 403 && LATER.has(reasonOf(answer)),
    paces: () => [{ pace, units: 1 }],
  }, outside)
}

/** The reason in Google's error body; empty where there is none. */
export function reasonOf(answer: Answer): string {
  const { error } = (answer.body ?? {}) as { error?: { errors?: { reason?: unknown }[]; status?: unknown } }
  const reason = error?.errors?.[0]?.reason ?? error?.status
  return typeof reason === 'string' && /^[A-Za-z_]{1,60}$/.test(reason) ? reason : ''
}
