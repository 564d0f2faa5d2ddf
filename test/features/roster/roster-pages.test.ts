import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { readRoster, textOf, upload, withRole, zipOf } from '../../support/it-people.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { tinyRoster, tinySchool, type TinyUser } from '../../support/tiny-roster.ts'

const HOUR = 3_600_000

describe('roster pages', () => {
  let app: TestApp
  let admin: Browser
  let office: Browser
  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T09:00:00Z' })
    admin = (await withRole(app, 'it-admin')).browser
    office = (await withRole(app, 'office', { name: 'Gwen' })).browser
  })
  /** Sessions end over a weekend. */
  const nextMorning = async (hours: number) => {
    app.clock.advance(hours * HOUR)
    admin = (await withRole(app, 'it-admin')).browser
    office = (await withRole(app, 'office', { name: 'Gwen' })).browser
  }
  afterAll(() => app.close())

  const uploads = () => (existsSync(join(app.services.config.dataDir, 'uploads')) ? readdirSync(join(app.services.config.dataDir, 'uploads')) : [])
  const left = (id: string) => (user: TinyUser): TinyUser => (user.id === id ? { ...user, until: '2026-10-16' } : user)

  it('a look changes nobody, and says so', async () => {
    const { page, path } = await readRoster(app, admin, tinySchool(30), { decision: 'look' })
    expect(page.status).toBe(200)
    expect(textOf(page.text)).toContain('Nothing was changed: this was only a look')
    expect(textOf(page.text)).toContain('60 joiners')
    expect(await app.services.people.search('surname', 100)).toEqual([])
    expect(uploads()).toEqual([])
    expect(textOf((await admin.get(`${path}?kind=joiners&page=2`)).text)).toContain('51 to 60 of 60 joiners')
  })

  it('while the worker has not read it, the page says so and refreshes without script', async () => {
    const { location } = await upload(admin, zipOf(tinySchool(30)))
    const waiting = await admin.get(location ?? '')
    expect(textOf(waiting.text)).toContain('The file is being read')
    expect(waiting.text).toContain('<noscript><meta http-equiv="refresh"')
    expect((await admin.get(`${location}?refresh=off`)).text).not.toContain('http-equiv="refresh"')
    expect(uploads()).toHaveLength(1)
    await app.services.worker.runUntilIdle()
    expect(textOf((await admin.get(location ?? '')).text)).toContain('Everything this reading says is in')
    expect(uploads()).toEqual([])
  })

  it('P7: nobody approves a reading that holds a child of their own', async () => {
    const { path } = await readRoster(app, admin, tinySchool(30, left('P9')))
    const { id: parent, browser } = await withRole(app, 'trust-admin', { name: 'Parent' })
    const pupil = await app.db.read('source_people').where({ external_id: 'P9' }).first('person_id')
    const link = { id: app.services.ids.next(), pupil_id: pupil.person_id, guardian_id: parent, relationship: 'father', may_sign: 1, may_consent: 1, do_not_contact: 1, priority: 9, source_id: null, ended_at: null, created_at: 0 }
    await app.db.sql('guardian_links').insert(link)
    await browser.submit(path, {})
    expect(textOf((await browser.get(path)).text)).toContain('a colleague must decide it')
    expect((await app.services.roster.runs.list(1))[0]?.state).toBe('held')
    await app.db.sql('guardian_links').where({ id: link.id }).del()
  })

  it('R5: a leaver is held with the row behind, and approved by a person', async () => {
    const { page, path } = await readRoster(app, admin, tinySchool(30, left('P3')))
    const text = textOf(page.text)
    expect(text).toContain('1 person waits for an approval')
    expect(text).toContain('Has left School A; last day 16 October 2026')
    expect(text).toContain('last day 31 August 2027 becomes 16 October 2026')
    expect(text).toMatch(/enrollments\.csv, line 4/)
    expect(text).toContain('R5: this feed has no leaving date')
    expect(page.text).not.toContain('name="count"')
    const answer = await admin.submit(path, {})
    expect(answer.location).toBe(path)
    const after = textOf((await admin.get(path)).text)
    expect(after).toContain('Approved. What this reading held is in.')
    expect(after).toContain('approved by Idris it-admin')
    const [person] = await app.services.people.search('surnamep3 ', 5)
    expect((await app.services.people.affiliationsOf([person?.id ?? ''])).get(person?.id ?? '')?.[0]).toMatchObject({ endDate: '2026-10-16', endReason: 'inferred' })
  })

  it('an approval of what no longer waits is refused in place', async () => {
    const runs = await app.services.roster.runs.list(1)
    const path = `/rosters/runs/${runs[0]?.id}`
    expect((await admin.submit('/rosters/upload', {}, path)).location).toBe(path)
    expect(textOf((await admin.get(path)).text)).toContain('it does not wait for approval')
  })

  describe('R4: people who are missing', () => {
    it('are listed as newly missing, with nothing to press', async () => {
      await readRoster(app, admin, tinySchool(30, (user) => (['P5', 'P6', 'P7'].includes(user.id) ? null : left('P3')(user))))
      const page = await office.get('/rosters/missing')
      expect(textOf(page.text)).toContain('Have they left? 0 people')
      expect(textOf(page.text)).toContain('NameP5 SurnameP5')
      expect(page.text).not.toContain('Still here')
      expect(textOf((await office.get('/rosters')).text)).toContain('3 people are newly missing')
    })

    it('are asked about after a second reading 48 hours later', async () => {
      await nextMorning(47)
      await readRoster(app, admin, tinySchool(30, (user) => (['P5', 'P6', 'P7'].includes(user.id) ? null : left('P3')(user))))
      expect(textOf((await office.get('/rosters/missing')).text)).toContain('Have they left? 0 people')
      await nextMorning(1)
      await readRoster(app, admin, tinySchool(30, (user) => (['P5', 'P6', 'P7'].includes(user.id) ? null : left('P3')(user))))
      const page = await office.get('/rosters/missing')
      expect(textOf(page.text)).toContain('Have they left? 3 people')
      expect(page.text).toContain('Still here')
    })

    const place = async (id: string): Promise<string> => {
      const rows = await app.db.read('affiliations as a').join('source_people as s', 's.person_id', 'a.person_id').where('s.external_id', id).first('a.id')
      return rows.id
    }
    const row = async (id: string) => app.db.read('affiliations').where({ id }).first('end_date', 'end_reason', 'missing_since')

    it('left: needs a possible day, then ends the place on it', async () => {
      const id = await place('P5')
      await office.submit('/rosters/missing', { place: id, answer: 'left', 'on-day': '31', 'on-month': '2', 'on-year': '2026' })
      const refused = await office.get('/rosters/missing')
      expect(textOf(refused.text)).toContain('Write the last day at the school')
      expect(refused.text).toContain(`href="#on-${id}"`)
      await office.submit('/rosters/missing', { place: id, answer: 'left', 'on-day': '30', 'on-month': '10', 'on-year': '2026' })
      expect(await row(id)).toEqual({ end_date: '2026-10-30', end_reason: 'office', missing_since: null })
    })

    it('still here: kept, also by the next reading without them', async () => {
      const id = await place('P6')
      await office.submit('/rosters/missing', { place: id, answer: 'stays' })
      await readRoster(app, admin, tinySchool(30, (user) => (['P5', 'P6', 'P7'].includes(user.id) ? null : left('P3')(user))))
      expect(await row(id)).toEqual({ end_date: null, end_reason: null, missing_since: null })
    })

    it('ask: is noted and shown; they stay in the list', async () => {
      const id = await place('P7')
      await office.submit('/rosters/missing', { place: id, answer: 'ask', note: 'Rang Mrs Hale' })
      expect(textOf((await office.get('/rosters/missing')).text)).toMatch(/The MIS was asked on .* by Gwen office: Rang Mrs Hale/)
      expect((await row(id)).missing_since).not.toBeNull()
    })

    it('R5: somebody the source marks as deleted is asked about at once, in words of their own', async () => {
      await readRoster(app, admin, tinySchool(30, (user) => (['P5', 'P6', 'P7'].includes(user.id) ? null : user.id === 'P10' ? { ...user, status: 'tobedeleted' } : left('P3')(user))))
      const text = textOf((await office.get('/rosters/missing')).text)
      expect(text).toMatch(/NameP10 SurnameP10 .*“mis” marks them as deleted since/)
      expect(text).not.toContain('in 0 complete readings')
    })

    it('P7: nobody answers for a child of their own', async () => {
      const id = await place('P7')
      const { id: parent, browser } = await withRole(app, 'office', { name: 'Parent' })
      const pupil = await app.db.read('affiliations').where({ id }).first('person_id')
      await app.db.sql('guardian_links').insert({
        id: app.services.ids.next(), pupil_id: pupil.person_id, guardian_id: parent, relationship: 'mother', may_sign: 1, may_consent: 1, do_not_contact: 0, priority: 1,
        source_id: null, ended_at: null, created_at: 0,
      })
      expect(textOf((await browser.get('/rosters/missing')).text)).toContain('a child of your own family')
      expect((await browser.submit('/rosters', { place: id, answer: 'stays' }, '/rosters/missing')).status).toBe(403)
    })
  })

  describe('what cannot be read', () => {
    it.each([
      ['a PDF', Buffer.from('%PDF-1.7 something'), 'This is a PDF'],
      ['a workbook', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from('..........................[Content_Types].xml')]), 'This is a workbook'],
      ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0]), 'neither a CSV nor a zip'],
      ['nothing', Buffer.alloc(0), 'Choose the file to read'],
    ])('%s is named in place, and not kept', async (_what, bytes, words) => {
      expect((await upload(admin, bytes)).location).toBe('/rosters/upload')
      expect(textOf((await admin.get('/rosters/upload')).text)).toContain(words)
      expect(uploads()).toEqual([])
    })

    it('a zip of nothing we know asks for the format', async () => {
      const { zipSync } = await import('fflate')
      await upload(admin, Buffer.from(zipSync({ 'a.txt': Buffer.from('x'), 'b.txt': Buffer.from('y') })))
      expect(textOf((await admin.get('/rosters/upload')).text)).toContain('We could not work out which kind of roster this is')
    })

    it('a CSV without the columns is a run that says what, where and how to mend it, without the server\'s paths', async () => {
      const { location } = await upload(admin, 'Colour,Size\nred,4\n', { 'new-source': 'list' }, 'wrong list.csv')
      await app.services.worker.runUntilIdle()
      const page = await admin.get(location ?? '')
      const text = textOf(page.text)
      expect(text).toContain('This file could not be read. Nothing was changed.')
      expect(text).toContain('What to do:')
      expect(text).toContain('wrong list.csv')
      expect(page.text).not.toContain(app.services.config.dataDir)
      expect(uploads()).toEqual([])
      expect(textOf((await admin.get('/rosters')).text)).toContain('Not read')
    })

    it('another format under a known source is refused in place', async () => {
      await upload(admin, 'Colour,Size\nred,4\n', { source: 'mis' }, 'list.csv')
      expect(textOf((await admin.get('/rosters/upload')).text)).toContain('has always been read as oneroster-csv')
    })

    it('R2: a cut file is refused with rule and remedy', async () => {
      const { page } = await readRoster(app, admin, tinySchool(10))
      expect(textOf(page.text)).toContain('Nothing was applied, and nobody was marked as missing')
      expect(textOf(page.text)).toContain('The file is not whole (R2)')
    })
  })

  it('what the file says is text, never markup, and no formula in a CSV', async () => {
    const folder = tinyRoster([
      { id: 'X1', name: '<script>alert(1)</script>', surname: '=cmd()', grade: '04', group: '4K' },
      { id: 'X2', name: 'Name', surname: 'Two', grade: 'Upper <b>', group: '4K' }, { id: 'X3', grade: '04', group: '4K' }, { id: 'X3', grade: '05' },
    ], { schools: ['A'] })
    const { page, path } = await readRoster(app, admin, folder, { 'new-source': 'odd' })
    expect(page.text).not.toContain('<script>alert')
    expect(page.text).toContain('&lt;script&gt;')
    const csv = await admin.get(`${path}/people.csv?kind=joiners`)
    expect(csv.headers.get('content-disposition')).toContain('attachment')
    expect(csv.text).toMatch(/X1,<script>alert\(1\)<\/script> =cmd\(\),/)
    const rejected = await admin.get(`${path}/rejected.csv`)
    expect(rejected.text).toContain('users.csv,5,')
    expect(rejected.text).toContain('appears more than once')
  })

  describe('who may', () => {
    it('office reads and approves rosters; the head only looks; external IT does not approve', async () => {
      await readRoster(app, admin, tinySchool(30), { 'new-source': 'second' })
      const { page, path: held } = await readRoster(app, admin, tinySchool(30, left('P9')), { 'new-source': 'second' })
      expect(textOf(page.text)).toContain('1 person waits for an approval')
      const external = (await withRole(app, 'external-it')).browser
      expect(textOf((await external.get(held)).text)).toContain('You may read this list but not approve it')
      expect((await external.submit('/rosters/upload', {}, held)).status).toBe(403)
      const head = (await withRole(app, 'headteacher')).browser
      expect((await head.get(held)).status).toBe(200)
      expect((await head.get('/rosters/upload')).status).toBe(403)
      expect((await (await withRole(app, 'governor')).browser.get('/rosters')).status).toBe(403)
      expect((await office.submit(held, {})).status).toBe(303)
      expect(textOf((await office.get(held)).text)).toContain('Everything this reading says is in')
      expect((await admin.get('/rosters/runs/01K00000000000000000000000')).status).toBe(404)
    })

    it('an administrator of one school sees that school\'s people only, and may not read a file of another', async () => {
      const schools = await app.services.schools.all()
      const b = schools.find(({ name }) => name === 'School B')?.id ?? ''
      const both = (change: (user: TinyUser) => TinyUser = (user) => user) => tinyRoster([
        ...Array.from({ length: 8 }, (_, n) => ({ id: `A${n}`, grade: '04', group: '4K', schools: ['A'], agents: [`GA${n}`] })), ...Array.from({ length: 8 }, (_, n) => ({ id: `GA${n}`, role: 'guardian', schools: ['A'] })),
        ...Array.from({ length: 8 }, (_, n) => ({ id: `B${n}`, grade: '05', group: '5B', schools: ['B'], agents: [`GB${n}`] })), ...Array.from({ length: 8 }, (_, n) => ({ id: `GB${n}`, role: 'guardian', schools: ['B'] })),
      ].map(change))
      await readRoster(app, admin, both(), { 'new-source': 'both' })
      const { path } = await readRoster(app, admin, both((user) => (user.id === 'A1' || user.id === 'B1' ? { ...user, until: '2026-10-16' } : user)), { 'new-source': 'both' })
      const own = (await withRole(app, 'it-admin', { schoolId: b, name: 'Own' })).browser
      const page = await own.get(path)
      expect(page.status).toBe(200)
      expect(page.text).toContain('SurnameB1')
      expect(page.text).not.toContain('SurnameA1')
      expect(textOf(page.text)).toContain('also holds people of schools that are not yours')
      expect((await own.submit('/rosters/upload', {}, path)).status).toBe(404)
      const first = (await app.services.roster.runs.list(50)).filter((run) => run.report.source === 'both').at(-1)
      const joiners = await own.get(`/rosters/runs/${first?.id}/people.csv?kind=joiners`)
      expect(joiners.text).toContain('GB3')
      expect(joiners.text).not.toMatch(/\bA\d\b|\bGA\d\b/)
      expect((await own.get(`/rosters/runs/${first?.id}/rejected.csv`)).status).toBe(404)
      const other = (await app.services.roster.runs.list(50)).find((run) => run.report.source === 'odd')
      expect((await own.get(`/rosters/runs/${other?.id}`)).status).toBe(404)

      const { location } = await upload(own, zipOf(both()), { 'new-source': 'mine' })
      await app.services.worker.runUntilIdle()
      expect(textOf((await own.get(location ?? '')).text)).toContain('which is not one of your schools. Nothing was read')
      await upload(own, zipOf(both()), { source: 'both' })
      expect(textOf((await own.get('/rosters/upload')).text)).toContain('also supplies schools that are not yours')
      const mine = await readRoster(app, own, tinyRoster([{ id: 'Z1', grade: '05', group: '5B', schools: ['B'] }], { schools: ['B'] }), { 'new-source': 'mine-b' })
      expect(textOf(mine.page.text)).toContain('Everything this reading says is in')
    })
  })
})
