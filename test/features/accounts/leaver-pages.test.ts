import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { tokenIn } from '../../http/browser.ts'
import { accountOf, approve, giveAccounts, readRoster, simulatedDirectory, textOf, withRole } from '../../support/it-people.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { tinySchool } from '../../support/tiny-roster.ts'

const HOUR = 3_600_000
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `P${from + n}`)

describe('the pages of leavers', () => {
  let app: TestApp
  let admin: Browser
  let adminId = ''
  const run = () => app.services.worker.runUntilIdle()
  const text = async (browser: Browser, path: string) => textOf((await browser.get(path)).text)
  const schoolId = async () => (await app.services.schools.all())[0]?.id ?? ''
  const listOf = async (list: string, more: Record<string, string> = {}) => (await admin.submit('/access/leavers', { school: await schoolId(), list, 'last-day': '2026-10-30', ...more })).location ?? ''
  const planOf = async (list: string) => {
    const path = await listOf(list)
    await admin.submit(path, {}, `${path}/plan`)
    await run()
    return (await admin.get(`${path}/plan`)).location ?? ''
  }

  beforeAll(async () => {
    // A Monday in lessons.
    app = await startTestApp({ now: '2026-11-02T10:00:00Z', config: { directories: [simulatedDirectory] } })
    const made = await withRole(app, 'it-admin', { name: 'Idris' })
    admin = made.browser
    adminId = made.id
    await readRoster(app, admin, tinySchool(80))
    await giveAccounts(app, numbers(1, 80))
    await app.services.accounts.reconcile.observe('school', 'os:test')
  })
  afterAll(() => app.close())

  it('a list is pasted or uploaded; what is wrong with the form is said in place, nothing typed is lost', async () => {
    await listOf('', {})
    expect(await text(admin, '/access/leavers')).toContain('Write or paste one person on each line')
    await listOf('u.p1', { school: 'nowhere' })
    const again = await admin.get('/access/leavers')
    expect(textOf(again.text)).toContain('Choose which school they leave')
    expect(again.text).toContain('u.p1</textarea>')
    await listOf('u.p1', { 'last-day': '2026-11-02' })
    expect(await text(admin, '/access/leavers')).toContain('Their last day is not over yet')
    const send = async (bytes: Buffer) => {
      const body = new FormData()
      for (const [name, value] of Object.entries({ _csrf: tokenIn(await admin.get('/access/leavers')), school: await schoolId(), list: '', 'last-day': '2026-10-30' })) body.append(name, value)
      body.append('file', new Blob([new Uint8Array(bytes)]), 'leavers.csv')
      return admin.send('POST', '/access/leavers', { body, headers: { 'sec-fetch-site': 'same-origin' } })
    }
    await send(Buffer.from([80, 75, 3, 4, 0, 0]))
    expect(await text(admin, '/access/leavers')).toContain('This file is not plain text')
    const path = (await send(Buffer.from('Name;Adno\r\nNameP1 SurnameP1;1001\r\n'))).location ?? ''
    expect(await text(admin, path)).toContain('1 will lose access')
  })

  it('every line is answered, and the ambiguous one can be decided', async () => {
    await app.db.sql('people').where({ username: 'p9' }).update({ name_search: 'surnamep8 namep8', preferred_forename: 'NameP8', surname: 'SurnameP8' })
    const path = await listOf('NameP8 SurnameP8\nNobody Here\nu.p1\nu.p1')
    const shown = await text(admin, path)
    for (const words of ['Could be several people 1 line', 'Not found 1 line', 'Named twice 1 line', 'also on line 3', 'Nobody has lost anything yet.']) expect(shown).toContain(words)
    const choice = /<option value="(1:[0-9A-Z]{26})"/.exec((await admin.get(path)).text)?.[1] ?? ''
    await admin.submit(path, { pick: choice })
    expect(await text(admin, path)).toContain('2 will lose access')
  })

  it('B6: in lessons it does not begin by itself; later begins at its time, can be called off, and all the same is kept in the ledger', async () => {
    const path = await planOf('u.p1\nu.p2\nu.p3\nu.p4')
    expect(await text(admin, path)).toContain('Lessons are on at School A')
    await admin.submit(path, { decision: 'approve', start: 'now' })
    expect(await text(admin, path)).toContain('B6: Lessons are on at School A')
    await admin.submit(path, { decision: 'approve', start: 'later', at: '2026-11-02T09:00' })
    expect(await text(admin, path)).toContain('later than now')
    await admin.submit(path, { decision: 'approve', start: 'later', at: '2026-11-02T16:00' })
    expect(await text(admin, path)).toContain('Approved. It begins on 2 November 2026 at 16:00.')
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(true)
    await admin.submit(path, {}, `${path}/stop`)
    expect(await text(admin, path)).toContain('Called off')
    await admin.submit(path, { decision: 'approve', start: 'later', at: '2026-11-02T16:00' })
    app.clock.advance(6 * HOUR)
    await run()
    expect((await accountOf(app, 'P1')).enabled).toBe(false)
    admin = await app.as(adminId)
    expect(await text(admin, path)).toContain('4 accounts were changed and read back')
  })

  it('somebody is left out by a tick, one person gets it back, and the report says all of it', async () => {
    const path = await planOf('u.p11\nu.p12\nu.p13\nu.p14')
    const person = async (id: string) => (await app.db.read('source_people').where({ external_id: id }).first('person_id')).person_id as string
    await admin.submit(path, { do: 'leave' }, `${path}/leave-out`)
    expect(await text(admin, path)).toContain('Tick somebody first')
    await admin.submit(path, { do: 'leave', people: await person('P12') }, `${path}/leave-out`)
    expect(await text(admin, path)).toContain('1 account is left out of this plan.')
    await approve(admin, path, 3, { decision: 'approve' })
    await run()
    expect((await accountOf(app, 'P12')).enabled).toBe(true)
    expect((await accountOf(app, 'P13')).enabled).toBe(false)
    await admin.submit(path, { person: await person('P13') }, `${path}/give-back`)
    await run()
    expect((await accountOf(app, 'P13')).enabled).toBe(true)
    const csv = (await admin.get(`${path}/report.csv`)).text
    expect(csv.split('\r\n')).toHaveLength(6)
    expect(csv).toContain('Left out by a person.')
    expect(csv).toContain('Undone')
    expect(await text(admin, `${path}/report`)).toContain('4: 2 done and read back, 0 failed, 1 left out')
  })

  it('who may: external IT makes lists but does not approve; the office sees none of it', async () => {
    const external = (await withRole(app, 'external-it')).browser
    expect((await external.get('/access/leavers')).status).toBe(200)
    const path = await planOf('u.p21')
    expect((await external.submit(path, {}, `${path}/stop`)).status).toBe(403)
    expect((await external.submit(path, { person: adminId }, `${path}/give-back`)).status).toBe(403)
    const office = (await withRole(app, 'office')).browser
    for (const page of ['/access/leavers', `${path}/report`, `${path}/report.csv`]) expect((await office.get(page)).status).toBe(403)
  })

  it('a detected leaver: the session in Assent is dead within seconds of the approval, all by the running worker', async () => {
    const person = (await app.db.read('source_people').where({ external_id: 'P31' }).first('person_id')).person_id as string
    const path = await planOf('u.p31')
    const theirs = await app.as(person)
    expect((await theirs.get('/me')).status).toBe(200)
    app.services.worker.start()
    const began = performance.now()
    await approve(admin, path, 1, { decision: 'approve' })
    await expect.poll(async () => (await theirs.get('/me')).status, { timeout: 30_000, interval: 50 }).toBe(303)
    const took = performance.now() - began
    await app.services.worker.stop()
    console.info(`leaver approved to dead session in Assent: ${Math.round(took)} ms`)
    expect(took).toBeLessThan(60_000)
  })
})
