import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { SOURCE_FORMATS } from './adapters/sources/create-source.ts'
import { OWNED_FIELDS } from './adapters/sources/source-claims.ts'
import { directorySettings, fileProblems } from './config-directories.ts'
import { crossesNetworkPlain, databaseUrlProblem, defaultDatabaseUrl } from './db/dialect.ts'
import { UnusableInput } from './shared/errors.ts'

const school = z.strictObject({
  name: z.string().min(1),
  shortName: z.string().optional(),
  urn: z.string().regex(/^\d{6}$/, 'a URN has six digits').optional(),
  dfeNumber: z.string().regex(/^\d{7}$/, 'a DfE number has seven digits').optional(),
  phase: z.string().optional(),
  brandColour: z.string().regex(/^#[0-9a-f]{6}$/i, 'a colour is written #1d4f73').optional(),
})

const source = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,60}$/, 'letters, digits and hyphens'),
  format: z.string().refine((format) => SOURCE_FORMATS.includes(format), `must be one of ${SOURCE_FORMATS.join(', ')}`),
  path: z.string(),
  mode: z.enum(['observe', 'propose', 'enforce']).default('observe'),
  school: z.string().optional(),
  owns: z.array(z.enum(OWNED_FIELDS)).default([]),
  alsoRead: z.array(z.enum(['birthDate'])).default([]),
})

const matching = z.strictObject({ attribute: z.string().min(1).max(190), field: z.enum(['mis-id', 'upn', 'username', 'directory-id']) })
const organisation = z.strictObject({ attribute: z.string().min(1).max(190), values: z.array(z.string().min(1)).min(1) })
const groupRole = z.strictObject({
  attribute: z.string().min(1).max(190), value: z.string().min(1).max(250),
  role: z.string().refine((role) => role !== 'trust-admin', 'a trust administrator never follows from a group'),
  school: z.string().optional(), until: z.string().regex(/^\d{4}-\d\d-\d\d$/, 'a day is written 2027-07-31').optional(),
})
const providerCommon = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'small letters, digits and hyphens'), label: z.string().min(1).max(80), school: z.string().optional(),
  matching: matching.optional(), organisation: organisation.optional(), roles: z.array(groupRole).default([]),
}
const samlProvider = z.strictObject({
  ...providerCommon, kind: z.literal('saml'), metadataFile: z.string(), signed: z.enum(['assertion', 'response', 'both']).default('both'), allowSha1: z.boolean().default(false),
  encryption: z.boolean().default(true),
})
const oidcProvider = z.strictObject({
  ...providerCommon, kind: z.literal('oidc'), issuer: z.url(), clientId: z.string().min(1), clientSecretFile: z.string().optional(), scopes: z.array(z.string()).default(['profile', 'email']),
})
/** Where the large providers answer a server. */
const PROVIDER_HOSTS = ['accounts.google.com', 'oauth2.googleapis.com', 'www.googleapis.com', 'login.microsoftonline.com']

const brake = z.strictObject({
  minimumHeld: z.number().int().positive().optional(),
  percentHeld: z.number().positive().max(20, 'more than 20 % is no brake').optional(),
  secondPersonMinimum: z.number().int().positive().optional(),
  secondPersonPercent: z.number().positive().optional(),
})

/** The configuration file. Exported so that a test keeps docs/settings.md complete. */
export const configFile = z.strictObject({
  trust: z.strictObject({ name: z.string().min(1), label: z.string().default('trust') }).optional(),
  schools: z.array(school).default([]),
  sources: z.array(source).default([]),
  directories: z.array(directorySettings).default([]),
  mail: z.strictObject({
    from: z.string().min(3),
    smtpUrl: z.string().refine((url) => /^smtps?:\/\/[^/]/.test(url) && URL.canParse(url), 'must be an address that begins with smtp:// or smtps://'),
    passwordFile: z.string().optional(),
  }).optional(),
  sealing: z.strictObject({
    keyType: z.enum(['P-256', 'RSA-2048', 'RSA-3072']).default('P-256'),
    pkcs12File: z.string().optional(),
    pkcs12PasswordFile: z.string().optional(),
  }).default({ keyType: 'P-256' }),
  timestamps: z.strictObject({
    url: z.string().refine((url) => /^https?:\/\//.test(url) && URL.canParse(url), 'must be an address that begins with https:// or http://'),
    authorityFile: z.string(),
  }).optional(),
  brake: brake.default({}),
  signIn: z.strictObject({
    allowedHosts: z.array(z.string().min(1)).default(PROVIDER_HOSTS),
    providers: z.array(z.discriminatedUnion('kind', [samlProvider, oidcProvider])).default([]),
  }).default({ allowedHosts: PROVIDER_HOSTS, providers: [] }),
  webhooks: z.strictObject({ allowedHosts: z.array(z.string().min(1)).default([]) }).default({ allowedHosts: [] }),
  security: z.strictObject({
    stepUpMinutes: z.number().int().min(1).max(60).default(10),
    schoolSignInConfirms: z.boolean().default(true),
    sessionIdleMinutes: z.number().int().min(5).max(480).default(30),
    sessionHours: z.number().int().min(1).max(24).default(12),
  }).default({ stepUpMinutes: 10, schoolSignInConfirms: true, sessionIdleMinutes: 30, sessionHours: 12 }),
  trustProxy: z.array(z.string()).default([]),
  leaverStartsWithinDays: z.number().int().min(0).default(60),
  joinersWait: z.strictObject({ roles: z.array(z.enum(['teacher', 'support', 'trainee', 'supply', 'governor', 'volunteer', 'contractor', 'visitor'])).default([]) }).default({ roles: [] }),
  accountRetention: z.strictObject({
    archiveAfterDays: z.number().int().min(1).default(90),
    deleteAfterDays: z.number().int().min(30).default(270),
  }).default({ archiveAfterDays: 90, deleteAfterDays: 270 }),
  replay: z.strictObject({ keepDays: z.number().int().min(1).max(90).default(14) }).default({ keepDays: 14 }),
  assurance: z.strictObject({ unusedDays: z.number().int().min(14).max(365).default(60) }).default({ unusedDays: 60 }),
  leaverGraceDays: z.strictObject({
    roles: z.record(z.string(), z.number().int().min(0).max(365)).default({}),
    years: z.record(z.string(), z.number().int().min(0).max(365)).default({}),
  }).default({ roles: {}, years: {} }),
  families: z.strictObject({ secondProof: z.enum(['none', 'mailed-code']).default('none') }).default({ secondProof: 'none' }),
  languages: z.strictObject({ welsh: z.boolean().default(false) }).default({ welsh: false }),
  visits: z.strictObject({ keepPlainRecord: z.boolean().default(false) }).default({ keepPlainRecord: false }),
})

export type ConfigFile = z.infer<typeof configFile>
export type { DirectorySettings } from './config-directories.ts'

/** Everything the process was told, checked and frozen. Secrets are read from files and never printed. */
export interface Config extends Omit<ConfigFile, 'trust' | 'mail'> {
  readonly demo: boolean
  readonly dataDir: string
  readonly databaseUrl: string
  readonly baseUrl: string
  readonly host: string
  readonly port: number
  readonly https: boolean
  /** Null name: the set-up page asks for it. */
  readonly trust: { name: string | null; label: string }
  readonly mail: { from: string; smtpUrl: string; password: string | null } | null
  readonly pkcs12Password: string | null
  /** Where the command line finds the token of who uses it (B8); null: it is the operator's own act, `os:<user>`. Read when it is used. */
  readonly tokenFile: string | null
  /** Reads a secret named in the configuration file. @throws UnusableInput when it cannot be read. */
  readonly secret: (path: string) => string
}

export interface ConfigOverrides {
  demo?: boolean
  dataDir?: string
  port?: number
}

/**
 * Reads `ASSENT_*` and the configuration file.
 * @throws UnusableInput that lists every problem at once.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, overrides: ConfigOverrides = {}): Config {
  const problems: string[] = []
  const dataDir = resolve(overrides.dataDir ?? env['ASSENT_DATA_DIR'] ?? './data')
  const databaseUrl = databaseSetting(env, dataDir, problems)
  const port = overrides.port ?? portSetting(env['ASSENT_PORT'], problems)
  const { settings, wrong } = readFile(env['ASSENT_CONFIG'], problems)
  const secret = (path: string): string => readSecret(path)
  const production = env['ASSENT_BASE_URL'] !== undefined && !overrides.demo
  const baseUrl = (overrides.demo ? undefined : env['ASSENT_BASE_URL']) ?? `http://127.0.0.1:${port}`
  checkBaseUrl(baseUrl, problems)
  if (production) checkProduction(settings, wrong, problems)
  if (production && crossesNetworkPlain(databaseUrl)) problems.push('ASSENT_DATABASE_URL leads to another machine without encryption: add ?tls=verify, or ?ca=FILE with the authority of its certificate; names of children travel over it')
  const mail = settings.mail && !overrides.demo
    ? { from: settings.mail.from, smtpUrl: settings.mail.smtpUrl, password: optionalSecret(settings.mail.passwordFile, 'mail.passwordFile', problems) }
    : null
  const pkcs12Password = optionalSecret(settings.sealing.pkcs12PasswordFile, 'sealing.pkcs12PasswordFile', problems)
  checkSecrets(settings, problems)
  if (problems.length > 0) {
    throw new UnusableInput({
      what: `The settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
      where: env['ASSENT_CONFIG'] ?? 'environment',
      remedy: 'Mend every line above and start again. docs/settings.md lists all settings.',
    })
  }
  return Object.freeze({
    ...settings,
    // The demo shows what there is.
    languages: overrides.demo ? { welsh: true } : settings.languages,
    demo: overrides.demo ?? false,
    dataDir,
    databaseUrl,
    baseUrl: baseUrl.replace(/\/$/, ''),
    host: '127.0.0.1',
    port,
    https: baseUrl.startsWith('https:'),
    trust: settings.trust ?? { name: null, label: 'trust' },
    mail,
    pkcs12Password,
    tokenFile: env['ASSENT_TOKEN_FILE'] || null,
    secret,
  })
}

function databaseSetting(env: NodeJS.ProcessEnv, dataDir: string, problems: string[]): string {
  const fromFile = env['ASSENT_DATABASE_URL_FILE']
  let url = env['ASSENT_DATABASE_URL']
  if (fromFile) {
    try {
      url = readSecret(fromFile)
    } catch (error) {
      problems.push((error as UnusableInput).what)
    }
  }
  if (!url) return defaultDatabaseUrl(dataDir)
  const problem = databaseUrlProblem(url)
  if (problem) problems.push(`ASSENT_DATABASE_URL ${problem}`)
  return url
}

function portSetting(text: string | undefined, problems: string[]): number {
  if (text === undefined) return 3000
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) problems.push(`ASSENT_PORT is "${text}"; it must be a number from 1 to 65535`)
  return port
}

/** `wrong`: parts of the file that cannot be used; the rest is kept, so that one slip hides no other. */
function readFile(path: string | undefined, problems: string[]): { settings: ConfigFile; wrong: ReadonlySet<string> } {
  const nothing = { settings: configFile.parse({}), wrong: new Set(['trust', 'mail']) }
  if (!path) return { ...nothing, wrong: new Set() }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    problems.push(`ASSENT_CONFIG: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
    return nothing
  }
  let raw: unknown
  try {
    raw = parseYaml(text) ?? {}
  } catch (error) {
    problems.push(`ASSENT_CONFIG: ${path} is not valid YAML or JSON: ${(error as Error).message.split('\n')[0]}`)
    return nothing
  }
  const checked = configFile.safeParse(raw)
  if (checked.success) return { settings: checked.data, wrong: new Set() }
  const wrong = new Set<string>()
  for (const issue of checked.error.issues) {
    problems.push(`${issue.path.join('.') || 'the file'}: ${issue.message}`)
    for (const key of issue.path.length > 0 ? [issue.path[0]] : issue.code === 'unrecognized_keys' ? issue.keys : []) wrong.add(String(key))
  }
  const rest = configFile.safeParse(Object.fromEntries(Object.entries(Object(raw)).filter(([key]) => !wrong.has(key))))
  return rest.success ? { settings: rest.data, wrong } : nothing
}

function checkBaseUrl(baseUrl: string, problems: string[]): void {
  let url: URL
  try {
    url = new URL(baseUrl)
  } catch {
    problems.push(`ASSENT_BASE_URL is "${baseUrl}"; it must be an address such as https://assent.example.org`)
    return
  }
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(loopback && url.protocol === 'http:')) {
    problems.push('ASSENT_BASE_URL must begin with https:// (http:// is for this computer only): names of children travel over it')
  }
  if (url.pathname !== '/' || url.search || url.hash) problems.push('ASSENT_BASE_URL must have no path')
  if (url.username || url.password) problems.push('ASSENT_BASE_URL must hold no name or password')
}

function checkProduction(settings: ConfigFile, wrong: ReadonlySet<string>, problems: string[]): void {
  if (!settings.trust && !wrong.has('trust')) problems.push('trust.name is missing from the configuration file: it stands on every page, mail and record')
  if (!settings.mail && !wrong.has('mail')) problems.push('mail (from, smtpUrl) is missing from the configuration file: nobody could be reached')
}

function checkSecrets(settings: ConfigFile, problems: string[]): void {
  if (settings.sealing.pkcs12File && !existsSync(settings.sealing.pkcs12File)) {
    problems.push(`sealing.pkcs12File: ${settings.sealing.pkcs12File} does not exist`)
  }
  optionalSecret(settings.timestamps?.authorityFile, 'timestamps.authorityFile', problems)
  for (const directory of settings.directories) problems.push(...fileProblems(directory, secretProblem))
  for (const provider of settings.signIn.providers) {
    if (provider.kind === 'saml' && !existsSync(provider.metadataFile)) problems.push(`signIn.providers.${provider.name}.metadataFile: ${provider.metadataFile} does not exist`)
    if (provider.kind === 'oidc') optionalSecret(provider.clientSecretFile, `signIn.providers.${provider.name}.clientSecretFile`, problems)
  }
  const signIns = settings.signIn.providers.map((provider) => provider.name)
  for (const name of new Set(signIns.filter((value, at) => signIns.indexOf(value) !== at))) problems.push(`the sign-in name "${name}" is used twice`)
  const names = [...settings.sources, ...settings.directories].map((entry) => entry.name)
  for (const name of new Set(names.filter((value, at) => names.indexOf(value) !== at))) problems.push(`the name "${name}" is used twice`)
}

function optionalSecret(path: string | undefined, setting: string, problems: string[]): string | null {
  if (!path) return null
  try {
    return readSecret(path)
  } catch (error) {
    problems.push(`${setting}: ${(error as UnusableInput).what}`)
    return null
  }
}

function secretProblem(path: string): string | null {
  try {
    return readSecret(path) === '' ? `the secret file ${path} is empty` : null
  } catch (error) {
    return (error as UnusableInput).what
  }
}

function readSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new UnusableInput({
      what: `The secret file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      where: path,
      remedy: 'Check the path and that this user may read it.',
    })
  }
}
