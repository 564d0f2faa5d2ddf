import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import type { RsaIdentity } from './rsa-certificate.ts'
import { signElement, writeResponse, type Statement } from './saml-idp.ts'

const XENC = 'http://www.w3.org/2001/04/xmlenc#'
const XENC11 = 'http://www.w3.org/2009/xmlenc11#'

/** How a made-up provider encrypts; every part can be told to be another one. */
export interface Encryption {
  /** PEM of the certificate it encrypts for. */
  certificate: string
  cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-256-cbc'
  /** What the message says the cipher is, where that is something else. */
  says?: string
  transport: 'oaep-sha1' | 'oaep-sha256' | 'pkcs1'
  /** Where the key stands. */
  place: 'inside' | 'beside'
  /** Changes the encrypted bytes, as somebody on the way would. */
  tamper?(body: Buffer): Buffer
  tamperKey?(wrapped: Buffer): Buffer
  /** Goes where it says. */
  extra?: { method?: string; keyMethod?: string; data?: string; around?: string }
}

export const rightEncryption = (certificate: string): Encryption => ({ certificate, cipher: 'aes-256-gcm', transport: 'oaep-sha1', place: 'inside' })

/** `xml` as an EncryptedAssertion. */
export function encryptElement(xml: string, { certificate, cipher, says, transport, place, tamper = same, tamperKey = same, extra = {} }: Encryption): string {
  const key = randomBytes(cipher === 'aes-128-gcm' ? 16 : 32)
  const iv = randomBytes(cipher === 'aes-256-cbc' ? 16 : 12)
  const made = cipher === 'aes-256-cbc' ? createCipheriv(cipher, key, iv) : createCipheriv(cipher, key, iv, { authTagLength: 16 })
  const body = Buffer.concat([iv, made.update(xml, 'utf8'), made.final(), 'getAuthTag' in made && cipher !== 'aes-256-cbc' ? (made as unknown as { getAuthTag(): Buffer }).getAuthTag() : Buffer.alloc(0)])
  const wrapped = publicEncrypt(transport === 'pkcs1' ? { key: certificate, padding: constants.RSA_PKCS1_PADDING } : { key: certificate, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: transport.slice(5) }, key)
  const algorithm = says ?? (cipher === 'aes-256-cbc' ? `${XENC}aes256-cbc` : `${XENC11}${cipher.replace('aes-', 'aes')}`)
  const method = { 'oaep-sha1': `<xenc:EncryptionMethod Algorithm="${XENC}rsa-oaep-mgf1p">`, pkcs1: `<xenc:EncryptionMethod Algorithm="${XENC}rsa-1_5">`,
    'oaep-sha256': `<xenc:EncryptionMethod Algorithm="${XENC11}rsa-oaep"><ds:DigestMethod Algorithm="${XENC}sha256"/><x11:MGF xmlns:x11="${XENC11}" Algorithm="${XENC11}mgf1sha256"/>` }[transport]
  const encryptedKey = `<xenc:EncryptedKey Id="key">${method}${extra.keyMethod ?? ''}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>${tamperKey(wrapped).toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`
  const info = place === 'inside' ? encryptedKey : `<ds:RetrievalMethod Type="${XENC}EncryptedKey" URI="#key"/>`
  return `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xenc="${XENC}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedData Type="${XENC}Element">`
    + `<xenc:EncryptionMethod Algorithm="${algorithm}">${extra.method ?? ''}</xenc:EncryptionMethod><ds:KeyInfo>${info}</ds:KeyInfo>${extra.data ?? ''}`
    + `<xenc:CipherData><xenc:CipherValue>${tamper(body).toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>${place === 'beside' ? encryptedKey : ''}${extra.around ?? ''}</saml:EncryptedAssertion>`
}

const same = (bytes: Buffer): Buffer => bytes
const ASSERTION = /<saml:Assertion[\s\S]*<\/saml:Assertion>/

/** The response with its statement signed as the statement says, then changed, encrypted, and the envelope signed around that. */
export function encryptedResponse(statement: Statement, who: RsaIdentity, encryption: Encryption, change: (assertion: string) => string = (text) => text): string {
  let xml = writeResponse(statement)
  if (statement.signed === 'assertion' || statement.signed === 'both') xml = signElement(xml, 'Assertion', who, statement)
  const inner = change(ASSERTION.exec(xml)?.[0] ?? '')
  xml = xml.replace(ASSERTION, () => encryptElement(inner, encryption))
  return statement.signed === 'response' || statement.signed === 'both' ? signElement(xml, 'Response', who, statement) : xml
}
