import { describe, expect, it } from 'vitest'
import { migrateDown, migrateUp, pendingMigrations } from '../../src/db/migrate.ts'
import { onBothDatabases } from '../support/databases.ts'

describe('migrations', () => {
  onBothDatabases('up, down, up', (get) => {
    it('applies everything once, takes it back, applies it again', async () => {
      const { db } = get()
      const first = await migrateUp(db)
      expect(first.length).toBeGreaterThan(7)
      expect(await migrateUp(db)).toEqual([])
      expect(await pendingMigrations(db)).toEqual([])
      await migrateDown(db)
      expect(await db.sql.schema.hasTable('people')).toBe(false)
      expect(await pendingMigrations(db)).toEqual(first)
      expect(await migrateUp(db)).toEqual(first)
    })

    it('L1: the audit log refuses changes and deletions', async () => {
      const { db } = get()
      await db.sql('audit_entries').insert({ id: 'E1', at: 1, actor: 'a', event: 'e', subject: null, commitment: 'c', items_root: null, items_count: null })
      await expect(db.sql('audit_entries').update({ event: 'x' })).rejects.toThrow(/append-only/)
      await expect(db.sql('audit_entries').del()).rejects.toThrow(/append-only/)
      expect(await db.sql('audit_entries').select('event')).toEqual([{ event: 'e' }])
    })
  }, { migrated: false })
})
