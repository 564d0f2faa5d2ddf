import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { SharedLimiter, SharedLimits } from '../../http/shared-limiter.ts'
import { emailNorm } from '../../shared/names.ts'
import { hashToken } from './personal-link.ts'
import type { AuditPort } from './ports.ts'
import type { Proofs } from './proofs.ts'
import type { RoleStore } from './role-store.ts'

/** Roles whose holders get in without the school's provider: for the day it is down, or not connected yet. */
const LOCAL_ROLES = new Set(['trust-admin', 'it-admin'])
const TRIES = { max: 10, windowMs: 15 * 60_000 }

interface Parts {
  db: Database
  clock: Clock
  audit: AuditPort
  sharedLimits: SharedLimits
  roles: RoleStore
  proofs: Proofs
  /** Identifiers of everybody whose address this is. */
  withEmail(norm: string): Promise<string[]>
}

/** The administrators' own way in: a passkey, or an address with a code. There is no password. */
export class AdministratorSignIn {
  readonly #parts: Parts
  readonly #tries: SharedLimiter
  constructor(parts: Parts) {
    this.#parts = parts
    this.#tries = parts.sharedLimits.limiter('administrator by address', TRIES)
  }

  /** The person who may come in, or null: for a wrong code, an address nobody has, no such role, too many tries alike. */
  async byCode(email: string, code: string): Promise<string | null> {
    const { proofs, withEmail } = this.#parts
    const norm = emailNorm(email)
    if (norm === null || !await this.#tries.take(hashToken(norm))) return null
    for (const personId of await withEmail(norm)) {
      if (await this.#mayComeIn(personId) && await proofs.acceptsCode(personId, code)) return this.#began(personId, 'code')
    }
    return null
  }

  /** The owner of the passkey that answered, where they may come in this way; else null. */
  async byPasskey(response: unknown, challenge: string): Promise<string | null> {
    const personId = await this.#parts.proofs.acceptsPasskey(response, challenge)
    return personId !== null && await this.#mayComeIn(personId) ? this.#began(personId, 'passkey') : null
  }

  async #mayComeIn(personId: string): Promise<boolean> {
    const { roles, clock } = this.#parts
    return (await roles.grantsOf(personId, clock.now())).some((grant) => LOCAL_ROLES.has(grant.role))
  }

  async #began(personId: string, way: string): Promise<string> {
    const { db, audit } = this.#parts
    await db.transaction(() => audit.record({ actor: `person:${personId}`, event: 'administrator.came-in', subject: `person:${personId}`, payload: { way } }))
    return personId
  }
}
