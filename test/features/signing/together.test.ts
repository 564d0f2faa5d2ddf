import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, hidden, hrefs, openSlots, signAs } from './signing-walk.ts'
import { withoutTokens } from '../../support/without-tokens.ts'

/** Reads every text by the page's own links; gives the fields of the sign page with these answers by forename. */
async function fill(browser: Browser, answers: Record<string, string>): Promise<Record<string, string>> {
  let at = '/me/together'
  for (let step = 0; step < 10 && at !== '/me/together/sign'; step += 1) {
    at = hrefs(await browser.get(at)).filter((href) => href.startsWith('/me/together')).at(-1) ?? ''
  }
  const page = await browser.get('/me/together/sign')
  const fields: Record<string, string> = { _csrf: hidden(page, '_csrf'), signature: 'Maria Kowalska' }
  for (const match of page.text.matchAll(/id="child-(\d+)">(\S+) /g)) {
    const n = match[1] ?? ''
    fields[`slot${n}`] = hidden(page, `slot${n}`)
    fields[`text${n}`] = hidden(page, `text${n}`)
    const answer = answers[match[2] ?? '']
    if (answer !== undefined) fields[`answer${n}`] = answer
  }
  return fields
}

async function checked(browser: Browser, fields: Record<string, string>): Promise<Record<string, string>> {
  const filled = await browser.post('/me/together/sign', fields)
  if (filled.location !== '/me/together/check') throw new Error(`filling in answered ${filled.status} ${filled.location ?? ''}`)
  const page = await browser.get('/me/together/check')
  return { _csrf: hidden(page, '_csrf'), formKey: hidden(page, 'formKey'), shown: hidden(page, 'shown') }
}

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`several children in one sitting [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
    })
    afterAll(async () => app.close())

    async function family(suffix: string, adult: { role?: 'teacher' } = {}): Promise<{ mother: string; children: Record<string, string>; browser: Browser }> {
      const children: Record<string, string> = {}
      for (const [name, year, school] of [['Zofia', '4', trust.primary], ['Jan', '8', trust.high], ['Hanna', '3', trust.primary]] as const) {
        children[name] = await trust.add({ name: `${name} Kowalska${suffix}`, role: 'pupil', year, group: `${year}A`, school })
      }
      const mother = await trust.add({ name: `Maria Kowalska${suffix}`, email: `maria${suffix}@kowalski.example`, ...adult })
      for (const child of Object.values(children)) await trust.link(child, mother)
      await trust.issue()
      return { mother, children, browser: await app.as(mother, 'link') }
    }

    it('F3: one name, an answer and a signature for each; brothers and sisters read one text once; twenty sends are one', async () => {
      const { mother, children, browser } = await family('a')
      expect((await browser.get('/me')).text).toContain('Sign for Hanna')
      const first = await browser.get('/me/together')
      expect(first.text).toContain('Hanna Kowalskaa')
      expect(first.text).toContain('step 1 of 4')
      const sign = await browser.get('/me/together/sign')
      expect(sign.text).not.toMatch(/checked/)
      const missing = await browser.post('/me/together/sign', await fill(browser, { Zofia: 'yes', Jan: 'yes' }))
      expect(missing.location).toBe('/me/together/sign')
      expect((await browser.get('/me/together/sign')).text).toContain('Choose yes or no for Hanna')
      const check = await checked(browser, await fill(browser, { Zofia: 'yes', Jan: 'yes', Hanna: 'no' }))
      const sent = await Promise.all(Array.from({ length: 20 }, () => browser.post('/me/together/check', check)))
      expect(sent.map((one) => one.status)).toEqual(Array(20).fill(303))
      const done = await browser.get('/me/together/done')
      expect(done.text).toContain('Signed. Thank you, Maria')
      expect(done.text).toContain('You said no')
      const rows = await app.db.read('signatures').where({ signer_id: mother })
      expect(rows.map((row) => row.subject_id).sort()).toEqual([children['Zofia'], children['Jan']].sort())
      expect(rows.map((row) => JSON.parse(row.evidence)).map((evidence) => [evidence.subjectName, evidence.act, evidence.typed]).sort())
        .toEqual([['Jan Kowalskaa', 'acknowledge', null], ['Zofia Kowalskaa', 'sign', 'Maria Kowalska']])
      expect(await count(app, 'signatories', { state: 'declined' })).toBe(1)
    })

    it('says what is left for the adult themselves, and leads on to it', async () => {
      const { browser } = await family('d', { role: 'teacher' })
      await browser.get('/me/together')
      await browser.post('/me/together/check', await checked(browser, await fill(browser, { Zofia: 'yes', Jan: 'yes', Hanna: 'yes' })))
      const done = await browser.get('/me/together/done')
      expect(done.text).toMatch(/<a class="button"[^>]* href="\/me\/sign\/\w{26}"[^>]*>Go on to “[^”]+”/)
      expect(done.text).toContain('<h2>Talk to someone</h2>')
    })

    it('two siblings in two tabs: what one tab signed is not asked again in the other, and nothing is there twice', async () => {
      const { mother, browser } = await family('b')
      const check = await checked(browser, await fill(browser, { Zofia: 'yes', Jan: 'yes', Hanna: 'yes' }))
      const slots = await openSlots(browser)
      const zofia = await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').join('people as p', 'p.id', 'r.person_id').whereIn('s.id', slots).where('p.preferred_forename', 'Zofia').first('s.id')
      await signAs(browser, zofia.id, 'Maria Kowalska')
      const sent = await browser.post('/me/together/check', check)
      expect(sent.location).toBe('/me/together/check')
      const again = await browser.get('/me/together/check')
      expect(again.text).not.toContain('Zofia')
      expect((await browser.post('/me/together/check', { _csrf: hidden(again, '_csrf'), formKey: hidden(again, 'formKey'), shown: hidden(again, 'shown') })).location).toBe('/me/together/done')
      expect(await count(app, 'signatures', { signer_id: mother })).toBe(3)
    })

    it('S2: a form sent again while its first sending is half-way repeats each answer and shows the whole result', async () => {
      const { mother, browser } = await family('e')
      const check = await checked(browser, await fill(browser, { Zofia: 'yes', Jan: 'yes', Hanna: 'no' }))
      const slots = await openSlots(browser)
      const [zofia, hanna] = await Promise.all(['Zofia', 'Hanna'].map(async (forename) => (await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').join('people as p', 'p.id', 'r.person_id').whereIn('s.id', slots).where('p.preferred_forename', forename).first('s.id')).id as string))
      const text = async (slot: string) => (await app.services.signingQueries.page(slot, mother, {}))?.rendition.hash ?? ''
      const common = { signerId: mother, actor: `person:${mother}` }
      await app.services.signing.sign({ ...common, signatoryId: zofia ?? '', renditionHash: await text(zofia ?? ''), formKey: `${check['formKey']}-${zofia}`, assurance: 'mailed-link', address: null, userAgent: null, method: 'typed', typed: 'Maria Kowalska', drawn: null })
      const no = { ...common, signatoryId: hanna ?? '', renditionHash: await text(hanna ?? ''), reason: null, wantsCall: false }
      expect((await app.services.signing.decline(no)).kind).toBe('declined')
      expect((await app.services.signing.decline(no)).kind).toBe('declined')
      expect((await browser.post('/me/together/check', check)).location).toBe('/me/together/done')
      const done = await browser.get('/me/together/done')
      for (const words of ['Zofia', 'Jan', 'You said no']) expect(done.text).toContain(words)
      expect(await count(app, 'signatures', { signer_id: mother })).toBe(2)
      expect(await count(app, 'declines', { signer_id: mother })).toBe(1)
    })

    it('S2: so it does where the first sending has only said "no" so far, and where every answer is "no"', async () => {
      for (const [suffix, answers, signed] of [['f', { Zofia: 'yes', Jan: 'yes', Hanna: 'no' }, 2], ['g', { Zofia: 'no', Jan: 'no', Hanna: 'no' }, 0]] as const) {
        const { mother, browser } = await family(suffix)
        const check = await checked(browser, await fill(browser, answers))
        const slots = await openSlots(browser)
        const { id } = await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').join('people as p', 'p.id', 'r.person_id').whereIn('s.id', slots).where('p.preferred_forename', 'Hanna').first('s.id')
        const text = (await app.services.signingQueries.page(id, mother, {}))?.rendition.hash ?? ''
        await app.services.signing.decline({ signerId: mother, actor: `person:${mother}`, signatoryId: id, renditionHash: text, reason: null, wantsCall: false })
        expect((await browser.post('/me/together/check', check)).location).toBe('/me/together/done')
        expect((await browser.get('/me/together/done')).text).toContain('You said no')
        expect(await count(app, 'signatures', { signer_id: mother })).toBe(signed)
        expect(await count(app, 'declines', { signer_id: mother })).toBe(3 - signed)
      }
    })

    it('S4: a "no" with another reason, or entered by staff, is no repeat: the first answer stands and that is said', async () => {
      const { mother, browser } = await family('h')
      const [slot = ''] = await openSlots(browser)
      const no = { signerId: mother, actor: `person:${mother}`, signatoryId: slot, renditionHash: (await app.services.signingQueries.page(slot, mother, {}))?.rendition.hash ?? '', reason: 'Not yet', wantsCall: false }
      const say = async (more: object) => (await app.services.signing.decline({ ...no, ...more })).kind
      expect(await say({})).toBe('declined')
      expect([await say({}), await say({ reason: null }), await say({ reason: 'Another' }), await say({ wantsCall: true }), await say({ staffId: await trust.add({ name: 'Olu Bright', role: 'teacher' }) })])
        .toEqual(['declined', 'declined', 'closed', 'closed', 'closed'])
    })

    it('a part that cannot be signed is said so plainly, and the rest is kept', async () => {
      const { mother, browser } = await family('c')
      const check = await checked(browser, await fill(browser, { Zofia: 'yes', Jan: 'yes', Hanna: 'yes' }))
      const key = (await app.services.agreements.store.all()).find((one) => one.band === 'KS2' && one.family === 'pupil')?.key ?? ''
      const current = await app.services.agreements.store.current((await app.services.agreements.store.byKey(key))?.id ?? '')
      await app.services.agreements.publishNext({ actor: 'system', key, change: 'major', changeNote: 'Phones.', approval: { by: 'B', board: 'B', on: '2026-09-07' }, texts: current?.version.texts.map((text) => ({ ...text, markdown: `${text.markdown}\n\nOne more.` })) ?? [] })
      await browser.post('/me/together/check', check)
      const done = await browser.get('/me/together/done')
      expect(done.text).toContain('1 of 3 signed')
      expect(done.text).toContain('Not signed: the text changed')
      expect(await count(app, 'signatures', { signer_id: mother })).toBe(1)
    })

    it('F2: a child marked "do not contact" in between is not signed for and not named; the others are', async () => {
      const { mother, children, browser } = await family('d')
      const check = await checked(browser, await fill(browser, { Zofia: 'yes', Jan: 'yes', Hanna: 'yes' }))
      await trust.doNotContact(children['Jan'] ?? '', mother)
      const sent = await browser.post('/me/together/check', check)
      const page = await browser.get(sent.location ?? '')
      expect(withoutTokens(page.text)).not.toContain('Jan')
      await browser.post('/me/together/check', { _csrf: hidden(page, '_csrf'), formKey: hidden(page, 'formKey'), shown: hidden(page, 'shown') })
      const done = await browser.get('/me/together/done')
      expect(withoutTokens(done.text)).not.toContain('Jan')
      expect(done.text).toContain('Hanna')
      expect(await count(app, 'signatures', { signer_id: mother, subject_id: children['Jan'] })).toBe(0)
      expect(await count(app, 'signatures', { signer_id: mother })).toBe(2)
    })
  })
}
