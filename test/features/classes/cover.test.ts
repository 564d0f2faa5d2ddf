import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { leadOf } from '../../../src/features/classes/class-group.ts'
import type { Actor } from '../../../src/http/actor.ts'
import type { Browser } from '../../http/browser.ts'
import { textOf } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { startSession } from './class-walk.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`cover for one class session [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let teacher: Browser
    let group: { schoolId: string; kind: string; name: string }
    let sam = ''
    let elsewhere = ''
    const at = (one: { schoolId: string; kind: string; name: string }) => `/class/cover?${new URLSearchParams(one).toString()}`
    const grants = async () => (await app.db.read('role_grants').where({ role: 'cover' })).map((row) => ({ person: row.person_id, group: row.group_name, year: row.year_code, until: new Date(Number(row.until)).toISOString() }))
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      for (const [name, year, reg] of [['Amira Hassan', '4', '4B'], ['Ewa Nowak', '5', '5A']] as const) await trust.add({ name, role: 'pupil', year, group: reg })
      const tess = await trust.add({ name: 'Tess Marlow', role: 'teacher' })
      await app.services.roles.grant({ personId: tess, role: 'class-teacher', schoolId: trust.primary.id, groupName: '4B', until: null, grantedBy: 'system' })
      sam = await trust.add({ name: 'Sam Cover', role: 'supply' })
      await trust.add({ name: 'Pat Cover', role: 'guardian' })
      elsewhere = await trust.add({ name: 'Eli Cover', role: 'teacher', school: trust.high })
      teacher = await app.as(tess)
      group = { schoolId: trust.primary.id, kind: 'group', name: '4B' }
    })
    afterAll(() => app.close())

    it('is given from the class page, to who works at the school today, until its midnight', async () => {
      const page = await teacher.get('/class')
      expect(page.text).toContain('Give cover')
      await teacher.submit(at(group), { name: 'cover', back: at(group) }, '/class/cover/search')
      const found = textOf((await teacher.get(`${at(group)}&named=1`)).text)
      expect(found).toContain('Sam Cover')
      expect(found).not.toMatch(/Pat Cover|Eli Cover/)
      expect((await teacher.submit(at(group), { ...group, personId: '' }, '/class/cover/give')).location).toBe(at(group))
      expect(textOf((await teacher.get(at(group))).text)).toContain('Choose a colleague')
      expect((await teacher.submit(at(group), { ...group, personId: elsewhere }, '/class/cover/give')).status).toBe(404)
      for (let n = 0; n < 2; n += 1) expect((await teacher.submit(at(group), { ...group, personId: sam }, '/class/cover/give')).location).toBe(at(group))
      expect(await grants()).toEqual([{ person: sam, group: '4B', year: null, until: '2026-09-07T23:00:00.000Z' }])
      expect(textOf((await teacher.get(at(group))).text)).toContain('Covering today Sam Cover')
    })

    it('shows its holder that class and no other, lets them lead one session, and passes on to nobody', async () => {
      const cover = await app.as(sam)
      const page = textOf((await cover.get('/class')).text)
      expect(page).toContain('You cover today: Class 4B')
      expect(page).not.toMatch(/Class 5A|Year 4|Give cover/)
      expect((await cover.get(at(group))).status).toBe(404)
      expect((await cover.submit('/class', { ...group, personId: elsewhere }, '/class/cover/give')).status).toBe(404)
      const theirs = await startSession(teacher, group)
      expect(textOf((await cover.submit('/class', group, '/class/sessions')).text)).toContain('running already')
      expect((await cover.get(`/class/sessions/${theirs.id}`)).status).toBe(404)
      await teacher.submit(`/class/sessions/${theirs.id}`, {}, `/class/sessions/${theirs.id}/end`)
      const { id } = await startSession(cover, group)
      expect((await cover.get(`/class/sessions/${id}`)).status).toBe(200)
      await cover.submit(`/class/sessions/${id}`, {}, `/class/sessions/${id}/end`)
      expect((await cover.submit('/class', group, '/class/sessions')).status).toBe(409)
      expect((await cover.get('/office')).status).toBe(403)
    })

    it('signs nobody out: who may give cover could keep any colleague out of their work by it', async () => {
      const dsl = await trust.add({ name: 'Dee Cover', role: 'teacher' })
      const theirs = await app.as(dsl)
      expect((await theirs.get('/me')).status).toBe(200)
      await teacher.submit(at(group), { ...group, personId: dsl }, '/class/cover/give')
      // It counts in the session that is there.
      expect(textOf((await theirs.get('/class')).text)).toContain('You cover today: Class 4B')
      const grant = await app.db.read('role_grants').where({ role: 'cover', person_id: dsl }).first('id')
      await teacher.submit(at(group), { ...group, grant: grant.id }, '/class/cover/take')
      expect((await theirs.get('/me')).status).toBe(200)
      expect(textOf((await theirs.get('/class')).text)).not.toContain('You cover today')
    })

    it('is given for the own classes only; can be taken back; and ends with the day', async () => {
      const other = { ...group, name: '5A' }
      expect((await teacher.get(at(other))).status).toBe(404)
      expect((await teacher.submit(at(group), { ...other, personId: sam }, '/class/cover/give')).status).toBe(404)
      const [grant] = await app.db.read('role_grants').where({ role: 'cover' })
      expect((await teacher.submit(at(group), { ...other, grant: grant.id }, '/class/cover/take')).status).toBe(404)
      await teacher.submit(at(group), { ...group, grant: grant.id }, '/class/cover/take')
      expect(await grants()).toEqual([])
      await teacher.submit(at(group), { ...group, personId: sam }, '/class/cover/give')
      const cover = await app.as(sam)
      expect(textOf((await cover.get('/class')).text)).toContain('You cover today')
      app.clock.set(Date.parse('2026-09-07T23:00:00Z'))
      expect(textOf((await (await app.as(sam)).get('/class')).text)).not.toContain('You cover today')
    })
  })
}

describe('roles for years and groups', () => {
  it('a head of year or cover without a year or group leads no class of the school', () => {
    const group = { schoolId: 'S', kind: 'group' as const, name: '7K', years: ['7'], pupils: 20 }
    const actor = (role: string) => ({ roles: [{ role, schoolId: 'S', groupName: null }] }) as unknown as Actor
    for (const role of ['head-of-year', 'cover']) expect([role, leadOf(actor(role), group, new Set(['S|7K']))]).toEqual([role, null])
    for (const role of ['office', 'headteacher', 'trust-admin']) expect([role, leadOf(actor(role), group, new Set())]).toEqual([role, 'lead'])
  })
})
