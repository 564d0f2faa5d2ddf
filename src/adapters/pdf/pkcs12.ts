import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { UnusableInput } from '../../shared/errors.ts'
import { orderedChain } from './certificate-trust.ts'
import { child, children, DerError, octetsOf, oidText, readDer, type DerNode } from './der-read.ts'
import { decryptPkcs12, macHolds } from './pkcs12-crypto.ts'

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const BAG = { key: '1.2.840.113549.1.12.10.1.1', shroudedKey: '1.2.840.113549.1.12.10.1.2', certificate: '1.2.840.113549.1.12.10.1.3', nested: '1.2.840.113549.1.12.10.1.6' }

interface Found {
  keys: KeyObject[]
  certificates: X509Certificate[]
}

/**
 * Opens the school's own PKCS#12 file (.p12, .pfx; RFC 7292): modern (AES) and legacy (3DES, RC2) encryption, RSA or EC keys.
 * `chainPem` is leaf first. @throws UnusableInput on a wrong passphrase, a damaged file, or one without a key and its certificate.
 */
export function loadPkcs12(bytes: Buffer, passphrase: string): { keyPem: string; certificatePem: string; chainPem: string[] } {
  let found: Found
  try {
    found = readFile(bytes, passphrase)
  } catch (cause) {
    if (cause instanceof UnusableInput) throw cause
    throw new UnusableInput({ what: `The PKCS#12 file cannot be read: ${cause instanceof DerError ? cause.message : 'it is damaged'}.`, remedy: 'Check the passphrase, or export the certificate with its key anew.' }, cause)
  }
  for (const key of found.keys) {
    const leaf = found.certificates.find((certificate) => certificate.checkPrivateKey(key))
    if (!leaf) continue
    const chain = orderedChain(leaf, found.certificates)
    return { keyPem: key.export({ type: 'pkcs8', format: 'pem' }) as string, certificatePem: leaf.toString(), chainPem: chain.map((each) => each.toString()) }
  }
  throw new UnusableInput({ what: 'The PKCS#12 file does not hold a key together with its certificate.', remedy: 'Export the certificate again and choose to include the private key.' })
}

function readFile(bytes: Buffer, passphrase: string): Found {
  const file = readDer(bytes, true)
  const parts = children(file, true)
  const authSafe = parts[1]
  const mac = parts[2]
  if (!authSafe || oidText(child(authSafe, 0, 0x06, true)) !== DATA) throw new DerError('it is not a PKCS#12 file with a passphrase')
  const content = octetsOf(contentOf(authSafe))
  if (mac) checkMac(mac, passphrase, content)
  const found: Found = { keys: [], certificates: [] }
  for (const info of children(readDer(content, true), true)) {
    const type = oidText(child(info, 0, 0x06, true))
    if (type === DATA) readBags(octetsOf(contentOf(info)), passphrase, found)
    else if (type === ENCRYPTED_DATA) readBags(decryptedOf(info, passphrase), passphrase, found)
    else throw new DerError('it is encrypted for a certificate instead of a passphrase')
  }
  return found
}

function checkMac(mac: DerNode, passphrase: string, content: Buffer): void {
  if (macHolds(mac, passphrase, content)) return
  throw new UnusableInput({ what: 'The passphrase of the PKCS#12 file is wrong.', remedy: 'Give the passphrase that was chosen when the file was exported.' })
}

/** The element inside the explicit tag of a ContentInfo. */
function contentOf(info: DerNode): DerNode {
  const inner = children(child(info, 1, 0xa0, true), true)[0]
  if (!inner) throw new DerError('it is damaged')
  return inner
}

function decryptedOf(info: DerNode, passphrase: string): Buffer {
  const encrypted = child(contentOf(info), 1, 0x30, true)
  const [, algorithm, data] = children(encrypted, true)
  if (!algorithm || !data) throw new DerError('it is damaged')
  return decryptPkcs12(algorithm, passphrase, octetsOf(data))
}

function readBags(bytes: Buffer, passphrase: string, found: Found, depth = 0): void {
  if (depth > 4) throw new DerError('it is damaged')
  for (const bag of children(readDer(bytes, true), true)) {
    const value = contentOf(bag)
    switch (oidText(child(bag, 0, 0x06, true))) {
      case BAG.key:
        found.keys.push(privateKey(value.whole))
        break
      case BAG.shroudedKey: {
        const [algorithm, data] = children(value, true)
        if (!algorithm || !data) throw new DerError('it is damaged')
        found.keys.push(privateKey(decryptPkcs12(algorithm, passphrase, octetsOf(data))))
        break
      }
      case BAG.certificate: {
        const wrapped = children(child(value, 1, 0xa0, true), true)[0]
        if (wrapped) found.certificates.push(new X509Certificate(octetsOf(wrapped)))
        break
      }
      case BAG.nested:
        readBags(value.whole, passphrase, found, depth + 1)
    }
  }
}

function privateKey(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}
