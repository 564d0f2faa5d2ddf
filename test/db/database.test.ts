import { describe, expect, it } from 'vitest'
import { Database } from '../../src/db/database.ts'
import { onBothDatabases } from '../support/databases.ts'

describe('Database', () => {
  onBothDatabases('one handle', (get) => {
    it('rolls back everything a failed transaction did, nested calls included', async () => {
      const { db } = get()
      await expect(db.transaction(async () => {
        await db.sql('settings').insert({ name: 'a', value: '1' })
        await db.transaction(async () => { await db.sql('settings').insert({ name: 'b', value: '2' }) })
        throw new Error('stop')
      })).rejects.toThrow('stop')
      expect(await db.read('settings').whereIn('name', ['a', 'b'])).toEqual([])
    })

    it('runs hooks after the commit only', async () => {
      const { db } = get()
      const seen: string[] = []
      await db.transaction(async () => {
        db.afterCommit(() => seen.push(db.inTransaction ? 'inside' : 'after'))
        seen.push('work')
      })
      await db.transaction(async () => {
        db.afterCommit(() => seen.push('never'))
        throw new Error('x')
      }).catch(() => undefined)
      expect(seen).toEqual(['work', 'after'])
    })

    it('counts new rows and skips existing ones', async () => {
      const { db } = get()
      const rows = Array.from({ length: 1200 }, (_, n) => ({ name: `n${n}`, value: '{}' }))
      await db.insertMany('settings', rows.slice(0, 3))
      expect(await db.insertNew('settings', rows)).toBe(1197)
    })

    it('tells names apart by case and accent', async () => {
      const { db } = get()
      await db.insertMany('settings', ['Zoe', 'zoe', 'Zoë'].map((name) => ({ name, value: '"ŵ 汉字 🙂"' })))
      expect(await db.read('settings').where({ name: 'zoe' }).select('name', 'value')).toEqual([{ name: 'zoe', value: '"ŵ 汉字 🙂"' }])
    })

    it('lets two processes count in one row without losing an increment', async () => {
      const { db, url } = get()
      const other = await Database.open(url)
      await db.sql('settings').insert({ name: 'n', value: '0' })
      const add = (handle: Database) => handle.transaction(async () => {
        const query = handle.sql('settings').where({ name: 'n' })
        const row = await (handle.dialect.name === 'mariadb' ? query.forUpdate() : query).first('value')
        await handle.sql('settings').where({ name: 'n' }).update({ value: String(Number(row.value) + 1) })
      })
      await Promise.all(Array.from({ length: 40 }, (_, n) => add(n % 2 ? db : other)))
      expect((await db.read('settings').where({ name: 'n' }).first('value')).value).toBe('40')
      await other.close()
    })

    it('lets small work share a transaction: each hears its own answer, and one that fails takes no other with it', async () => {
      const { db } = get()
      const add = (name: string) => db.together(async () => {
        await db.run('insert into settings (name, value) values (?, ?)', [name, '1'])
        if (name.endsWith('bad')) throw new Error(name)
        db.afterCommit(() => committed.push(name))
        return name
      })
      const committed: string[] = []
      const names = ['t1', 't2', 't3-bad', 't4']
      const answers = await Promise.allSettled(names.map(add))
      expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).message))).toEqual(names)
      expect((await db.read('settings').whereIn('name', names).orderBy('name')).map((row) => row.name)).toEqual(['t1', 't2', 't4'])
      expect(committed.toSorted()).toEqual(['t1', 't2', 't4'])
    })

    it('refuses a query that comes after its transaction has ended', async () => {
      const { db } = get()
      let late: (() => Promise<unknown>) | undefined
      await db.transaction(async () => {
        const query = db.sql('settings').insert({ name: 'late', value: '1' })
        late = async () => await query
      })
      await expect(late?.()).rejects.toThrow('The transaction of this query has ended')
      expect(await db.read('settings').where({ name: 'late' })).toEqual([])
    })

    it('is durable as opened', async () => {
      expect(await get().db.dialect.durabilityProblems()).toEqual([])
    })
  })
})
