import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeResponse } from '../../../src/adapters/identity/saml-response.ts'
import { serviceAddresses, type SignedPart } from '../../../src/adapters/identity/saml-strategy.ts'
import { rsaCertificate } from '../../support/rsa-certificate.ts'
import { encryptedResponse, encryptElement, rightEncryption, type Encryption } from '../../support/saml-encrypt.ts'
import { encode, rightStatement, signedResponse, signElement, writeResponse, type Statement } from '../../support/saml-idp.ts'

const xmlenc = createRequire(import.meta.url)('xml-encryption') as { encrypt(text: string, options: object, done: (error: Error | null, xml: string) => void): void }

const ISSUER = 'https://idp.example/metadata'
const us = serviceAddresses('https://assent.example', 'shibboleth')
const [idp, ours, before, stranger] = ['idp', 'ours', 'before', 'stranger'].map((name) => rsaCertificate(name)) as [ReturnType<typeof rsaCertificate>, ReturnType<typeof rsaCertificate>, ReturnType<typeof rsaCertificate>, ReturnType<typeof rsaCertificate>]

/** Who it is, or why nobody. */
async function judge(xml: string, { signed = 'both' as SignedPart, keys = [ours.key, before.key] } = {}): Promise<string> {
  return judgeResponse({
    message: encode(xml), us, requests: [['_request', Date.now()]], now: Date.now(), keys,
    trust: { entityId: ISSUER, entryPoint: 'https://idp.example/sso', certificates: [idp.certificate], signed, allowSha1: false, clockSkewMs: 90_000 },
  }).then(({ identity }) => `${identity.subject.value} ${identity.attributes.get('uid')?.join()}`, (error: Error) => error.message)
}
const statement = (change: Partial<Statement> = {}): Statement => ({ ...rightStatement({ issuer: ISSUER, service: us, requestId: '_request', now: Date.now() }), ...change })
const encryption = (change: Partial<Encryption> = {}): Encryption => ({ ...rightEncryption(ours.certificate), ...change })
const made = (change: Partial<Encryption> = {}, says: Partial<Statement> = {}, inner?: (assertion: string) => string): string => encryptedResponse(statement(says), idp, encryption(change), inner)
const ME = 'opaque-1 pupil1'

describe('encrypted statements', () => {
  it.each([
    ['AES-256-GCM', {}], ['AES-128-GCM', { cipher: 'aes-128-gcm' }], ['OAEP with SHA-256', { transport: 'oaep-sha256' }], ['the key beside the data', { place: 'beside' }], ['the key before ours', { certificate: before.certificate }],
  ] as [string, Partial<Encryption>][])('are read: %s', async (_, change) => {
    expect(await judge(made(change))).toBe(ME)
    expect(await judge(made(change, { signed: 'assertion' }), { signed: 'assertion' })).toBe(ME)
  })

  it('are read as another program writes them', async () => {
    const xml = signElement(writeResponse(statement()), 'Assertion', idp, statement())
    const inner = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? ''
    const data = await promisify(xmlenc.encrypt)(inner, {
      rsa_pub: ours.certificate, pem: ours.certificate, encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
    })
    expect(await judge(xml.replace(inner, () => `<saml:EncryptedAssertion>${data}</saml:EncryptedAssertion>`), { signed: 'assertion' })).toBe(ME)
  })

  it('are refused without a key of ours, and for somebody else’s', async () => {
    expect(await judge(made(), { keys: [] })).toBe('encrypted')
    expect(await judge(made(), { keys: [stranger.key] })).toBe('encrypted')
    expect(await judge(made({ certificate: stranger.certificate }))).toBe('encrypted')
  })

  it('anybody can encrypt for us: what is not signed inside, or by another, is nobody, whatever is signed around it', async () => {
    for (const signed of ['both', 'assertion', 'response'] as const) {
      expect(await judge(made({}, { signed: 'response' }), { signed })).toBe('signature')
      expect(await judge(encryptedResponse(statement(), stranger, encryption()), { signed })).toBe('signature')
      expect(await judge(made({}, {}, (inner) => inner.replace('>pupil1<', '>head1<')), { signed })).toBe('signature')
      expect(await judge(made({}, {}, (inner) => inner.replace(/<(?:ds:)?Signature[\s\S]*<\/(?:ds:)?Signature>/, '')), { signed })).toBe('signature')
    }
    // Signed by the provider, but around a text that somebody else encrypted: the envelope was wanted and is not its.
    const foreign = encryptedResponse(statement({ signed: 'assertion' }), idp, encryption())
    expect(await judge(foreign, { signed: 'both' })).toBe('signature')
    expect(await judge(signElement(foreign, 'Response', stranger, statement()), { signed: 'both' })).toBe('signature')
  })

  it.each([
    ['AES-CBC', { cipher: 'aes-256-cbc' }], ['3DES', { says: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc' }], ['no cipher', { says: '' }], ['PKCS#1 v1.5', { transport: 'pkcs1' }],
    ['GCM said to be CBC', { says: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc' }], ['CBC said to be GCM', { cipher: 'aes-256-cbc', says: 'http://www.w3.org/2009/xmlenc11#aes256-gcm' }],
    ['AES-128 said to be AES-256', { cipher: 'aes-128-gcm', says: 'http://www.w3.org/2009/xmlenc11#aes256-gcm' }],
    ['a label', { extra: { keyMethod: '<xenc:OAEPparams>AAAA</xenc:OAEPparams>' } }],
    ['another digest than the mask', { extra: { keyMethod: '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>' } }],
    ['two digests', { extra: { keyMethod: '<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>' } }],
  ] as [string, Partial<Encryption>][])('swapped algorithms are refused: %s', async (_, change) => {
    expect(await judge(made(change))).toMatch(/^(algorithm|encrypted)$/)
  })

  it('changed texts are answered alike, wherever the change is, and so are wrong keys: no oracle', async () => {
    const flip = (at: number) => (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte, index) => (index === (at + bytes.length) % bytes.length ? byte ^ 1 : byte)))
    const tampered = [0, 12, 13, 40, -1, -16, -17].map((at) => made({ tamper: flip(at) }, { signed: 'assertion' }))
    const wrongKeys = [0, 100, -1].map((at) => made({ tamperKey: flip(at) }, { signed: 'assertion' }))
    const short = [(bytes: Buffer) => bytes.subarray(0, 20), (bytes: Buffer) => bytes.subarray(0, -1), (bytes: Buffer) => bytes.subarray(1)].map((tamper) => made({ tamper }, { signed: 'assertion' }))
    for (const xml of [...tampered, ...wrongKeys, ...short]) expect(await judge(xml, { signed: 'assertion' })).toBe('encrypted')
  }, 30_000)

  it('the padding oracle: two hundred changed last blocks of an AES-CBC text get one answer, and no key is tried', async () => {
    const answers = new Set<string>()
    for (let guess = 0; guess < 200; guess += 1) {
      const tamper = (bytes: Buffer) => Buffer.from(bytes.map((byte, index) => (index === bytes.length - 17 ? byte ^ guess : byte)))
      answers.add(await judge(made({ cipher: 'aes-256-cbc', tamper }, { signed: 'assertion' }), { signed: 'assertion', keys: ['no key at all'] }))
    }
    expect([...answers]).toEqual(['algorithm'])
  }, 60_000)

  it('wrapped: two statements, one in the clear beside it, one inside another, or the pieces moved about', async () => {
    const right = made({}, { signed: 'assertion' })
    const encrypted = /<saml:EncryptedAssertion[\s\S]*<\/saml:EncryptedAssertion>/.exec(right)?.[0] ?? ''
    const plain = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(signedResponse(statement({ nameId: 'opaque-2', assertionId: '_b' }), idp))?.[0] ?? ''
    const evil = plain.replace('>pupil1<', '>head1<')
    const tries = [
      right.replace(encrypted, () => encrypted + encrypted), right.replace(encrypted, () => encrypted + plain), right.replace(encrypted, () => plain + encrypted), right.replace(encrypted, () => evil + encrypted),
      right.replace(encrypted, () => `<samlp:Extensions>${encrypted}</samlp:Extensions>${evil}`), right.replace('<samlp:Status>', () => `<samlp:Extensions>${evil}</samlp:Extensions><samlp:Status>`),
      right.replace(encrypted, () => `<saml:EncryptedAssertion>${encrypted}</saml:EncryptedAssertion>`),
      made({}, { signed: 'assertion' }, (inner) => encryptElement(inner, encryption())), made({}, { signed: 'assertion' }, (inner) => inner + inner),
      made({}, { signed: 'assertion' }, (inner) => `<saml:Advice xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${inner}</saml:Advice>`),
      made({}, { signed: 'assertion' }, (inner) => evil.replace('</saml:Assertion>', () => `<saml:Advice>${inner}</saml:Advice></saml:Assertion>`)),
      made({ extra: { data: '<xenc:EncryptionProperties/>' } }, { signed: 'assertion' }), made({ extra: { around: '<saml:Issuer>x</saml:Issuer>' } }, { signed: 'assertion' }),
      right.replace('<xenc:CipherValue>', '<xenc:CipherReference URI="https://evil.example/"/><xenc:CipherValue>'),
      right.replace('<ds:KeyInfo>', '<ds:KeyInfo><ds:RetrievalMethod URI="#elsewhere"/>'),
      right.replace(/(<xenc:EncryptedKey[\s\S]*<\/xenc:EncryptedKey>)/, '$1$1'),
    ]
    expect(new Set(tries).size).toBe(tries.length)
    for (const xml of tries) {
      expect(xml).not.toBe(right)
      expect(await judge(xml, { signed: 'assertion' })).toMatch(/^(structure|signature|encrypted)$/)
    }
    expect(await judge(right, { signed: 'assertion' })).toBe(ME)
  })

  it('what is inside passes the guard of a message: no document type, comment, CDATA or size beyond it', async () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    for (const [change, word] of [
      [(inner: string) => bomb + inner, /^forbidden-markup$/], [(inner: string) => inner.replace('>pupil1<', '>pupil1<!-- -->.evil<'), /^forbidden-markup$/],
      [(inner: string) => `<?xml version="1.0"?>${inner}`, /^structure$/], [(inner: string) => `<?pi x?>${inner}`, /^(structure|forbidden-markup)$/],
      [(inner: string) => inner.replace('>pupil1<', '><![CDATA[pupil1]]><'), /^forbidden-markup$/], [() => 'not xml at all', /^structure$/], [() => '<a/>', /^structure$/],
      [(inner: string) => inner.replace('<saml:AttributeStatement>', () => `<saml:AttributeStatement>${'<a/>'.repeat(500)}`), /^too-large$/],
    ] as [(inner: string) => string, RegExp][]) expect(await judge(made({}, { signed: 'assertion' }, change), { signed: 'assertion' })).toMatch(word)
    expect(await judge(made({ tamper: () => Buffer.alloc(60_000) }, { signed: 'assertion' }), { signed: 'assertion' })).toBe('too-large')
  })

  it('everything that is checked of a plain statement is checked of this one', async () => {
    const wrong: [Partial<Statement>, string][] = [
      [{ audience: 'https://other.example' }, 'audience'], [{ recipient: 'https://other.example' }, 'recipient'], [{ issuer: 'https://evil.example', responseIssuer: null }, 'issuer'],
      [{ confirmationInResponseTo: '_other' }, 'request'], [{ inResponseTo: '_other' }, 'request'], [{ notOnOrAfter: Date.now() - 200_000 }, 'expired'], [{ destination: 'https://other.example' }, 'destination'],
      [{ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }, 'status'], [{ nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }, 'name-id'],
      [{ signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }, 'algorithm'], [{ authnInstant: null }, 'authentication'],
    ]
    for (const [says, word] of wrong) expect([word, await judge(made({}, says))]).toEqual([word, word])
  })

  it('fast-check: no change of a single character makes it somebody else', async () => {
    const right = made({}, { signed: 'both' })
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: right.length - 1 }), fc.constantFrom('a', 'Z', '0', '<', '>', '"', '/', '&', ' '), async (at, character) => {
      const answer = await judge(right.slice(0, at) + character + right.slice(at + 1))
      expect(answer === ME || /^[a-z-]+$/.test(answer)).toBe(true)
    }), { numRuns: 150 })
  }, 60_000)
})
