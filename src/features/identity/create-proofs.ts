import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { SharedLimits } from '../../http/shared-limiter.ts'
import { AdministratorSignIn } from './administrator-sign-in.ts'
import { PasskeyService } from './passkey-service.ts'
import type { AuditPort } from './ports.ts'
import { createProofLog, type ProofChange } from './proof-log.ts'
import { Proofs } from './proofs.ts'
import { RecoveryCodes } from './recovery-codes.ts'
import type { RoleStore } from './role-store.ts'
import { createSecretBox } from './secret-box.ts'
import { TotpService } from './totp-service.ts'

/** Puts together what proves who a member of staff is without the school's provider. */
export function createProofs(parts: {
  db: Database; clock: Clock; ids: Ids; audit: AuditPort; roles: RoleStore; sharedLimits: SharedLimits
  /** Puts a mail to somebody whose own sign-in has changed on its way. */
  tellOwner(personId: string, change: ProofChange): Promise<void>
  /** Secrets of this installation, as for sessions. */
  secrets: readonly string[]
  /** Where people reach us, such as `https://assent.larkmoor.example`: passkeys answer to nothing else. */
  origin: string
  siteName: () => string
  withEmail(norm: string): Promise<string[]>
}): { proofs: Proofs; administratorSignIn: AdministratorSignIn } {
  const { db, clock, ids, audit, roles, secrets, origin, siteName, withEmail } = parts
  const log = createProofLog(audit, (personId, change) => parts.tellOwner(personId, change))
  const box = createSecretBox(secrets, ids, 'codes of administrators')
  const proofs = new Proofs({
    box,
    passkeys: new PasskeyService({ db, clock, log, origin, siteName }),
    totp: new TotpService({ db, clock, ids, log, box }),
    recovery: new RecoveryCodes({ db, clock, ids, log }),
  })
  return { proofs, administratorSignIn: new AdministratorSignIn({ db, clock, audit, sharedLimits: parts.sharedLimits, roles, proofs, withEmail }) }
}
