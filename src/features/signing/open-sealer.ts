import { readFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import { createKeySealer } from '../../adapters/pdf/key-sealer.ts'
import { loadPkcs12 } from '../../adapters/pdf/pkcs12.ts'
import type { Sealer } from '../../adapters/pdf/pdf-records.ts'
import { createTrustCertificates, renewSealCertificate } from '../../adapters/pdf/trust-certificates.ts'
import type { SecretFiles } from '../../adapters/storage/secret-files.ts'
import type { Config } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { Refused, UnusableInput } from '../../shared/errors.ts'

/**
 * The trust's sealing key: the school's own PKCS#12 where one is configured, else a key and authority made at the first
 * start. Its certificates are kept in the database for ever, so that old records stay verifiable (D4).
 * @throws UnusableInput when key, passphrase or certificate do not fit.
 */
export async function openSealer(parts: { config: Config; secrets: SecretFiles; clock: Clock; ids: Ids; db: Database }): Promise<Sealer> {
  const { config, clock, db } = parts
  const own = config.sealing.pkcs12File
  const sealer = own
    ? named(own, () => createKeySealer(loadPkcs12(readFileSync(own), config.pkcs12Password ?? '')))
    : await ownSealer(parts)
  await db.transaction(async () => {
    await db.insertNew('certificates', sealer.chainPem.map((pem, at) => row(pem, sealer, at === 0 ? 'seal' : 'ca', clock.now())))
  })
  return sealer
}

async function ownSealer(parts: Parameters<typeof ownKey>[0]): Promise<Sealer> {
  const key = await ownKey(parts)
  return named(join(parts.secrets.folder, 'seal-key.pem'), () => createKeySealer(key))
}

/** What cannot be used is said with its file, for whoever has to mend it. */
function named(path: string, open: () => Sealer): Sealer {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    throw new UnusableInput({ what: error.what, where: error.where ? `${path} (${error.where})` : path, remedy: error.remedy }, error)
  }
}

/** A new set is written whole before any part of it takes the old one's place: a stop half-way is carried on at the next start. */
const NEXT = 'seal-next.json'

/**
 * Makes a new sealing key and certificate by the trust's own authority; the next start seals with it. Records sealed before stay valid: their
 * certificates are in the database (D4). Returns until when the new one lasts.
 * @throws Refused where the school's own PKCS#12 seals; UnusableInput when there is no authority to renew from.
 */
export async function rotateSealCertificate(parts: { config: Config; secrets: SecretFiles; clock: Clock; ids: Ids }): Promise<Instant> {
  const { config, secrets, clock, ids } = parts
  if (config.sealing.pkcs12File) {
    throw new Refused({ what: 'Records are sealed with the school’s own certificate, which Assent cannot renew.', where: config.sealing.pkcs12File, remedy: 'Put the new PKCS#12 file in its place and start Assent anew.' })
  }
  await ownKey(parts)
  const [caKeyPem, caCertificatePem] = [secrets.read('seal-authority-key.pem'), secrets.read('seal-authority.pem')]
  if (!caKeyPem || !caCertificatePem) throw new UnusableInput({ what: 'The key of the sealing authority is gone.', where: secrets.folder, remedy: 'Restore seal-authority-key.pem from the backup.' })
  const made = await renewSealCertificate({ caKeyPem, caCertificatePem }, { trustName: config.trust.name ?? '', keyType: config.sealing.keyType, now: clock.now(), random: (size) => ids.random(size) })
  secrets.write(NEXT, JSON.stringify({ authority: made.caCertificatePem, certificate: made.certificatePem, key: made.keyPem }))
  takeNext(secrets)
  return Date.parse(new X509Certificate(made.certificatePem).validTo)
}

function takeNext(secrets: SecretFiles): void {
  const next = secrets.read(NEXT)
  if (!next) return
  const { authority, certificate, key } = JSON.parse(next) as { authority: string; certificate: string; key: string }
  secrets.write('seal-authority.pem', authority)
  secrets.write('seal-certificate.pem', certificate)
  secrets.write('seal-key.pem', key)
  secrets.remove(NEXT)
}

async function ownKey({ config, secrets, clock, ids }: { config: Config; secrets: SecretFiles; clock: Clock; ids: Ids }) {
  takeNext(secrets)
  const key = secrets.read('seal-key.pem')
  const certificate = secrets.read('seal-certificate.pem')
  const authority = secrets.read('seal-authority.pem')
  if (key && certificate && authority) return { keyPem: key, certificatePem: certificate, chainPem: [certificate, authority] }
  const made = await createTrustCertificates({ trustName: config.trust.name ?? '', keyType: config.sealing.keyType, now: clock.now(), random: (size) => ids.random(size) })
  secrets.write('seal-authority-key.pem', made.caKeyPem)
  secrets.write('seal-authority.pem', made.caCertificatePem)
  secrets.write('seal-certificate.pem', made.certificatePem)
  // The key last: while it is missing the next start makes the whole set anew.
  secrets.write('seal-key.pem', made.keyPem)
  return { keyPem: made.keyPem, certificatePem: made.certificatePem, chainPem: [made.certificatePem, made.caCertificatePem] }
}

function row(pem: string, sealer: Sealer, purpose: 'seal' | 'ca', now: number): object {
  const certificate = new X509Certificate(pem)
  return {
    id: certificate.fingerprint256.replaceAll(':', '').toLowerCase(), purpose, pem, chain: JSON.stringify(sealer.chainPem),
    subject: sealer.subject.slice(0, 190), not_before: Date.parse(certificate.validFrom), not_after: Date.parse(certificate.validTo), created_at: now,
  }
}
