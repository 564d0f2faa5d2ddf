import { describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { Database } from '../../../src/db/database.ts'
import { withLease } from '../../../src/db/lease.ts'
import { entryLeaf, fromRow } from '../../../src/features/audit/audit-entry.ts'
import { loadOrCreateAuditKey } from '../../../src/features/audit/audit-key.ts'
import { AuditSequencer } from '../../../src/features/audit/audit-sequencer.ts'
import { merkleRoot } from '../../../src/features/audit/merkle.ts'
import { UnusableInput } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { makeLedger, START, stillTimers, temporaryDirectory } from './ledger.ts'

describe('AuditSequencer', { retry: 0 }, () => {
  onBothDatabases('sequencing', (get) => {
    it('L1: turns waiting entries into contiguous leaves under a signed head', async () => {
      const { db, sequencer, queries, add, verify } = await makeLedger(get().db)
      expect(await queries.head()).toBeNull()
      const ids = [...await add(3), ...await add(4)]
      expect(await sequencer.sequence()).toEqual({ sequenced: 7, busy: false })
      expect(await sequencer.sequence()).toEqual({ sequenced: 0, busy: false })
      const leaves = await db.read('audit_leaves').orderBy('leaf_index')
      expect(leaves.map((leaf) => [leaf.leaf_index, leaf.entry_id])).toEqual(ids.map((id, n) => [n, id]))
      expect(await db.read('audit_pending')).toEqual([])
      const entries = (await db.read('audit_entries').orderBy('id')).map(fromRow)
      expect(await queries.head()).toEqual({ size: 7, root: merkleRoot(entries.map(entryLeaf)).toString('hex'), at: START + 7 })
      expect(await verify()).toMatchObject({ valid: true, size: 7, heads: 1, erased: 0, firstBad: null })
    })

    it('works in batches of 500, each with its head, and stops at a limit', async () => {
      const { db, sequencer, add, verify } = await makeLedger(get().db)
      await add(1203)
      expect((await sequencer.sequence(100)).sequenced).toBe(100)
      expect((await sequencer.sequence()).sequenced).toBe(1103)
      expect((await db.read('audit_heads').orderBy('tree_size')).map((head) => head.tree_size)).toEqual([100, 600, 1100, 1203])
      expect(await verify()).toMatchObject({ valid: true, size: 1203, heads: 4 })
    })

    it('does nothing while another process holds the lease', async () => {
      const { db, clock, sequencer, add } = await makeLedger(get().db)
      await add(1)
      await withLease(db, clock, 'audit-sequencer', 'elsewhere', async () => {
        expect(await sequencer.sequence()).toEqual({ sequenced: 0, busy: true })
      }, { ttlMs: 1000, timers: stillTimers })
      expect((await sequencer.sequence()).sequenced).toBe(1)
    })

    it('never numbers twice nor signs two heads of one size, with two processes at once and entries coming in', async () => {
      const { db, url } = get()
      const ledger = await makeLedger(db)
      const other = await Database.open(url)
      const twin = new AuditSequencer({ db: other, clock: ledger.clock, key: ledger.key, holder: 'twin', timers: stillTimers })
      let recording = true
      const sequencing = [ledger.sequencer, twin].map(async (sequencer) => {
        while (recording) {
          await sequencer.sequence(7)
          await new Promise((resolve) => setImmediate(resolve))
        }
      })
      for (let n = 0; n < 40; n += 1) await ledger.add(5)
      recording = false
      await Promise.all(sequencing)
      await twin.sequence()
      await ledger.sequencer.sequence()
      expect(await ledger.verify()).toMatchObject({ valid: true, size: 200, firstBad: null })
      await other.close()
    })

    it('holds together even when both believe they hold the lease', async () => {
      const { db, url } = get()
      const ledger = await makeLedger(db)
      const other = await Database.open(url)
      await ledger.add(60)
      // Each clock is far ahead of the other's lease, so nobody is ever refused.
      const sequencers = [db, other].map((handle, n) => new AuditSequencer({
        db: handle, clock: new FixedClock(START + n * 1e9), key: ledger.key, holder: `s${n}`, timers: stillTimers,
      }))
      for (let round = 0; round < 6; round += 1) {
        await db.sql('leases').del()
        await Promise.all(sequencers.map((sequencer) => sequencer.sequence(10)))
      }
      expect(await ledger.verify()).toMatchObject({ valid: true, size: 60 })
      await other.close()
    })

    it('L1: tells how long the oldest entry has waited, for the alarm at 60 s', async () => {
      const { clock, sequencer, add } = await makeLedger(get().db)
      expect(await sequencer.unsequencedFor()).toBe(0)
      await add(2)
      expect(await sequencer.unsequencedFor(clock.now() + 61_000)).toBe(61_001)
      await sequencer.sequence()
      expect(await sequencer.unsequencedFor(clock.now() + 61_000)).toBe(0)
    })

    it('refuses to continue a log that another key signed', async () => {
      const { db, clock, sequencer, add } = await makeLedger(get().db)
      await add(1)
      await sequencer.sequence()
      const key = await loadOrCreateAuditKey(temporaryDirectory())
      await add(1)
      const wrong = new AuditSequencer({ db, clock, key, holder: 'x', timers: stillTimers })
      await expect(wrong.sequence()).rejects.toMatchObject({ constructor: UnusableInput, remedy: expect.stringMatching(/audit-key\.pem/) })
      expect((await sequencer.sequence()).sequenced).toBe(1)
    })

    it.each(['root_hash', 'peaks', 'signature'])('refuses to build on a head whose %s was changed', async (column) => {
      const { db, sequencer, add } = await makeLedger(get().db)
      await add(4)
      await sequencer.sequence()
      const other = { root_hash: 'ab'.repeat(32), peaks: JSON.stringify(['ab'.repeat(32)]), signature: Buffer.alloc(64) }[column]
      await db.sql('audit_heads').update({ [column]: other })
      await add(1)
      await expect(sequencer.sequence()).rejects.toThrow(/last signed head/)
      expect(await db.read('audit_leaves')).toHaveLength(4)
    })
  })
})
