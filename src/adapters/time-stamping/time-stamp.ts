import { hash, verify, type X509Certificate } from 'node:crypto'
import { OutsideFailure } from '../../shared/errors.ts'
import { distrust } from '../pdf/certificate-trust.ts'
import { cmsSigner } from '../pdf/cms-read.ts'
import { der, derNull, octets, oid, sequence, smallInteger } from '../pdf/der.ts'
import { child, children, DerError, type DerNode, oidText, readDer } from '../pdf/der-read.ts'

/** What an authority said about a digest: that it existed at this time (RFC 3161). */
export interface TimeStamp {
  /** The TimeStampToken as it came, DER. */
  token: Buffer
  /** Instant in milliseconds. */
  at: number
  /** Subject of the certificate that signed. */
  authority: string
  serial: string
}

const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const ATTRIBUTE = { contentType: '1.2.840.113549.1.9.3', digest: '1.2.840.113549.1.9.4', certificate: '1.2.840.113549.1.9.16.2.12', certificate2: '1.2.840.113549.1.9.16.2.47' }
const DIGESTS: Record<string, string> = { '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.2': 'sha384', '2.16.840.1.101.3.4.2.3': 'sha512', '1.3.14.3.2.26': 'sha1' }
const SIGNATURES: Record<string, string | null> = {
  // With plain rsaEncryption the digest is the signer's own.
  '1.2.840.113549.1.1.1': null, '1.2.840.113549.1.1.11': 'sha256', '1.2.840.113549.1.1.12': 'sha384', '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256', '1.2.840.10045.4.3.3': 'sha384', '1.2.840.10045.4.3.4': 'sha512',
}
const SHA256_OID = '2.16.840.1.101.3.4.2.1'
const SHA256 = sequence(oid(SHA256_OID), derNull)
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const TRUE = Buffer.from([0x01, 0x01, 0xff])

/** A TimeStampReq over a SHA-256, asking for the certificate (RFC 3161, 2.4.1). `nonce`: eight bytes of chance. */
export function timeStampRequest(digest: Buffer, nonce: Buffer): Buffer {
  return sequence(smallInteger(1), sequence(SHA256, octets(digest)), der(0x02, positive(nonce)), TRUE)
}

/**
 * Reads a TimeStampResp and checks it whole: granted, for this digest and nonce, signed by a certificate for time-stamping alone that leads to
 * one of `trusted` (RFC 3161, 2.4.2; RFC 5816).
 * @throws OutsideFailure with a plain reason.
 */
export function readTimeStampResponse(response: Buffer, asked: { digest: Buffer; nonce: Buffer }, trusted: X509Certificate[]): TimeStamp {
  return orFailure(() => {
    const whole = readDer(response)
    if (whole.tag !== 0x30 || whole.whole.length !== response.length) throw new DerError('the answer is no time-stamp response')
    const [info, token] = children(whole)
    const status = info ? child(info, 0, 0x02).content : null
    if (!status || status.length !== 1 || (status[0] !== 0 && status[0] !== 1)) throw new DerError(`the authority refused (status ${status?.toString('hex') ?? 'missing'})`)
    if (!token) throw new DerError('the answer holds no token')
    return checkToken(token.whole, asked.digest, trusted, asked.nonce)
  })
}

/** Checks a token that was kept, as `readTimeStampResponse` does but for the nonce. @throws OutsideFailure with a plain reason. */
export function checkTimeStamp(token: Buffer, digest: Buffer, trusted: X509Certificate[]): TimeStamp {
  return orFailure(() => checkToken(token, digest, trusted, null))
}

function checkToken(token: Buffer, digest: Buffer, trusted: X509Certificate[], nonce: Buffer | null): TimeStamp {
  const { signer, others, signerInfo } = cmsSigner(token)
  const content = child(child(child(readDer(token), 1, 0xa0), 0, 0x30), 2, 0x30)
  if (oidText(child(content, 0, 0x06)) !== TST_INFO) throw new DerError('the token is about something else than time')
  const info = child(child(content, 1, 0xa0), 0, 0x04).content
  const stamp = readInfo(readDer(info))
  if (!stamp.digest.equals(digest)) throw new DerError('the token is for another digest')
  if (nonce && !stamp.nonce?.equals(positive(nonce))) throw new DerError('the token answers another request')
  checkSignature(info, signer, signerInfo)
  if (signer.keyUsage?.length !== 1 || signer.keyUsage[0] !== TIME_STAMPING) throw new DerError('the token is signed with a certificate that is not for time-stamping')
  const reason = distrust(signer, others, trusted, stamp.at)
  if (reason) throw new DerError('the token is signed by an authority that is not the one configured')
  return { token, at: stamp.at, authority: signer.subject.replaceAll('\n', ', '), serial: stamp.serial }
}

/** TSTInfo (RFC 3161, 2.4.2): version, policy, imprint, serial number, time, then optional members. */
function readInfo(info: DerNode): { digest: Buffer; nonce: Buffer | null; at: number; serial: string } {
  const [, , imprint, serial, time, ...rest] = children(info)
  if (!imprint || !serial || time?.tag !== 0x18) throw new DerError('the token cannot be read')
  if (oidText(child(child(imprint, 0, 0x30), 0, 0x06)) !== SHA256_OID) throw new DerError('the token is for another kind of digest')
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(time.content.toString('latin1'))
  const at = parts ? Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}.${(parts[7] ?? '0').padEnd(3, '0').slice(0, 3)}Z`) : Number.NaN
  if (Number.isNaN(at)) throw new DerError('the time of the token cannot be read')
  return { digest: child(imprint, 1, 0x04).content, nonce: rest.find((part) => part.tag === 0x02)?.content ?? null, at, serial: serial.content.toString('hex') }
}

function checkSignature(info: Buffer, signer: X509Certificate, signerInfo: DerNode[]): void {
  const [, , digestAlgorithm, attributes, algorithm, signature] = signerInfo
  if (!digestAlgorithm || attributes?.tag !== 0xa0 || !algorithm || signature?.tag !== 0x04) throw new DerError('the token is signed in another way')
  const digest = DIGESTS[oidText(child(digestAlgorithm, 0, 0x06))]
  const named = SIGNATURES[oidText(child(algorithm, 0, 0x06))]
  if (digest === undefined || digest === 'sha1' || named === undefined) throw new DerError('the token is signed with an algorithm that is not known or too weak')
  const values = new Map(children(attributes).map((one) => [oidText(child(one, 0, 0x06)), children(child(one, 1, 0x31))[0]]))
  const type = values.get(ATTRIBUTE.contentType)
  if (!type || oidText(type) !== TST_INFO) throw new DerError('the token is signed as something else')
  if (!values.get(ATTRIBUTE.digest)?.content.equals(hash(digest, info, 'buffer'))) throw new DerError('the token was changed')
  if (!namesCertificate(values.get(ATTRIBUTE.certificate2) ?? values.get(ATTRIBUTE.certificate), signer, values.has(ATTRIBUTE.certificate2))) throw new DerError('the token names another certificate')
  const signed = Buffer.from(attributes.whole)
  signed[0] = 0x31
  if (!verify(named ?? digest, signed, signer.publicKey, signature.content)) throw new DerError('the signature of the token is not genuine')
}

/** SigningCertificate (SHA-1, RFC 2634) or SigningCertificateV2 (SHA-256 unless told, RFC 5035): the first is the signer's. */
function namesCertificate(attribute: DerNode | undefined, signer: X509Certificate, second: boolean): boolean {
  if (!attribute) return false
  const [first, next] = children(child(child(attribute, 0, 0x30), 0, 0x30))
  if (!first) return false
  const digest = first.tag === 0x30 ? DIGESTS[oidText(child(first, 0, 0x06))] : second ? 'sha256' : 'sha1'
  const named = first.tag === 0x30 ? next : first
  return digest !== undefined && named?.tag === 0x04 && named.content.equals(hash(digest, signer.raw, 'buffer'))
}

/** An INTEGER's octets without superfluous zeros, and not negative. */
function positive(bytes: Buffer): Buffer {
  let from = 0
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1
  const short = bytes.subarray(from)
  return (short[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), short]) : short
}

function orFailure<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const reason = error instanceof DerError ? error.message : 'the answer cannot be read'
    throw new OutsideFailure({ what: `The time-stamp cannot be used: ${reason}.`, where: 'time-stamping authority', remedy: 'It is asked again by itself. If this goes on, check timestamps.url and timestamps.authorityFile.' }, error)
  }
}
