import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { officeWorld, type OfficeWorld } from '../reports/office-world.ts'
import { bytesOf, count, hrefs } from './signing-walk.ts'

const UNKNOWN = '01K6ZZZZZZZZZZZZZZZZZZZZZZ'

const kinds = inject('mariadbUrl') === null ? ['sqlite'] as const : ['sqlite', 'mariadb'] as const

describe.each(kinds)('records [%s]', (kind) => {
  let world: OfficeWorld
  let all: Browser
  let officeA: Browser
  beforeAll(async () => {
    world = await officeWorld({ kind, mariadbUrl: inject('mariadbUrl') })
    all = await world.staff('Trust Admin', 'trust-admin', null)
    officeA = await world.staff('Office Larkmoor', 'office', world.trust.primary.id)
  })
  afterAll(async () => world.app.close())

  it('lists what was signed, within the schools of the reader', async () => {
    const page = await all.get('/records')
    expect(page.text).toContain('2 signatures in this list')
    expect(hrefs(page)).toEqual(expect.arrayContaining([`/records/${world.recordA}`, `/records/${world.recordB}`]))
    const own = await officeA.get('/records')
    expect(own.text).toContain('1 signature in this list')
    expect(own.text).not.toContain('Idris')
    expect((await officeA.get(`/records?school=${world.trust.high.id}`)).status).toBe(404)
    expect((await all.get('/records?state=waiting')).text).toContain('0 signatures in this list')
  })

  it('V3: a look at a record is logged with the person it is about, before it is given', async () => {
    const before = await count(world.app, 'audit_entries', { event: 'page.viewed', subject: `person:${world.teacher}` })
    const page = await officeA.get(`/records/${world.recordA}`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Signed and sealed')
    expect(page.text).toContain('Amara Okafor')
    expect(await count(world.app, 'audit_entries', { event: 'page.viewed', subject: `person:${world.teacher}` })).toBe(before + 1)
  })

  it('another school\'s record and none at all answer alike, as page and as PDF', async () => {
    for (const id of [world.recordB, UNKNOWN]) {
      expect((await officeA.get(`/records/${id}`)).status).toBe(404)
      expect((await officeA.get(`/records/${id}.pdf`)).status).toBe(404)
    }
    expect(await count(world.app, 'audit_entries', { event: 'page.viewed', subject: `person:${world.highTeacher}` })).toBe(0)
    expect((await (await world.app.as(world.teacher)).get('/records')).status).toBe(403)
  })

  it('gives the sealed PDF, which verifies', async () => {
    const file = await bytesOf(world.app, officeA, `/records/${world.recordA}.pdf`)
    expect(file).toMatchObject({ status: 200, type: 'application/pdf', disposition: `attachment; filename=agreement-${world.recordA}.pdf` })
    expect(await world.app.services.verify.verify(file.bytes)).toMatchObject({ valid: true, status: 'current' })
  })

  it('P5: the preferred name everywhere, the name at signing only when asked for', async () => {
    await world.app.db.sql('people').where({ id: world.teacher }).update({ preferred_forename: 'Ama', surname: 'Owusu', name_search: 'owusu ama' })
    const page = await officeA.get(`/records/${world.recordA}`)
    expect(page.text).toContain('Ama Owusu')
    expect(page.text).not.toContain('Okafor')
    expect((await officeA.get('/records')).text).not.toContain('Okafor')
    expect((await officeA.get(`/records/${world.recordA}?names=1`)).text).toContain('Amara Okafor')
  })

  it('V4: is searched by name or reference without either standing in an address', async () => {
    const found = await all.submit('/records', { name: 'bello', back: '/records' }, '/records/search')
    expect(found.location).toBe('/records?named=1')
    const page = await all.get('/records?named=1')
    expect(page.text).toContain('1 signature in this list')
    expect(page.text).toContain('Idris Bello')
    await all.submit('/records', { name: world.recordA, back: '/records' }, '/records/search')
    expect(hrefs(await all.get('/records?named=1'))).toContain(`/records/${world.recordA}`)
    // A search of somebody else's record by its reference finds nothing.
    await officeA.submit('/records', { name: world.recordB, back: '/records' }, '/records/search')
    expect((await officeA.get('/records?named=1')).text).toContain('0 signatures in this list')
  })

  it('ASVS 1.2.4: what is searched for never becomes SQL', async () => {
    for (const name of ["' or '1'='1", "bello' or 1=1 -- ", "'; drop table signatures; --", "') union select 1 --"]) {
      expect((await all.submit('/records', { name, back: '/records' }, '/records/search')).status).toBe(303)
      expect([name, (await all.get('/records?named=1')).text.includes('0 signatures in this list')]).toEqual([name, true])
    }
    expect(await count(world.app, 'signatures')).toBeGreaterThan(1)
  })

  it('exports the list of the reader\'s schools', async () => {
    const rows = (browser: Browser) => browser.get('/records.csv').then((answer) => parse(answer.text.replace(/^\uFEFF/, ''), { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[])
    expect((await rows(all)).map((row) => row['Reference'])).toEqual([world.recordA, world.recordB])
    expect((await rows(officeA)).map((row) => row['Reference'])).toEqual([world.recordA])
    expect((await rows(officeA))[0]).toMatchObject({ About: 'Ama Owusu', School: 'Larkmoor Primary School', State: 'Signed and sealed' })
  })

  it('says that a seal is on the way, and when a signature was taken back', async () => {
    await world.app.db.sql('signatures').where({ id: world.recordB }).update({ seal_state: 'pending' })
    await world.app.db.sql('sealed_records').where({ signature_id: world.recordB }).update({ file_sha256: null })
    const waiting = await all.get(`/records/${world.recordB}`)
    expect(waiting.text).toContain('Signed, seal on the way')
    expect(waiting.text).not.toContain(`${world.recordB}.pdf`)
    expect((await all.get(`/records/${world.recordB}.pdf`)).status).toBe(404)
    await world.app.services.signing.withdraw(world.recordA, world.teacher, `person:${world.teacher}`)
    const ended = await all.get(`/records/${world.recordA}`)
    expect(ended.text).toContain('Taken back')
    expect(ended.text).toContain('Taken back or made invalid')
  })
})
