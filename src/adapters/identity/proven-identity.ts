/** Whom an identity provider vouches for, taken from signed bytes only. Personal data: kept nowhere as it is. */
export interface ProvenIdentity {
  /** What says which identity it is: NameID format (OpenID Connect: the issuer) and NameID (the subject). */
  subject: { format: string; value: string }
  /** The provider's name for its own session, for signing out there; null when it gave none. */
  sessionIndex: string | null
  /** Everything else it said, by the name it used; one attribute may have several values. */
  attributes: ReadonlyMap<string, readonly string[]>
  /** When the provider says that this person proved who they are; null when it does not say. */
  authenticatedAt: number | null
  /** Our request that this answers. */
  requestId: string
  /** What may be used once: the issuer and its number of this statement. */
  statement: { issuer: string; id: string }
  /** Until when the statement could be presented; its number is remembered for longer. */
  expiresAt: number
}

/** Why a statement was not believed. These words are logged: they say nothing about a person (V4). */
export type IdentityProblem =
  | 'unreadable' | 'too-large' | 'forbidden-markup' | 'structure' | 'encrypted' | 'status' | 'algorithm' | 'signature' | 'certificate'
  | 'issuer' | 'destination' | 'recipient' | 'audience' | 'subject' | 'name-id' | 'request' | 'expired' | 'not-yet-valid' | 'authentication' | 'attributes'
  | 'provider-refused' | 'token' | 'unreachable' | 'busy'

/** A statement that is not believed; `message` is the problem's word and nothing of the statement itself. */
export class IdentityDoubted extends Error {
  readonly problem: IdentityProblem

  constructor(problem: IdentityProblem) {
    super(problem)
    this.name = 'IdentityDoubted'
    this.problem = problem
  }
}

/** @throws IdentityDoubted unless `condition` holds. */
export function believeOnlyIf(condition: unknown, problem: IdentityProblem): asserts condition {
  if (!condition) throw new IdentityDoubted(problem)
}
