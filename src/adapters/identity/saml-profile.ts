import { believeOnlyIf, type ProvenIdentity } from './proven-identity.ts'
import { BEARER, DSIG, SAML, SAMLP, SUCCESS, TRANSIENT, UNSPECIFIED } from './saml-names.ts'
import { MOST_AGE_MS, type SamlTrust, type ServiceAddresses } from './saml-strategy.ts'
import { childrenOf, everything, onlyChild, type XmlElement } from './xml-tree.ts'

/** What a response must fit. */
export interface Expected {
  trust: Pick<SamlTrust, 'entityId' | 'clockSkewMs' | 'signed'>
  us: ServiceAddresses
  /** Identifiers of our requests that this browser made and nobody answered. */
  requests: ReadonlySet<string>
  now: number
}

/**
 * The envelope, whatever is signed of it: kind, version, success, where it was sent, whose it is, what it answers, and that it holds
 * exactly one statement, in its place.
 * @returns the request it answers and the statement as it came, which may be encrypted.
 */
export function checkEnvelope(response: XmlElement, { trust, us, requests, now }: Expected): { requestId: string; assertion: XmlElement; encrypted: boolean } {
  believeOnlyIf(response.namespace === SAMLP && response.name === 'Response' && response.attributes.get('Version') === '2.0', 'structure')
  const assertions = [...everything(response)].filter(({ element }) => element.name === 'Assertion' || element.name === 'EncryptedAssertion')
  checkStatus(response)
  const encryptedOne = onlyChild(response, SAML, 'EncryptedAssertion')
  const assertion = encryptedOne ?? onlyChild(response, SAML, 'Assertion')
  believeOnlyIf(assertion && assertions.length === 1, 'structure')
  const known: [string, string][] = [[SAML, 'Issuer'], [DSIG, 'Signature'], [SAMLP, 'Extensions'], [SAMLP, 'Status'], [SAML, 'Assertion'], [SAML, 'EncryptedAssertion']]
  believeOnlyIf(response.children.every((child) => known.some(([namespace, name]) => child.namespace === namespace && child.name === name)), 'structure')
  const issuers = childrenOf(response, SAML, 'Issuer')
  believeOnlyIf(issuers.length <= 1 && issuers.every((issuer) => isIssuer(issuer, trust.entityId)), 'issuer')
  // Bindings 3.5.5.2: a signed message must say where it was sent; an unsigned envelope may leave it out, but not say otherwise.
  const destination = response.attributes.get('Destination')
  believeOnlyIf(destination === us.consumer || (destination === undefined && trust.signed === 'assertion'), 'destination')
  const requestId = response.attributes.get('InResponseTo') ?? ''
  believeOnlyIf(requests.has(requestId), 'request')
  const issued = instantOf(response.attributes.get('IssueInstant'))
  believeOnlyIf(issued !== null, 'structure')
  checkAge(issued, trust.clockSkewMs, now)
  return { requestId, assertion, encrypted: encryptedOne !== null }
}

/**
 * Reads the identity out of a statement whose bytes were signed. Everything of section 4.1.4.3 of the SAML profiles, and one of
 * each where the schema allows several: what is said twice can be read twice.
 * @throws IdentityDoubted with the first thing that does not fit.
 */
export function assertProfile(assertion: XmlElement, requestId: string, expected: Expected): ProvenIdentity {
  const { trust, us, now } = expected
  const skew = trust.clockSkewMs
  believeOnlyIf(assertion.namespace === SAML && assertion.name === 'Assertion' && assertion.attributes.get('Version') === '2.0', 'structure')
  const id = assertion.attributes.get('ID') ?? ''
  const issued = instantOf(assertion.attributes.get('IssueInstant'))
  believeOnlyIf(id.length > 0 && id.length <= 250 && issued !== null, 'structure')
  checkAge(issued, skew, now)
  const issuer = onlyChild(assertion, SAML, 'Issuer')
  believeOnlyIf(issuer && isIssuer(issuer, trust.entityId), 'issuer')
  const { subject, expiresAt } = checkSubject(assertion, requestId, us, skew, now)
  believeOnlyIf(subject.qualifier === undefined || subject.qualifier === us.entityId, 'name-id')
  checkConditions(assertion, us.entityId, skew, now)
  return {
    subject: { format: subject.format, value: subject.value },
    ...checkAuthentication(assertion, skew, now),
    attributes: readAttributes(assertion),
    requestId, statement: { issuer: trust.entityId, id }, expiresAt,
  }
}

function checkStatus(response: XmlElement): void {
  const status = onlyChild(response, SAMLP, 'Status')
  const code = status && onlyChild(status, SAMLP, 'StatusCode')
  believeOnlyIf(code?.attributes.get('Value') === SUCCESS, 'status')
}

function isIssuer(issuer: XmlElement, entityId: string): boolean {
  const format = issuer.attributes.get('Format')
  return issuer.text.trim() === entityId && (format === undefined || format === 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity')
}

function checkSubject(assertion: XmlElement, requestId: string, us: ServiceAddresses, skew: number, now: number) {
  const subject = onlyChild(assertion, SAML, 'Subject')
  believeOnlyIf(subject, 'subject')
  const [nameId, confirmation] = [onlyChild(subject, SAML, 'NameID'), onlyChild(subject, SAML, 'SubjectConfirmation')]
  believeOnlyIf(confirmation && confirmation.attributes.get('Method') === BEARER, 'subject')
  believeOnlyIf(nameId && subject.children.length === 2, 'name-id')
  const value = nameId.text.trim()
  const format = nameId.attributes.get('Format') ?? UNSPECIFIED
  // A transient name is new each time: nobody could be known again by it.
  believeOnlyIf(value.length > 0 && value.length <= 250 && nameId.children.length === 0 && format !== TRANSIENT && format.length <= 190, 'name-id')
  const data = onlyChild(confirmation, SAML, 'SubjectConfirmationData')
  believeOnlyIf(data, 'subject')
  believeOnlyIf(data.attributes.get('Recipient') === us.consumer, 'recipient')
  believeOnlyIf(data.attributes.get('InResponseTo') === requestId, 'request')
  const until = instantOf(data.attributes.get('NotOnOrAfter'))
  believeOnlyIf(until !== null, 'subject')
  believeOnlyIf(now - skew < until, 'expired')
  checkFrom(data.attributes.get('NotBefore'), skew, now)
  return { subject: { value, format, qualifier: nameId.attributes.get('SPNameQualifier') }, expiresAt: until + skew }
}

function checkConditions(assertion: XmlElement, audience: string, skew: number, now: number): void {
  const conditions = onlyChild(assertion, SAML, 'Conditions')
  believeOnlyIf(conditions, 'audience')
  checkFrom(conditions.attributes.get('NotBefore'), skew, now)
  const until = conditions.attributes.get('NotOnOrAfter')
  if (until !== undefined) {
    const end = instantOf(until)
    believeOnlyIf(end !== null, 'structure')
    believeOnlyIf(now - skew < end, 'expired')
  }
  // A condition that is not understood makes the statement invalid (core 2.5.1).
  believeOnlyIf(conditions.children.every((child) => child.namespace === SAML && ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'].includes(child.name)), 'structure')
  const restrictions = childrenOf(conditions, SAML, 'AudienceRestriction')
  believeOnlyIf(restrictions.length > 0 && restrictions.every((restriction) =>
    childrenOf(restriction, SAML, 'Audience').some((one) => one.text.trim() === audience)), 'audience')
}

/** When it was, and the provider's name of its session. */
function checkAuthentication(assertion: XmlElement, skew: number, now: number): { sessionIndex: string | null; authenticatedAt: number } {
  const statement = onlyChild(assertion, SAML, 'AuthnStatement')
  const at = instantOf(statement?.attributes.get('AuthnInstant'))
  believeOnlyIf(statement && at !== null && at <= now + skew, 'authentication')
  const until = statement.attributes.get('SessionNotOnOrAfter')
  if (until !== undefined) {
    const end = instantOf(until)
    believeOnlyIf(end !== null && now - skew < end, 'authentication')
  }
  const sessionIndex = statement.attributes.get('SessionIndex') ?? null
  believeOnlyIf(sessionIndex === null || sessionIndex.length <= 250, 'authentication')
  return { sessionIndex, authenticatedAt: at }
}

/** By name, into a map that holds nothing but them: one called `nameID` or `__proto__` is an attribute like any other. */
function readAttributes(assertion: XmlElement): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const statement of childrenOf(assertion, SAML, 'AttributeStatement')) {
    believeOnlyIf(statement.children.every((child) => child.namespace === SAML), 'attributes')
    for (const attribute of childrenOf(statement, SAML, 'Attribute')) {
      const name = attribute.attributes.get('Name') ?? ''
      believeOnlyIf(name !== '' && !found.has(name), 'attributes')
      // A value may hold elements (eduPersonTargetedID does); such a value is no text to match anybody by.
      found.set(name, childrenOf(attribute, SAML, 'AttributeValue').filter((value) => value.children.length === 0).map((value) => value.text.trim()).filter((text) => text !== ''))
    }
  }
  return found
}

function checkAge(issued: number, skew: number, now: number): void {
  believeOnlyIf(issued <= now + skew, 'not-yet-valid')
  believeOnlyIf(now - skew < issued + MOST_AGE_MS, 'expired')
}

function checkFrom(text: string | undefined, skew: number, now: number): void {
  if (text === undefined) return
  const from = instantOf(text)
  believeOnlyIf(from !== null, 'structure')
  believeOnlyIf(from <= now + skew, 'not-yet-valid')
}

/** SAML core 1.3.3: UTC, written with Z. */
export function instantOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text)) return null
  const at = Date.parse(text.replace(/(\.\d{3})\d+Z$/, '$1Z'))
  return Number.isNaN(at) ? null : at
}
