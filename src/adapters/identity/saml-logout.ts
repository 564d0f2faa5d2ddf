import { verify, type VerifyKeyObjectInput, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { believeOnlyIf, IdentityDoubted } from './proven-identity.ts'
import { SAML, SAMLP, SUCCESS, UNSPECIFIED } from './saml-names.ts'
import { MOST_AGE_MS, type SamlTrust, type ServiceAddresses } from './saml-strategy.ts'
import { instantOf } from './saml-profile.ts'
import { bytesOfBase64, guardXml, MESSAGE_LIMITS, textOf } from './xml-guard.ts'
import { childrenOf, onlyChild, parseXml } from './xml-tree.ts'

/** Whose session a provider has ended. */
export interface LogoutRequest {
  id: string
  subject: { format: string; value: string }
  /** Empty: every session of the subject. */
  sessionIndexes: string[]
}

const ALGORITHMS: Record<string, string> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
}
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
const MOST_COMPRESSED = 12_000

/**
 * A sign-out that a provider sent through the browser (HTTP-Redirect). Believed only when the address is signed: the library takes
 * unsigned ones and inflates without a bound, so that this is ours alone.
 * @param query the query exactly as it came: the signature is over its letters.
 * @throws IdentityDoubted with the reason.
 */
export async function readLogout(query: string, trust: SamlTrust, us: ServiceAddresses, now: number): Promise<LogoutRequest> {
  const parts = partsOf(query)
  checkSignature(parts, trust)
  const xml = await inflated(decodeURIComponent(parts.get('SAMLRequest') ?? ''))
  guardXml(xml, MESSAGE_LIMITS)
  const request = parseXml(xml)
  believeOnlyIf(request.namespace === SAMLP && request.name === 'LogoutRequest' && request.attributes.get('Version') === '2.0', 'structure')
  believeOnlyIf(request.attributes.get('Destination') === us.logout, 'destination')
  believeOnlyIf(onlyChild(request, SAML, 'Issuer')?.text.trim() === trust.entityId, 'issuer')
  const [issued, until] = [instantOf(request.attributes.get('IssueInstant')), instantOf(request.attributes.get('NotOnOrAfter'))]
  believeOnlyIf(issued !== null && issued <= now + trust.clockSkewMs, 'not-yet-valid')
  believeOnlyIf(now - trust.clockSkewMs < Math.min(issued + MOST_AGE_MS, until ?? Number.POSITIVE_INFINITY), 'expired')
  const nameId = onlyChild(request, SAML, 'NameID')
  const [id, value] = [request.attributes.get('ID') ?? '', nameId?.text.trim() ?? '']
  believeOnlyIf(nameId && value !== '' && /^[A-Za-z_][\w.-]{0,250}$/.test(id), 'name-id')
  return {
    id, subject: { format: nameId.attributes.get('Format') ?? UNSPECIFIED, value },
    sessionIndexes: childrenOf(request, SAMLP, 'SessionIndex').map((index) => index.text.trim()).filter((text) => text !== ''),
  }
}

/** Where the browser goes on to, with our answer to the provider's sign-out in the address. Nothing of it is secret or signed. */
export async function logoutAnswerUrl(logoutPoint: string, us: ServiceAddresses, parts: { requestId: string; answerId: string; now: number; relayState: string | null }): Promise<string> {
  const escape = (text: string) => text.replace(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`)
  const xml = `<samlp:LogoutResponse xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${escape(parts.answerId)}" Version="2.0" IssueInstant="${new Date(parts.now).toISOString()}"`
    + ` Destination="${escape(logoutPoint)}" InResponseTo="${escape(parts.requestId)}"><saml:Issuer>${escape(us.entityId)}</saml:Issuer>`
    + `<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status></samlp:LogoutResponse>`
  const url = new URL(logoutPoint)
  url.searchParams.set('SAMLResponse', (await promisify(deflateRaw)(xml)).toString('base64'))
  if (parts.relayState !== null) url.searchParams.set('RelayState', parts.relayState)
  return url.toString()
}

/** Each part once, still encoded. */
function partsOf(query: string): Map<string, string> {
  believeOnlyIf(query.length <= 16_000, 'too-large')
  const parts = new Map<string, string>()
  for (const pair of query.replace(/^\?/, '').split('&')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    believeOnlyIf(at > 0 && !parts.has(name), 'structure')
    parts.set(name, pair.slice(at + 1))
  }
  return parts
}

/** Bindings 3.4.4.1: over the parts in this order, in the letters in which they came. */
function checkSignature(parts: ReadonlyMap<string, string>, trust: SamlTrust): void {
  const [message, relay, algorithm, signature] = ['SAMLRequest', 'RelayState', 'SigAlg', 'Signature'].map((name) => parts.get(name))
  believeOnlyIf(message !== undefined && algorithm !== undefined && signature !== undefined, 'signature')
  const name = decoded(algorithm)
  const hash = ALGORITHMS[name] ?? (trust.allowSha1 && name === SHA1 ? 'sha1' : undefined)
  believeOnlyIf(hash, 'algorithm')
  const signed = Buffer.from(`SAMLRequest=${message}${relay === undefined ? '' : `&RelayState=${relay}`}&SigAlg=${algorithm}`)
  const value = bytesOfBase64(decoded(signature))
  const keys: VerifyKeyObjectInput[] = trust.certificates.map((pem) => ({ key: new X509Certificate(pem).publicKey }))
  believeOnlyIf(keys.some((key) => verify(hash, signed, key, value)), 'signature')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, '%20'))
  } catch {
    throw new IdentityDoubted('unreadable')
  }
}

async function inflated(base64: string): Promise<string> {
  const bytes = bytesOfBase64(base64)
  believeOnlyIf(bytes.length <= MOST_COMPRESSED, 'too-large')
  try {
    return textOf(await promisify(inflateRaw)(bytes, { maxOutputLength: MESSAGE_LIMITS.characters }) as Buffer)
  } catch (error) {
    throw error instanceof IdentityDoubted ? error : new IdentityDoubted((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'unreadable')
  }
}
