import { beforeAll, describe, expect, it } from 'vitest'
import type { IdentityProblem } from '../../../src/adapters/identity/proven-identity.ts'
import { judgeResponse } from '../../../src/adapters/identity/saml-response.ts'
import { serviceAddresses, type SamlTrust } from '../../../src/adapters/identity/saml-strategy.ts'
import { rsaCertificate, type RsaIdentity } from '../../support/rsa-certificate.ts'
import { encode, rightStatement, signedResponse, type Statement } from '../../support/saml-idp.ts'

const us = serviceAddresses('https://assent.example', 'google')
const ISSUER = 'https://idp.example/metadata'
const MINUTE = 60_000
let idp: RsaIdentity
beforeAll(() => { idp = rsaCertificate('idp') })

const now = Date.now()

async function judge(change: Partial<Statement> = {}, trust: Partial<SamlTrust> = {}): Promise<IdentityProblem | string> {
  const statement = { ...rightStatement({ issuer: ISSUER, service: us, requestId: '_request1', now }), ...change }
  return judgeXml(signedResponse(statement, idp), trust)
}

async function judgeXml(xml: string, trust: Partial<SamlTrust> = {}): Promise<string> {
  try {
    const { identity } = await judgeResponse({
      message: encode(xml), us, now, requests: [['_request1', now]],
      trust: { entityId: ISSUER, entryPoint: 'https://idp.example/sso', certificates: [idp.certificate], signed: 'both', allowSha1: false, clockSkewMs: 90_000, ...trust },
    })
    return `accepted ${identity.subject.value}`
  } catch (error) {
    return (error as Error).message
  }
}

describe('a response of an identity provider', () => {
  it('is believed when it is right, whichever part is signed', async () => {
    expect(await judge()).toBe('accepted opaque-1')
    expect(await judge({ signed: 'assertion' }, { signed: 'assertion' })).toBe('accepted opaque-1')
    expect(await judge({ signed: 'response' }, { signed: 'response' })).toBe('accepted opaque-1')
    expect(await judge({ signed: 'assertion', responseIssuer: null, destination: null }, { signed: 'assertion' })).toBe('accepted opaque-1')
  })

  // Each of these the library alone lets through, or only by chance not.
  const wrong: [string, Partial<Statement>, IdentityProblem][] = [
    ['another destination', { destination: 'https://assent.example/saml/other/acs' }, 'destination'],
    ['no destination although signed', { destination: null }, 'destination'],
    ['another recipient', { recipient: 'https://assent.example/saml/other/acs' }, 'recipient'],
    ['another issuer of the statement', { issuer: 'https://evil.example' }, 'issuer'],
    ['another issuer of the response', { responseIssuer: 'https://evil.example' }, 'issuer'],
    ['another audience', { audience: 'https://other.example' }, 'audience'],
    ['no audience', { audience: null }, 'audience'],
    ['no success', { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }, 'status'],
    ['another request', { inResponseTo: '_other', confirmationInResponseTo: '_other' }, 'request'],
    ['no request', { inResponseTo: null, confirmationInResponseTo: null }, 'request'],
    ['a confirmation for another request', { confirmationInResponseTo: '_other' }, 'request'],
    ['a confirmation for no request', { confirmationInResponseTo: null }, 'request'],
    ['a holder of key', { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }, 'subject'],
    ['no end of the confirmation', { confirmationUntil: null }, 'subject'],
    ['an ended confirmation', { confirmationUntil: now - 2 * MINUTE }, 'expired'],
    ['ended conditions', { notOnOrAfter: now - 2 * MINUTE }, 'expired'],
    ['conditions of tomorrow', { notBefore: now + 2 * MINUTE }, 'not-yet-valid'],
    ['an old statement', { issued: now - 7 * MINUTE }, 'expired'],
    ['a statement of tomorrow', { issued: now + 2 * MINUTE }, 'not-yet-valid'],
    ['no authentication', { authnInstant: null }, 'authentication'],
    ['an authentication of tomorrow', { authnInstant: now + 2 * MINUTE }, 'authentication'],
    ['an ended session', { sessionUntil: now - 2 * MINUTE }, 'authentication'],
    ['a transient name', { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }, 'name-id'],
    ['an empty name', { nameId: '' }, 'name-id'],
    ['a name for another service', { spNameQualifier: 'https://other.example' }, 'name-id'],
    ['SAML 1.1', { version: '1.1' }, 'structure'],
    ['no signature', { signed: 'none' }, 'signature'],
    ['an unsigned response', { signed: 'assertion' }, 'signature'],
    ['an unsigned statement', { signed: 'response' }, 'signature'],
    ['RSA-SHA1', { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }, 'algorithm'],
    ['a SHA-1 digest', { digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1' }, 'algorithm'],
  ]
  it.each(wrong)('is refused with %s', async (_, change, problem) => {
    expect(await judge(change)).toBe(problem)
  })

  it('may be off by the clock skew and no more', async () => {
    expect(await judge({ issued: now + 80_000, notBefore: now + 80_000, authnInstant: now + 80_000 })).toBe('accepted opaque-1')
    expect(await judge({ notOnOrAfter: now - 80_000, confirmationUntil: now - 80_000 })).toBe('accepted opaque-1')
    expect(await judge({ notBefore: now + 100_000 })).toBe('not-yet-valid')
    expect(await judge({ confirmationUntil: now - 100_000 })).toBe('expired')
  })

  it('may use SHA-1 where a provider was allowed to, and the answer says so', async () => {
    const statement = { ...rightStatement({ issuer: ISSUER, service: us, requestId: '_request1', now }), signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }
    const { sha1 } = await judgeResponse({
      message: encode(signedResponse(statement, idp)), us, now, requests: [['_request1', now]],
      trust: { entityId: ISSUER, entryPoint: 'https://idp.example/sso', certificates: [idp.certificate], signed: 'both', allowSha1: true, clockSkewMs: 0 },
    })
    expect(sha1).toBe(true)
  })

  it('is refused when signed by another key, and believed when by either of two', async () => {
    const other = rsaCertificate('other')
    expect(await judge({}, { certificates: [other.certificate] })).toBe('signature')
    expect(await judge({}, { certificates: [other.certificate, idp.certificate] })).toBe('accepted opaque-1')
    expect(await judge({}, { certificates: [] })).toBe('certificate')
  })

  it('keeps attributes apart from the identity, whatever they are called', async () => {
    const attributes = { nameID: ['head'], issuer: ['evil'], inResponseTo: ['x'], __proto__x: ['y'], uid: ['pupil1'] }
    expect(await judge({ attributes })).toBe('accepted opaque-1')
    const xml = signedResponse({ ...rightStatement({ issuer: ISSUER, service: us, requestId: '_request1', now }), nameId: '', attributes: { nameID: ['head'] } }, idp)
    expect(await judgeXml(xml)).toBe('name-id')
  })
})
