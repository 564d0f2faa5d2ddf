import { systemClock } from './adapters/clock.ts'
import { createIds, type Ids } from './adapters/ids.ts'
import { capturingTransport, noTransport, smtpTransport } from './adapters/mail/mail-transport.ts'
import { createPdfRecords } from './adapters/pdf/create-pdf-records.ts'
import { selfTest } from './adapters/pdf/self-test.ts'
import { httpAuthority } from './adapters/time-stamping/http-authority.ts'
import { SecretFiles } from './adapters/storage/secret-files.ts'
import type { Config } from './config.ts'
import { Database } from './db/database.ts'
import { migrateUp, pendingMigrations, unknownMigrations } from './db/migrate.ts'
import { openAuditKey } from './features/audit/open-audit-key.ts'
import { readStarterSet, readStarterTranslations } from './features/agreements/starter-set.ts'
import { retireSessionSecrets, sessionSecrets } from './features/identity/session-secrets.ts'
import { openSealer } from './features/signing/open-sealer.ts'
import { openDirectories } from './open-directories.ts'
import { createServices, type Services, templatesDir } from './services.ts'
import { UnusableInput } from './shared/errors.ts'
import { createLogger } from './shared/logger.ts'
import { join } from 'node:path'

export interface OpenOptions {
  /** Brings the schema up to date; otherwise an old schema is refused. */
  migrate?: boolean
  /** Seals and verifies a test document before anything else (D4). */
  testSeal?: boolean
  actor: string
}

/**
 * Opens everything a process needs: data directory, secrets, database, sealing key.
 * @throws UnusableInput or OutsideFailure saying what is wrong and how to mend it; nothing is left open then.
 */
export async function openServices(config: Config, options: OpenOptions): Promise<Services> {
  const clock = systemClock
  const ids = createIds(clock)
  const secrets = new SecretFiles(config.dataDir)
  const db = await Database.open(config.databaseUrl)
  try {
    if ((await unknownMigrations(db)).length > 0) {
      throw new UnusableInput({ what: 'The database was brought up to date by a newer version of Assent than this one.', where: 'database', remedy: 'Start the newer version, or restore the backup made before the update.' })
    }
    if (options.migrate) await migrateUp(db)
    else if ((await pendingMigrations(db)).length > 0) {
      throw new UnusableInput({ what: 'The database is older than this version of Assent.', where: 'database', remedy: 'Run: npx assent migrate' })
    }
    const pdf = createPdfRecords()
    const sealer = await openSealer({ config, secrets, clock, ids, db })
    if (options.testSeal) await selfTest(sealer, pdf, clock.now())
    const mail = config.demo ? capturingTransport(db, clock, ids) : config.mail ? smtpTransport(config.mail) : noTransport()
    const services = createServices(config, db, {
      clock, ids, mail, pdf, sealer, logger: createLogger(),
      directories: await openDirectories(config, { db, clock, ids }),
      auditKey: await openAuditKey(db, secrets.folder),
      timeStamping: config.timestamps ? httpAuthority({ url: config.timestamps.url, authorityPem: config.secret(config.timestamps.authorityFile) }) : null,
      secrets,
      sessionSecrets: sessionSecrets(secrets, () => newSecret(ids)),
    })
    await services.trust.load()
    if (options.migrate) await seed(services, options.actor)
    if (options.migrate) await retireSessionSecrets(secrets, clock.now(), () => services.reclose())
    return services
  } catch (error) {
    await db.close()
    throw error
  }
}

/** For cookies, forms and what is kept closed: 384 random bits. */
export const newSecret = (ids: Pick<Ids, 'random'>): string => ids.random(48).toString('base64url')

/** Schools of the configuration and the starter agreements (G2). Running it again changes nothing. */
async function seed(services: Services, actor: string): Promise<void> {
  await services.schools.adopt(services.config.schools.map((school) => ({
    name: school.name, shortName: school.shortName ?? school.name.slice(0, 60), urn: school.urn ?? null, dfeNumber: school.dfeNumber ?? null,
    phase: school.phase ?? null, brandColour: school.brandColour ?? null,
  })))
  await services.signIn.adopt({ actor, schoolId: (name) => schoolNamed(services, name) })
  const starters = readStarterSet(join(templatesDir, 'agreements'))
  const translations = services.config.languages.welsh ? readStarterTranslations(join(templatesDir, 'agreements'), 'cy', starters) : []
  await services.agreements.seedStarters(starters, actor, translations)
  await services.agreements.addTranslations(starters, translations, actor)
}

async function schoolNamed({ schools }: Services, name: string): Promise<string> {
  const found = (await schools.all()).find((school) => school.name === name || school.shortName === name)
  if (!found) throw new UnusableInput({ what: `The configuration file speaks of the school "${name}", which is not known.`, where: 'signIn.providers', remedy: 'Write the name as under schools.' })
  return found.id
}
