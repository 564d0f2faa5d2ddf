import { createDecipheriv, createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { child, children, DerError, octetsOf, oidText, type DerNode } from './der-read.ts'
import { decryptRc2Cbc } from './rc2.ts'

const HASHES: Record<string, string> = {
  '1.3.14.3.2.26': 'sha1', '2.16.840.1.101.3.4.2.4': 'sha224', '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.2': 'sha384', '2.16.840.1.101.3.4.2.3': 'sha512',
}
const HMACS: Record<string, string> = {
  '1.2.840.113549.2.7': 'sha1', '1.2.840.113549.2.9': 'sha256', '1.2.840.113549.2.10': 'sha384', '1.2.840.113549.2.11': 'sha512',
}
const CIPHERS: Record<string, { name: string; key: number }> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', key: 16 }, '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', key: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', key: 32 }, '1.2.840.113549.3.7': { name: 'des-ede3-cbc', key: 24 },
}
const PBES2 = '1.2.840.113549.1.5.13'
/** PKCS#12's own schemes (RFC 7292, appendix C): key bytes, and RC2's bits where it is RC2. */
const OLD: Record<string, { key: number; rc2: number }> = {
  '1.2.840.113549.1.12.1.3': { key: 24, rc2: 0 }, '1.2.840.113549.1.12.1.4': { key: 16, rc2: 0 },
  '1.2.840.113549.1.12.1.5': { key: 16, rc2: 128 }, '1.2.840.113549.1.12.1.6': { key: 5, rc2: 40 },
}
// A file that asks for more rounds is hostile: it would hold the process for minutes.
const MOST_ROUNDS = 10_000_000

/** Decrypts by the algorithm a PKCS#12 file names. Throws DerError when the scheme is unknown or the padding is wrong. */
export function decryptPkcs12(algorithm: DerNode, passphrase: string, data: Buffer): Buffer {
  const scheme = oidText(child(algorithm, 0, 0x06, true))
  const parameters = child(algorithm, 1, 0x30, true)
  if (scheme === PBES2) return decryptPbes2(parameters, passphrase, data)
  const old = OLD[scheme]
  if (!old) throw new DerError('the file is encrypted in a way Assent does not know')
  const salt = child(parameters, 0, 0x04, true).content
  const rounds = integer(child(parameters, 1, 0x02, true))
  const key = pkcs12Key('sha1', 1, passphrase, salt, rounds, old.key)
  const iv = pkcs12Key('sha1', 2, passphrase, salt, rounds, 8)
  if (old.rc2 > 0) return unpad(decryptRc2Cbc(key, old.rc2, iv, data))
  const whole = old.key === 24 ? key : Buffer.concat([key, key.subarray(0, 8)])
  return decipher('des-ede3-cbc', whole, iv, data)
}

/** Checks the file's own message code (RFC 7292, appendix B); false means a wrong passphrase or a damaged file. */
export function macHolds(mac: DerNode, passphrase: string, content: Buffer): boolean {
  const digestInfo = child(mac, 0, 0x30, true)
  const hash = HASHES[oidText(child(child(digestInfo, 0, 0x30, true), 0, 0x06, true))]
  if (hash === undefined) throw new DerError('the file is protected in a way Assent does not know')
  const expected = octetsOf(children(digestInfo, true)[1] ?? mac)
  const salt = child(mac, 1, 0x04, true).content
  const rounds = children(mac, true)[2]
  const key = pkcs12Key(hash, 3, passphrase, salt, rounds ? integer(rounds) : 1, createHash(hash).digest().length)
  const actual = createHmac(hash, key).update(content).digest()
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}

function decryptPbes2(parameters: DerNode, passphrase: string, data: Buffer): Buffer {
  const derivation = child(parameters, 0, 0x30, true)
  const encryption = child(parameters, 1, 0x30, true)
  const cipher = CIPHERS[oidText(child(encryption, 0, 0x06, true))]
  if (oidText(child(derivation, 0, 0x06, true)) !== '1.2.840.113549.1.5.12' || !cipher) throw new DerError('the file is encrypted in a way Assent does not know')
  const [salt, rounds, ...rest] = children(child(derivation, 1, 0x30, true), true)
  if (salt?.tag !== 0x04 || !rounds) throw new DerError('the file is damaged')
  const prf = rest.find((part) => part.tag === 0x30)
  const hash = prf ? HMACS[oidText(child(prf, 0, 0x06, true))] : 'sha1'
  if (hash === undefined) throw new DerError('the file is encrypted in a way Assent does not know')
  const key = pbkdf2Sync(passphrase, salt.content, integer(rounds), cipher.key, hash)
  return decipher(cipher.name, key, child(encryption, 1, 0x04, true).content, data)
}

/** The key derivation of RFC 7292, appendix B.2. */
function pkcs12Key(hash: string, purpose: number, passphrase: string, salt: Buffer, rounds: number, size: number): Buffer {
  const block = hash === 'sha384' || hash === 'sha512' ? 128 : 64
  const fill = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes.length === 0 ? 0 : bytes)
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16()
  const input = Buffer.concat([fill(salt), fill(password)])
  const out: Buffer[] = []
  for (let made = 0; made < size;) {
    let digest = createHash(hash).update(Buffer.alloc(block, purpose)).update(input).digest()
    for (let round = 1; round < rounds; round += 1) digest = createHash(hash).update(digest).digest()
    out.push(digest)
    made += digest.length
    const add = BigInt(`0x${Buffer.alloc(block, digest).toString('hex')}`) + 1n
    for (let at = 0; at < input.length; at += block) {
      const sum = (BigInt(`0x${input.toString('hex', at, at + block)}`) + add) & ((1n << BigInt(block * 8)) - 1n)
      input.write(sum.toString(16).padStart(block * 2, '0'), at, 'hex')
    }
  }
  return Buffer.concat(out).subarray(0, size)
}

function decipher(name: string, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  try {
    const cipher = createDecipheriv(name, key, iv)
    return Buffer.concat([cipher.update(data), cipher.final()])
  } catch {
    throw new DerError('the passphrase is wrong or the file is damaged')
  }
}

function unpad(data: Buffer): Buffer {
  const size = data.at(-1) ?? 0
  if (size < 1 || size > 8 || data.subarray(-size).some((byte) => byte !== size)) throw new DerError('the passphrase is wrong or the file is damaged')
  return data.subarray(0, -size)
}

function integer(element: DerNode): number {
  const value = element.tag === 0x02 && element.content.length <= 6 ? element.content.readUIntBE(0, element.content.length) : 0
  if (value < 1 || value > MOST_ROUNDS) throw new DerError('the file is damaged')
  return value
}
