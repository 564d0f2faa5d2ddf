import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import {
  generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse,
  type AuthenticationResponseJSON, type RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { ProofLog } from './proof-log.ts'

/** A passkey as its owner sees it. */
export interface PasskeyEntry { hash: string; name: string; createdAt: number; usedAt: number | null }

interface PasskeyRow {
  credential_hash: string; person_id: string; credential_id: string; public_key: string; counter: number | string; name: string
  created_at: number | string; used_at: number | string | null
}

/** Passkeys (WebAuthn level 2): the device or key itself checks its owner, and answers only to this site's own address. */
export class PasskeyService {
  readonly #parts: { db: Database; clock: Clock; log: ProofLog; origin: string; siteName: () => string }
  readonly #rpId: string
  constructor(parts: { db: Database; clock: Clock; log: ProofLog; origin: string; siteName: () => string }) {
    this.#parts = parts
    this.#rpId = new URL(parts.origin).hostname
  }

  /** Browsers make passkeys for a name with https, or for `localhost`; never for a bare address (WebAuthn 2, 5.1.2). */
  get possible(): boolean {
    const { protocol } = new URL(this.#parts.origin)
    return isIP(this.#rpId.replace(/^\[|\]$/g, '')) === 0 && (protocol === 'https:' || this.#rpId === 'localhost')
  }

  async of(personId: string): Promise<PasskeyEntry[]> {
    const rows = await this.#parts.db.read<PasskeyRow>('passkeys').where({ person_id: personId }).orderBy('created_at')
    return rows.map((row) => ({ hash: row.credential_hash, name: row.name, createdAt: Number(row.created_at), usedAt: row.used_at === null ? null : Number(row.used_at) }))
  }

  /** What the browser needs to make a passkey; the challenge has to be kept for `add`. */
  async registration(person: { id: string; name: string }): Promise<{ options: object; challenge: string }> {
    const known = await this.#parts.db.read<PasskeyRow>('passkeys').where({ person_id: person.id })
    const options = await generateRegistrationOptions({
      rpName: this.#parts.siteName(), rpID: this.#rpId, userName: person.name, userDisplayName: person.name, userID: new Uint8Array(Buffer.from(person.id)),
      attestationType: 'none', authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: known.map((row) => ({ id: row.credential_id })),
    })
    return { options, challenge: options.challenge }
  }

  /** Keeps a passkey that answers the challenge; false for anything else. */
  async add(personId: string, name: string, response: unknown, challenge: string): Promise<boolean> {
    const { db, clock, log, origin } = this.#parts
    const verified = await verifyRegistrationResponse({
      response: response as RegistrationResponseJSON, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: this.#rpId, requireUserVerification: true,
    }).catch(() => null)
    if (!verified?.verified) return false
    const { id, publicKey, counter } = verified.registrationInfo.credential
    await db.transaction(async () => {
      await db.sql('passkeys').insert({
        credential_hash: hashOf(id), person_id: personId, credential_id: id, public_key: Buffer.from(publicKey).toString('base64url'), counter, name, created_at: clock.now(), used_at: null,
      })
      await log(personId, 'passkey-added', { name })
    })
    return true
  }

  /** What the browser needs to be asked for any passkey of this site; nothing in it tells who has one. */
  async question(): Promise<{ options: object; challenge: string }> {
    const options = await generateAuthenticationOptions({ rpID: this.#rpId, userVerification: 'required' })
    return { options, challenge: options.challenge }
  }

  /** Whose passkey answered the challenge, or null. A counter that does not grow is a copied key: refused (WebAuthn 2, 7.2). */
  async answer(response: unknown, challenge: string): Promise<string | null> {
    const { db, clock, origin } = this.#parts
    const id = (response as { id?: unknown } | null)?.id
    const row = typeof id === 'string' ? await db.read<PasskeyRow>('passkeys').where({ credential_hash: hashOf(id) }).first() : undefined
    if (!row) return null
    const before = Number(row.counter)
    const verified = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: this.#rpId, requireUserVerification: true,
      credential: { id: row.credential_id, publicKey: new Uint8Array(Buffer.from(row.public_key, 'base64url')), counter: before },
    }).catch(() => null)
    if (!verified?.verified) return null
    // The same answer sent twice at once: only one finds the counter as it was.
    const noted = await db.sql('passkeys').where({ credential_hash: row.credential_hash, counter: before }).update({ counter: verified.authenticationInfo.newCounter, used_at: clock.now() })
    return noted === 1 ? row.person_id : null
  }

  /** False when there is no such passkey of this person. */
  async remove(personId: string, hash: string): Promise<boolean> {
    const { db, log } = this.#parts
    return db.transaction(async () => {
      if (await db.sql('passkeys').where({ person_id: personId, credential_hash: hash }).delete() === 0) return false
      await log(personId, 'passkey-removed')
      return true
    })
  }
}

const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex')
