import { createHash, createPrivateKey, createPublicKey, generateKeyPair, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { DAY_MS, type Instant } from '../../shared/dates.ts'
import { der, derNull, octets, oid, sequence, setOf, smallInteger } from './der.ts'
import { child, children, readDer } from './der-read.ts'

/** What the first start makes: the trust's own authority, and the sealing certificate it issues. All PEM; keys PKCS#8. */
export interface TrustCertificates {
  caCertificatePem: string
  caKeyPem: string
  certificatePem: string
  keyPem: string
}

const generate = promisify(generateKeyPair)
const TRUE = Buffer.from([0x01, 0x01, 0xff])

/**
 * Makes an authority (20 years) and a sealing certificate (3 years, for digital signature and non-repudiation; RFC 5280) with
 * fresh keys. Both begin an hour before `now`, so that a clock a little behind accepts them. `random` gives bytes for serial numbers.
 */
export async function createTrustCertificates(parts: {
  trustName: string
  keyType: 'P-256' | 'RSA-2048' | 'RSA-3072'
  now: Instant
  random: (size: number) => Uint8Array
}): Promise<TrustCertificates> {
  const authority = await keyPair(parts.keyType)
  const name = distinguishedName(organisationOf(parts.trustName), `${shortened(organisationOf(parts.trustName), 50)} records CA`)
  return issue(parts, authority, name, pem(authorityCertificate(parts, authority, name)))
}

/**
 * A new sealing key and certificate by the authority that is there (PEM). An authority that would end before the new certificate is renewed: the same
 * name and key, so that whoever trusts the old one's key trusts it, and earlier seals lead to either.
 */
export async function renewSealCertificate(
  current: { caCertificatePem: string; caKeyPem: string }, parts: Parameters<typeof createTrustCertificates>[0],
): Promise<TrustCertificates> {
  const ca = new X509Certificate(current.caCertificatePem)
  const privateKey = createPrivateKey(current.caKeyPem)
  const authority = { privateKey, publicKey: createPublicKey(privateKey) }
  const fields = children(child(readDer(ca.raw), 0, 0x30))
  const name = fields[5]?.whole
  if (!name) throw new Error('The authority has no name.')
  const lasts = Date.parse(ca.validTo) > parts.now + SEAL_DAYS * DAY_MS
  return issue(parts, authority, name, lasts ? current.caCertificatePem : pem(authorityCertificate(parts, authority, name)))
}

const SEAL_DAYS = 3 * 365.25

/**
 * A key and a certificate of itself for receiving encrypted messages (RFC 5280: key encipherment), 20 years: whoever encrypts compares keys and no
 * dates. Not for seals.
 */
export async function createEncryptionCertificate(parts: { commonName: string; now: Instant; random: (size: number) => Uint8Array }): Promise<{ certificatePem: string; keyPem: string }> {
  const { commonName, now, random } = parts
  const keys = await keyPair('RSA-3072')
  const name = distinguishedName('Assent', shortened(commonName, 64))
  const made = certificate({
    serial: random(16), issuer: name, subject: name, from: now - DAY_MS / 24, until: now + 20 * 365.25 * DAY_MS, key: keys.publicKey, issuerKey: keys,
    // keyEncipherment.
    extensions: [extension('2.5.29.19', true, sequence()), extension('2.5.29.15', true, Buffer.from([0x03, 0x02, 0x05, 0x20]))],
  })
  return { certificatePem: pem(made), keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}

function authorityCertificate({ now, random }: Parameters<typeof createTrustCertificates>[0], authority: Keys, name: Buffer): Buffer {
  return certificate({
    serial: random(16), issuer: name, subject: name, from: now - DAY_MS / 24, until: now + 20 * 365.25 * DAY_MS, key: authority.publicKey, issuerKey: authority,
    // keyCertSign and cRLSign.
    extensions: [extension('2.5.29.19', true, sequence(TRUE, smallInteger(0))), extension('2.5.29.15', true, Buffer.from([0x03, 0x02, 0x01, 0x06]))],
  })
}

async function issue(parts: Parameters<typeof createTrustCertificates>[0], authority: Keys, issuer: Buffer, caCertificatePem: string): Promise<TrustCertificates> {
  const { now, random } = parts
  const organisation = organisationOf(parts.trustName)
  const seal = await keyPair(parts.keyType)
  const leaf = certificate({
    serial: random(16), issuer, subject: distinguishedName(organisation, `${shortened(organisation, 50)} records seal`),
    from: now - DAY_MS / 24, until: now + SEAL_DAYS * DAY_MS, key: seal.publicKey, issuerKey: authority,
    // digitalSignature and nonRepudiation.
    extensions: [extension('2.5.29.19', true, sequence()), extension('2.5.29.15', true, Buffer.from([0x03, 0x02, 0x06, 0xc0]))],
  })
  return {
    caCertificatePem, caKeyPem: authority.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificatePem: pem(leaf), keyPem: seal.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

const organisationOf = (trustName: string): string => trustName.trim() || 'School'

interface Keys {
  publicKey: KeyObject
  privateKey: KeyObject
}

function keyPair(keyType: 'P-256' | 'RSA-2048' | 'RSA-3072'): Promise<Keys> {
  if (keyType === 'P-256') return generate('ec', { namedCurve: 'prime256v1' })
  return generate('rsa', { modulusLength: keyType === 'RSA-2048' ? 2048 : 3072 })
}

function certificate(parts: {
  serial: Uint8Array
  issuer: Buffer
  subject: Buffer
  from: Instant
  until: Instant
  key: KeyObject
  issuerKey: Keys
  extensions: Buffer[]
}): Buffer {
  const algorithm = parts.issuerKey.privateKey.asymmetricKeyType === 'ec' ? sequence(oid('1.2.840.10045.4.3.2')) : sequence(oid('1.2.840.113549.1.1.11'), derNull)
  const identifiers = [
    extension('2.5.29.14', false, octets(keyIdentifier(parts.key))),
    extension('2.5.29.35', false, sequence(der(0x80, keyIdentifier(parts.issuerKey.publicKey)))),
  ]
  const body = sequence(
    der(0xa0, smallInteger(2)), der(0x02, serialNumber(parts.serial, parts.key)), algorithm, parts.issuer,
    sequence(time(parts.from), time(parts.until)), parts.subject, parts.key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...parts.extensions, ...identifiers)),
  )
  return sequence(body, algorithm, der(0x03, Buffer.from([0]), sign('sha256', body, parts.issuerKey.privateKey)))
}

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(oid(type), TRUE, octets(value)) : sequence(oid(type), octets(value))
}

/** SHA-1 of the key's bits, an identifier and no security measure (RFC 5280, 4.2.1.2). */
function keyIdentifier(key: KeyObject): Buffer {
  const bits = children(readDer(key.export({ type: 'spki', format: 'der' })))[1]
  return createHash('sha1').update(bits?.content.subarray(1) ?? Buffer.alloc(0)).digest()
}

function distinguishedName(organisation: string, commonName: string): Buffer {
  const part = (type: string, text: string) => setOf(sequence(oid(type), der(0x0c, Buffer.from(text))))
  return sequence(part('2.5.4.10', shortened(organisation, 64)), part('2.5.4.3', commonName))
}

/** X.520 allows 64 characters. */
function shortened(text: string, length: number): string {
  return [...text].slice(0, length).join('')
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5). */
function time(at: Instant): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return Number(digits.slice(0, 4)) < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

/** Sixteen bytes of chance and key together, so that two certificates of one authority differ; positive, no leading zero (RFC 5280, 4.1.2.2). */
function serialNumber(bytes: Uint8Array, key: KeyObject): Buffer {
  const out = createHash('sha256').update(bytes).update(key.export({ type: 'spki', format: 'der' })).digest().subarray(0, 16)
  out[0] = ((out[0] ?? 0) & 0x3f) | 0x40
  return out
}

function pem(bytes: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`
}
