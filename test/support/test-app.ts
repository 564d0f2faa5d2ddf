import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { FixedClock } from '../../src/adapters/clock.ts'
import { createIds } from '../../src/adapters/ids.ts'
import { capturingTransport } from '../../src/adapters/mail/mail-transport.ts'
import type { TimeStampingAuthority } from '../../src/adapters/time-stamping/http-authority.ts'
import { createPdfRecords } from '../../src/adapters/pdf/create-pdf-records.ts'
import { createApp } from '../../src/app.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import type { Database } from '../../src/db/database.ts'
import { migrateUp } from '../../src/db/migrate.ts'
import { readStarterSet, readStarterTranslations } from '../../src/features/agreements/starter-set.ts'
import { loadOrCreateAuditKey } from '../../src/features/audit/audit-key.ts'
import { openSealer } from '../../src/features/signing/open-sealer.ts'
import { SecretFiles } from '../../src/adapters/storage/secret-files.ts'
import { definePage, type Page } from '../../src/http/define-page.ts'
import { redirect, view } from '../../src/http/page-result.ts'
import type { SignInRoute } from '../../src/http/session-data.ts'
import { openDirectories } from '../../src/open-directories.ts'
import { createServices, type Services, templatesDir } from '../../src/services.ts'
import { createLogger } from '../../src/shared/logger.ts'
import { Browser, serve } from '../http/browser.ts'
import { makeDatabase } from './databases.ts'

export interface TestApp {
  url: string
  db: Database
  clock: FixedClock
  services: Services
  /** Lines the logger wrote. */
  log: string[]
  /** A browser that is nobody yet. */
  browser(): Browser
  /** A browser in which this person is signed in, by the school's sign-in unless told; pages that need a fresh proof find one unless told. */
  as(personId: string, via?: SignInRoute, options?: { proven?: boolean }): Promise<Browser>
  close(): Promise<void>
}

export interface TestAppOptions {
  kind?: 'sqlite' | 'mariadb'
  mariadbUrl?: string | null
  now?: string
  pages?: (services: Services) => Page[]
  config?: Partial<Config>
  timeStamping?: TimeStampingAuthority
  /** Where the address people use has to be known beforehand (passkeys); else a free one. */
  port?: number
}

/**
 * The production app over a fresh database with the starter agreements: real services, real sealing, mail captured, a clock
 * that stands still. One page is added: the tests' own way to sign in.
 */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { db, url: databaseUrl, drop } = await makeDatabase(options.kind ?? 'sqlite', options.mariadbUrl ?? null)
  const dataDir = await mkdtemp(join(tmpdir(), 'assent-app-'))
  await migrateUp(db)
  const clock = new FixedClock(options.now ?? '2026-09-07T08:30:00Z')
  const ids = createIds(clock)
  const config: Config = {
    ...loadConfig({ ASSENT_DATABASE_URL: databaseUrl }, { dataDir, port: 3000 }), trust: { name: 'Fellside Learning Trust', label: 'trust' }, ...options.config,
  }
  const sealer = await openSealer({ config, secrets: new SecretFiles(dataDir), clock, ids, db })
  const log: string[] = []
  const services = createServices(config, db, {
    clock, ids, logger: createLogger({ level: 'debug', destination: { write: (line) => void log.push(line) } }), mail: capturingTransport(db, clock, ids),
    directories: await openDirectories(config, { db, clock, ids }), pdf: createPdfRecords(), sealer, auditKey: await loadOrCreateAuditKey(dataDir), secrets: new SecretFiles(dataDir), timeStamping: options.timeStamping ?? null, sessionSecrets: ['a secret of the tests, long enough'],
  })
  const starters = readStarterSet(join(templatesDir, 'agreements'))
  await services.agreements.seedStarters(starters, 'system', config.languages.welsh ? readStarterTranslations(join(templatesDir, 'agreements'), 'cy', starters) : [])
  const served = await serve(createApp(services, { pages: [signInForTests(), ...options.pages?.(services) ?? []] }), options.port)
  const browser = () => new Browser(served.url)
  return {
    url: served.url, db, clock, services, log, browser,
    async as(personId, via = 'saml', { proven = true } = {}) {
      const one = browser()
      const answer = await one.submit('/test/sign-in', { personId, via, proven: proven ? 'yes' : 'no' })
      if (answer.status !== 303) throw new Error(`Signing in failed with ${answer.status}`)
      return one
    },
    async close() {
      await served.close()
      await drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Whom the form names is signed in: for tests only, and therefore nowhere in the product. */
function signInForTests(): Page {
  return definePage({
    name: 'sign in for tests', path: '/test/sign-in', permission: 'public',
    get: async (ctx) => view('pages/link/confirm.njk', { heading: 'Test', lead: '', action: ctx.path, again: { href: '/' } }),
    post: {
      body: z.strictObject({ personId: z.string(), via: z.enum(['link', 'administrator-link', 'setup', 'persona', 'saml', 'oidc', 'class', 'passkey', 'totp']), proven: z.enum(['yes', 'no']).default('no'), then: z.string().default('/') }),
      audit: 'test.signed-in',
      handle: async (ctx) => {
        // A proof that stays fresh whatever a test does with the clock.
        await ctx.session.signIn(ctx.body.personId, { via: ctx.body.via, ...(ctx.body.proven === 'yes' ? { provenAt: ctx.now + 100 * 365 * 86_400_000 } : {}) })
        return redirect(ctx.body.then)
      },
    },
  })
}
