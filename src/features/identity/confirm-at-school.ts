import type { Clock } from '../../adapters/clock.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import type { Instant } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import { identityKeyIn } from './identity.ts'
import type { IdentityProvider } from './identity-provider.ts'
import type { IdentityStore } from './identity-store.ts'
import { hashToken } from './personal-link.ts'
import type { ProviderStore } from './provider-store.ts'
import type { SignInAttempts } from './sign-in-attempt.ts'
import { CONFIRM_AT_SCHOOL } from './sign-in-paths.ts'
import type { SignInService } from './sign-in-service.ts'

/** As much of a session as says who is signed in, and by which login. */
export type ConfirmingSession = Pick<SessionHandle, 'personId' | 'ref' | 'via' | 'kept'>

export interface SchoolConfirmationParts {
  clock: Clock
  providers: ProviderStore
  identities: IdentityStore
  attempts: SignInAttempts
  service: SignInService
  /** False: the trust wants passkeys or codes, and no password of the school's to count. */
  offered: boolean
}

/** A fresh sign-in at the school's own provider as a proof of who is signed in here: the same login, this session, this browser, once. */
export class SchoolConfirmation {
  readonly #parts: SchoolConfirmationParts

  constructor(parts: SchoolConfirmationParts) {
    this.#parts = parts
  }

  /** The way for this session: none unless a provider that is on let it in. */
  async ways(session: ConfirmingSession): Promise<{ text: string; href: string }[]> {
    const found = await this.#loginOf(session)
    return found ? [{ text: `Sign in once more: ${found.provider.label}`, href: CONFIRM_AT_SCHOOL }] : []
  }

  /**
   * Begins it in the browser with this mark.
   * @returns the provider's address to go to.
   * @throws NotFound for a session that no provider let in; SignInRefused when the provider cannot be used now.
   */
  async begin(session: ConfirmingSession, mark: string): Promise<string> {
    const found = await this.#loginOf(session)
    if (!found) throw new NotFound()
    const { provider, identityKey, personId } = found
    return this.#parts.service.begin(provider.name, mark, { confirms: { personId, sessionKey: session.kept, identityKey } })
  }

  /** Takes what the provider said for this session; null when it said nothing, or for another browser, session or person. */
  async take(session: ConfirmingSession, mark: string | null): Promise<Instant | null> {
    const { attempts, clock } = this.#parts
    if (mark === null || session.personId === null) return null
    return attempts.takeConfirmation({ browserHash: hashToken(mark), sessionKey: session.kept, personId: session.personId }, clock.now())
  }

  async #loginOf({ personId, ref, via }: ConfirmingSession): Promise<{ provider: IdentityProvider; identityKey: string; personId: string } | null> {
    const { identities, providers, offered } = this.#parts
    const identityKey = offered && (via === 'saml' || via === 'oidc') && ref !== null ? identityKeyIn(ref) : null
    if (identityKey === null || personId === null) return null
    const identity = await identities.withKey(identityKey)
    if (identity?.state !== 'linked' || identity.personId !== personId) return null
    const provider = (await providers.active()).find(({ id }) => id === identity.providerId)
    return provider ? { provider, identityKey, personId } : null
  }
}
