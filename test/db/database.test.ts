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

    it('reads by hand-written statements what is committed, inside a transaction its own rows too, and after closing nothing', async () => {
      const { db, url } = get()
      const names = async (on: Database) => (await on.rows(`select name from settings where name like 'near %' and value = ? order by name`, ['1'])).map((row) => row['name'])
      await db.sql('settings').insert({ name: 'near a', value: '1' })
      expect(await names(db)).toEqual(['near a'])
      await db.transaction(async () => {
        await db.sql('settings').insert({ name: 'near b', value: '1' })
        expect(await names(db)).toEqual(['near a', 'near b'])
        throw new Error('stop')
      }).catch(() => undefined)
      expect(await names(db)).toEqual(['near a'])
      await expect(db.rows('select nothing from settings', [])).rejects.toThrow('nothing')
      const other = await Database.open(url)
      expect(await names(other)).toEqual(['near a'])
      await db.sql('settings').insert({ name: 'near c', value: '1' })
      expect(await names(other)).toEqual(['near a', 'near c'])
      await other.close()
      await expect(names(other)).rejects.toThrow('Unable to acquire a connection')
    })

    it('has a shorter way for reads that works by itself, and gives the same values as the long one', async () => {
      const { db } = get()
      await db.sql('settings').insert([{ name: 'way a', value: 'Zoë 🙂' }, { name: 'way b', value: '' }])
      for (const [sql, bindings] of [
        [`select name, value from settings where name like ? order by name limit ?`, ['way %', 1]],
        ['select count(*) as many, sum(length(value)) as size, max(?) as largest from settings where name like ?', [4_102_444_800_123, 'way %']],
        ['select ? as gone, ? as yes, case when ? then 1 else 0 end as chosen', [null, true, false]],
      ] as const) {
        const near = (await db.dialect.near.rows(sql, bindings)).map((row) => ({ ...row }))
        expect(near).toEqual((await db.transaction(() => db.rows(sql, bindings))).map((row) => ({ ...row })))
        expect(near).toHaveLength(1)
      }
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

    it('gathers what is asked for one by one: few runs, an answer for each, and one that fails takes no other with it', async () => {
      const { db } = get()
      const runs: string[][] = []
      const keep = db.gathering<string, string>(async (names) => {
        runs.push([...names])
        await db.insertMany('settings', names.map((name) => ({ name, value: '1' })))
        if (names.some((name) => name.endsWith('bad'))) throw new Error('no')
        return names.map((name) => `${name} kept`)
      })
      const names = Array.from({ length: 40 }, (_, n) => `g${n}`)
      expect(await Promise.all(names.map(keep))).toEqual(names.map((name) => `${name} kept`))
      expect(runs.map((run) => run.length)).toEqual([32, 8])
      const answers = await Promise.allSettled(['h1', 'h2-bad', 'h3'].map(keep))
      expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect((await db.read('settings').where('name', 'like', 'h%').orderBy('name')).map((row) => row.name)).toEqual(['h1', 'h3'])
      expect(await db.transaction(async () => [await keep('i1'), db.inTransaction])).toEqual(['i1 kept', true])
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
