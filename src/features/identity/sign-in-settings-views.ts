import { isUsable } from '../../adapters/identity/certificates.ts'
import type { ServiceAddresses } from '../../adapters/identity/saml-strategy.ts'
import { longInstant, type Instant } from '../../shared/dates.ts'
import type { TestResult } from './admit-identity.ts'
import type { GroupRole } from './group-roles.ts'
import type { Identity, IdentityDecision, UnknownReason } from './identity.ts'
import { expiryWarning, type IdentityProvider, type MatchField } from './identity-provider.ts'
import { certificatesOf } from './provider-changes.ts'
import { metadataPath, providerPath, SIGN_IN_SETTINGS, testPath } from './sign-in-paths.ts'
import { SignInRefused, type SignInProblem } from './sign-in-refusal.ts'

const FIELD_WORDS: Record<MatchField, string> = {
  'mis-id': 'MIS identifier', upn: 'Unique pupil number (UPN)', username: 'User name', 'directory-id': 'Identifier in the directory (objectGUID)',
}

const KINDS = { saml: 'SAML 2.0', oidc: 'OpenID Connect' } as const
const SIGNED = { both: 'the response and the assertion', response: 'the response', assertion: 'the assertion' } as const

/** A row of the list of providers. */
export function providerRow(provider: IdentityProvider, schoolNames: ReadonlyMap<string, string>, now: Instant): object[] {
  const warning = expiryWarning(provider, now)
  const state = !provider.active ? { status: 'quiet', text: 'Off' } : warning ? { status: 'attention', text: warning.until === null ? 'No certificate' : 'Certificate ends' } : { status: 'signed', text: 'On' }
  return [
    { text: provider.label, href: providerPath(provider.name), sub: provider.fromFile ? 'from the configuration file' : provider.name }, { text: KINDS[provider.kind] },
    { text: provider.schoolId === null ? 'Whole trust' : schoolNames.get(provider.schoolId) ?? '' }, { tag: state, ...(warning?.until ? { sub: longInstant(warning.until) } : {}) },
  ]
}

/** What to say of a certificate that ends soon; null when there is nothing. */
function expiryWords(provider: IdentityProvider, now: Instant): { title: string; text: string } | null {
  const warning = expiryWarning(provider, now)
  if (!warning) return null
  if (warning.until === null) return { title: 'No certificate can be used', text: 'Nobody can sign in by this until metadata with a good certificate is applied: RSA with at least 2048 bits, and within its time.' }
  return { title: `The last certificate ends on ${longInstant(warning.until)}`, text: 'Fetch the provider’s new metadata and apply it before then. During the change both certificates count.' }
}

/** The page of one provider. */
export function providerView(provider: IdentityProvider, parts: { us: ServiceAddresses & { callback: string }; rules: GroupRole[]; schools: { id: string; name: string }[]; roleWords: (role: string) => string; now: Instant }): object {
  const { us, rules, schools, roleWords, now } = parts
  const name = (id: string | null) => (id === null ? 'Whole trust' : schools.find((school) => school.id === id)?.name ?? '')
  return {
    crumbs: [{ text: 'Sign-in', href: SIGN_IN_SETTINGS }], provider, warning: expiryWords(provider, now), editable: !provider.fromFile,
    facts: provider.kind === 'saml' ? [
      { key: 'Kind', value: KINDS.saml }, { key: 'Its own name (entity ID)', value: provider.settings.entityId }, { key: 'Sign-in address', value: provider.settings.entryPoint },
      { key: 'Signs', value: SIGNED[provider.settings.signed] }, { key: 'SHA-1', value: provider.settings.allowSha1 ? 'let through (an exception, logged each time)' : 'refused' },
      { key: 'Encryption', value: provider.settings.encryption ? 'offered in our metadata (RSA-OAEP, AES-GCM)' : 'not offered' },
    ] : [{ key: 'Kind', value: KINDS.oidc }, { key: 'Issuer', value: provider.settings.issuer }, { key: 'Client', value: provider.settings.clientId }],
    ours: provider.kind === 'saml'
      ? [{ key: 'Our metadata', value: us.entityId }, { key: 'Entity ID (audience)', value: us.entityId }, { key: 'Reply address (ACS)', value: us.consumer }, { key: 'Sign-out address', value: us.logout }]
      : [{ key: 'Redirect address', value: us.callback }],
    certificates: provider.kind === 'saml' ? {
      caption: 'Certificates', columns: [{ text: 'SHA-256 fingerprint' }, { text: 'Ends' }, { text: 'State' }],
      rows: certificatesOf(provider.settings).map((one) => [{ text: one.fingerprint }, { text: longInstant(one.until) }, {
        tag: isUsable(one, now) ? { status: 'signed', text: 'Counts' } : { status: 'attention', text: one.problem === 'weak-key' ? 'Key too short' : one.problem === 'wrong-kind' ? 'Not RSA' : 'Out of time' },
      }]),
    } : null,
    rules: rules.map((rule) => ({ id: rule.id, text: `${rule.attribute} = ${rule.value}`, role: roleWords(rule.role), school: name(rule.schoolId), until: rule.until === null ? null : longInstant(rule.until), removable: !rule.fromFile })),
    schools: [{ value: '', text: 'The whole trust' }, ...schools.map((school) => ({ value: school.id, text: school.name }))],
    fields: [{ value: '', text: 'Nobody: an administrator links each login' }, ...Object.entries(FIELD_WORDS).map(([value, text]) => ({ value, text }))],
    hrefs: { self: providerPath(provider.name), metadata: metadataPath(provider.name), test: testPath(provider.name), tryIt: `${testPath(provider.name)}/start`, roles: `${providerPath(provider.name)}/roles` },
  }
}

const REASONS: Record<UnknownReason, string> = {
  'no-match': 'The register names nobody with what arrived.',
  several: 'The register names more than one person with what arrived.',
  conflict: 'The register now names another person than before.',
  second: 'The register names somebody who has another login at this provider.',
  'no-attribute': 'Nothing to compare arrived: the attribute is missing, or none is set.',
}

export const reasonWords = (reason: UnknownReason | null): string => (reason === null ? '' : REASONS[reason])

/** What a try of the connection came to. */
export function testView(provider: IdentityProvider, outcome: { at: Instant; result: unknown } | null, nameOf: (personId: string) => string): object {
  const result = outcome?.result as TestResult | { problem: SignInProblem } | undefined
  const base = { crumbs: [{ text: 'Sign-in', href: SIGN_IN_SETTINGS }, { text: provider.label, href: providerPath(provider.name) }], label: provider.label, tryHref: `${testPath(provider.name)}/start`, at: outcome ? longInstant(outcome.at) : null }
  if (!result) return { ...base, state: 'none' }
  if ('problem' in result) {
    const refused = new SignInRefused(provider.name, result.problem)
    return { ...base, state: 'refused', problem: result.problem, words: `${refused.what} ${refused.where}`.trim(), hint: HINTS[result.problem] ?? null }
  }
  return {
    ...base, state: 'arrived', verdict: result.organisation === 'other' ? 'This organisation is not one of yours, so nobody would be let in.' : verdict(result.decision, nameOf),
    good: result.decision.kind === 'person' && result.organisation !== 'other',
    rows: [{ key: provider.kind === 'saml' ? 'NameID' : 'Subject', value: result.subject.value }, { key: provider.kind === 'saml' ? 'NameID format' : 'Issuer', value: result.subject.format },
      ...result.attributes.map(({ name, values }) => ({ key: name, value: values.join(', ') }))],
  }
}

const HINTS: Partial<Record<SignInProblem, string>> = {
  signature: 'Compare the certificate’s fingerprint, and set what the provider signs: Google signs the response or the assertion, Entra the assertion unless told otherwise.',
  algorithm: 'The provider signs or encrypts with an algorithm that is not taken. Choose SHA-256 for signatures, and AES-GCM with RSA-OAEP for encryption; where it has only AES-CBC, set here that no key is offered.',
  audience: 'The provider names another audience. Enter our entity ID there exactly as shown.',
  recipient: 'The provider names another reply address. Enter ours exactly as shown.',
  destination: 'The provider names another reply address. Enter ours exactly as shown.',
  issuer: 'The provider calls itself something else than in its metadata. Fetch the metadata anew.',
  'name-id': 'The provider sends no lasting name of the person (or a transient one). Choose a persistent NameID there.',
  encrypted: 'The provider encrypts the assertion with another key than ours, or though no key is offered to it. Give it our metadata anew, or switch encryption off there.',
  certificate: 'No certificate of this provider can be used now.',
  'not-yet-valid': 'The clocks differ by more than 90 seconds.',
  expired: 'The statement was older than five minutes when it arrived, or the clocks differ.',
  unreachable: 'The provider’s host must be in signIn.allowedHosts and answer by https.',
}

function verdict(decision: IdentityDecision, nameOf: (personId: string) => string): string {
  if (decision.kind === 'person') return decision.newlyLinked ? `The register names ${nameOf(decision.personId)}, who would be let in and known again.` : `This login is ${nameOf(decision.personId)}’s.`
  if (decision.kind === 'refused') return 'Somebody decided that this login is nobody of yours.'
  return `Nobody would be let in: ${reasonWords(decision.reason).replace(/^./, (letter) => letter.toLowerCase())}`
}

/** One login that waits. */
export function loginView(identity: Identity, providerLabel: string): object {
  return {
    id: identity.id, provider: providerLabel, reason: reasonWords(identity.reason), seen: longInstant(identity.lastSeenAt), href: `/settings/sign-in/unknown?login=${identity.id}`,
    rows: [{ key: 'Provider’s own name', value: identity.subject.value }, ...(identity.shown ?? []).map(({ name, value }) => ({ key: name, value }))],
  }
}
