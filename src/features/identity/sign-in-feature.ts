import type { Clock } from '../../adapters/clock.ts'
import { guardedFetch } from '../../adapters/identity/guarded-fetch.ts'
import { OidcClient } from '../../adapters/identity/oidc.ts'
import { SamlWorkerClient } from '../../adapters/identity/saml-worker-client.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Sessions } from '../../http/sessions.ts'
import type { Logger } from '../../shared/logger.ts'
import { adoptProviders, type ConfiguredProvider } from './adopt-providers.ts'
import { AdmitIdentity, type RegisterPort } from './admit-identity.ts'
import { SchoolConfirmation } from './confirm-at-school.ts'
import { EncryptionKeys } from './encryption-keys.ts'
import { GroupRoles } from './group-roles.ts'
import { IdentityReview } from './identity-review.ts'
import { IdentityStore } from './identity-store.ts'
import type { AuditPort, PeoplePort } from './ports.ts'
import { ProviderService, type KeptSecrets } from './provider-service.ts'
import { ProviderStore } from './provider-store.ts'
import type { RoleService } from './role-service.ts'
import type { RoleStore } from './role-store.ts'
import { SignInAttempts } from './sign-in-attempt.ts'
import { SignInService } from './sign-in-service.ts'

export interface SignInOutside {
  config: { baseUrl: string; https: boolean; signIn: { allowedHosts: string[]; providers: ConfiguredProvider[] }; security: { schoolSignInConfirms: boolean }; secret: (path: string) => string }
  db: Database
  clock: Clock
  ids: Ids
  logger: Logger
  audit: AuditPort
  people: PeoplePort
  schools: { all(): Promise<{ id: string; name: string }[]> }
  register: RegisterPort
  roles: RoleService
  roleStore: RoleStore
  sessions: Sessions
  secrets: KeptSecrets
}

const UNKNOWN_KEPT_MS = 90 * 24 * 60 * 60_000

/** The schools' own sign-in, put together. */
export function createSignInFeature(outside: SignInOutside) {
  const { config, db, clock, ids, logger, audit, people, schools, register, roles, roleStore, sessions, secrets } = outside
  const mayBePlain = !config.https
  const issuers = config.signIn.providers.flatMap((one) => (one.kind === 'oidc' ? [new URL(one.issuer).hostname] : []))
  const fetch = guardedFetch({ hosts: [...config.signIn.allowedHosts, ...issuers], mayBePlain })
  const worker = new SamlWorkerClient()
  const [store, attempts, identities] = [new ProviderStore(db), new SignInAttempts(db), new IdentityStore(db)]
  const groupRoles = new GroupRoles({ db, ids, roles, store: roleStore, audit })
  const providers = new ProviderService({ db, clock, ids, audit, store, worker, fetch, secrets, mayBePlain })
  const admit = new AdmitIdentity({ db, ids, audit, people, register, roles: roleStore, identities, attempts, groupRoles })
  const encryption = new EncryptionKeys({ secrets, clock, ids, host: new URL(config.baseUrl).hostname })
  const service = new SignInService({
    clock, ids, logger, audit, db, providers: store, attempts, identities, admit, worker, oidc: new OidcClient({ fetch, clock, mayBePlain }), encryption,
    secretOf: (provider) => providers.secretOf(provider.settings, config.secret), endSessionsLetInBy: (personId, isMeant) => sessions.endSessionsLetInBy(personId, isMeant), baseUrl: config.baseUrl,
  })
  return {
    /** What the public page offers. */
    async ways(): Promise<{ label: string; href: string; school: string | null }[]> {
      const shown = await store.active()
      const names = new Map(shown.length > 0 ? (await schools.all()).map(({ id, name }) => [id, name]) : [])
      return shown.map(({ label, name, schoolId }) => ({ label, href: `/sign-in/${name}`, school: schoolId === null ? null : names.get(schoolId) ?? null }))
    },
    service, providers, groupRoles, attempts, encryption,
    confirmation: new SchoolConfirmation({ clock, providers: store, identities, attempts, service, offered: config.security.schoolSignInConfirms }),
    review: new IdentityReview({ db, clock, audit, people, identities, endSessionsOf: (personId) => sessions.endSessionsOf(personId) }),
    /** At start: what the configuration file names. */
    adopt: (parts: { actor: string; schoolId(name: string): Promise<string> }) =>
      adoptProviders(config.signIn.providers, { db, ids, providers, groupRoles, now: clock.now(), readFile: config.secret, ...parts }),
    /** Housekeeping, now and then. */
    async tidy(): Promise<void> {
      await attempts.removeOver(clock.now())
      await identities.removeUnknown(clock.now() - UNKNOWN_KEPT_MS)
    },
  }
}

export type SignInFeature = ReturnType<typeof createSignInFeature>
