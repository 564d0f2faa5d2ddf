import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { jpegWith, pdfWith } from '../../adapters/qr/qr-fixtures.ts'
import { type Browser, tokenIn } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, hidden, hrefs, work } from '../signing/signing-walk.ts'
import { withoutTokens } from '../../support/without-tokens.ts'

const values = (text: string, name: string): string[] => [...text.matchAll(new RegExp(`name="${name}" value="([^"]+)"`, 'g'))].map((match) => match[1] ?? '')

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`paper and the desk [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let office: Browser
    let officeId: string
    let mother: string
    let father: string
    let barred: string
    let zofia: string
    let group: string
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      zofia = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
      const omar = await trust.add({ name: 'Omar Hughes', role: 'pupil', year: '4', group: '4B' })
      mother = await trust.add({ name: 'Maria Kowalska' })
      father = await trust.add({ name: 'Tomasz Kowalski', email: 'tomasz@kowalski.example' })
      barred = await trust.add({ name: 'Piotr Barred' })
      await trust.link(zofia, mother)
      await trust.link(zofia, father)
      await trust.link(zofia, barred, { doNotContact: true })
      officeId = await trust.add({ name: 'Gwen Hughes', role: 'support' })
      await trust.link(omar, officeId)
      await app.services.roles.grant({ personId: officeId, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      await trust.issue()
      office = await app.as(officeId)
      group = `${trust.primary.id}.group.4B`
    })
    afterAll(async () => app.close())

    const slotOf = async (pupil: string, slot: string): Promise<string> =>
      (await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where({ 'r.person_id': pupil, 's.slot': slot }).first('s.id')).id

    async function upload(bytes: Buffer, name: string): Promise<string> {
      const page = await office.get('/paper/scan')
      const form = new FormData()
      form.set('_csrf', tokenIn(page))
      form.set('scan', new Blob([new Uint8Array(bytes)]), name)
      return (await office.send('POST', '/paper/scan', { body: form, headers: { 'sec-fetch-site': 'same-origin' } })).location ?? ''
    }

    it('S7: a class list is ticked with one confirm, sealed as entered from paper, and undone as a whole; P7 and F2 hold', async () => {
      const list = await office.get(`/paper?group=${encodeURIComponent(group)}`)
      expect(list.text).toContain('Maria Kowalska (mother)')
      expect(list.text).not.toContain('Piotr')
      expect(list.text).toContain('A child of your family: a colleague enters it.')
      expect(list.text).not.toMatch(/checked/)
      const slot = await slotOf(zofia, 'guardian')
      const fields = { _csrf: tokenIn(list), group, returned: [`${slot}:${mother}`, `${await slotOf(zofia, 'pupil')}:${zofia}`], signedOn: '2026-09-04', formKey: hidden(list, 'formKey') }
      const sent = await Promise.all(Array.from({ length: 4 }, () => office.post('/paper/enter', fields)))
      expect(sent.map((one) => one.status)).toEqual([303, 303, 303, 303])
      const batch = sent.map((one) => one.location ?? '').find((to) => to.startsWith('/paper/batches/')) ?? ''
      const row = await app.db.read('signatures').where({ signatory_id: slot }).first()
      expect(row).toMatchObject({ method: 'paper', signer_id: mother, actor: `person:${officeId}`, active: 1 })
      expect(JSON.parse(row.evidence)).toMatchObject({ assurance: 'paper', circumstance: { kind: 'paper', enteredById: officeId, enteredByName: 'Gwen Hughes', signedOn: '2026-09-04', scanSha256: null } })
      expect(await count(app, 'signatures', { subject_id: zofia })).toBe(2)
      await work(app)
      expect(await app.services.verify.verify((await app.services.sealing.file(row.id))?.bytes ?? Buffer.alloc(0))).toMatchObject({ valid: true, status: 'current' })
      expect((await office.get(`/records/${row.id}`)).text).toContain('Gwen Hughes, from paper')
      expect((await office.get(batch)).text).toContain('Zofia Kowalska')
      const undone = await office.submit(batch, {}, `${batch}/undo`)
      expect((await office.get(undone.location ?? '')).text).toContain('2 signatures count no more')
      expect(await count(app, 'signatures', { subject_id: zofia, active: 1 })).toBe(0)
      expect(await app.db.read('signatories').where({ id: slot }).first()).toMatchObject({ state: 'open' })
      expect(await app.db.read('signatures').where({ id: row.id }).first()).toMatchObject({ ended_kind: 'invalidated' })
      expect((await office.get((await office.submit(batch, {}, `${batch}/undo`)).location ?? '')).text).toContain('This was undone before')
      // F2 and P7, past the page: the barred adult, and one's own child.
      const token = tokenIn(await office.get(`/paper?group=${encodeURIComponent(group)}`))
      const own = (await app.db.read('people').where({ preferred_forename: 'Omar' }).first('id')).id
      for (const returned of [`${slot}:${barred}`, `${await slotOf(own, 'pupil')}:${own}`]) {
        await office.post('/paper/enter', { _csrf: token, group, returned, signedOn: '', formKey: 'x'.repeat(31) + returned[30] })
      }
      expect(await count(app, 'signatures', { active: 1 })).toBe(0)
    })

    it('S7: printed slips carry a code that finds the request; a photo of one is read, kept and stands in the evidence', async () => {
      const printed = await office.submit(`/paper?group=${encodeURIComponent(group)}`, { group }, '/paper/print')
      const sheets = await office.get(printed.location ?? '')
      expect(sheets.text).toContain('Zofia Kowalska')
      expect(sheets.text).not.toContain('Piotr')
      const slot = await slotOf(zofia, 'guardian')
      const { code } = await app.db.read('paper_slips').where({ signatory_id: slot }).first()
      expect(sheets.text).toContain(`${code.slice(0, 4)} ${code.slice(4)}`)
      const photo = jpegWith(`http://127.0.0.1:3000/paper/slips/${code}`, 1400, 1800, 10)
      const to = await upload(photo, 'IMG_0001.HEIC')
      expect(to).toMatch(new RegExp(`^/paper/slips/${code}\\?scan=[0-9a-f]{64}$`))
      const sha = to.slice(-64)
      const page = await office.get(to)
      expect(page.text).toContain('Tomasz Kowalski')
      expect(page.text).not.toMatch(/checked|Piotr/)
      expect((await office.post(to, { _csrf: tokenIn(page), formKey: hidden(page, 'formKey') })).location).toBe(to)
      expect((await office.get(to)).text).toContain('Choose who signed the paper')
      const entered = await office.post(to, { _csrf: tokenIn(page), formKey: hidden(page, 'formKey'), signer: father, answer: 'yes', signedOn: '2026-09-05' })
      expect(entered.location).toMatch(/^\/paper\/batches\//)
      const row = await app.db.read('signatures').where({ signatory_id: slot, active: 1 }).first()
      expect(JSON.parse(row.evidence).circumstance).toMatchObject({ scanSha256: sha, signedOn: '2026-09-05' })
      expect((await office.get(`/paper/scans/${sha}`)).status).toBe(200)
      expect((await office.get(to)).text).toContain('Nothing is asked here any more')
      const stranger = await trust.add({ name: 'Olive High', role: 'support', school: trust.high })
      await app.services.roles.grant({ personId: stranger, role: 'office', schoolId: trust.high.id, groupName: null, until: null, grantedBy: 'system' })
      const elsewhere = await app.as(stranger)
      expect([(await elsewhere.get(`/paper/scans/${sha}`)).status, (await elsewhere.get(`/paper/slips/${code}`)).status, (await elsewhere.get(entered.location ?? '')).status]).toEqual([404, 404, 404])
      expect((await app.browser().get(`/paper/slips/${code}`)).location).toBe('/sign-in')
      expect((await (await app.as(mother, 'link')).get(`/paper/slips/${code}`)).status).toBe(403)
    })

    it('a PDF with several slips lists them; no code, no picture and 50 MB each have a clear answer; a slip that says no is a no', async () => {
      const slot = await slotOf(zofia, 'pupil')
      const { code } = await app.db.read('paper_slips').where({ signatory_id: slot }).first()
      const other = (await app.db.read('paper_slips').whereNot({ signatory_id: slot }).first()).code
      expect(await upload(await pdfWith(`x/paper/slips/${code}`, `x/paper/slips/${other}`), 'scan.pdf')).toBe('/paper/scan')
      expect((await office.get('/paper/scan')).text).toContain('On the last scan: 2 slips')
      expect(await upload(jpegWith('https://elsewhere.example/', 500, 500, 4), 'a.jpg')).toBe('/paper/scan')
      expect((await office.get('/paper/scan')).text).toContain('We could not read a code on the last scan')
      await upload(Buffer.from('MZ this is a program'), 'scan.jpg')
      expect((await office.get('/paper/scan')).text).toContain('This is no JPEG or PNG picture and no PDF')
      await upload(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(50_000_000)]), 'huge.jpg')
      expect((await office.get('/paper/scan')).text).toContain('The file is larger than 20 MB')
      expect((await office.submit('/paper/code', { typed: `${code.slice(0, 4).toLowerCase()}-${code.slice(4)}` })).location).toBe(`/paper/slips/${code}`)
      const page = await office.get(`/paper/slips/${code}`)
      await office.post(`/paper/slips/${code}`, { _csrf: tokenIn(page), formKey: hidden(page, 'formKey'), signer: zofia, answer: 'no', signedOn: '' })
      expect(await app.db.read('signatories').where({ id: slot }).first()).toMatchObject({ state: 'declined' })
    })

    it('S1: a paper with an older text does not sign the new one', async () => {
      const pupil = await trust.add({ name: 'Late Paper', role: 'pupil', year: '7', group: '7K' })
      await trust.issue()
      const seven = `${trust.primary.id}.group.7K`
      await office.submit(`/paper?group=${encodeURIComponent(seven)}`, { group: seven }, '/paper/print')
      const slot = await slotOf(pupil, 'pupil')
      const agreement = (await app.services.agreements.store.all()).find((one) => one.band === 'KS3-4')
      const current = await app.services.agreements.store.current(agreement?.id ?? '')
      await app.services.agreements.publishNext({ actor: 'system', key: agreement?.key ?? '', change: 'major', changeNote: 'x', approval: { by: 'B', board: 'B', on: '2026-09-07' }, texts: current?.version.texts.map((text) => ({ ...text, markdown: `${text.markdown}\n\nMore.` })) ?? [] })
      const list = await office.get(`/paper?group=${encodeURIComponent(seven)}`)
      const sent = await office.post('/paper/enter', { _csrf: tokenIn(list), group: seven, returned: `${slot}:${pupil}`, signedOn: '', formKey: hidden(list, 'formKey') })
      expect((await office.get(sent.location ?? '')).text).toContain('the text changed after the paper was printed')
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
    })

    it('S3: the office signs at somebody’s word, with route and remark; the remark is in no PDF, and no page holds a live link', async () => {
      const child = await trust.add({ name: 'Ivo Behalf', role: 'pupil', year: '1', group: '1A' })
      const adult = await trust.add({ name: 'Ilse Behalf' })
      await trust.link(child, adult)
      await trust.issue()
      await office.submit('/desk', { name: 'Ilsé BEHALF', back: '/desk' }, '/desk/search')
      const found = await office.get('/desk?named=1')
      expect(hrefs(found)).toContain(`/desk/people/${adult}`)
      const person = await office.get(`/desk/people/${adult}`)
      const at = hrefs(person).find((href) => href.startsWith(`/desk/people/${adult}/`)) ?? ''
      const page = await office.get(at)
      expect(page.text).not.toMatch(/checked/)
      for (const shown of [found, person, page]) expect(shown.text).not.toMatch(/\/link\/|\/me\/sign/)
      const fields = { _csrf: tokenIn(page), text: hidden(page, 'text'), formKey: hidden(page, 'formKey'), route: 'interpreter', answer: 'yes', remark: 'Cousin Anna interpreted' }
      expect((await office.post(at, { ...fields, route: '' })).location).toBe(at)
      expect((await office.get(at)).text).toContain('Choose how they told you')
      for (let n = 0; n < 3; n += 1) await office.post(at, fields)
      const rows = await app.db.read('signatures').where({ signer_id: adult })
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({ actor: `person:${officeId}`, subject_id: child })
      expect(JSON.parse(rows[0].evidence)).toMatchObject({ assurance: 'on-behalf', circumstance: { kind: 'on-behalf', enteredById: officeId, route: 'interpreter' } })
      expect(rows[0].evidence).not.toContain('Anna')
      const { entries } = await app.services.auditQueries.bySubject(`person:${child}`, { before: null, limit: 20 })
      expect(entries.find((entry) => entry.event === 'signature.captured')?.payload).toMatchObject({ remark: 'Cousin Anna interpreted', staff: officeId, way: 'on-behalf' })
      const own = (await app.db.read('people').where({ preferred_forename: 'Omar' }).first('id')).id
      expect((await office.get(`/desk/people/${officeId}/${await slotOf(own, 'guardian')}`)).text).toContain('A colleague must do this one')
    })

    it('F4: a letter’s code opens once, in one browser; it is hashed, five wrong tries lock it, a new letter ends the old, and the answers are alike', async () => {
      const child = await trust.add({ name: 'Lena Letter', role: 'pupil', year: '2', group: '2C' })
      const adult = await trust.add({ name: 'Lotte Letter' })
      await trust.link(child, adult)
      await trust.issue()
      const list = await office.get(`/letters?group=${encodeURIComponent(`${trust.primary.id}.group.2C`)}`)
      expect(values(list.text, 'people')).toEqual([adult])
      const letter = async () => {
        const page = await office.submit('/letters', { people: adult, group: '' }, '/letters/print')
        return { text: page.text, code: /way-code">([A-Z0-9 ]+)</.exec(page.text)?.[1] ?? '' }
      }
      const first = await letter()
      expect(first.text).toContain('paper-only')
      const { number, code_hash: hash } = await app.db.read('letter_codes').orderBy('created_at', 'desc').first()
      expect(first.code.replaceAll(' ', '').startsWith(number)).toBe(true)
      expect(hash).not.toContain(first.code.replaceAll(' ', '').slice(6))
      const second = await letter()
      const words = async (code: string) => {
        const one = app.browser()
        const answer = await one.submit('/letter', { code })
        return answer.location === '/me' ? 'in' : /error-summary[\s\S]*?<\/div>/.exec((await one.get('/letter')).text)?.[0]
      }
      const refused = await words('ACD 346 EFG 779')
      expect(refused).toContain('This code does not work')
      expect(await words(first.code)).toBe(refused)
      expect(await words('nonsense')).toBe(refused)
      const mine = app.browser()
      expect((await mine.submit('/letter', { code: second.code.toLowerCase() })).location).toBe('/me')
      expect((await mine.get('/me')).text).toContain('Lena')
      expect(await words(second.code)).toBe(refused)
      // Signed by the letter: the evidence says so.
      const page = await app.services.signingQueries.page(await slotOf(child, 'guardian'), adult)
      expect(page?.standing.kind).toBe('open')
      const third = await letter()
      expect((await mine.get('/me')).text).toContain('Lena')
      const wrong = third.code.replace(/.$/, third.code.endsWith('A') ? 'C' : 'A')
      const tries = await Promise.all(Array.from({ length: 5 }, () => words(wrong)))
      expect(new Set(tries)).toEqual(new Set([refused]))
      expect(await words(third.code)).toBe(refused)
      expect((await app.services.auditQueries.bySubject(`person:${adult}`, { before: null, limit: 20 })).entries.filter((entry) => entry.event === 'letter.printed')).toHaveLength(3)
    })

    it('F2: "do not contact" ends a letter and its session at once, and no page of the desk shows that adult with the child', async () => {
      const child = await trust.add({ name: 'Noa Quiet', role: 'pupil', year: '2', group: '2Q' })
      const adult = await trust.add({ name: 'Nils Quiet' })
      await trust.link(child, adult)
      await trust.issue()
      const two = `${trust.primary.id}.group.2Q`
      const sheet = await office.submit('/letters', { people: adult, group: '' }, '/letters/print')
      const code = /way-code">([A-Z0-9 ]+)</.exec(sheet.text)?.[1] ?? ''
      const at = app.browser()
      await at.submit('/letter', { code })
      expect((await at.get('/me')).text).toContain('Noa')
      await trust.doNotContact(child, adult)
      expect(withoutTokens((await at.get('/me')).text)).not.toContain('Noa')
      await app.services.links.endLinksOf(adult)
      expect((await at.get('/me')).location).toBe('/sign-in')
      expect((await app.browser().submit('/letter', { code })).location).toBe('/letter')
      for (const path of [`/paper?group=${encodeURIComponent(two)}`, `/letters?group=${encodeURIComponent(two)}`]) expect(withoutTokens((await office.get(path)).text)).not.toContain('Nils')
      const person = await office.get(`/desk/people/${adult}`)
      expect(withoutTokens(person.text)).not.toContain('Noa')
      const slot = await slotOf(child, 'guardian')
      expect((await office.get(`/desk/people/${adult}/${slot}`)).status).toBe(404)
      expect((await office.submit('/letters', { people: adult, group: '' }, '/letters/print')).location).toBe('/letters')
    })

    it('P7: nobody prints a letter for themselves or their own family', async () => {
      expect((await office.submit('/letters', { people: officeId, group: '' }, '/letters/print')).status).toBe(403)
    })
  })
}
