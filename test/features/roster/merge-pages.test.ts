import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { readRoster, textOf, withRole } from '../../support/it-people.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { tinySchool, type TinyUser } from '../../support/tiny-roster.ts'

describe('B3 the page that merges identifiers', () => {
  let app: TestApp
  let admin: Browser
  const plain = (user: TinyUser): TinyUser => ({ ...user, admission: '', name: 'Same', surname: `Name ${user.id}` })
  const renamed = () => tinySchool(30, (user) => ({ ...plain(user), id: `X${user.id}`, agents: (user.agents ?? []).map((id) => `X${id}`) }))
  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T09:00:00Z' })
    admin = (await withRole(app, 'it-admin')).browser
  })
  afterAll(() => app.close())

  it('B3 leads from the refusal to the pairs, wants their number, and the next reading finds everybody', async () => {
    await readRoster(app, admin, tinySchool(30, plain))
    const { page, path } = await readRoster(app, admin, renamed())
    expect(page.text).toContain(`href="${path}/merge"`)
    const list = await admin.get(`${path}/merge`)
    expect(textOf(list.text)).toContain('names 60 people by new identifiers')
    expect(textOf((await admin.get(`${path}/merge?page=2`)).text)).toContain('51 to 60 of 60')
    expect((await admin.get(`${path}/merge.csv`)).text).toContain('Same Name P1,"Pupil, Year 4",P1,XP1')

    await admin.submit(`${path}/merge`, { answer: 'merge', count: '59' })
    expect(textOf((await admin.get(`${path}/merge`)).text)).toContain('not the number of pairs')
    const done = await admin.submit(`${path}/merge`, { answer: 'merge', count: '59', out: 'XG30' })
    expect(done.location).toBe(path)
    await admin.submit(`${path}/merge`, { answer: 'undo' })
    await admin.submit(`${path}/merge`, { answer: 'merge', count: '60' })

    const next = await readRoster(app, admin, renamed())
    expect(textOf(next.page.text)).toContain('Everything this reading says is in')
    expect(Number((await app.db.read('people').where('surname', 'like', 'Name %').count({ n: '*' }).first())?.['n'])).toBe(60)
  })

  it('B3 is for those who see and decide for the whole trust', async () => {
    const { path } = await readRoster(app, admin, tinySchool(30, (user) => ({ ...plain(user), id: `Y${user.id}`, agents: (user.agents ?? []).map((id) => `Y${id}`) })))
    const [school] = await app.services.schools.all()
    const office = (await withRole(app, 'office', { name: 'Gwen', schoolId: school?.id ?? '' })).browser
    expect((await office.get(`${path}/merge`)).status).toBe(404)
    const viewer = (await withRole(app, 'external-it')).browser
    expect(textOf((await viewer.get(`${path}/merge`)).text)).toContain('not decide')
  })
})
