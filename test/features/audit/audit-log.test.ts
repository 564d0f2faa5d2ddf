import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { digestItems } from '../../../src/features/audit/commitment.ts'
import { leafHash, merkleRoot } from '../../../src/features/audit/merkle.ts'
import { onBothDatabases, type TestDatabase } from '../../support/databases.ts'

const PERSON = 'person:01K4A0000000000000000000AA'

function setUp({ db }: TestDatabase) {
  const clock = new FixedClock('2026-09-01T08:00:00Z')
  return { db, log: new AuditLog(db, clock, createIds(clock)) }
}

describe('AuditLog', () => {
  onBothDatabases('recording', (get) => {
    it('L1: writes entry, payload and salted commitment with the transaction, or nothing', async () => {
      const { db, log } = setUp(get())
      const id = await db.transaction(() => log.record({ actor: PERSON, event: 'agreement.published', subject: 'agreement:1', payload: { b: 2, a: 'ŵ 🙂' } }))
      const entry = await db.read('audit_entries').where({ id }).first()
      const kept = await db.read('audit_payloads').where({ entry_id: id }).first()
      expect(kept.payload).toBe('{"a":"ŵ 🙂","b":2}')
      expect(kept.salt).toMatch(/^[0-9a-f]{64}$/)
      expect(entry.commitment).toBe(createHash('sha256').update(Buffer.from(kept.salt, 'hex')).update(kept.payload).digest('hex'))
      expect(entry).toMatchObject({ at: Date.parse('2026-09-01T08:00:00Z'), actor: PERSON, subject: 'agreement:1', items_root: null, items_count: null })
      expect(await db.read('audit_pending').where({ entry_id: id })).toHaveLength(1)

      await db.transaction(async () => {
        await log.record({ actor: 'system', event: 'never', payload: {} })
        throw new Error('no')
      }).catch(() => undefined)
      expect(await db.read('audit_entries').where({ event: 'never' })).toEqual([])
    })

    it('refuses to record outside a transaction', async () => {
      const { log } = setUp(get())
      await expect(log.record({ actor: 'system', event: 'x', payload: {} })).rejects.toThrow(/transaction/)
      await expect(log.recordBulk({ actor: 'system', event: 'x', payload: {}, items: [] })).rejects.toThrow(/transaction/)
    })

    it.each([
      { actor: 'kim', event: 'x' }, { actor: 'person:kim@example.org', event: 'x' }, { actor: 'os:', event: 'x' }, { actor: 'os:a\nb', event: 'x' },
      { actor: 'system', event: '' }, { actor: 'system', event: 'Not So' }, { actor: 'system', event: 'x'.repeat(61) },
      { actor: 'system', event: 'x', subject: '' }, { actor: 'system', event: 'x', subject: 'y'.repeat(191) },
    ])('refuses names that one database would keep and the other cut: %j', async (record) => {
      const { db, log } = setUp(get())
      await expect(db.transaction(() => log.record({ ...record, payload: {} }))).rejects.toThrow(/^Audit entry: the /)
    })

    it('writes many records with few statements', async () => {
      const { db, log } = setUp(get())
      const statements: string[] = []
      const note = ({ sql }: { sql: string }) => statements.push(sql)
      db.dialect.writer.on('query', note)
      const actors = Array.from({ length: 200 }, (_, n) => ['os:root', 'token:mis', PERSON][n % 3] as string)
      const ids = await db.transaction(() => log.recordMany(actors.map((actor) => ({ actor, event: 'seen', payload: { actor } }))))
      db.dialect.writer.removeListener('query', note)
      const inserts = statements.filter((sql) => sql.startsWith('INSERT')).length
      expect(inserts).toBeGreaterThanOrEqual(3)
      expect(inserts).toBeLessThan(60)
      expect((await db.read('audit_entries').whereIn('id', ids).orderBy('id')).map((entry) => entry.actor)).toEqual(actors)
    })

    it('L1: records a run over many items as one entry with the root over its items', async () => {
      const { db, log } = setUp(get())
      const items = Array.from({ length: 1000 }, (_, n) => `line ${n} ŵ`)
      const id = await db.transaction(() => log.recordBulk({ actor: 'system', event: 'access.applied', payload: { run: 'R1' }, items }))
      const entry = await db.read('audit_entries').where({ id }).first()
      const payload = JSON.parse((await db.read('audit_payloads').where({ entry_id: id }).first()).payload)
      const salt = Buffer.from(payload.itemsSalt, 'hex')
      expect(payload.run).toBe('R1')
      expect(salt).toHaveLength(32)
      expect(entry.items_count).toBe(1000)
      expect(entry.items_root).toBe(merkleRoot(items.map((item) => leafHash(Buffer.concat([salt, Buffer.from(item)])))).toString('hex'))
      expect((await digestItems(payload.itemsSalt, items)).root).toBe(entry.items_root)
    })

    it('takes a digest made before the transaction', async () => {
      const { db, log } = setUp(get())
      const digest = await log.digest(['a', 'b'])
      const id = await db.transaction(() => log.recordBulk({ actor: 'system', event: 'x', payload: {}, items: digest }))
      expect(await db.read('audit_entries').where({ id }).first()).toMatchObject({ items_root: digest.root, items_count: 2 })
    })

    it('V2: erases the particulars and keeps the entry', async () => {
      const { db, log } = setUp(get())
      const id = await db.transaction(() => log.record({ actor: 'system', event: 'x', payload: { name: 'Kim' } }))
      expect(await log.erasePayloads([id, 'unknown'])).toBe(1)
      expect(await db.read('audit_payloads').where({ entry_id: id })).toEqual([])
      expect(await db.read('audit_entries').where({ id })).toHaveLength(1)
    })
  })
})

describe('digestItems', () => {
  it('takes long items, no items, and a stream; order and salt matter', async () => {
    const salt = '07'.repeat(32)
    const items = ['x'.repeat(10_000), '', 'ŵ'.repeat(5_000)]
    async function* stream() { yield* items }
    const digest = await digestItems(salt, items)
    expect(await digestItems(salt, stream())).toEqual(digest)
    expect(digest.root).toBe(merkleRoot(items.map((item) => leafHash(Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(item)])))).toString('hex'))
    expect((await digestItems(salt, items.toReversed())).root).not.toBe(digest.root)
    expect((await digestItems('08'.repeat(32), items)).root).not.toBe(digest.root)
    expect(await digestItems(salt, [])).toMatchObject({ count: 0 })
    await expect(digestItems('07', items)).rejects.toThrow(RangeError)
  })
})
