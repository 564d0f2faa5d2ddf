import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, randomUUID, sign } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { UnusableInput } from '../../shared/errors.ts'

/** The Ed25519 key that signs tree heads. */
export interface AuditKey {
  /** SHA-256 hex of the public key (SPKI, DER). */
  readonly keyId: string
  readonly publicKeyPem: string
  /** This key's and those that signed before it, PEM, oldest first: heads by any of them are believed. */
  readonly publicKeys: readonly string[]
  sign(message: Buffer): Buffer
}

const FILE = 'audit-key.pem'

/** Where the key lies in the folder of secrets. */
export const auditKeyFile = (folder: string): string => join(folder, FILE)

/**
 * Reads the key from the data directory; the first start makes it (mode 0600). Two processes that start at once agree on one.
 * @throws UnusableInput when the file is not an Ed25519 private key, or others may read it.
 */
export async function loadOrCreateAuditKey(dataDir: string): Promise<AuditKey> {
  const path = auditKeyFile(dataDir)
  const pem = await readKey(path) ?? await createKey(dataDir, path)
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (error) {
    throw wrongKey(path, 'is not a private key in PEM', error)
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrongKey(path, `holds a key of type ${key.asymmetricKeyType}, not Ed25519`)
  return auditKeyOf(key)
}

/** Identifier of a public key: SHA-256 hex of its SPKI in DER. @throws Error when the text is no public key. */
export function keyIdOf(publicKeyPem: string): string {
  return hash('sha256', createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }), 'hex')
}

/** Where the key that follows lies until the log has named it. */
export const nextAuditKeyFile = (folder: string): string => join(folder, `${FILE}.next`)

/** A fresh key under another name (mode 0600); what an earlier attempt left there is used again. */
export async function makeNextAuditKey(folder: string): Promise<AuditKey> {
  const path = nextAuditKeyFile(folder)
  const pem = await readKey(path) ?? await createKey(folder, path)
  return auditKeyOf(createPrivateKey(pem))
}

function auditKeyOf(key: KeyObject): AuditKey {
  const publicKeyPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  return { keyId: keyIdOf(publicKeyPem), publicKeyPem, publicKeys: [publicKeyPem], sign: (message) => sign(null, message, key) }
}

async function readKey(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw new UnusableInput({
        what: 'The key of the audit log may be read by others on this machine.', where: path, remedy: `Run: chmod 600 ${path}`,
      })
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof UnusableInput) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw wrongKey(path, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`, error)
  }
}

async function createKey(dataDir: string, path: string): Promise<string> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(pem)
      await file.sync()
    } finally {
      await file.close()
    }
    try {
      // A link appears whole or not at all, and never replaces the key of a process that was faster.
      await link(draft, path)
      const folder = await open(dataDir, 'r')
      await folder.sync().finally(() => folder.close())
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      await unlink(draft)
    }
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UnusableInput({
      what: `The key of the audit log cannot be made: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}.`,
      where: path,
      remedy: 'Check that this user may write to the data directory.',
    }, error)
  }
}

function wrongKey(path: string, problem: string, cause?: unknown): UnusableInput {
  return new UnusableInput({
    what: `The key of the audit log ${problem}.`,
    where: path,
    remedy: 'Restore this file from the backup. Do not delete it: a new key cannot continue the log.',
  }, cause)
}
