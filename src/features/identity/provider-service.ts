import type { Clock } from '../../adapters/clock.ts'
import type { GuardedFetch } from '../../adapters/identity/guarded-fetch.ts'
import { IdentityDoubted } from '../../adapters/identity/proven-identity.ts'
import type { MetadataProblem, ProviderMetadata } from '../../adapters/identity/saml-metadata.ts'
import type { SamlWorkerClient } from '../../adapters/identity/saml-worker-client.ts'
import { textOf } from '../../adapters/identity/xml-guard.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import { SKEW_MS, type IdentityProvider, type OidcSettings, type SamlProvider } from './identity-provider.ts'
import type { AuditPort } from './ports.ts'
import type { ProviderStore } from './provider-store.ts'
import { withMetadata } from './provider-changes.ts'

/** Keeps the secrets that administrators type in; they never reach the database. */
export interface KeptSecrets {
  write(name: string, content: string): void
  read(name: string): string | null
}

export interface ProviderParts {
  db: Database
  clock: Clock
  ids: Ids
  audit: AuditPort
  store: ProviderStore
  worker: SamlWorkerClient
  fetch: GuardedFetch
  secrets: KeptSecrets
  /** http addresses may be named: a trial on this computer. */
  mayBePlain: boolean
}

const PROBLEMS: Record<MetadataProblem, string> = {
  unreadable: 'This is not metadata that can be read: an XML document of at most 500 kB, without a document type.',
  several: 'This names several identity providers. Cut out the EntityDescriptor of yours.',
  'no-provider': 'This does not describe a SAML 2.0 identity provider (it has no IDPSSODescriptor).',
  over: 'This metadata is over (validUntil). Fetch it anew.',
  'no-entry-point': 'It names no sign-in address for HTTP-Redirect.',
  insecure: 'It names an address that does not begin with https://.',
  'no-certificate': 'It holds no signing certificate.',
}

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/

export type NewProvider = Pick<IdentityProvider, 'name' | 'label' | 'schoolId'>
  & ({ kind: 'saml'; metadata: ProviderMetadata } | { kind: 'oidc'; settings: Omit<OidcSettings, 'secret'>; clientSecret: string | null })

/** Providers as administrators and the configuration file set them up. Every change is in the audit log. */
export class ProviderService {
  readonly #parts: ProviderParts

  constructor(parts: ProviderParts) {
    this.#parts = parts
  }

  get store(): ProviderStore {
    return this.#parts.store
  }

  /** @throws UnusableInput saying what is wrong with it. */
  async readMetadata(document: string | Buffer): Promise<ProviderMetadata> {
    const { worker, clock, mayBePlain } = this.#parts
    try {
      const xml = typeof document === 'string' ? document : textOf(document)
      const read = await worker.run({ kind: 'metadata', xml, options: { now: clock.now(), mayBePlain } })
      if (read.ok) return read.value
      throw new UnusableInput({ what: PROBLEMS[read.reason] })
    } catch (error) {
      throw error instanceof IdentityDoubted ? new UnusableInput({ what: PROBLEMS.unreadable }, error) : error
    }
  }

  /** Fetches metadata from an address whose host the configuration allows. @throws UnusableInput when it is another, or nothing comes. */
  async fetchMetadata(url: string): Promise<ProviderMetadata> {
    const answer = await this.#parts.fetch(url, { headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' } }).catch(() => null)
    if (!answer?.ok) {
      throw new UnusableInput({ what: 'Nothing could be fetched from there.', remedy: 'Only https addresses of hosts named in signIn.allowedHosts are asked, and they must answer directly. Save the metadata as a file and upload it instead.' })
    }
    return this.readMetadata(await answer.text())
  }

  /** Adds a provider; it is off until somebody has tried it. @throws Refused when the name is taken or no name. */
  async add(wanted: NewProvider, actor: string): Promise<IdentityProvider> {
    const { db, ids, clock, audit, store, secrets } = this.#parts
    if (!NAME.test(wanted.name)) throw new Refused({ what: 'A short name has small letters, figures and hyphens.', remedy: 'Such as larkmoor-google.' })
    if (await store.named(wanted.name)) throw new Refused({ what: 'This short name is taken.', remedy: 'Choose another one.' })
    const id = ids.next()
    const common = { id, name: wanted.name, label: wanted.label, schoolId: wanted.schoolId, active: false, fromFile: false, matching: null, organisation: null, updatedAt: clock.now() }
    const provider: IdentityProvider = wanted.kind === 'saml'
      ? { ...common, kind: 'saml', settings: withMetadata({ signed: 'both', allowSha1: false, clockSkewMs: SKEW_MS, encryption: true }, wanted.metadata) }
      : { ...common, kind: 'oidc', settings: { ...wanted.settings, secret: wanted.clientSecret === null ? null : { kept: secretName(id) } } }
    if (wanted.kind === 'oidc' && wanted.clientSecret !== null) secrets.write(secretName(id), wanted.clientSecret)
    await db.transaction(async () => {
      await store.save(provider)
      await audit.record({ actor, event: 'sign-in.provider-added', payload: { provider: id, name: provider.name, kind: provider.kind, school: provider.schoolId } })
    })
    return provider
  }

  /**
   * Changes what people decide about a provider.
   * @throws NotFound when there is none; Refused when the configuration file has it.
   */
  async change(name: string, change: (provider: IdentityProvider) => IdentityProvider, actor: string): Promise<void> {
    const { db, clock, audit, store } = this.#parts
    await db.transaction(async () => {
      const provider = await store.named(name)
      if (!provider) throw new NotFound()
      if (provider.fromFile) throw new Refused({ what: 'This sign-in is set up in the configuration file.', remedy: 'Change it there and start Assent again.' })
      const changed = { ...change(provider), updatedAt: clock.now() }
      await store.save(changed)
      await audit.record({ actor, event: 'sign-in.provider-changed', payload: { provider: provider.id, fields: fieldsThatDiffer(provider, changed) } })
    })
  }

  applyMetadata(name: string, metadata: ProviderMetadata, actor: string): Promise<void> {
    return this.change(name, (provider) => (provider.kind === 'saml' ? { ...provider, settings: withMetadata(provider.settings, metadata) } satisfies SamlProvider : provider), actor)
  }

  /** What lies where a provider's settings say. `readFile` reads a secret that the configuration file names. */
  secretOf(settings: OidcSettings, readFile: (path: string) => string): string | null {
    if (settings.secret === null) return null
    return 'file' in settings.secret ? readFile(settings.secret.file) : this.#parts.secrets.read(settings.secret.kept)?.trim() ?? null
  }
}

const secretName = (id: string): string => `sign-in-${id}`

function fieldsThatDiffer(before: IdentityProvider, after: IdentityProvider): string[] {
  const differ = (a: object, b: object) => Object.keys(b).filter((key) => JSON.stringify(a[key as never]) !== JSON.stringify(b[key as never]))
  return [...differ(before, after).filter((key) => key !== 'settings' && key !== 'updatedAt'), ...differ(before.settings, after.settings)]
}
