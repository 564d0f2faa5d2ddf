import { createHash } from 'node:crypto'
import { join } from 'node:path'
import nunjucks from 'nunjucks'
import { FixedClock } from '../../src/adapters/clock.ts'
import { createIds, type Ids } from '../../src/adapters/ids.ts'
import type { Database } from '../../src/db/database.ts'
import { anonymous, type Actor } from '../../src/http/actor.ts'
import { createHttpApp, type HttpParts } from '../../src/http/create-http-app.ts'
import type { PageOutcome } from '../../src/http/page-deps.ts'
import { createSessions, type SessionSettings, type Sessions } from '../../src/http/sessions.ts'
import type { Views } from '../../src/http/view-types.ts'
import { createLogger } from '../../src/shared/logger.ts'
import { Browser, serve, type Served } from './browser.ts'

export const START = Date.parse('2026-09-01T08:00:00Z')

/** Randomness that is the same in every run. */
export function seededIds(clock: FixedClock, seed = 'seed'): Ids {
  let count = 0
  return createIds(clock, (bytes) => {
    const blocks: Buffer[] = []
    for (let made = 0; made < bytes; made += 32) blocks.push(createHash('sha256').update(`${seed} ${(count += 1)}`).digest())
    return Buffer.concat(blocks).subarray(0, bytes)
  })
}

/** The minimal templates beside this file, rendered by the real engine. */
export const testViews: Views = (() => {
  const env = new nunjucks.Environment(new nunjucks.FileSystemLoader(join(import.meta.dirname, 'templates')), { autoescape: true })
  return { render: (name, data) => env.render(name, data) }
})()

export interface TestApp extends Served {
  clock: FixedClock
  ids: Ids
  sessions: Sessions
  outcomes: PageOutcome[]
  /** Lines the logger wrote. */
  log: string[]
  browser(headers?: Record<string, string>): Browser
}

/** The production app over given pages. `people` maps a person to what they may do. */
export async function startApp(db: Database, options: Partial<HttpParts> & {
  pages: HttpParts['pages']
  people?: Record<string, string[]>
  session?: Partial<SessionSettings>
  clock?: FixedClock
}): Promise<TestApp> {
  const clock = options.clock ?? new FixedClock(START)
  const ids = options.ids ?? seededIds(clock)
  const sessions = options.sessions ?? createSessions({ db, clock, ids, secrets: ['a secret of the tests, long enough'], https: false, ...options.session })
  const outcomes: PageOutcome[] = []
  const log: string[] = []
  const app = createHttpApp({
    config: { baseUrl: 'http://127.0.0.1:1', trustProxy: [] },
    logger: createLogger({ level: 'debug', destination: { write: (line) => void log.push(line) } }),
    views: testViews,
    permissions: ['office.board.view', 'restriction.place'],
    assets: [],
    health: { problems: async () => [] },
    actorFor: async (personId) => actorOf(personId, options.people?.[personId]),
    auditPage: async (_request, outcome) => void outcomes.push(outcome),
    signInPath: '/sign-in',
    ...options,
    clock, ids, sessions,
  })
  const served = await serve(app)
  return { ...served, clock, ids, sessions, outcomes, log, browser: (headers) => new Browser(served.url, headers) }
}

function actorOf(personId: string, permissions: string[] | undefined): Actor | null {
  if (!permissions) return null
  return { ...anonymous, personId, name: 'Made Up', label: `person:${personId}`, can: (permission) => permissions.includes(permission), schools: () => 'all' }
}
