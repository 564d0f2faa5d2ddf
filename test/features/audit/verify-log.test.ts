import { describe, expect, it } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import { entryLeaf, fromRow } from '../../../src/features/audit/audit-entry.ts'
import { loadOrCreateAuditKey } from '../../../src/features/audit/audit-key.ts'
import { signHead } from '../../../src/features/audit/tree-head.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { makeLedger, temporaryDirectory } from './ledger.ts'

/** 20 entries under heads of 5, 12 and 20. */
async function filled(db: Database) {
  const ledger = await makeLedger(db)
  const ids: string[] = []
  for (const count of [5, 7, 8]) {
    ids.push(...await ledger.add(count))
    await ledger.sequencer.sequence()
  }
  return { ...ledger, ids }
}

type Filled = Awaited<ReturnType<typeof filled>>
const leafAt = (db: Database, index: number) => db.sql('audit_leaves').where({ leaf_index: index })

async function swap(db: Database, one: number, two: number): Promise<void> {
  const rows = await db.sql('audit_leaves').whereIn('leaf_index', [one, two]).orderBy('leaf_index')
  await db.sql('audit_leaves').whereIn('leaf_index', [one, two]).del()
  await db.insertMany('audit_leaves', rows.map((row, n) => ({ ...row, leaf_index: n === 0 ? Math.max(one, two) : Math.min(one, two) })))
}

async function rewriteEntry(db: Database, id: string): Promise<void> {
  await db.sql('audit_entries').where({ id }).update({ event: 'other.done' })
  const leaf = entryLeaf(fromRow(await db.sql('audit_entries').where({ id }).first())).toString('hex')
  await db.sql('audit_leaves').where({ entry_id: id }).update({ leaf_hash: leaf })
}

const TAMPERINGS: [string, (ledger: Filled) => Promise<unknown>, { index: number | null; entry: number | null; reason: RegExp }][] = [
  ['a changed entry', ({ db, ids }) => db.sql('audit_entries').where({ id: ids[7] }).update({ actor: 'os:other' }),
    { index: 7, entry: 7, reason: /entry is not what was recorded/ }],
  ['a changed time', ({ db, ids }) => db.sql('audit_entries').where({ id: ids[0] }).update({ at: 1 }),
    { index: 0, entry: 0, reason: /entry is not what was recorded/ }],
  ['a changed payload', ({ db, ids }) => db.sql('audit_payloads').where({ entry_id: ids[13] }).update({ payload: '{"n":99}' }),
    { index: 13, entry: 13, reason: /payload is not what was recorded/ }],
  ['a changed salt', ({ db, ids }) => db.sql('audit_payloads').where({ entry_id: ids[2] }).update({ salt: '00' }),
    { index: 2, entry: 2, reason: /payload/ }],
  ['the first of two changes', async ({ db, ids }) => {
    await db.sql('audit_entries').where({ id: ids[15] }).update({ event: 'x' })
    await db.sql('audit_entries').where({ id: ids[4] }).update({ event: 'x' })
  }, { index: 4, entry: 4, reason: /entry/ }],
  ['a deleted entry', ({ db, ids }) => db.sql('audit_entries').where({ id: ids[9] }).del(), { index: 9, entry: 9, reason: /gone/ }],
  ['a deleted leaf', ({ db }) => leafAt(db, 6).del(), { index: 6, entry: 6, reason: /leaf is missing/ }],
  ['a deleted leaf and entry', async ({ db, ids }) => {
    await leafAt(db, 6).del()
    await db.sql('audit_entries').where({ id: ids[6] }).del()
  }, { index: 6, entry: null, reason: /leaf is missing/ }],
  ['an entry whose leaf was recomputed', ({ db, ids }) => rewriteEntry(db, ids[14] ?? ''), { index: 12, entry: 12, reason: /one of the entries 12 to 19/ }],
  ['an entry whose leaf was recomputed, narrowed by the signed subtrees', ({ db, ids }) => rewriteEntry(db, ids[17] ?? ''),
    { index: 16, entry: 16, reason: /one of the entries 16 to 19/ }],
  ['swapped leaves', ({ db }) => swap(db, 6, 9), { index: 6, entry: 9, reason: /not in the place/ }],
  ['swapped neighbours', ({ db }) => swap(db, 18, 19), { index: 18, entry: 19, reason: /not in the place/ }],
  ['leaves swapped across heads', ({ db }) => swap(db, 2, 15), { index: 2, entry: 15, reason: /not in the place/ }],
  ['leaves put in reverse order', async ({ db }) => {
    const rows = await db.sql('audit_leaves').orderBy('leaf_index')
    await db.sql('audit_leaves').del()
    await db.insertMany('audit_leaves', rows.map((row) => ({ ...row, leaf_index: 19 - Number(row.leaf_index) })))
  }, { index: 0, entry: 19, reason: /not in the place/ }],
  ['leaves closed up after a deletion', async ({ db }) => {
    const rows = await db.sql('audit_leaves').where('leaf_index', '>', 3).orderBy('leaf_index')
    await db.sql('audit_leaves').where('leaf_index', '>=', 3).del()
    await db.insertMany('audit_leaves', rows.map((row) => ({ ...row, leaf_index: Number(row.leaf_index) - 1 })))
  }, { index: 0, entry: 0, reason: /one of the entries 0 to 4/ }],
  ['a forged signature', ({ db }) => db.sql('audit_heads').where({ tree_size: 12 }).update({ signature: Buffer.alloc(64, 1) }),
    { index: 11, entry: 11, reason: /signature of the head of size 12/ }],
  ['a forged root', ({ db }) => db.sql('audit_heads').where({ tree_size: 5 }).update({ root_hash: 'ab'.repeat(32) }),
    { index: 4, entry: 4, reason: /signature of the head of size 5/ }],
  ['changed subtrees', ({ db }) => db.sql('audit_heads').where({ tree_size: 12 }).update({ peaks: '[]' }), { index: 11, entry: 11, reason: /subtrees/ }],
  ['a head of another key', async ({ db, clock }) => {
    const { size, root } = { size: 12, root: 'cd'.repeat(32) }
    const head = signHead({ size, root, at: clock.now() }, await loadOrCreateAuditKey(temporaryDirectory()))
    await db.sql('audit_heads').where({ tree_size: 12 }).update({ root_hash: root, key_id: head.keyId, signature: head.signature })
  }, { index: 11, entry: 11, reason: /unknown key/ }],
  ['a head of a size it was not signed for', async ({ db }) => {
    await db.sql('audit_heads').where({ tree_size: 12 }).update({ tree_size: 11 })
  }, { index: 10, entry: 10, reason: /signature of the head of size 11/ }],
  ['a truncated log', ({ db }) => db.sql('audit_leaves').where('leaf_index', '>=', 17).del(), { index: 17, entry: null, reason: /cut short.*20 entries, here are 17/ }],
  ['all leaves gone', ({ db }) => db.sql('audit_leaves').del(), { index: 0, entry: null, reason: /cut short/ }],
  ['the last head gone', ({ db }) => db.sql('audit_heads').where({ tree_size: 20 }).del(), { index: 12, entry: 12, reason: /no signed head/ }],
  ['an end taken off with its head', async ({ db }) => {
    await db.sql('audit_heads').where({ tree_size: 20 }).del()
    await db.sql('audit_leaves').where('leaf_index', '>=', 12).del()
  }, { index: null, entry: 12, reason: /no leaf/ }],
  ['an entry slipped in beside the log', async ({ db, ids }) => {
    await db.insertMany('audit_entries', [{ ...await db.sql('audit_entries').where({ id: ids[3] }).first(), id: '7ZZZZZZZZZZZZZZZZZZZZZZZZZ' }])
  }, { index: null, entry: null, reason: /has no leaf/ }],
  ['a leaf slipped in at the end', async ({ db }) => {
    await db.insertMany('audit_leaves', [{ leaf_index: 20, entry_id: 'X', leaf_hash: 'ab'.repeat(32) }])
  }, { index: 20, entry: null, reason: /gone/ }],
]

describe('verifyLog', () => {
  onBothDatabases('an honest log', (get) => {
    it('L1: is valid, also with erased payloads and entries that wait', async () => {
      const { db, log, clock, ids, verify, add, queries } = await filled(get().db)
      const head = await queries.head()
      expect(await verify()).toEqual({ valid: true, size: 20, root: head?.root, heads: 3, erased: 0, firstBad: null })
      await log.erasePayloads(ids.slice(0, 4))
      await add(1)
      expect(await verify({ witnesses: head ? [head] : [] })).toMatchObject({ valid: true, size: 20, erased: 4 })
      expect(await db.read('audit_pending')).toHaveLength(1)
      expect(clock.now()).toBeGreaterThan(0)
    })

    it('is valid while empty', async () => {
      const { verify } = await makeLedger(get().db)
      expect(await verify()).toMatchObject({ valid: true, size: 0, heads: 0, firstBad: null })
    })

    it('is valid when longer than a page and while others write', async () => {
      const { sequencer, add, verify } = await makeLedger(get().db)
      await add(2300)
      await sequencer.sequence()
      const [first] = await Promise.all([verify(), add(30).then(() => sequencer.sequence())])
      expect(first).toMatchObject({ valid: true, firstBad: null })
      expect(await verify()).toMatchObject({ valid: true, size: 2330 })
    })

    it('L1: names an entry that has waited more than 60 s', async () => {
      const { clock, verify, add } = await filled(get().db)
      const [id] = await add(1)
      expect((await verify({ now: clock.now() + 60_000 })).valid).toBe(true)
      expect(await verify({ now: clock.now() + 60_001 })).toMatchObject({ valid: false, size: 20, firstBad: { index: 20, id, reason: expect.stringMatching(/waits/) } })
    })

    it('L2: an outside witness finds out a log that was rewritten from the start', async () => {
      const honest = await filled(get().db)
      const witness = await honest.queries.head()
      const forged = await makeLedger(get().db, honest.key)
      await forged.add(12)
      await forged.sequencer.sequence()
      expect((await forged.verify()).valid).toBe(true)
      const witnesses = witness ? [witness] : []
      expect((await forged.verify({ witnesses })).firstBad).toMatchObject({ index: 12, reason: expect.stringMatching(/outside witness/) })
      await forged.add(12)
      await forged.sequencer.sequence()
      expect((await forged.verify({ witnesses })).firstBad).toMatchObject({ index: 19, reason: expect.stringMatching(/outside witness/) })
    })
  })

  onBothDatabases('a tampered log', (get) => {
    it.each(TAMPERINGS)('L1: names the first bad entry: %s', async (_, tamper, expected) => {
      const ledger = await filled(get().db)
      await tamper(ledger)
      const answer = await ledger.verify()
      expect(answer.valid).toBe(false)
      expect(answer.firstBad).toMatchObject({ index: expected.index, reason: expect.stringMatching(expected.reason) })
      if (expected.entry !== null) expect(answer.firstBad?.id).toBe(ledger.ids[expected.entry])
    })
  })
})
