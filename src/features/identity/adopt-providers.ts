import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { GroupRoles } from './group-roles.ts'
import { SKEW_MS, type IdentityProvider, type Matching, type OrganisationRule } from './identity-provider.ts'
import type { SignedPart } from '../../adapters/identity/saml-strategy.ts'
import { withMetadata } from './provider-changes.ts'
import type { ProviderService } from './provider-service.ts'

interface ConfiguredCommon {
  name: string
  label: string
  school?: string | undefined
  matching?: Matching | undefined
  organisation?: OrganisationRule | undefined
  roles: { attribute: string; value: string; role: string; school?: string | undefined; until?: string | undefined }[]
}

/** A provider as the configuration file names it. */
export type ConfiguredProvider = ConfiguredCommon & (
  | { kind: 'saml'; metadataFile: string; signed: SignedPart; allowSha1: boolean; encryption: boolean }
  | { kind: 'oidc'; issuer: string; clientId: string; clientSecretFile?: string | undefined; scopes: string[] }
)

export interface AdoptParts {
  db: Database
  ids: Ids
  providers: ProviderService
  groupRoles: GroupRoles
  now: Instant
  actor: string
  /** Reads a file that the configuration names. */
  readFile(path: string): string
  /** Our id of a school by its configured name. @throws UnusableInput when there is none. */
  schoolId(name: string): Promise<string>
}

/**
 * Brings the configuration file's providers in at start: they are on, and changed only there; one that is no longer named is switched
 * off. Running it again changes nothing.
 * @throws UnusableInput naming the provider when its metadata or school cannot be used.
 */
export async function adoptProviders(configured: readonly ConfiguredProvider[], parts: AdoptParts): Promise<void> {
  const { db, providers } = parts
  const read = await Promise.all(configured.map((one) => readProvider(one, parts)))
  const gone = (await providers.store.all()).filter((known) => known.fromFile && !configured.some(({ name }) => name === known.name))
  await db.transaction(async () => {
    for (const provider of gone) if (provider.active) await providers.store.save({ ...provider, active: false, updatedAt: parts.now })
    for (const provider of read) await providers.store.save(provider)
  })
  for (const [at, one] of configured.entries()) await adoptRoles(one, (read[at] as IdentityProvider).id, parts)
}

async function readProvider(one: ConfiguredProvider, { ids, providers, readFile, schoolId, now }: AdoptParts): Promise<IdentityProvider> {
  const known = await providers.store.named(one.name)
  if (known && (!known.fromFile || known.kind !== one.kind)) {
    throw new UnusableInput({ what: `The sign-in "${one.name}" of the configuration file exists already, set up on the settings page.`, where: `signIn.providers.${one.name}`, remedy: 'Give one of the two another name.' })
  }
  const common = {
    id: known?.id ?? ids.next(), name: one.name, label: one.label, schoolId: one.school === undefined ? null : await schoolId(one.school), active: true, fromFile: true,
    matching: one.matching ?? null, organisation: one.organisation ?? null, updatedAt: known?.updatedAt ?? now,
  }
  if (one.kind === 'oidc') {
    return { ...common, kind: 'oidc', settings: { issuer: one.issuer, clientId: one.clientId, scopes: one.scopes, secret: one.clientSecretFile === undefined ? null : { file: one.clientSecretFile } } }
  }
  try {
    const metadata = await providers.readMetadata(readFile(one.metadataFile))
    return { ...common, kind: 'saml', settings: withMetadata({ signed: one.signed, allowSha1: one.allowSha1, clockSkewMs: SKEW_MS, encryption: one.encryption }, metadata) }
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    throw new UnusableInput({ what: `The metadata of the sign-in "${one.name}" cannot be used: ${error.what}`, where: one.metadataFile, remedy: 'Put the right file there and start again.' }, error)
  }
}

async function adoptRoles(one: ConfiguredProvider, providerId: string, { groupRoles, actor, schoolId }: AdoptParts): Promise<void> {
  const wanted = await Promise.all(one.roles.map(async ({ attribute, value, role, school, until }) => ({
    providerId, attribute, value, role, schoolId: school === undefined ? null : await schoolId(school), until: until === undefined ? null : Date.parse(`${until}T23:59:59Z`), fromFile: true,
  })))
  const known = (await groupRoles.of(providerId)).filter((rule) => rule.fromFile)
  const same = (a: object, b: object) => ['attribute', 'value', 'role', 'schoolId', 'until'].every((key) => a[key as never] === b[key as never])
  for (const rule of known) if (!wanted.some((other) => same(rule, other))) await groupRoles.remove(providerId, rule.id, actor)
  for (const rule of wanted) if (!known.some((other) => same(rule, other))) await groupRoles.add(rule, actor)
}
