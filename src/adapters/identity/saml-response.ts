import type { Profile } from '@node-saml/node-saml'
import { believeOnlyIf, IdentityDoubted, type ProvenIdentity } from './proven-identity.ts'
import { runStrategy } from './run-strategy.ts'
import { decryptStatement } from './saml-decrypt.ts'
import { SAML, SAMLP, SUCCESS } from './saml-names.ts'
import { assertProfile, checkEnvelope, type Expected } from './saml-profile.ts'
import { signedEnvelope } from './saml-signed-envelope.ts'
import { checkSignatures } from './saml-signatures.ts'
import { samlStrategy, type SamlTrust, type ServiceAddresses } from './saml-strategy.ts'
import { MESSAGE_LIMITS, decodeMessage, guardXml } from './xml-guard.ts'
import { onlyChild, parseXml, type XmlElement } from './xml-tree.ts'

/** One response to judge. */
export interface ResponseQuestion {
  /** As it came: base64. */
  message: string
  trust: SamlTrust
  us: ServiceAddresses
  /** Our open requests of this browser with this provider: identifier and instant. */
  requests: readonly (readonly [string, number])[]
  /** PEM of our keys for statements that are encrypted; none: such a statement is refused. */
  keys?: readonly string[]
  now: number
}

export interface ResponseAnswer {
  identity: ProvenIdentity
  /** SHA-1 was met and let through, as this provider's settings allow. */
  sha1: boolean
}

/**
 * Judges a SAML response: guard, our own look at the whole, the library's signatures and times, and then our own reading of the bytes
 * that were signed. Each side alone would refuse what the other misses. Runs in the worker.
 * @throws IdentityDoubted with the reason.
 */
export async function judgeResponse(question: ResponseQuestion): Promise<ResponseAnswer> {
  const { message, trust, us, requests, keys = [], now } = question
  believeOnlyIf(trust.certificates.length > 0, 'certificate')
  const xml = decodeMessage(message)
  guardXml(xml, MESSAGE_LIMITS)
  const expected = { trust, us, requests: new Set(requests.map(([id]) => id)), now }
  const response = parseXml(xml)
  const { encrypted } = checkEnvelope(response, expected)
  if (!encrypted) return judgePlain(xml, response, question)
  const { sha1 } = checkSignatures(response, [response], trust.allowSha1)
  const plain = openEnvelope(trust.signed === 'assertion' ? response : signedEnvelope(xml, trust.certificates), keys, expected)
  // Encryption says nothing about who wrote it, anybody has our certificate: the statement inside must be signed, whatever else is.
  const answer = await judgePlain(plain, parseXml(plain), { ...question, trust: { ...trust, signed: 'assertion' } })
  return { ...answer, sha1: sha1 || answer.sha1 }
}

/**
 * The same response with its statement in the clear: an envelope of our own writing, with what was looked at of theirs, and no signature.
 * The statement passes the same guard as a message.
 */
function openEnvelope(response: XmlElement, keys: readonly string[], expected: Expected): string {
  const { requestId, assertion } = checkEnvelope(response, expected)
  const statement = decryptStatement(assertion, keys)
  believeOnlyIf(!statement.trimStart().startsWith('<?'), 'structure')
  guardXml(statement, MESSAGE_LIMITS)
  // By itself, so that nothing of it leans on what we write around it.
  const root = parseXml(statement)
  believeOnlyIf(root.namespace === SAML && root.name === 'Assertion', 'structure')
  const attribute = (name: string) => (response.attributes.has(name) ? ` ${name}="${escaped(response.attributes.get(name) ?? '')}"` : '')
  const issuer = onlyChild(response, SAML, 'Issuer')
  return `<envelope:Response xmlns:envelope="${SAMLP}" Version="2.0"${['ID', 'IssueInstant', 'Destination'].map(attribute).join('')} InResponseTo="${escaped(requestId)}">`
    + `${issuer ? `<issuer:Issuer xmlns:issuer="${SAML}">${escaped(issuer.text.trim())}</issuer:Issuer>` : ''}`
    + `<envelope:Status><envelope:StatusCode Value="${SUCCESS}"/></envelope:Status>${statement.trim()}</envelope:Response>`
}

const escaped = (text: string): string => text.replace(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`)

async function judgePlain(xml: string, response: XmlElement, { trust, us, requests, now }: ResponseQuestion): Promise<ResponseAnswer> {
  const expected = { trust, us, requests: new Set(requests.map(([id]) => id)), now }
  const { requestId, assertion, encrypted } = checkEnvelope(response, expected)
  believeOnlyIf(!encrypted, 'structure')
  const { sha1 } = checkSignatures(response, [response, assertion], trust.allowSha1)
  // Before the costly part, and for the better word; what counts is the second time, over the signed bytes.
  const claimed = assertProfile(assertion, requestId, expected)
  // The library gets the text that was looked at, not the bytes that came: one reading.
  const profile = await libraryProfile(xml, { trust, us, requests: new Map(requests.map(([id, at]) => [id, at])) })
  const signed = profile.getAssertionXml?.()
  believeOnlyIf(typeof signed === 'string', 'signature')
  const identity = assertProfile(parseXml(signed), requestId, expected)
  // Readers of one text: if they see different people, nobody is believed.
  believeOnlyIf(claimed.subject.value === identity.subject.value && typeof profile.nameID === 'string' && profile.nameID.trim() === identity.subject.value, 'structure')
  return { identity, sha1 }
}

async function libraryProfile(xml: string, parts: { trust: SamlTrust; us: ServiceAddresses; requests: ReadonlyMap<string, number> }): Promise<Profile> {
  const strategy = samlStrategy(parts.trust, parts.us, parts.requests)
  const outcome = await runStrategy(strategy, { body: { SAMLResponse: Buffer.from(xml, 'utf8').toString('base64') }, query: {} }, { samlFallback: 'login-request' })
  if (outcome.kind === 'success') return outcome.user as Profile
  // Its words quote the statement. Everything but the signature was looked at before.
  throw new IdentityDoubted('signature')
}
