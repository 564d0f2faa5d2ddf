import type { Profile } from '@node-saml/node-saml'
import { believeOnlyIf, IdentityDoubted, type ProvenIdentity } from './proven-identity.ts'
import { runStrategy } from './run-strategy.ts'
import { assertProfile, checkEnvelope } from './saml-profile.ts'
import { checkSignatures } from './saml-signatures.ts'
import { samlStrategy, type SamlTrust, type ServiceAddresses } from './saml-strategy.ts'
import { MESSAGE_LIMITS, decodeMessage, guardXml } from './xml-guard.ts'
import { parseXml } from './xml-tree.ts'

/** One response to judge. */
export interface ResponseQuestion {
  /** As it came: base64. */
  message: string
  trust: SamlTrust
  us: ServiceAddresses
  /** Our open requests of this browser with this provider: identifier and instant. */
  requests: readonly (readonly [string, number])[]
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
export async function judgeResponse({ message, trust, us, requests, now }: ResponseQuestion): Promise<ResponseAnswer> {
  believeOnlyIf(trust.certificates.length > 0, 'certificate')
  const xml = decodeMessage(message)
  guardXml(xml, MESSAGE_LIMITS)
  const expected = { trust, us, requests: new Set(requests.map(([id]) => id)), now }
  const response = parseXml(xml)
  const { requestId, assertion } = checkEnvelope(response, expected)
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
