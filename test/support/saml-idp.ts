import { SignedXml } from 'xml-crypto'
import type { RsaIdentity } from './rsa-certificate.ts'

/** What one made-up identity provider says about one person; every field can be told to be wrong. */
export interface Statement {
  responseId: string
  assertionId: string
  issuer: string
  responseIssuer: string | null
  destination: string | null
  recipient: string
  audience: string | null
  inResponseTo: string | null
  confirmationInResponseTo: string | null
  status: string
  version: string
  nameId: string
  nameIdFormat: string | null
  spNameQualifier: string | null
  method: string
  issued: number
  notBefore: number | null
  notOnOrAfter: number | null
  confirmationUntil: number | null
  authnInstant: number | null
  sessionIndex: string | null
  sessionUntil: number | null
  attributes: Record<string, string[]>
  signed: 'assertion' | 'response' | 'both' | 'none'
  signatureAlgorithm: string
  digestAlgorithm: string
}

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
export const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
export const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'

/** A right statement, answering `requestId` sent by the service with these addresses. */
export function rightStatement(parts: { issuer: string; service: { entityId: string; consumer: string }; requestId: string; now: number; id?: string }): Statement {
  const { issuer, service, requestId, now, id = `_a${Math.random().toString(16).slice(2)}` } = parts
  return {
    responseId: `${id}r`, assertionId: id, issuer, responseIssuer: issuer, destination: service.consumer, recipient: service.consumer, audience: service.entityId,
    inResponseTo: requestId, confirmationInResponseTo: requestId, status: 'urn:oasis:names:tc:SAML:2.0:status:Success', version: '2.0',
    nameId: 'opaque-1', nameIdFormat: PERSISTENT, spNameQualifier: null, method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
    issued: now, notBefore: now - 30_000, notOnOrAfter: now + 300_000, confirmationUntil: now + 300_000, authnInstant: now, sessionIndex: 'session-1', sessionUntil: null,
    attributes: { uid: ['pupil1'] }, signed: 'both', signatureAlgorithm: RSA_SHA256, digestAlgorithm: SHA256,
  }
}

const instant = (at: number): string => new Date(at).toISOString()
const escape = (text: string): string => text.replace(/[<>&"]/g, (one) => `&#${one.charCodeAt(0)};`)
const attribute = (name: string, value: string | number | null, as: (value: never) => string = String): string =>
  (value === null ? '' : ` ${name}="${escape(as(value as never))}"`)

/** The statement as XML, not signed. */
export function writeResponse(s: Statement): string {
  const assertion = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${s.assertionId}" Version="${s.version}" IssueInstant="${instant(s.issued)}">`
    + `<saml:Issuer>${escape(s.issuer)}</saml:Issuer>`
    + `<saml:Subject><saml:NameID${attribute('Format', s.nameIdFormat)}${attribute('SPNameQualifier', s.spNameQualifier)}>${escape(s.nameId)}</saml:NameID>`
    + `<saml:SubjectConfirmation Method="${s.method}"><saml:SubjectConfirmationData Recipient="${escape(s.recipient)}"${attribute('InResponseTo', s.confirmationInResponseTo)}${attribute('NotOnOrAfter', s.confirmationUntil, instant)}/></saml:SubjectConfirmation></saml:Subject>`
    + `<saml:Conditions${attribute('NotBefore', s.notBefore, instant)}${attribute('NotOnOrAfter', s.notOnOrAfter, instant)}>`
    + `${s.audience === null ? '' : `<saml:AudienceRestriction><saml:Audience>${escape(s.audience)}</saml:Audience></saml:AudienceRestriction>`}</saml:Conditions>`
    + (s.authnInstant === null ? '' : `<saml:AuthnStatement AuthnInstant="${instant(s.authnInstant)}"${attribute('SessionIndex', s.sessionIndex)}${attribute('SessionNotOnOrAfter', s.sessionUntil, instant)}>`
      + '<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>')
    + `<saml:AttributeStatement>${Object.entries(s.attributes).map(([name, values]) =>
      `<saml:Attribute Name="${escape(name)}">${values.map((value) => `<saml:AttributeValue>${escape(value)}</saml:AttributeValue>`).join('')}</saml:Attribute>`).join('')}</saml:AttributeStatement>`
    + '</saml:Assertion>'
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${s.responseId}" Version="${s.version}"`
    + ` IssueInstant="${instant(s.issued)}"${attribute('Destination', s.destination)}${attribute('InResponseTo', s.inResponseTo)}>`
    + `${s.responseIssuer === null ? '' : `<saml:Issuer>${escape(s.responseIssuer)}</saml:Issuer>`}<samlp:Status><samlp:StatusCode Value="${s.status}"/></samlp:Status>${assertion}</samlp:Response>`
}

/** Signs the element with that name, the way providers do: an enveloped signature after its issuer. */
export function signElement(xml: string, name: 'Assertion' | 'Response', who: RsaIdentity, algorithms: { signatureAlgorithm: string; digestAlgorithm: string }): string {
  const path = name === 'Response' ? "/*[local-name()='Response']" : "//*[local-name()='Assertion']"
  const signer = new SignedXml({ privateKey: who.key, publicCert: who.certificate, signatureAlgorithm: algorithms.signatureAlgorithm as never, canonicalizationAlgorithm: EXCLUSIVE })
  signer.addReference({ xpath: path, transforms: [ENVELOPED, EXCLUSIVE], digestAlgorithm: algorithms.digestAlgorithm as never })
  const issuer = `${path}/*[local-name()='Issuer']`
  const hasIssuer = name === 'Assertion' || /<samlp:Response[^>]*><saml:Issuer/.test(xml)
  signer.computeSignature(xml, { location: hasIssuer ? { reference: issuer, action: 'after' } : { reference: path, action: 'prepend' } })
  return signer.getSignedXml()
}

/** The statement signed by `who`, as XML. */
export function signedResponse(statement: Statement, who: RsaIdentity): string {
  let xml = writeResponse(statement)
  if (statement.signed === 'assertion' || statement.signed === 'both') xml = signElement(xml, 'Assertion', who, statement)
  if (statement.signed === 'response' || statement.signed === 'both') xml = signElement(xml, 'Response', who, statement)
  return xml
}

/** As a form carries it. */
export const encode = (xml: string): string => Buffer.from(xml, 'utf8').toString('base64')
