import { existsSync, renameSync } from 'node:fs'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { auditKeyFile, makeNextAuditKey, nextAuditKeyFile, type AuditKey } from './audit-key.ts'
import type { AuditLog } from './audit-log.ts'
import type { AuditSequencer } from './audit-sequencer.ts'
import { KEY_CHANGED } from './log-checker.ts'

/** Until the log names the next key nothing signs with it; afterwards only the file is left to be exchanged, now or at the next start. */
export async function changeAuditKey(
  parts: { db: Database; clock: Clock; audit: AuditLog; sequencer: AuditSequencer; auditKey: AuditKey; folder: string; actor: string },
): Promise<{ from: string; to: string }> {
  const { db, clock, audit, sequencer, auditKey, folder, actor } = parts
  const next = await makeNextAuditKey(folder)
  await db.transaction(async () => {
    await db.insertNew('certificates', [auditKey, next].map((key, at) => ({
      id: key.keyId, purpose: 'audit', pem: key.publicKeyPem, chain: '[]', subject: 'key of the ledger', not_before: clock.now(), not_after: FOREVER, created_at: clock.now() + at,
    })))
    await audit.record({ actor, event: KEY_CHANGED, subject: `key:${next.keyId}`, payload: { from: auditKey.keyId, to: next.keyId } })
  })
  // The head over this entry is still signed with the old key: by that it hands over.
  await sequencer.sequence()
  takeNextAuditKey(folder)
  return { from: auditKey.keyId, to: next.keyId }
}

/** Exchanges the files; the old key is overwritten, because nothing is ever signed with it again. */
export function takeNextAuditKey(folder: string): void {
  if (existsSync(nextAuditKeyFile(folder))) renameSync(nextAuditKeyFile(folder), auditKeyFile(folder))
}

const FOREVER = Date.parse('9999-12-31T00:00:00Z')
