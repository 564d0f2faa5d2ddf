import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a file is made: kind of key and wrapping, as OpenSSL names them. */
export const PKCS12_KINDS = {
  'rsa-modern': { key: ['-newkey', 'rsa:2048'], wrap: [] },
  'ec-modern': { key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], wrap: [] },
  'p384-modern': { key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'], wrap: [] },
  // RC2 for certificates, 3DES for the key: OpenSSL 1, old Windows and macOS.
  'rsa-legacy': { key: ['-newkey', 'rsa:2048'], wrap: ['-legacy'] },
  'ec-legacy': { key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], wrap: ['-legacy'] },
  'rsa-3des': { key: ['-newkey', 'rsa:2048'], wrap: ['-legacy', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'] },
  'rsa-aes128-sha512': { key: ['-newkey', 'rsa:3072'], wrap: ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC', '-macalg', 'sha512'] },
  'rsa-open-certificates': { key: ['-newkey', 'rsa:2048'], wrap: ['-certpbe', 'NONE'] },
} as const

const made = new Map<string, { bytes: Buffer; keyPem: string; certificatePem: string }>()

/** A PKCS#12 file of a made-up school by OpenSSL, with its authority's certificate inside; passphrase "Correct Horse 9". */
export function pkcs12(kind: keyof typeof PKCS12_KINDS): { bytes: Buffer; keyPem: string; certificatePem: string } {
  const known = made.get(kind)
  if (known) return known
  const folder = mkdtempSync(join(tmpdir(), 'assent-p12-'))
  try {
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
    const { key, wrap } = PKCS12_KINDS[kind]
    run('req', '-x509', ...key, '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/O=Made-up Authority/CN=Made-up Root')
    run('req', ...key, '-nodes', '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/O=Brook Lane/CN=Brook Lane Primary School')
    writeFileSync(join(folder, 'usage.cnf'), 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n')
    run('x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-out', 'cert.pem', '-extfile', 'usage.cnf')
    run('pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', '-certfile', 'ca.pem', '-passout', 'pass:Correct Horse 9', '-out', 'file.p12', ...wrap)
    const text = (name: string) => readFileSync(join(folder, name), 'utf8')
    const file = { bytes: readFileSync(join(folder, 'file.p12')), keyPem: text('key.pem'), certificatePem: text('cert.pem') }
    made.set(kind, file)
    return file
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
