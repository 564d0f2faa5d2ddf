import { createDecipheriv, constants, privateDecrypt, randomBytes } from 'node:crypto'
import { believeOnlyIf, IdentityDoubted } from './proven-identity.ts'
import { DSIG, XENC, XENC11 } from './saml-names.ts'
import { bytesOfBase64 } from './xml-guard.ts'
import { childrenOf, onlyChild, type XmlElement } from './xml-tree.ts'

/**
 * Ciphers for the statement itself, with the length of their key in bytes. AES-CBC is not among them: it does not notice a change, so whoever may send
 * changed texts and sees how they are answered reads the whole (a padding oracle); GCM refuses every change before anything is read.
 */
const CIPHERS: Record<string, { name: 'aes-128-gcm' | 'aes-256-gcm'; keyBytes: number }> = {
  [`${XENC11}aes128-gcm`]: { name: 'aes-128-gcm', keyBytes: 16 }, [`${XENC11}aes256-gcm`]: { name: 'aes-256-gcm', keyBytes: 32 },
}
const OAEP_MGF1P = `${XENC}rsa-oaep-mgf1p`
const OAEP = `${XENC11}rsa-oaep`
const RETRIEVAL = `${XENC}EncryptedKey`
/** Digests of OAEP, which need no resistance to collisions; the mask uses the same one, as the cryptography here does. */
const DIGESTS: Record<string, { name: 'sha1' | 'sha256'; mask: string }> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': { name: 'sha1', mask: `${XENC11}mgf1sha1` }, [`${XENC}sha256`]: { name: 'sha256', mask: `${XENC11}mgf1sha256` },
}
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#sha1'
const IV = 12
const TAG = 16

/**
 * The text of the statement in an `EncryptedAssertion`. What may be wrong with it from outside (structure, algorithms) has words of its own; whatever
 * goes wrong from the first use of a key on is one word and one way, whichever key, cipher or character it was.
 * @param keys PEM of our keys, the one our metadata names first; several while one replaces another.
 * @throws IdentityDoubted `structure`, `algorithm` or `encrypted`.
 */
export function decryptStatement(encrypted: XmlElement, keys: readonly string[]): string {
  believeOnlyIf(keys.length > 0, 'encrypted')
  const data = onlyChild(encrypted, XENC, 'EncryptedData')
  believeOnlyIf(data && [undefined, `${XENC}Element`].includes(data.attributes.get('Type')) && hasOnly(data, [[XENC, 'EncryptionMethod'], [DSIG, 'KeyInfo'], [XENC, 'CipherData']]), 'structure')
  const method = onlyChild(data, XENC, 'EncryptionMethod')
  believeOnlyIf(method && method.children.length === 0, 'structure')
  const cipher = CIPHERS[method.attributes.get('Algorithm') ?? '']
  believeOnlyIf(cipher, 'algorithm')
  const key = encryptedKeyOf(encrypted, data)
  const [digest, wrapped, body] = [oaepDigest(key), cipherValue(key), cipherValue(data)]
  believeOnlyIf(body.length > IV + TAG, 'encrypted')
  // Without the right key a made-up one is tried, so that a wrong key and a wrong text are answered alike.
  const contentKey = unwrap(wrapped, digest, keys, cipher.keyBytes) ?? randomBytes(cipher.keyBytes)
  try {
    const opened = createDecipheriv(cipher.name, contentKey, body.subarray(0, IV), { authTagLength: TAG })
    opened.setAuthTag(body.subarray(-TAG))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat([opened.update(body.subarray(IV, -TAG)), opened.final()]))
  } catch {
    throw new IdentityDoubted('encrypted')
  }
}

/** The one key beside or inside the data. */
function encryptedKeyOf(encrypted: XmlElement, data: XmlElement): XmlElement {
  believeOnlyIf(hasOnly(encrypted, [[XENC, 'EncryptedData'], [XENC, 'EncryptedKey']]), 'structure')
  const info = onlyChild(data, DSIG, 'KeyInfo')
  const beside = childrenOf(encrypted, XENC, 'EncryptedKey')
  const inside = info ? childrenOf(info, XENC, 'EncryptedKey') : []
  const [key, ...more] = [...beside, ...inside]
  believeOnlyIf(key && more.length === 0, 'structure')
  if (info) {
    believeOnlyIf(hasOnly(info, [[XENC, 'EncryptedKey'], [DSIG, 'RetrievalMethod']]), 'structure')
    const pointers = childrenOf(info, DSIG, 'RetrievalMethod')
    believeOnlyIf(pointers.length === beside.length && pointers.every((one) => one.children.length === 0 && one.attributes.get('Type') === RETRIEVAL
      && one.attributes.get('URI') === `#${key.attributes.get('Id') ?? ''}`), 'structure')
  }
  believeOnlyIf(hasOnly(key, [[XENC, 'EncryptionMethod'], [DSIG, 'KeyInfo'], [XENC, 'CipherData'], [XENC, 'ReferenceList'], [XENC, 'CarriedKeyName']]), 'structure')
  return key
}

function oaepDigest(key: XmlElement): 'sha1' | 'sha256' {
  const method = onlyChild(key, XENC, 'EncryptionMethod')
  believeOnlyIf(method, 'structure')
  const algorithm = method.attributes.get('Algorithm')
  believeOnlyIf(algorithm === OAEP_MGF1P || algorithm === OAEP, 'algorithm')
  // A label (OAEPparams) nobody uses, and would be one more thing to get wrong.
  believeOnlyIf(hasOnly(method, [[DSIG, 'DigestMethod'], [XENC11, 'MGF']]) && childrenOf(method, DSIG, 'DigestMethod').length <= 1 && childrenOf(method, XENC11, 'MGF').length <= 1, 'algorithm')
  const digest = DIGESTS[onlyChild(method, DSIG, 'DigestMethod')?.attributes.get('Algorithm') ?? SHA1]
  const mask = onlyChild(method, XENC11, 'MGF')?.attributes.get('Algorithm') ?? `${XENC11}mgf1sha1`
  believeOnlyIf(digest && digest.mask === mask && (algorithm === OAEP || onlyChild(method, XENC11, 'MGF') === null), 'algorithm')
  return digest.name
}

function unwrap(wrapped: Buffer, oaepHash: string, keys: readonly string[], length: number): Buffer | null {
  let found: Buffer | null = null
  for (const key of keys) {
    try {
      const opened = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped)
      if (opened.length === length) found ??= opened
    } catch {
      // Wrapped for another key, or for none of ours.
    }
  }
  return found
}

function cipherValue(of: XmlElement): Buffer {
  const data = onlyChild(of, XENC, 'CipherData')
  const value = data && onlyChild(data, XENC, 'CipherValue')
  // By reference it could lie anywhere.
  believeOnlyIf(value && data.children.length === 1 && value.children.length === 0, 'structure')
  return bytesOfBase64(value.text)
}

const hasOnly = (element: XmlElement, known: readonly (readonly [string, string])[]): boolean =>
  element.children.every((child) => known.some(([namespace, name]) => child.namespace === namespace && child.name === name))
