import { createHash, createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { UnusableInput } from '../../shared/errors.ts'
import { orderedChain } from './certificate-trust.ts'
import { cmsFrame } from './cms-write.ts'
import type { Sealer } from './pdf-records.ts'

const signInPool = promisify(sign) as (algorithm: string, data: Buffer, key: KeyObject) => Promise<Buffer>

/**
 * A sealer whose key is in memory (PEM, PKCS#8). `chainPem` is leaf first and may hold the leaf alone.
 * @throws UnusableInput when a PEM cannot be read, the key's kind is not supported, or key and certificate do not belong together.
 */
export function createKeySealer(parts: { keyPem: string; certificatePem: string; chainPem: string[] }): Sealer {
  const certificate = readCertificate(parts.certificatePem)
  const key = readKey(parts.keyPem)
  if (!certificate.checkPrivateKey(key)) {
    throw new UnusableInput({
      what: 'The sealing key and the sealing certificate do not belong together.', where: `certificate of ${nameOf(certificate)}`,
      remedy: 'Give the key that the certificate was issued for, or a PKCS#12 file that holds both.',
    })
  }
  const keyType = sealingKeyType(key)
  const chain = orderedChain(certificate, parts.chainPem.map(readCertificate))
  const frame = cmsFrame(chain, keyType.startsWith('P-') ? 'ec' : 'rsa')
  return {
    certificateId: createHash('sha256').update(certificate.raw).digest('hex'),
    certificatePem: certificate.toString(),
    chainPem: chain.map((each) => each.toString()),
    subject: nameOf(certificate),
    keyType,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    async seal(documentSha256) {
      const attributes = frame.attributes(documentSha256)
      // An elliptic-curve signature takes some fifty microseconds; RSA takes milliseconds and leaves the event loop.
      const signature = keyType === 'P-256' ? sign('sha256', attributes, key) : await signInPool('sha256', attributes, key)
      return frame.assemble(attributes, signature)
    },
  }
}

/** The kind of key; throws UnusableInput on kinds that PDF readers do not check everywhere. */
function sealingKeyType(key: KeyObject): Sealer['keyType'] {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'P-256'
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'secp384r1') return 'P-384'
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 2048) return 'RSA-2048'
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 3072) return 'RSA-3072'
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 4096) return 'RSA-4096'
  throw new UnusableInput({
    what: `The sealing key is of a kind Assent does not seal with (${key.asymmetricKeyType ?? 'unknown'} ${namedCurve ?? modulusLength ?? ''}).`,
    remedy: 'Use a P-256 or P-384 key, or RSA with 2048, 3072 or 4096 bits.',
  })
}

/** The certificate's common name, or organisation, or whole subject. */
export function nameOf(certificate: X509Certificate): string {
  const parts = new Map(certificate.subject.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  return parts.get('CN') ?? parts.get('O') ?? certificate.subject.replaceAll('\n', ', ')
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new UnusableInput({ what: 'The sealing certificate cannot be read.', remedy: 'It must be an X.509 certificate in PEM form (BEGIN CERTIFICATE).' }, cause)
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new UnusableInput({ what: 'The sealing key cannot be read.', remedy: 'It must be a private key in PEM form without a passphrase (BEGIN PRIVATE KEY).' }, cause)
  }
}
