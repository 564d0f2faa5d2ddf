import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import type { Database } from '../../../src/db/database.ts'
import type { Timers } from '../../../src/db/timers.ts'
import { type AuditKey, loadOrCreateAuditKey } from '../../../src/features/audit/audit-key.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { AuditQueries } from '../../../src/features/audit/audit-queries.ts'
import { AuditSequencer } from '../../../src/features/audit/audit-sequencer.ts'
import { type VerifyOptions, verifyLog } from '../../../src/features/audit/verify-log.ts'

export const START = Date.parse('2026-09-01T08:00:00Z')
export const TABLES = ['audit_heads', 'audit_leaves', 'audit_pending', 'audit_payloads', 'audit_entries']
export const stillTimers: Timers = { every: () => () => undefined, after: () => () => undefined }

/** A directory that goes with the test. */
export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'assent-audit-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Lets the test do what nobody may: change and empty the log. */
export async function openForTampering(db: Database): Promise<void> {
  for (const table of ['audit_entries', 'audit_leaves', 'audit_heads']) {
    for (const verb of ['update', 'delete']) await db.sql.raw(`DROP TRIGGER IF EXISTS ${table}_no_${verb}`)
  }
}

/** An empty log with everything that works on it. */
export async function makeLedger(db: Database, given?: AuditKey) {
  await openForTampering(db)
  for (const table of [...TABLES, 'leases']) await db.sql(table).del()
  const clock = new FixedClock(START)
  const key = given ?? await loadOrCreateAuditKey(temporaryDirectory())
  const log = new AuditLog(db, clock, createIds(clock))
  const sequencer = new AuditSequencer({ db, clock, key, holder: 'test', timers: stillTimers })
  return {
    db, clock, key, log, sequencer, queries: new AuditQueries(db),
    /** Records `count` entries, a millisecond apart; returns their ids. */
    async add(count: number): Promise<string[]> {
      const ids: string[] = []
      await db.transaction(async () => {
        for (let n = 0; n < count; n += 1) {
          clock.advance(1)
          ids.push(await log.record({ actor: 'system', event: 'thing.done', subject: `thing:${n % 3}`, payload: { n } }))
        }
      })
      return ids
    },
    verify: (options: Partial<VerifyOptions> = {}) => verifyLog(db, { publicKeys: [key.publicKeyPem], now: clock.now(), ...options }),
  }
}
