import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadConfig } from '../../../src/config.ts'
import { type Browser, tokenIn } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, hidden, openSlots, signAs, work } from '../signing/signing-walk.ts'

/** A name of 200 characters in five scripts. */
const LONG_NAME = ['Maximilian', 'Александр', 'عبدالرحمن', '王小明', 'Αλέξανδρος'].join(' ').repeat(5).slice(0, 200).trim()

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`visits [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let office: Browser
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), config: { visits: { keepPlainRecord: true } } })
      trust = await smallTrust(app)
      const id = await trust.add({ name: 'Gwen Hughes', role: 'support' })
      await app.services.roles.grant({ personId: id, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      office = await app.as(id)
    })
    afterAll(async () => app.close())

    async function startTablet(): Promise<{ tablet: Browser; code: string }> {
      await office.submit('/visits', { schoolId: trust.primary.id }, '/visits/tablets')
      const code = /type <strong class="code">([A-Z0-9 ]+)</.exec((await office.get('/visits')).text)?.[1] ?? ''
      const tablet = app.browser()
      const started = await tablet.submit('/visit', { typed: code })
      if (started.status !== 303) throw new Error(`The tablet answered ${started.status}`)
      return { tablet, code }
    }

    async function arriveAt(tablet: Browser, who: Record<string, string>): Promise<void> {
      await tablet.submit('/visit', {}, '/visit/new')
      const filled = await tablet.submit('/visit/who', who)
      if (filled.location !== '/visit/wifi') throw new Error(`Who answered ${filled.location ?? filled.status}`)
    }

    it('a visitor who uses the Wi-Fi signs on reception’s tablet in a minute: person, affiliation of today, signature; twenty presses are one', async () => {
      const { tablet, code } = await startTablet()
      expect((await tablet.get('/visit')).text).toContain('Welcome to Larkmoor Primary School')
      const second = app.browser()
      await second.submit('/visit', { typed: code })
      expect((await second.get('/visit')).text).toContain('This code starts no tablet')
      await arriveAt(tablet, { name: LONG_NAME, organisation: 'Boilers Ltd', host: 'Gwen Hughes', kind: 'contractor' })
      expect((await tablet.get('/visit/wifi')).text).not.toMatch(/checked/)
      expect((await tablet.submit('/visit/wifi', { uses: 'yes' })).location).toBe('/visit/read')
      const people = await count(app, 'people')
      const page = await tablet.get('/visit/read')
      const fields = { _csrf: tokenIn(page), text: hidden(page, 'text'), answer: 'yes', signature: '', signatureDrawn: '' }
      await tablet.post('/visit/read', fields)
      expect((await tablet.get('/visit/read')).text).toContain('Write your name')
      const sent = await Promise.all(Array.from({ length: 20 }, () => tablet.post('/visit/read', { ...fields, signature: 'Max' })))
      expect(new Set(sent.map((one) => one.location))).toEqual(new Set(['/visit/done']))
      expect(await count(app, 'people')).toBe(people + 1)
      const visit = await app.db.read('visits').where({ name: LONG_NAME }).first()
      expect(visit).toMatchObject({ kind: 'contractor', uses_systems: 1, first_day: '2026-09-07', last_day: '2026-09-07', host: 'Gwen Hughes' })
      expect(await app.db.read('affiliations').where({ person_id: visit.person_id }).first()).toMatchObject({ role: 'contractor', start_date: '2026-09-07', end_date: '2026-09-07', source_id: null })
      const row = await app.db.read('signatures').where({ signer_id: visit.person_id }).first()
      expect(JSON.parse(row.evidence)).toMatchObject({ assurance: 'reception', capacity: 'Visitor', typed: 'Max' })
      await work(app)
      expect(await app.services.verify.verify((await app.services.sealing.file(row.id))?.bytes ?? Buffer.alloc(0))).toMatchObject({ valid: true, status: 'current' })
      expect((await tablet.get('/visit/done')).text).toContain('holds until the end of Monday 7 September 2026')
      await tablet.submit('/visit/done', {}, '/visit/finish')
      for (const path of ['/visit', '/visit/who', '/visit/done']) expect((await tablet.get(path)).text).not.toContain('Maximilian')
      expect((await office.get('/visits')).text).toContain('Boilers Ltd')
    })

    it('"no" to the Wi-Fi: nothing to sign, no person, and a plain line where the school keeps one; a no to the rules is as dignified', async () => {
      const { tablet } = await startTablet()
      const before = { people: await count(app, 'people'), signatures: await count(app, 'signatures') }
      await arriveAt(tablet, { name: 'Una Guest', kind: 'visitor' })
      await tablet.submit('/visit/wifi', {})
      expect((await tablet.get('/visit/wifi')).text).toContain('Choose yes or no')
      expect((await tablet.submit('/visit/wifi', { uses: 'no' })).location).toBe('/visit/done?nothing=1')
      expect((await tablet.get('/visit/done?nothing=1')).text).toContain('nothing to sign')
      await arriveAt(tablet, { name: 'Nay Sayer', kind: 'visitor' })
      await tablet.submit('/visit/wifi', { uses: 'yes' })
      const page = await tablet.get('/visit/read')
      expect((await tablet.post('/visit/read', { _csrf: tokenIn(page), text: hidden(page, 'text'), answer: 'no' })).location).toBe('/visit/done?no=1')
      expect((await tablet.get('/visit/done?no=1')).text).toContain('that is your decision')
      expect({ people: await count(app, 'people'), signatures: await count(app, 'signatures') }).toEqual(before)
      expect(await count(app, 'visits', { name: 'Una Guest', uses_systems: 0 })).toBe(1)
      expect(loadConfig({}, { dataDir: '/tmp/none' }).visits.keepPlainRecord).toBe(false)
    })

    it('a name without letters and a dot instead of a signature are told; an ended tablet, a used code and guesses open nothing', async () => {
      const { tablet } = await startTablet()
      await tablet.submit('/visit', {}, '/visit/new')
      await tablet.submit('/visit/who', { name: '123', kind: '' })
      const who = await tablet.get('/visit/who')
      expect(who.text).toContain('Write your name with letters')
      expect(who.text).toContain('Choose why you are here')
      await arriveAt(tablet, { name: 'Dot Tee', kind: 'visitor' })
      await tablet.submit('/visit/wifi', { uses: 'yes' })
      const page = await tablet.get('/visit/read')
      await tablet.post('/visit/read', { _csrf: tokenIn(page), text: hidden(page, 'text'), answer: 'yes', signature: '', signatureDrawn: '[[{"x":4,"y":4}]]' })
      expect((await tablet.get('/visit/read')).text).toContain('That looks like a dot')
      const { id } = await app.db.read('desk_tablets').whereNull('ended_at').orderBy('id', 'desc').first('id')
      await office.submit('/visits', {}, `/visits/tablets/${id}/end`)
      expect((await tablet.get('/visit/read')).location).toBe('/visit')
      expect((await tablet.post('/visit/read', { _csrf: tokenIn(page), text: hidden(page, 'text'), answer: 'yes', signature: 'Dot' })).location).toBe('/visit')
      const guesser = app.browser()
      const answers = []
      for (let n = 0; n < 24; n += 1) answers.push((await guesser.submit('/visit', { typed: n % 2 ? 'ACD346' : 'x' })).status)
      expect([answers[0], answers.at(-1)]).toEqual([303, 429])
      app.clock.set(app.clock.now() + 11 * 60_000)
      await office.submit('/visits', { schoolId: trust.primary.id }, '/visits/tablets')
      app.clock.set(app.clock.now() + 11 * 60_000)
      expect((await office.get('/visits')).text).toContain('Its code has lapsed unused')
    })

    it('a visitor asked beforehand gets a mail with a link, signs at home, and is expected at reception', async () => {
      const form = await office.get('/visits/new')
      const fields = {
        _csrf: tokenIn(form), schoolId: trust.primary.id, name: 'Petra Early', email: 'petra@early.example', organisation: 'Theatre', host: 'Gwen Hughes', kind: 'visitor', firstDay: '2026-09-09', lastDay: '', formKey: hidden(form, 'formKey'),
      }
      await office.post('/visits/new', { ...fields, email: 'petra', firstDay: '2026-09-01' })
      const refused = await office.get('/visits/new')
      expect(refused.text).toContain('Write an e-mail address')
      expect(refused.text).toContain('Choose today or a later day')
      for (let n = 0; n < 3; n += 1) await office.post('/visits/new', fields)
      expect(await count(app, 'visits', { name: 'Petra Early' })).toBe(1)
      await work(app)
      const mails = await app.db.read('captured_mails').where({ recipient: 'petra@early.example' })
      expect(mails).toHaveLength(1)
      expect(mails[0].body_text).toContain('Wednesday 9 September 2026')
      const visitor = app.browser()
      const link = new URL(/https?:\/\/\S+\/link\/\S+/.exec(mails[0].body_text)?.[0] ?? '').pathname
      await visitor.submit(link)
      const [slot = ''] = await openSlots(visitor)
      expect((await signAs(visitor, slot, 'Petra Early')).text).toContain('Signed. Thank you, Petra')
      expect((await office.get('/visits')).text).toContain('Petra Early')
      const staff = await app.as(await trust.add({ name: 'Other School', role: 'support', school: trust.high }))
      expect((await staff.get('/visits')).status).toBe(403)
    })
  })
}
