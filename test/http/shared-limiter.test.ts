import { expect, it } from 'vitest'
import { z } from 'zod'
import { FixedClock } from '../../src/adapters/clock.ts'
import { definePage } from '../../src/http/define-page.ts'
import { redirect, view } from '../../src/http/page-result.ts'
import { createSharedLimits } from '../../src/http/shared-limiter.ts'
import { onBothDatabases } from '../support/databases.ts'
import { startApp, type TestApp } from './test-app.ts'

const KEY = Buffer.from('a key of the tests, which is long enough')
const SETTINGS = { max: 5, windowMs: 60_000 }

onBothDatabases('limits that processes share', (get) => {
  const clock = new FixedClock(1_000_000)
  /** As another process has it: nothing in memory yet. */
  const process = (key = KEY) => createSharedLimits({ db: get().db, clock, key })
  const tries = async (of: { take(key: string): Promise<boolean> }, key: string, times: number) => {
    const said: boolean[] = []
    for (let n = 0; n < times; n += 1) said.push(await of.take(key))
    return said
  }

  it('ASVS 6.3.1: two processes count together, and a restart forgets nothing', async () => {
    const [one, two] = [process().limiter('codes', SETTINGS), process().limiter('codes', SETTINGS)]
    expect(await tries(one, 'a', 3)).toEqual([true, true, true])
    expect(await tries(two, 'a', 3)).toEqual([true, true, false])
    expect(await tries(process().limiter('codes', SETTINGS), 'a', 1)).toEqual([false])
    expect(await tries(two, 'b', 1)).toEqual([true])
    expect(await tries(process().limiter('letters', SETTINGS), 'a', 1)).toEqual([true])
  })

  it('begins anew when the window is over, and after a success', async () => {
    const one = process().limiter('window', SETTINGS)
    expect(await tries(one, 'a', 6)).toEqual([true, true, true, true, true, false])
    clock.advance(SETTINGS.windowMs - 1)
    expect(await tries(process().limiter('window', SETTINGS), 'a', 1)).toEqual([false])
    clock.advance(1)
    expect(await tries(one, 'a', 6)).toEqual([true, true, true, true, true, false])
    await one.forget('a')
    expect(await tries(one, 'a', 1)).toEqual([true])
  })

  it('of forty at once, from four processes, exactly five get through', async () => {
    const limiters = Array.from({ length: 4 }, () => process().limiter('at once', SETTINGS))
    const said = await Promise.all(Array.from({ length: 40 }, (_, n) => limiters[n % 4]?.take('a')))
    expect(said.filter(Boolean)).toHaveLength(5)
  })

  it('asks the database no more once this process has seen enough', async () => {
    const one = process().limiter('flood', SETTINGS)
    await tries(one, 'a', 500)
    const counts = (await get().db.read('tries').select('count')).map(({ count }) => Number(count))
    expect(Math.max(...counts)).toBeLessThan(50)
  })

  it('V4: keeps no address and no code, only what nobody can read without the key, and removes what is over', async () => {
    const limits = process()
    await limits.limiter('by address', SETTINGS).take(limits.addressKey('203.0.113.77'))
    const before = await get().db.read('tries')
    expect(JSON.stringify(before)).not.toContain('203.0.113')
    await process(Buffer.from('another key')).limiter('by address', SETTINGS).take('203.0.113.77')
    expect(await get().db.read('tries')).toHaveLength(before.length + 1)
    clock.advance(SETTINGS.windowMs)
    expect(await limits.removeOver()).toBe(before.length + 1)
    expect(limits.addressKey('2001:db8:1:2:3::1')).toBe(limits.addressKey('2001:db8:1:2:ffff::9'))
  })

  it('stands before a form that guards a secret: two servers on one database count together', async () => {
    const pages = [definePage({
      name: 'code', path: '/code', permission: 'public', get: async () => view('pages/form.njk'),
      post: { body: z.strictObject({}), audit: 'code.tried', limit: { max: 6, windowMs: 60_000, shared: true }, handle: async () => redirect('/code') },
    })]
    const servers: TestApp[] = []
    for (let n = 0; n < 2; n += 1) servers.push(await startApp(get().db, { pages, sharedLimits: process() }))
    const statuses: number[] = []
    for (let n = 0; n < 8; n += 1) {
      const browser = servers[n % 2]?.browser()
      statuses.push((await browser?.submit('/code'))?.status ?? 0)
    }
    expect(statuses).toEqual([303, 303, 303, 303, 303, 303, 429, 429])
    for (const server of servers) await server.close()
  })
})
