import { existsSync } from 'node:fs'
import { z } from 'zod'

const mapping = z.strictObject({
  suspendedContainer: z.string().nullable().default(null),
  restrictedGroups: z.array(z.string()).default([]),
  restrictedWithoutGroups: z.array(z.string()).default([]),
  profiles: z.record(z.string(), z.strictObject({ groups: z.array(z.string()), withoutGroups: z.array(z.string()).default([]) })).default({}),
})

const life = z.strictObject({
  archive: z.strictObject({ container: z.string().min(1).nullable().default(null), archivedUser: z.boolean().default(false) })
    .refine(({ container, archivedUser }) => container !== null || archivedUser, 'name a container for archived accounts, or set archivedUser').optional(),
  delete: z.boolean().default(false),
  create: z.strictObject({
    roles: z.array(z.enum(['pupil', 'teacher', 'support', 'trainee', 'supply', 'governor', 'volunteer'])).min(1),
    username: z.string().regex(/^(?:\{(?:forename|surname|f|s|yy)\}|[a-z0-9.-])+$/, 'small letters, figures, dots, hyphens and {forename} {surname} {f} {s} {yy}').regex(/\{(?:forename|surname)\}/, 'needs {forename} or {surname}'),
    domain: z.string().regex(/^(?:[a-z0-9.-]+\.[a-z]{2,})?$/i, 'such as school.example').default(''),
    homes: z.array(z.strictObject({ role: z.string().optional(), years: z.array(z.string()).optional(), school: z.string().optional(), container: z.string() })).min(1),
  }).optional(),
})

/** What every kind of directory has. */
const common = {
  name: z.string().regex(/^[a-z0-9-]{1,60}$/, 'letters, digits and hyphens'),
  mode: z.enum(['observe', 'propose', 'enforce']).default('propose'),
  mapping: mapping.default(mapping.parse({})),
  /** Where people sign in with these accounts, in their words; printed on slips. */
  signIn: z.string().max(120).optional(),
  /** What Assent itself does at the beginning and the end of an account's life; off unless set. */
  life: life.optional(),
}

const protection = { protectedGroups: z.array(z.string()).default([]), protectedUsers: z.array(z.string()).default([]) }
const guid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be an id such as 00000000-0000-0000-0000-000000000000')
const https = z.string().refine((url) => URL.canParse(url) && (url.startsWith('https://') || /^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/.test(url)), 'must begin with https://')

const activeDirectory = z.strictObject({
  ...common,
  ...protection,
  kind: z.literal('active-directory'),
  url: z.string().startsWith('ldaps://', 'must begin with ldaps://: passwords and names never travel in the clear'),
  bindDn: z.string().min(1),
  bindPasswordFile: z.string(),
  caFile: z.string().optional(),
  servername: z.string().optional(),
  searchBases: z.array(z.union([z.string().min(1), z.strictObject({ dn: z.string().min(1), mayBeEmpty: z.boolean().default(false) })])).min(1),
})

const google = z.strictObject({
  ...common,
  ...protection,
  kind: z.literal('google'),
  keyFile: z.string(),
  adminUser: z.email('must be the address of the administrator account made for Assent'),
  orgUnits: z.array(z.string().startsWith('/', 'begins with / as in /Pupils')).default([]),
})

const entra = z.strictObject({
  ...common,
  ...protection,
  kind: z.literal('entra'),
  tenantId: guid,
  clientId: guid,
  clientSecretFile: z.string().optional(),
  certificateFile: z.string().optional(),
  domains: z.array(z.string()).default([]),
  signIns: z.boolean().default(false),
}).refine((settings) => (settings.clientSecretFile === undefined) !== (settings.certificateFile === undefined), { path: ['clientSecretFile'], error: 'name either clientSecretFile or certificateFile' })

const scim = z.strictObject({ ...common, ...protection, kind: z.literal('scim'), url: https, tokenFile: z.string() })

const taskList = z.strictObject({
  ...common,
  kind: z.literal('task-list'),
  accountsFile: z.string(),
  dueDays: z.number().int().min(1).max(60).default(2),
})

const simulated = z.strictObject({
  ...common,
  kind: z.literal('simulated'),
  containers: z.array(z.string()).default([]),
  groups: z.array(z.string()).default([]),
})

/** One entry of `directories` in the configuration file. */
export const directorySettings = z.discriminatedUnion('kind', [activeDirectory, google, entra, scim, taskList, simulated])
export type DirectorySettings = z.infer<typeof directorySettings>

/** The files a directory needs: secrets, which must be readable, and others, which must exist. By the name of the setting. */
function filesOf(directory: DirectorySettings): { secrets: Record<string, string>; others: Record<string, string> } {
  const given = (files: Record<string, string | undefined>) => Object.fromEntries(Object.entries(files).flatMap(([name, path]) => (path === undefined ? [] : [[name, path]])))
  switch (directory.kind) {
    case 'active-directory': return { secrets: given({ bindPasswordFile: directory.bindPasswordFile }), others: given({ caFile: directory.caFile }) }
    case 'google': return { secrets: given({ keyFile: directory.keyFile }), others: {} }
    case 'entra': return { secrets: given({ clientSecretFile: directory.clientSecretFile, certificateFile: directory.certificateFile }), others: {} }
    case 'scim': return { secrets: given({ tokenFile: directory.tokenFile }), others: {} }
    case 'task-list': return { secrets: {}, others: given({ accountsFile: directory.accountsFile }) }
    case 'simulated': return { secrets: {}, others: {} }
  }
}

/** Every file of a directory that is missing or cannot be read. `secretProblem` says why a secret cannot be used, or null. */
export function fileProblems(directory: DirectorySettings, secretProblem: (path: string) => string | null): string[] {
  const { secrets, others } = filesOf(directory)
  const setting = (name: string) => `directories.${directory.name}.${name}`
  return [
    ...Object.entries(secrets).flatMap(([name, path]) => { const problem = secretProblem(path); return problem === null ? [] : [`${setting(name)}: ${problem}`] }),
    ...Object.entries(others).flatMap(([name, path]) => (existsSync(path) ? [] : [`${setting(name)}: ${path} does not exist`])),
  ]
}

/** Every group that the mapping of a directory names, each once: what cloud directories are asked about. */
export function mappedGroups({ mapping: { restrictedGroups, restrictedWithoutGroups, profiles } }: Pick<DirectorySettings, 'mapping'>): string[] {
  return [...new Set([...restrictedGroups, ...restrictedWithoutGroups, ...Object.values(profiles).flatMap(({ groups, withoutGroups }) => [...groups, ...withoutGroups])])]
}
