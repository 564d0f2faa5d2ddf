import { createHash, verify, X509Certificate } from 'node:crypto'
import { child, children, DerError, oidText, readDer, type DerNode } from './der-read.ts'
import { cmsFrame, issuerAndSerial } from './cms-write.ts'

/** A checked CMS signature: who signed, and the other certificates that came along. */
export interface CmsSignature {
  signer: X509Certificate
  others: X509Certificate[]
}

const SHA256 = '2.16.840.1.101.3.4.2.1'
const ATTRIBUTES = { contentType: '1.2.840.113549.1.9.3', digest: '1.2.840.113549.1.9.4', certificate: '1.2.840.113549.1.9.16.2.47' }
const ALGORITHMS: Record<string, 'ec' | 'rsa'> = { '1.2.840.10045.4.3.2': 'ec', '1.2.840.113549.1.1.11': 'rsa' }

/** Reads the certificates of a SignedData without judging anything, signer's first where it can be told. Throws DerError. */
export function cmsSigner(cms: Buffer): CmsSignature & { signerInfo: DerNode[] } {
  const outer = readDer(cms)
  if (outer.tag !== 0x30 || oidText(child(outer, 0, 0x06)) !== '1.2.840.113549.1.7.2') throw new DerError('not a CMS signature')
  const signedData = children(child(child(outer, 1, 0xa0), 0, 0x30))
  const certificateSet = signedData.find((part) => part.tag === 0xa0)
  const signers = signedData.at(-1)
  if (!certificateSet || signers?.tag !== 0x31 || children(signers).length !== 1) throw new DerError('not exactly one signer')
  const certificates = children(certificateSet).map((part) => new X509Certificate(part.whole))
  const signerInfo = children(child(signers, 0, 0x30))
  const identifier = signerInfo[1]?.whole
  const signer = certificates.find((certificate) => {
    const { issuer, serial } = issuerAndSerial(certificate)
    return identifier?.subarray(-(issuer.length + serial.length)).equals(Buffer.concat([issuer, serial]))
  })
  if (!signer) throw new DerError('the signer certificate is missing')
  return { signer, others: certificates.filter((certificate) => certificate !== signer), signerInfo }
}

/**
 * Checks a detached CAdES-B signature over a SHA-256: signed attributes are exactly content-type, message-digest and
 * signing-certificate-v2, digest and certificate hash agree, and the signature is the certificate's. Throws DerError with a plain reason.
 */
export function checkCms(cms: Buffer, documentSha256: Buffer): CmsSignature {
  const { signer, others, signerInfo } = cmsSigner(cms)
  const [, , digestAlgorithm, signedAttributes, algorithm, signature] = signerInfo
  if (!digestAlgorithm || signedAttributes?.tag !== 0xa0 || !algorithm || signature?.tag !== 0x04 || signerInfo.length !== 6) throw new DerError('the signature is of another form')
  if (oidText(child(digestAlgorithm, 0, 0x06)) !== SHA256) throw new DerError('the digest is not SHA-256')
  const attributes = new Map(children(signedAttributes).map((attribute) => [oidText(child(attribute, 0, 0x06)), child(child(attribute, 1, 0x31), 0, children(child(attribute, 1, 0x31))[0]?.tag ?? -1)]))
  if (attributes.size !== 3 || children(signedAttributes).length !== 3) throw new DerError('the signature has other attributes than a record has')
  const digest = attributes.get(ATTRIBUTES.digest)
  if (digest?.tag !== 0x04 || !digest.content.equals(documentSha256)) throw new DerError('the file has been changed since it was sealed')
  const type = attributes.get(ATTRIBUTES.contentType)
  if (!type || oidText(type) !== '1.2.840.113549.1.7.1') throw new DerError('the signature is for another kind of content')
  const named = attributes.get(ATTRIBUTES.certificate)
  if (!named) throw new DerError('the signature does not name its certificate')
  // No hash algorithm is written when it is SHA-256 (RFC 5035), so the hash is the first member.
  const certificateHash = child(child(child(named, 0, 0x30), 0, 0x30), 0, 0x04)
  if (!certificateHash.content.equals(createHash('sha256').update(signer.raw).digest())) throw new DerError('the signature names another certificate')
  const keyType = ALGORITHMS[oidText(child(algorithm, 0, 0x06))]
  if (keyType === undefined || signer.publicKey.asymmetricKeyType !== keyType) throw new DerError('the signature algorithm does not fit the certificate')
  const signed = Buffer.from(signedAttributes.whole)
  signed[0] = 0x31
  if (!verify('sha256', signed, signer.publicKey, signature.content)) throw new DerError('the signature is not genuine')
  // The CMS itself lies outside the seal: only its one exact form is accepted, so that nothing can be tucked into it.
  const exact = cmsFrame([signer, ...others], keyType).assemble(Buffer.from(signed), signature.content)
  if (!exact.equals(readDer(cms).whole)) throw new DerError('the signature is of another form')
  return { signer, others }
}
