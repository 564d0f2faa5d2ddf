import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A PKCS#12 file with an RSA-2048 key, in the old encryption that every library reads; null where openssl is missing. */
export function makePkcs12(): Buffer | null {
  const folder = mkdtempSync(join(tmpdir(), 'assent-p12-'))
  const at = (name: string) => join(folder, name)
  try {
    const made = [
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem'), '-days', '30', '-subj', '/CN=Bench seal'],
      ['pkcs12', '-export', '-legacy', '-inkey', at('key.pem'), '-in', at('cert.pem'), '-out', at('seal.p12'), '-passout', 'pass:bench'],
    ].every((args) => spawnSync('openssl', args, { stdio: 'ignore' }).status === 0)
    return made ? readFileSync(at('seal.p12')) : null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
