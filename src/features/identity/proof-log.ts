import type { AuditPort } from './ports.ts'

/** What changed of somebody's own sign-in. */
export type ProofChange = 'passkey-added' | 'passkey-removed' | 'codes-set-up' | 'codes-removed' | 'recovery-codes-made' | 'recovery-code-used'

/** Notes such a change in the log and tells its owner by mail; called inside the transaction of the change. */
export type ProofLog = (personId: string, change: ProofChange, particulars?: object) => Promise<void>

/** `tellOwner` puts the mail on its way. */
export function createProofLog(audit: AuditPort, tellOwner: (personId: string, change: ProofChange) => Promise<void>): ProofLog {
  return async (personId, change, particulars = {}) => {
    await audit.record({ actor: `person:${personId}`, event: `proof.${change}`, subject: `person:${personId}`, payload: particulars })
    await tellOwner(personId, change)
  }
}
