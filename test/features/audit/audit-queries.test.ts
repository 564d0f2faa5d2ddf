import { describe, expect, it } from 'vitest'
import { onBothDatabases } from '../../support/databases.ts'
import { makeLedger } from './ledger.ts'

describe('AuditQueries', () => {
  onBothDatabases('pages', (get) => {
    it('lists the newest first, page by page, without gap or repeat', async () => {
      const { add, queries } = await makeLedger(get().db)
      const ids = (await add(10)).toReversed()
      const seen: string[] = []
      for (let before: string | null = null, pages = 0; pages < 5; pages += 1) {
        const page = await queries.latest({ before, limit: 4 })
        seen.push(...page.entries.map(({ id }) => id))
        before = page.next
        if (before === null) break
      }
      expect(seen).toEqual(ids)
    })

    it('lists what concerns one thing or one actor', async () => {
      const { db, log, add, queries } = await makeLedger(get().db)
      const ids = await add(9)
      const mine = await db.transaction(() => log.record({ actor: 'os:root', event: 'x', subject: 'other', payload: {} }))
      expect((await queries.bySubject('thing:1')).entries.map(({ id }) => id)).toEqual([ids[7], ids[4], ids[1]])
      expect((await queries.byActor('os:root')).entries.map(({ id }) => id)).toEqual([mine])
    })

    it('shows the particulars until they are erased, and the place once there is one', async () => {
      const { log, add, queries, sequencer } = await makeLedger(get().db)
      const [first = '', second = ''] = await add(2)
      expect(await queries.entry(second)).toMatchObject({ actor: 'system', payload: { n: 1 }, index: null })
      await sequencer.sequence()
      await log.erasePayloads([second])
      expect(await queries.entry(first)).toMatchObject({ payload: { n: 0 }, index: 0 })
      expect(await queries.entry(second)).toMatchObject({ payload: null, index: 1 })
      expect(await queries.entry('unknown')).toBeNull()
    })
  })
})
