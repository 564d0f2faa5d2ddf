import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { bytesOf, count, hidden, hrefs, openSlots, signAs, work } from './signing-walk.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`records and withdrawing [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
    })
    afterAll(async () => app.close())

    it('S4, D6: a signature taken back counts no more, verify says withdrawn, and the slot can be signed anew', async () => {
      const pupil = await trust.add({ name: 'Tariq Aziz', role: 'pupil', year: '12', school: trust.high, email: 'tariq@pupils.example' })
      await trust.issue()
      const browser = await app.as(pupil)
      const [slot = ''] = await openSlots(browser)
      const done = await signAs(browser, slot, 'Tariq Aziz')
      const withdraw = hrefs(done).find((href) => href.endsWith('/withdraw')) ?? ''
      const record = withdraw.replace('/withdraw', '')
      await work(app)
      const page = await browser.get(withdraw)
      expect(page.text).toContain('Your signature counts no more.')
      const sent = await browser.post(withdraw, { _csrf: hidden(page, '_csrf') })
      expect(sent.location).toBe('/me')
      const list = await browser.get('/me')
      expect(list.text).toContain('Your signature is taken back.')
      expect(await openSlots(browser)).toEqual([slot])
      const { request_id: request, state } = await app.db.read('signatories').where({ id: slot }).first('request_id', 'state')
      expect(state).toBe('open')
      expect(await app.db.read('requests').where({ id: request }).first('state', 'completed_at', 'version_id')).toMatchObject({ state: 'open', completed_at: null, version_id: null })
      expect(await app.db.read('signatures').where({ signatory_id: slot }).first('active', 'ended_kind')).toMatchObject({ active: null, ended_kind: 'withdrawn' })
      const file = await bytesOf(app, browser, record)
      expect(await app.services.verify.verify(file.bytes)).toMatchObject({ valid: true, status: 'withdrawn' })
      const entries = (await app.services.auditQueries.bySubject(`person:${pupil}`)).entries
      expect(entries.filter((entry) => entry.event === 'signature.withdrawn')).toHaveLength(1)
      // Sent again, or looked at again: nothing more happens.
      expect((await browser.post(withdraw, { _csrf: hidden(page, '_csrf') })).location).toBe('/me')
      expect((await browser.get(withdraw)).location).toBe('/me')
      await signAs(browser, slot, 'Tariq A. Aziz')
      await work(app)
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(2)
      expect(await count(app, 'signatures', { signatory_id: slot, active: 1 })).toBe(1)
      expect(await app.services.verify.verify((await bytesOf(app, browser, record)).bytes)).toMatchObject({ status: 'withdrawn' })
      expect(await app.db.read('requests').where({ id: request }).first('state')).toMatchObject({ state: 'complete' })
    })

    it('S4: taking one of two signatures back reopens the request and keeps the other and its version', async () => {
      const pupil = await trust.add({ name: 'Nia Hughes', role: 'pupil', year: '5' })
      const mother = await trust.add({ name: 'Gwen Hughes', email: 'gwen@hughes.example' })
      await trust.link(pupil, mother)
      await trust.issue()
      const child = await app.as(pupil)
      const adult = await app.as(mother, 'link')
      const [first = ''] = hrefs(await child.get('/me')).flatMap((href) => /^\/me\/sign\/(\w+)$/.exec(href)?.[1] ?? [])
      await signAs(child, first, 'Nia')
      const [second = ''] = await openSlots(adult)
      const done = await signAs(adult, second, 'Gwen Hughes')
      const withdraw = hrefs(done).find((href) => href.endsWith('/withdraw')) ?? ''
      const { request_id: request } = await app.db.read('signatories').where({ id: first }).first('request_id')
      expect(await app.db.read('requests').where({ id: request }).first('state')).toMatchObject({ state: 'complete' })
      await adult.post(withdraw, { _csrf: hidden(await adult.get(withdraw), '_csrf') })
      const row = await app.db.read('requests').where({ id: request }).first('state', 'version_id')
      expect(row.state).toBe('open')
      expect(row.version_id).not.toBeNull()
      expect(await app.db.read('signatories').where({ id: first }).first('state')).toMatchObject({ state: 'signed' })
      expect(await app.services.signing.withdraw(withdraw.split('/')[3] ?? '', pupil, `person:${pupil}`)).toBeNull()
    })

    it('D5: a name of 200 characters in each of five scripts is kept, shown and sealed as written', async () => {
      const pdf = createPdfRecords()
      const trusted = (await app.db.read('certificates').select('pem')).map((row) => ({ certificatePem: row.pem as string }))
      const long = (part: string) => [...part.repeat(200)].slice(0, 200).join('').trim().padEnd(200, part.charAt(0))
      const names = ['Zoë-Anne O’Brien ', 'محمد عبدالله ', 'মোহাম্মদ রহমান ', '欧阳娜娜', 'முத்துலட்சுமி '].map(long)
      for (const typed of names) {
        const teacher = await trust.add({ name: 'Sam Oakley', role: 'teacher' })
        await trust.issue()
        const browser = await app.as(teacher)
        const [slot = ''] = await openSlots(browser)
        const done = await signAs(browser, slot, typed.normalize('NFD'))
        expect([...typed.normalize('NFC')].length).toBeLessThanOrEqual(200)
        await work(app)
        const record = hrefs(done).find((href) => /^\/me\/records\/\w+$/.test(href)) ?? ''
        const verdict = await pdf.verify((await bytesOf(app, browser, record)).bytes, trusted)
        expect({ valid: verdict.valid, reasons: verdict.reasons }).toEqual({ valid: true, reasons: [] })
        expect(JSON.stringify(verdict.evidence)).toContain(JSON.stringify(typed.normalize('NFC')))
      }
    }, 90_000)

    it('D1: the waiting page looks again by itself a few times, and can be told not to', async () => {
      const teacher = await trust.add({ name: 'Sam Oakley', role: 'teacher' })
      await trust.issue()
      const browser = await app.as(teacher)
      const [slot = ''] = await openSlots(browser)
      const record = hrefs(await signAs(browser, slot, 'Sam Oakley')).find((href) => /^\/me\/records\/\w+$/.test(href)) ?? ''
      const first = await browser.get(record)
      expect(first.text).toContain(`<meta http-equiv="refresh" content="3; url=${record}?look=2">`)
      expect((await browser.get(`${record}?look=10`)).text).not.toContain('http-equiv')
      expect((await browser.get(`${record}?wait=no`)).text).not.toContain('http-equiv')
      await work(app)
      expect((await browser.get(`${record}?look=2`)).headers.get('content-type')).toBe('application/pdf')
    })
  })
}
