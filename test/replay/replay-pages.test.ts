import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Browser, tokenIn } from '../http/browser.ts'
import { textOf, withRole, zipOf } from '../support/it-people.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { tinySchool, type TinyUser } from '../support/tiny-roster.ts'

const DAY = 86_400_000
const ended = (ids: readonly string[]) => (user: TinyUser): TinyUser => (ids.includes(user.id) ? { ...user, until: '2026-10-01' } : user)

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`replays on a page [${kind}]`, () => {
    let app: TestApp
    let admin: Browser
    const signIn = async () => { admin = (await withRole(app, 'it-admin')).browser }
    beforeAll(async () => {
      app = await startTestApp({ now: '2026-11-02T09:00:00Z', kind, mariadbUrl: inject('mariadbUrl') })
      await signIn()
    })
    afterAll(() => app.close())

    const folder = () => join(app.services.config.dataDir, 'replays')
    const kept = () => (existsSync(folder()) ? readdirSync(folder(), { recursive: true }) : [])
    const begin = async () => (await admin.submit('/rosters/replays', { format: 'auto', school: '' })).location ?? ''
    const add = async (path: string, bytes: Buffer | string, day: string, filename = 'mis.zip') => {
      const body = new FormData()
      body.append('_csrf', tokenIn(await admin.get(path)))
      body.append('day', day)
      body.append('file', new Blob([new Uint8Array(Buffer.from(bytes))]), filename)
      await admin.send('POST', `${path}/files`, { body, headers: { 'sec-fetch-site': 'same-origin' } })
      return textOf((await admin.get(path)).text)
    }
    const tables = ['people', 'affiliations', 'sources', 'source_people', 'roster_runs', 'plans', 'plan_items', 'accounts', 'restrictions', 'schools', 'simulated_accounts'] as const
    const everything = async () => Object.fromEntries(await Promise.all(tables.map(async (table) => [table, (await app.db.read(table).orderBy(1)).map((row) => JSON.stringify(row)).toSorted()] as const)))

    it('R10: earlier exports say whom Assent would have suspended, why, by which row, and what the brake would have said; nothing of the school’s changes', { timeout: 180_000 }, async () => {
      const path = await begin()
      expect(path).toMatch(/^\/rosters\/replays\/[0-9A-Z]{26}$/)
      const reader = (await withRole(app, 'trust-admin')).id
      const before = await everything()
      // In any order: they are read in the order of their days.
      expect(await add(path, zipOf(tinySchool(60, ended(['P7']))), '2026-10-05')).toContain('It can run once there are two files')
      expect(await add(path, zipOf(tinySchool(60)), '2026-09-07')).toContain('Run the replay')
      await add(path, zipOf(tinySchool(20)), '2026-10-12')
      await add(path, zipOf(tinySchool(60, ended(Array.from({ length: 40 }, (_, n) => `P${n + 1}`)))), '2026-10-19')
      await admin.submit(path)
      expect(textOf((await admin.get(path)).text)).toContain('0 of 4 files are read')
      expect((await admin.get(path)).text).toContain('<noscript><meta http-equiv="refresh"')
      expect((await admin.get(`${path}?refresh=off`)).text).not.toContain('http-equiv="refresh"')
      await app.services.worker.runUntilIdle()

      expect(await everything()).toEqual(before)
      expect(kept()).toEqual([])

      const text = textOf((await admin.get(path)).text)
      expect(text).toContain('Judged by what is set here today: 0 roll-over windows with 0 confirmed leavers, 2 protected people, 0 exemptions')
      expect(text).toContain('In all 0 people would have been suspended at once, and 40 people after somebody had approved it')
      expect(text).toMatch(/7 September 2026.*5 October 2026.*12 October 2026.*19 October 2026/)
      expect(text).toMatch(/12 October 2026.*Nothing of it would have been applied/)
      expect(text).toMatch(/Would have waited for a person: .*people would be ended/)
      expect(text).toMatch(/Suspended after approval: 39/)
      expect(text).toMatch(/P7 Left .* on 1 October 2026/)
      const csv = (await (await app.as(reader, 'passkey')).get(`${path}/people.csv`)).text
      expect(csv).toMatch(/^\uFEFF?Day,Export,Would have been suspended,/)
      expect(csv.split('\r\n').filter((line) => line.includes('after a person approved'))).toHaveLength(40)

      // After its days nothing of it is left.
      const row = await app.db.read('replays').first()
      expect(row.result).toContain('P7')
      app.clock.advance(14 * DAY - 1)
      await app.services.replays.tidy()
      expect(await app.db.read('replays')).toHaveLength(1)
      app.clock.advance(1)
      await app.services.replays.tidy()
      expect(await app.db.read('replays')).toEqual([])
      await signIn()
      expect((await admin.get(path)).status).toBe(404)
    })

    it('a file or a day that cannot be used is said beside its field, and nothing is kept of it', { timeout: 120_000 }, async () => {
      const path = await begin()
      expect(await add(path, zipOf(tinySchool(20)), '')).toContain('Write the day that the export is from')
      expect(await add(path, zipOf(tinySchool(20)), '2027-01-01')).toContain('Write the day that the export is from')
      expect(await add(path, '%PDF-1.7 x', '2026-09-01', 'x.pdf')).toContain('This is a PDF')
      expect(await add(path, '', '2026-09-01')).toContain('it was empty')
      expect(kept().filter((name) => String(name).endsWith('.zip'))).toEqual([])
      await add(path, zipOf(tinySchool(20)), '2026-09-01', '../../etc/passwd')
      expect(await add(path, zipOf(tinySchool(20)), '2026-09-01')).toContain('There is a file of that day already')
      await admin.submit(path)
      expect(textOf((await admin.get(path)).text)).toContain('needs two at least')
      const [replay] = await app.services.replays.store.newest(1)
      expect(readdirSync(join(folder(), replay?.id ?? ''))).toEqual([`${replay?.files[0]?.id}.zip`])
      await add(path, 'not,a,roster\n1,2,3\n', '2026-09-02', 'x.csv')
      await admin.submit(path)
      // One at a time.
      const second = await begin()
      await add(second, zipOf(tinySchool(20)), '2026-09-01')
      await add(second, zipOf(tinySchool(20)), '2026-09-02')
      await admin.submit(second)
      expect(textOf((await admin.get(second)).text)).toContain('Another replay is running')
      await app.services.worker.runUntilIdle()
      expect(textOf((await admin.get(path)).text)).toMatch(/x\.csv\. 0 people read.*Nothing of it would have been applied/)
      // Taken out and removed by hand; gathered and forgotten, it goes after a day.
      const [given] = (await app.services.replays.get(second.split('/').at(-1) ?? '')).files
      await admin.submit(second, { file: given?.id ?? '' }, `${second}/take-out`)
      expect((await app.services.replays.get(second.split('/').at(-1) ?? '')).files).toHaveLength(1)
      app.clock.advance(DAY)
      await app.services.replays.tidy()
      expect((await app.db.read('replays').where({ state: 'gathering' }))).toEqual([])
      expect(kept()).toEqual([])
      await signIn()
      await admin.submit(path, {}, `${path}/remove`)
      expect(await app.db.read('replays')).toEqual([])
    })

    it('what is begun, added, taken out and started at once loses no file, and fills no disk', { timeout: 60_000 }, async () => {
      const { replays } = app.services
      const path = await begin()
      const id = path.split('/').at(-1) ?? ''
      const csv = (day: string) => replays.add(id, { filename: 'x.csv', bytes: Buffer.from('not,a,roster\n1,2,3\n') }, day)
      const days = ['2026-09-01', '2026-09-02', '2026-09-03', '2026-09-04']
      await Promise.all(days.map(csv))
      expect((await replays.get(id)).files.map(({ day }) => day)).toEqual(days)
      const [first, last] = [(await replays.get(id)).files[0], (await replays.get(id)).files[3]]
      await Promise.all([replays.takeOut(id, last?.id ?? ''), csv('2026-09-05')])
      expect((await replays.get(id)).files.map(({ day }) => day)).toEqual([...days.slice(0, 3), '2026-09-05'])
      // Started between the look and the press: the file that is to be read stays.
      const looked = await replays.get(id)
      await replays.start(id, 'os:test')
      const get = replays.store.get.bind(replays.store)
      let looks = 0
      replays.store.get = async (one) => ((looks += 1) === 1 ? looked : get(one))
      await expect(replays.takeOut(id, first?.id ?? '')).rejects.toThrow(/at the same moment/)
      replays.store.get = get
      expect(kept()).toContain(join(id, `${first?.id}.csv`))
      await app.services.worker.runUntilIdle()
      for (let n = 0; n < 5; n += 1) expect(await begin()).toMatch(/^\/rosters\/replays\/\w{26}$/)
      expect(await begin()).toBe('/rosters/replays')
      expect(textOf((await admin.get('/rosters/replays')).text)).toContain('5 replays wait for files already')
      await app.db.sql('replays').del()
    })

    it('a file that is gone before it runs ends it with words; who reads rosters of one school only sees no replay', { timeout: 60_000 }, async () => {
      const path = await begin()
      const id = path.split('/').at(-1) ?? ''
      await add(path, zipOf(tinySchool(20)), '2026-09-01')
      await add(path, zipOf(tinySchool(20)), '2026-09-02')
      await admin.submit(path)
      const { rmSync } = await import('node:fs')
      rmSync(join(folder(), id), { recursive: true })
      await app.services.worker.runUntilIdle()
      expect(textOf((await admin.get(path)).text)).toContain('is not there any more')
      const school = await app.services.schools.add({ name: 'Larkmoor Primary School', urn: '100001' })
      const office = (await withRole(app, 'office', { schoolId: school.id })).browser
      for (const at of ['/rosters/replays', path]) expect((await office.get(at)).status).toBe(404)
    })
  })
}
