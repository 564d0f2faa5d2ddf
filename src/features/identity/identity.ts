import { createHash } from 'node:crypto'
import type { ProvenIdentity } from '../../adapters/identity/proven-identity.ts'
import type { Instant } from '../../shared/dates.ts'

/** Why an identity belongs to nobody yet. */
export type UnknownReason = 'no-match' | 'several' | 'conflict' | 'second' | 'no-attribute'

/** One login at one provider: who it is for us, or that a person has to say so. */
export interface Identity {
  id: string
  providerId: string
  /** Of provider, format and value: the key (ASVS 6.8.1). */
  keyHash: string
  subject: { format: string; value: string }
  personId: string | null
  /** `refused`: somebody decided that it is nobody of ours. */
  state: 'linked' | 'unknown' | 'refused'
  reason: UnknownReason | null
  /** Label of who linked it; `roster` when the school's records did. */
  linkedBy: string | null
  /** What arrived, for whoever reviews it. */
  shown: { name: string; value: string }[] | null
  firstSeenAt: Instant
  lastSeenAt: Instant
}

/** Who linked an identity, where the school's records did. What a person linked by hand, the records do not question. */
export const ROSTER = 'roster'

/** What makes an identity the same again. An e-mail address alone is nothing: addresses move from one person to another. */
export function identityKey(providerId: string, subject: { format: string; value: string }): string {
  return hashParts(providerId, subject.format, subject.value)
}

/** What lets a session in: the identity, and the provider's own session where it names one. */
export function sessionRef(providerId: string, subject: { format: string; value: string }, sessionIndex: string | null): string {
  return `${identityKey(providerId, subject)}.${hashParts(sessionIndex ?? '')}`
}

/** True for a session that a sign-out at the provider is about: that identity's, and of those only the named ones where it names any. */
export function isEndedBy(ref: string, providerId: string, request: { subject: { format: string; value: string }; sessionIndexes: readonly string[] }): boolean {
  const { subject, sessionIndexes } = request
  if (sessionIndexes.length === 0) return ref.startsWith(`${identityKey(providerId, subject)}.`)
  return sessionIndexes.some((index) => ref === sessionRef(providerId, subject, index))
}

/** The identity that a session's `ref` names, as its key; null for a `ref` of another kind. */
export function identityKeyIn(ref: string): string | null {
  return /^([0-9a-f]{64})\.[0-9a-f]{64}$/.exec(ref)?.[1] ?? null
}

/** What may be used once. */
export function statementKey(providerId: string, statement: { issuer: string; id: string }): string {
  return hashParts('statement', providerId, statement.issuer, statement.id)
}

/** Lengths first, so that no two lists of parts read alike. */
function hashParts(...parts: string[]): string {
  return createHash('sha256').update(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')).digest('hex')
}

export type IdentityDecision =
  | { kind: 'person'; personId: string; newlyLinked: boolean }
  | { kind: 'unknown'; reason: UnknownReason }
  | { kind: 'refused' }

/**
 * Who an identity is. Known ones are known by their key; a new one is somebody only when the school's records name exactly one
 * person for it, and that person has no other login at this provider (a recycled user name looks just like that). When the
 * records now name somebody else than before, nobody gets in until a person has looked.
 * @param matches people whom the records name for the configured attribute; null when nothing was compared.
 * @param hasAnother whether the only match is linked to another identity of this provider.
 */
export function decideIdentity(known: Pick<Identity, 'state' | 'personId' | 'reason' | 'linkedBy'> | null, matches: readonly string[] | null, hasAnother: boolean): IdentityDecision {
  if (known?.state === 'refused') return { kind: 'refused' }
  // A contradiction is not settled by the records' next change.
  if (known?.state === 'unknown' && known.reason === 'conflict') return { kind: 'unknown', reason: 'conflict' }
  if (known?.state === 'linked' && known.personId !== null) {
    const elsewhere = known.linkedBy === ROSTER && matches !== null && matches.length > 0 && !matches.includes(known.personId)
    return elsewhere ? { kind: 'unknown', reason: 'conflict' } : { kind: 'person', personId: known.personId, newlyLinked: false }
  }
  if (matches === null) return { kind: 'unknown', reason: 'no-attribute' }
  const [first, ...more] = matches
  if (first === undefined) return { kind: 'unknown', reason: 'no-match' }
  if (more.length > 0) return { kind: 'unknown', reason: 'several' }
  return hasAnother ? { kind: 'unknown', reason: 'second' } : { kind: 'person', personId: first, newlyLinked: true }
}

const TELLING = /(display|given|first|last|full)?[-_ ]?name|^sn$|surname|forename|uid|user|upn|principal|mail|affiliation|organi[sz]ation|role/i

/** The few attributes by which an administrator may recognise somebody; the rest is dropped. */
export function shownAttributes(proven: ProvenIdentity, always: string | null): { name: string; value: string }[] {
  return [...proven.attributes].filter(([name]) => name === always || TELLING.test(name.split(/[/:]/).at(-1) ?? name)).slice(0, 12)
    .map(([name, values]) => ({ name: name.slice(0, 120), value: values.join(', ').slice(0, 200) }))
}
