import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startSsoWorld, whoIs } from '../features/identity/sso-world.ts'
import { openSlots, signAs } from '../features/signing/signing-walk.ts'
import { tokenIn } from '../http/browser.ts'
import { textOf } from '../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`who may read and settle what, at the edges [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    const give = (personId: string, role: string, schoolId: string | null, until: number | null = null) =>
      app.services.roles.grant({ personId, role, schoolId, groupName: null, until, grantedBy: 'os:test' })
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
    })
    afterAll(() => app.close())

    it('A7, V3: external IT support reads no name of a family, in tasks by hand, the account report and its file', async () => {
      const { services, db, clock } = app
      const pupil = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4' })
      const mother = await trust.add({ name: 'Maria Familyname', role: 'guardian' })
      const guest = await trust.add({ name: 'Gustav Guestname', role: 'volunteer' })
      await trust.link(pupil, mother)
      const task = (personId: string) => ({ kind: 'guest-account' as const, personId, accountId: null, what: 'Open it', dueOn: '2026-10-01', key: `k-${personId}` })
      await db.transaction(() => services.accounts.tasks.put([task(mother), task(guest)], { actor: 'os:test' }))
      const directory = services.ids.next()
      await db.sql('directories').insert({ id: directory, name: 'tablets', kind: 'tasks', created_at: clock.now() })
      for (const [n, person] of [mother, guest].entries()) {
        await db.sql('accounts').insert({ id: services.ids.next(), directory_id: directory, immutable_id: `shared-${n}`, person_id: null, shared_owner_id: person, username: `shared${n}`, observed: JSON.stringify({ enabled: true }), observed_at: clock.now() })
      }
      const support = await trust.add({ name: 'Exa Support' })
      await give(support, 'external-it', null, clock.now() + 86_400_000)
      const admin = await trust.add({ name: 'Ida Admin' })
      await give(admin, 'it-admin', null)
      const pages = ['/access/tasks', '/access/assurance', '/access/assurance.csv']
      const [theirs, ours] = [await app.as(support), await app.as(admin)]
      for (const page of pages) {
        const answer = await theirs.get(page)
        expect([page, answer.status]).toEqual([page, 200])
        expect(answer.text).not.toContain('Familyname')
        expect(answer.text).toContain('Guestname')
        expect((await ours.get(page)).text).toContain('Familyname')
      }
    })

    it('P7: nobody attests signatures of themself or their own pupils; the rest of the file goes in', async () => {
      const clerk = await trust.add({ name: 'Ola Office', role: 'support', email: 'ola@larkmoor.example' })
      const child = await trust.add({ name: 'Oskar Office', role: 'pupil', year: '4', email: 'oskar@larkmoor.example' })
      await trust.add({ name: 'Nora Neighbour', role: 'pupil', year: '4', email: 'nora@larkmoor.example' })
      await trust.link(child, clerk)
      await give(clerk, 'office', trust.primary.id)
      const browser = await app.as(clerk)
      const form = new FormData()
      for (const [name, value] of Object.entries({ _csrf: tokenIn(await browser.get('/office/attested')), decision: 'apply', skip: 'yes' })) form.append(name, value)
      const row = (email: string, agreement: string, by: string) => `${email},${agreement},${by},2025-09-03,Somebody\n`
      form.append('file', new Blob([`Email,Agreement,Signed by,Signed on,Signer name\n${row('ola@larkmoor.example', 'staff', 'self')}${row('oskar@larkmoor.example', 'pupil-ks2', 'parent')}${row('nora@larkmoor.example', 'pupil-ks2', 'parent')}`]), 'signed.csv')
      await browser.send('POST', '/office/attested', { body: form, headers: { 'sec-fetch-site': 'same-origin' } })
      const page = textOf((await browser.get('/office/attested')).text)
      expect(page.match(/a colleague has to attest it/g)).toHaveLength(2)
      const kept = await app.db.read('attested_signatures as s').join('people as p', 'p.id', 's.person_id').select('p.preferred_forename')
      expect(kept.map((one) => one.preferred_forename)).toEqual(['Nora'])
    })

    it('P7: the office neither excuses nor invalidates what is about themself or their own children', async () => {
      const clerk = await trust.add({ name: 'Sela Self', role: 'support' })
      const child = await trust.add({ name: 'Sami Self', role: 'pupil', year: '4' })
      await trust.link(child, clerk)
      await give(clerk, 'office', trust.primary.id)
      await trust.issue()
      const browser = await app.as(clerk)
      const [slot = ''] = await openSlots(browser)
      await signAs(browser, slot, 'Sela Self')
      const signature = (await app.db.read('signatures').where({ subject_id: clerk }).first('id') as { id: string }).id
      const requestOf = async (id: string) => (await app.services.issuing.store.ofPeople([id]))[0]?.id ?? ''
      const page = await browser.get(`/office/signing/${clerk}`)
      expect(page.status).toBe(200)
      expect(textOf(page.text)).toContain('This is about you')
      expect(page.text).not.toContain('/invalidate')
      for (const id of [clerk, child]) {
        const excuse = { request: await requestOf(id), cause: 'away', 'until-day': '1', 'until-month': '12', 'until-year': '2026' }
        expect((await browser.submit('/me', excuse, `/office/signing/${id}/excuse`)).status).toBe(403)
      }
      expect((await browser.submit('/me', { signature, reason: 'A mistake' }, `/office/signing/${clerk}/invalidate`)).status).toBe(403)
      expect((await app.db.read('signatures').where({ id: signature }).first('active') as { active: number | null }).active).toBeTruthy()
      expect(await app.db.read('requests').where({ state: 'excused' })).toEqual([])
    })

    it('a school’s office finds its own people, however many of the same name other schools have', async () => {
      for (let n = 0; n < 70; n += 1) await trust.add({ name: `Aaron${n} Samename`, role: 'pupil', year: '8', school: trust.high })
      const pupil = await trust.add({ name: 'Zelda Samename', role: 'pupil', year: '4' })
      const father = await trust.add({ name: 'Zeno Samename' })
      await trust.link(pupil, father)
      const clerk = await trust.add({ name: 'Finn Finder' })
      await give(clerk, 'office', trust.primary.id)
      const dpo = await trust.add({ name: 'Dina Dpo' })
      await give(dpo, 'dpo', trust.primary.id)
      const desk = await app.as(clerk)
      await desk.submit('/desk', { name: 'samename', back: '/desk' }, '/desk/search')
      const found = textOf((await desk.get('/desk?named=1')).text)
      expect(found).toContain('Zelda Samename')
      expect(found).toContain('Zeno Samename')
      expect(found).not.toContain('Aaron')
      const looks = await app.as(dpo)
      await looks.submit('/me', { name: 'samename', back: '/audit/looks' }, '/audit/looks/search')
      const seen = textOf((await looks.get('/audit/looks?named=1')).text)
      expect(seen).toContain('Zelda Samename')
      expect(seen).not.toContain('Aaron')
    })

    it('a reader of one school reads on the printed report what held a plan there, and nothing of other schools', async () => {
      const { services, clock } = app
      const reader = await trust.add({ name: 'Rea Reader' })
      await give(reader, 'it-admin', trust.primary.id)
      const pupil = await trust.add({ name: 'Planned Pupil', role: 'pupil', year: '4' })
      const planId = services.ids.next()
      const held = [
        { rule: 'B1' as const, schoolId: trust.primary.id, text: 'Larkmoor: 6 pupils would lose access.' }, { rule: 'B2' as const, schoolId: trust.high.id, text: 'Ashbeck, class 8B: 25 of 25 would lose it.' }, { rule: 'B5' as const, text: 'A second person approves.' },
      ]
      await services.plans.create({ id: planId, kind: 'access', about: 'leavers', state: 'held', createdBy: 'system', createdAt: clock.now(), expiresAt: clock.now() + 86_400_000, brake: { held, secondPerson: false, typedCount: false, count: 1 } })
      await services.plans.addItems(planId, [{ seq: 0, itemKey: 'a', subject: pupil, action: 'suspend', rank: 2, population: `${trust.primary.id}|pupil`, state: 'held', before: null, after: { username: 'x', directory: 'd', level: 'suspended' }, file: null, line: null, reason: 'left' }])
      const browser = await app.as(reader)
      for (const page of [`/access/plans/${planId}`, `/access/plans/${planId}/report`]) {
        const text = textOf((await browser.get(page)).text)
        expect(text).toContain('6 pupils')
        expect(text).not.toMatch(/Ashbeck|8B|25 of 25/)
      }
    })

    it('what is known of somebody stays with the schools in charge: a former school opens neither access nor signing pages', async () => {
      const moved = await trust.add({ name: 'Moved Onwards', role: 'pupil', year: '8', school: trust.high })
      await app.db.sql('affiliations').insert({ id: app.services.ids.next(), person_id: moved, school_id: trust.primary.id, role: 'pupil', year_code: '6', reg_group: null, start_date: '2025-09-01', end_date: '2026-08-31', end_reason: null, source_id: null, missing_since: null, missing_runs: 0, created_at: 1, updated_at: 1 })
      const [before, now] = [await trust.add({ name: 'Hera Before' }), await trust.add({ name: 'Hera Now' })]
      await give(before, 'headteacher', trust.primary.id)
      await give(now, 'headteacher', trust.high.id)
      for (const [page, theirs] of [[`/access/people/${moved}`, true], [`/office/signing/${moved}`, true], [`/access/people/${moved}/restrict`, true], [`/access/people/${moved}/exempt`, true]] as const) {
        expect([page, (await (await app.as(before)).get(page)).status]).toEqual([page, 404])
        expect([page, (await (await app.as(now)).get(page)).status]).toEqual([page, theirs ? 200 : 404])
      }
    })

    it('who sees the board and may not chase has no button, and no answer to its form', async () => {
      const [dsl, clerk] = [await trust.add({ name: 'Dana Dsl' }), await trust.add({ name: 'Cara Clerk' })]
      await give(dsl, 'dsl', trust.primary.id)
      await give(clerk, 'office', trust.primary.id)
      await trust.issue()
      const [reader, chaser] = [await app.as(dsl), await app.as(clerk)]
      expect((await chaser.get('/office/board')).text).toContain('/office/board/chase')
      const board = await reader.get('/office/board')
      expect(board.status).toBe(200)
      expect(board.text).not.toContain('/chase')
      expect((await reader.post('/office/board/chase', { _csrf: tokenIn(board) })).status).toBe(403)
      expect(await app.db.read('audit_entries').where({ event: 'requests.chased' })).toEqual([])
    })
  })
}

describe('the circle and the schools’ own sign-in', () => {
  it('A5: who joins the circle by a group of a directory is told to it as well, once', async () => {
    const world = await startSsoWorld()
    try {
      const { services, db } = world.app
      const dsl = await world.trust.add({ name: 'Dora Safe', role: 'support', school: world.trust.high, email: 'dora@ashbeck.example' })
      await services.roles.grant({ personId: dsl, role: 'dsl', schoolId: world.trust.high.id, groupName: null, until: null, grantedBy: 'os:test' })
      const provider = await services.signIn.providers.store.named('google')
      await services.signIn.groupRoles.add({ providerId: provider?.id ?? '', attribute: 'groups', value: 'safeguarding', role: 'dsl', schoolId: world.trust.high.id, until: null, fromFile: false }, 'system')
      for (let n = 0; n < 2; n += 1) {
        const browser = world.app.browser()
        await world.signIn(browser, { nameId: 'opaque-t', attributes: { uid: ['teacher1'], groups: ['safeguarding'] } })
        expect(await whoIs(world.app, browser)).toBe('Teacher One')
        await services.worker.runUntilIdle()
      }
      const mails = await db.read('captured_mails').where('subject', 'like', '%safeguarding circle%').select('recipient', 'body_text')
      expect(mails.map(({ recipient }) => recipient as string)).toEqual(['dora@ashbeck.example'])
      expect(mails[0]?.body_text).toContain('Teacher One was given a role')
      expect(mails[0]?.body_text).toContain('Given by: a group of the school’s sign-in')
    } finally {
      await world.app.close()
    }
  })
})
