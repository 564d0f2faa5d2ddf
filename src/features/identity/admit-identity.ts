import type { ProvenIdentity } from '../../adapters/identity/proven-identity.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { SignInRoute } from '../../http/session-data.ts'
import type { Instant } from '../../shared/dates.ts'
import type { GroupRoles } from './group-roles.ts'
import { isFromProvider } from './role-grant.ts'
import { decideIdentity, identityKey, ROSTER, shownAttributes, statementKey, type Identity, type IdentityDecision } from './identity.ts'
import type { IdentityProvider, MatchField } from './identity-provider.ts'
import type { IdentityStore } from './identity-store.ts'
import type { AuditPort, PeoplePort } from './ports.ts'
import type { RoleStore } from './role-store.ts'
import { isFreshlyProven, type SignInAttempt, type SignInAttempts } from './sign-in-attempt.ts'
import type { SignInProblem } from './sign-in-refusal.ts'

/** What signing in asks of features that come later, put together in services.ts. */
export interface RegisterPort {
  /** People of whom a field of the school's records says exactly this, at that school where one is given. */
  peopleWith(field: MatchField, value: string, schoolId: string | null): Promise<string[]>
  /** True while something waits for this person to sign, also after they have left. */
  isAwaited(personId: string): Promise<boolean>
}

export interface AdmitParts {
  db: Database
  ids: Ids
  audit: AuditPort
  people: PeoplePort
  register: RegisterPort
  roles: RoleStore
  identities: IdentityStore
  attempts: SignInAttempts
  groupRoles: GroupRoles
}

/** What a test of a connection shows: what arrived, and whom it would let in. */
export interface TestResult {
  subject: { format: string; value: string }
  attributes: { name: string; values: string[] }[]
  organisation: 'ours' | 'other' | 'not-asked'
  decision: IdentityDecision
}

export type Admitted =
  | { kind: 'in'; personId: string }
  | { kind: 'tested'; result: TestResult }
  | { kind: 'confirmed' }
  | { kind: 'out'; problem: SignInProblem }

const FORGET_MS = 24 * 60 * 60_000

/** From a believed statement to a person, or to the reason why not. One transaction: used up, linked, given roles and logged together. */
export class AdmitIdentity {
  readonly #parts: AdmitParts

  constructor(parts: AdmitParts) {
    this.#parts = parts
  }

  admit(provider: IdentityProvider, attempt: SignInAttempt, proven: ProvenIdentity, now: Instant): Promise<Admitted> {
    const { db, attempts } = this.#parts
    return db.transaction(async () => {
      const fresh = await attempts.use(attempt.id, now)
        && await attempts.useStatement(statementKey(provider.id, proven.statement), Math.max(proven.expiresAt, now) + FORGET_MS)
      if (!fresh) return { kind: 'out', problem: 'used' }
      const keyHash = identityKey(provider.id, proven.subject)
      const known = await this.#parts.identities.byKey(provider.id, keyHash)
      const ours = isOurOrganisation(provider, proven)
      if (attempt.purpose === 'confirm') return this.#confirm(provider, attempt, proven, { known, ours }, now)
      const decision = await this.#decide(provider, proven, known, keyHash)
      if (attempt.purpose === 'test') {
        const result = testResult(provider, proven, ours, decision)
        await attempts.keepResult(attempt.id, result)
        return { kind: 'tested', result }
      }
      if (!ours) return { kind: 'out', problem: 'other-organisation' }
      await this.#remember(provider, proven, known, keyHash, decision, now)
      if (decision.kind !== 'person') return { kind: 'out', problem: decision.kind === 'refused' ? 'refused' : 'not-known' }
      return this.#letIn(provider, proven, decision.personId, now)
    })
  }

  /** Proves who is signed in, or nothing: nobody is linked, let in or given a role by it. */
  async #confirm(provider: IdentityProvider, attempt: SignInAttempt, proven: ProvenIdentity, found: { known: Identity | null; ours: boolean }, now: Instant): Promise<Admitted> {
    const { known, ours } = found
    if (!ours) return { kind: 'out', problem: 'other-organisation' }
    const same = known !== null && known.state === 'linked' && known.keyHash === attempt.confirms?.identityKey && known.personId !== null && known.personId === attempt.testerId
    if (!same) return { kind: 'out', problem: 'other-person' }
    if (!isFreshlyProven(provider, attempt, proven.authenticatedAt, now)) return { kind: 'out', problem: 'not-fresh' }
    await this.#parts.attempts.keepResult(attempt.id, { authenticatedAt: Math.min(proven.authenticatedAt ?? 0, now) })
    return { kind: 'confirmed' }
  }

  async #decide(provider: IdentityProvider, proven: ProvenIdentity, known: Identity | null, keyHash: string): Promise<IdentityDecision> {
    const { register, identities } = this.#parts
    const { matching, schoolId } = provider
    const values = matching ? [...new Set(proven.attributes.get(matching.attribute) ?? (matching.attribute === SUBJECT ? [proven.subject.value] : []))] : []
    // Two values for one person say as little as none.
    const [value] = values.length === 1 ? values : []
    const matches = matching && value !== undefined ? await register.peopleWith(matching.field, value, schoolId) : null
    const only = matches?.length === 1 ? matches[0] : undefined
    return decideIdentity(known, matches, only !== undefined && await identities.hasAnother(provider.id, only, keyHash))
  }

  async #remember(provider: IdentityProvider, proven: ProvenIdentity, known: Identity | null, keyHash: string, decision: IdentityDecision, now: Instant): Promise<void> {
    const { ids, identities, audit } = this.#parts
    const linked = decision.kind === 'person'
    const identity: Identity = {
      ...(known ?? { id: ids.next(), providerId: provider.id, keyHash, subject: proven.subject, personId: null, linkedBy: null, firstSeenAt: now, state: 'unknown' }),
      lastSeenAt: now, shown: decision.kind === 'unknown' ? shownAttributes(proven, provider.matching?.attribute ?? null) : null,
      reason: decision.kind === 'unknown' ? decision.reason : null,
      ...(linked ? { state: 'linked' as const, personId: decision.personId } : decision.kind === 'unknown' ? { state: 'unknown' as const } : {}),
      ...(linked && decision.newlyLinked ? { linkedBy: ROSTER } : {}),
    }
    await identities.save(identity)
    if (linked && decision.newlyLinked) await audit.record({ actor: 'system', event: 'sign-in.identity-linked', subject: `person:${decision.personId}`, payload: { identity: identity.id, provider: provider.id, by: provider.matching?.field ?? null } })
  }

  async #letIn(provider: IdentityProvider, proven: ProvenIdentity, personId: string, now: Instant): Promise<Admitted> {
    const { people, register, roles, groupRoles, audit } = this.#parts
    const facts = await people.factsOf(personId)
    const givenRoles = (await roles.grantsOf(personId, now)).filter((grant) => !isFromProvider(grant))
    const belongs = facts !== null && (facts.affiliations.length > 0 || facts.children.length > 0 || givenRoles.length > 0)
    // A directory that was not tidied makes nobody who has left an office again.
    await groupRoles.apply(provider.id, personId, belongs ? proven.attributes : new Map(), now)
    // Somebody who has left, and whom nothing waits for, has no business here (their records are theirs by a link).
    if (!belongs && (facts === null || !await register.isAwaited(personId))) return { kind: 'out', problem: 'left' }
    await audit.record({ actor: `person:${personId}`, event: 'session.signed-in', subject: `person:${personId}`, payload: { route: provider.kind satisfies SignInRoute, provider: provider.id } })
    return { kind: 'in', personId }
  }
}

/** As the attribute to match by: the provider's own name of the identity (NameID, `sub`). */
export const SUBJECT = 'NameID'

/** A provider that serves many organisations must name one of ours, and only ours. */
function isOurOrganisation({ organisation }: IdentityProvider, proven: ProvenIdentity): boolean {
  if (organisation === null) return true
  const named = proven.attributes.get(organisation.attribute) ?? []
  return named.length > 0 && named.every((value) => organisation.values.includes(value))
}

function testResult(provider: IdentityProvider, proven: ProvenIdentity, ours: boolean, decision: IdentityDecision): TestResult {
  return {
    subject: proven.subject, decision, organisation: provider.organisation === null ? 'not-asked' : ours ? 'ours' : 'other',
    attributes: [...proven.attributes].slice(0, 60).map(([name, values]) => ({ name: name.slice(0, 200), values: values.slice(0, 20).map((value) => value.slice(0, 200)) })),
  }
}
