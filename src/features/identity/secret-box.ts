import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Ids } from '../../adapters/ids.ts'

/** Keeps small secrets that have to be read again, so that a copy of the database alone is worth nothing. */
export interface SecretBox {
  close(secret: string): string
  /** Null when no key opens it: the secrets of this installation were replaced. */
  open(closed: string): string | null
}

const IV = 12
const TAG = 16

/** AES-256-GCM under keys derived from the installation's secrets (RFC 5869); the first closes, each may open. */
export function createSecretBox(secrets: readonly string[], ids: Pick<Ids, 'random'>, purpose: string): SecretBox {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `assent ${purpose}`, 32)))
  return {
    close(secret) {
      const iv = ids.random(IV)
      const cipher = createCipheriv('aes-256-gcm', keys[0] as Buffer, iv)
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(closed) {
      const bytes = Buffer.from(closed, 'base64url')
      for (const key of keys) {
        try {
          const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG })
          cipher.setAuthTag(bytes.subarray(IV, IV + TAG))
          return Buffer.concat([cipher.update(bytes.subarray(IV + TAG)), cipher.final()]).toString('utf8')
        } catch {
          // Closed under another key of ours, perhaps.
        }
      }
      return null
    },
  }
}
