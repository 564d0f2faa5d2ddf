import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import { createEncryptionCertificate } from '../../adapters/pdf/trust-certificates.ts'
import type { KeptSecrets } from './provider-service.ts'

/** Key first, then its certificate, both PEM: one file is written whole or not at all. */
const CURRENT = 'sign-in-encryption.pem'
const PREVIOUS = 'sign-in-encryption-previous.pem'
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/

/**
 * Keys with which identity providers encrypt what they say, kept as files of this installation alone. Made when first asked for; read anew each time, so
 * that a change counts without a new start. After a change the one before still opens: providers read our metadata when they please.
 */
export class EncryptionKeys {
  readonly #parts: { secrets: KeptSecrets; clock: Clock; ids: Ids; host: string }

  /** `host` stands in the certificate. */
  constructor(parts: { secrets: KeptSecrets; clock: Clock; ids: Ids; host: string }) {
    this.#parts = parts
  }

  /** PEM of the certificate that our metadata offers. */
  async certificate(): Promise<string> {
    const { secrets } = this.#parts
    if (secrets.read(CURRENT) === null) {
      const made = await this.#make()
      // Another process may have been quicker; whose file it is decides, also here.
      if (secrets.read(CURRENT) === null) secrets.write(CURRENT, made)
    }
    return CERTIFICATE.exec(secrets.read(CURRENT) ?? '')?.[0] ?? ''
  }

  /** PEM of the keys that may open a statement, newest first; none before one was ever offered. */
  decrypting(): string[] {
    const { secrets } = this.#parts
    return [CURRENT, PREVIOUS].map((name) => secrets.read(name)).filter((pem) => pem !== null).map((pem) => pem.replace(CERTIFICATE, '').trim())
  }

  /** A new key for our metadata; the one before opens on, the one before that no more. Returns the new certificate's PEM. */
  async rotate(): Promise<string> {
    const { secrets } = this.#parts
    await this.certificate()
    const made = await this.#make()
    secrets.write(PREVIOUS, secrets.read(CURRENT) ?? '')
    secrets.write(CURRENT, made)
    return this.certificate()
  }

  async #make(): Promise<string> {
    const { clock, ids, host } = this.#parts
    const { keyPem, certificatePem } = await createEncryptionCertificate({ commonName: host, now: clock.now(), random: (size) => ids.random(size) })
    return `${keyPem}${certificatePem}`
  }
}
