import { describe, expect, it } from 'vitest'
import { GatheredReads } from '../../src/db/gathered-reads.ts'
import { onBothDatabases } from '../support/databases.ts'

describe('reads by key, gathered', () => {
  function over(rows: { id: string; of: string }[]): { reads: GatheredReads; asked: string[][] } {
    const asked: string[][] = []
    return { asked, reads: new GatheredReads(async (_sql, keys) => { asked.push([...keys]); return rows.filter((row) => keys.includes(row.of)) }) }
  }

  it('asks once for what is wanted in one turn, and gives each asker their own rows in order', async () => {
    const { reads, asked } = over([{ id: '3', of: 'b' }, { id: '1', of: 'a' }, { id: '2', of: 'b' }])
    const found = await Promise.all([reads.rows('s', 'of', ['a']), reads.rows('s', 'of', ['b']), reads.rows('s', 'of', ['b', 'a']), reads.rows('s', 'of', ['none'])])
    expect(found.map((rows) => rows.map((row) => row['id']))).toEqual([['1'], ['3', '2'], ['3', '1', '2'], []])
    expect(asked).toEqual([['a', 'b', 'none']])
    await reads.rows('s', 'of', ['a'])
    expect(asked).toHaveLength(2)
  })

  it('keeps different statements apart', async () => {
    const asked: string[] = []
    const reads = new GatheredReads(async (sql) => { asked.push(sql); return [{ id: 'x', sql }] })
    const [one, two] = await Promise.all([reads.rows('one', 'id', ['x']), reads.rows('two', 'id', ['x'])])
    expect([one?.[0]?.['sql'], two?.[0]?.['sql'], asked]).toEqual(['one', 'two', ['one', 'two']])
  })

  it('tells every asker of a failure, and goes on', async () => {
    let fails = true
    const reads = new GatheredReads(async () => { if (fails) throw new Error('gone'); return [{ id: 'x' }] })
    const failed = await Promise.allSettled([reads.rows('s', 'id', ['x']), reads.rows('s', 'id', ['y'])])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(await reads.rows('s', 'id', ['x'])).toEqual([{ id: 'x' }])
  })
})

describe('rows by key', () => {
  onBothDatabases('of the database', (get) => {
    it('are those committed before they were asked for, and within a transaction its own too', async () => {
      const { db } = get()
      const sql = 'select * from settings where name in (:list)'
      const names = async () => (await db.rowsBy(sql, 'name', ['by a', 'by b'])).map((row) => row['name']).sort()
      await db.sql('settings').insert({ name: 'by a', value: '1' })
      expect(await names()).toEqual(['by a'])
      await db.transaction(async () => {
        await db.sql('settings').insert({ name: 'by b', value: '1' })
        expect(await names()).toEqual(['by a', 'by b'])
      })
      expect(await names()).toEqual(['by a', 'by b'])
      expect(await db.rowsBy(sql, 'name', [])).toEqual([])
      await expect(db.rowsBy('select nothing from settings where name in (:list)', 'name', ['by a'])).rejects.toThrow('nothing')
    })

    it('are each given once, however many are asked for', async () => {
      const { db } = get()
      const many = Array.from({ length: 1_203 }, (_, n) => `many ${n}`)
      await db.insertMany('settings', many.map((name) => ({ name, value: '1' })))
      expect((await db.rowsBy('select name from settings where name in (:list)', 'name', many)).map((row) => row['name']).sort()).toEqual([...many].sort())
    })
  })
})
