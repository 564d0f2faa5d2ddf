import { createHash, X509Certificate } from 'node:crypto'
import { der, derNull, octets, oid, sequence, setOf, smallInteger } from './der.ts'
import { child, children, readDer } from './der-read.ts'

const SHA256 = sequence(oid('2.16.840.1.101.3.4.2.1'))
const DATA = oid('1.2.840.113549.1.7.1')

/** The fixed parts of every CMS one certificate makes. */
export interface CmsFrame {
  /** The signed attributes over a document's SHA-256, as the SET that is signed (RFC 5652, 5.4). */
  attributes(documentSha256: Buffer): Buffer
  /** The whole SignedData around those attributes and their signature. */
  assemble(attributes: Buffer, signature: Buffer): Buffer
}

/**
 * A CAdES baseline B signature for a PDF (ETSI EN 319 142-1): content-type, message-digest and signing-certificate-v2, and on
 * purpose no signing-time, which PAdES forbids; the time stands in /M. Issuer and serial of the leaf are taken from its bytes.
 */
export function cmsFrame(chain: X509Certificate[], keyType: 'ec' | 'rsa'): CmsFrame {
  const [leaf] = chain
  if (!leaf) throw new Error('A signature needs a certificate.')
  const { issuer, serial } = issuerAndSerial(leaf)
  const certificateHash = createHash('sha256').update(leaf.raw).digest()
  const names = sequence(der(0xa4, issuer))
  const certificateId = sequence(octets(certificateHash), sequence(names, serial))
  const contentType = sequence(oid('1.2.840.113549.1.9.3'), setOf(DATA))
  const signingCertificate = sequence(oid('1.2.840.113549.1.9.16.2.47'), setOf(sequence(sequence(certificateId))))
  const digestType = oid('1.2.840.113549.1.9.4')
  const algorithm = keyType === 'ec' ? sequence(oid('1.2.840.10045.4.3.2')) : sequence(oid('1.2.840.113549.1.1.11'), derNull)
  const certificates = der(0xa0, ...chain.map((certificate) => certificate.raw))
  const version = smallInteger(1)
  const signerId = sequence(issuer, serial)
  const digests = setOf(SHA256)
  const content = sequence(DATA)
  const signedData = oid('1.2.840.113549.1.7.2')
  return {
    attributes: (documentSha256) => setOf(contentType, sequence(digestType, setOf(octets(documentSha256))), signingCertificate),
    assemble: (attributes, signature) => {
      // The SET is signed, but travels under an implicit tag.
      const implicit = Buffer.from(attributes)
      implicit[0] = 0xa0
      const signer = sequence(version, signerId, SHA256, implicit, algorithm, octets(signature))
      return sequence(signedData, der(0xa0, sequence(version, digests, content, certificates, setOf(signer))))
    },
  }
}

/** Issuer name and serial number of a certificate, in their own encoding. */
export function issuerAndSerial(certificate: X509Certificate): { issuer: Buffer; serial: Buffer } {
  const fields = children(child(readDer(certificate.raw), 0, 0x30))
  // An explicit version comes first in every certificate since version 2.
  const from = fields[0]?.tag === 0xa0 ? 1 : 0
  const serial = fields[from]
  const issuer = fields[from + 2]
  if (!serial || !issuer) throw new Error('The certificate has no issuer or serial number.')
  return { issuer: issuer.whole, serial: serial.whole }
}
