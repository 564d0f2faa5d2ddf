import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Answer, type Browser, tokenIn } from '../../http/browser.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, fillIn, openSlots, readThrough, work } from './signing-walk.ts'

const mariadbUrl = inject('mariadbUrl')
const choose = (browser: Browser, page: Answer, language: string, back: string) => browser.post('/language', { _csrf: tokenIn(page), language, back })

for (const kind of ['sqlite', 'mariadb'] as const) describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`pages and mails in Welsh [${kind}] (G6)`, () => {
  let app: TestApp
  let mother: string
  beforeAll(async () => {
    app = await startTestApp({ kind, mariadbUrl, config: { languages: { welsh: true } } })
    const trust = await smallTrust(app)
    const child = await trust.add({ name: 'Carys Pugh', role: 'pupil', year: '4' })
    mother = await trust.add({ name: 'Elen <Pugh>', email: 'elen@pugh.example' })
    await trust.link(child, mother)
    await trust.issue()
    await work(app)
  }, 60_000)
  afterAll(() => app.close())

  const mails = async (): Promise<{ subject: string; body_text: string }[]> => app.db.read('captured_mails').orderBy('id')

  it('who has not chosen gets English with one line in Welsh', async () => {
    const [mail] = await mails()
    expect(mail?.subject).toContain('please read and sign')
    expect(mail?.body_text).toContain('Gallwch ddarllen y tudalennau hyn yn Gymraeg')
    expect(mail?.body_text).toContain('Dear Elen <Pugh>,')
  })

  it('is chosen by a form at the top, stays on the page, and leads nowhere else', async () => {
    const browser = app.browser()
    const help = await browser.get('/help')
    expect(help.text).toContain('<html lang="en-GB"')
    expect(help.text).toMatch(/action="\/language"[\s\S]*?name="back" value="\/help"[\s\S]*?value="cy" lang="cy">Cymraeg/)
    expect((await choose(browser, help, 'cy', '/help')).location).toBe('/help')
    expect((await browser.get('/help')).text).toMatch(/<html lang="cy"[\s\S]*<h1>Cael help<\/h1>/)
    for (const back of ['//evil.example', 'https://evil.example/', '/\\evil.example', '/language', 'x']) expect({ back, to: (await choose(browser, help, 'cy', back)).location }).toEqual({ back, to: '/' })
    expect((await browser.post('/language', { language: 'cy', back: '/' })).status).toBe(403)
    const again = await browser.get('/help')
    await choose(browser, again, 'en-GB', '/help')
    expect((await browser.get('/help')).text).toContain('<h1>Get help</h1>')
  })

  it('signs from the list to the receipt in Welsh; the record stays what was read (S1)', async () => {
    const browser = await app.as(mother, 'link')
    await choose(browser, await browser.get('/me'), 'cy', '/me')
    const list = await browser.get('/me')
    expect(list.text).toContain('<html lang="cy"')
    expect(list.text).toContain('<h1>Un peth i chi ei ddarllen</h1>')
    expect(list.text).toContain('Blwyddyn 4')
    expect(list.text).toMatch(/<a class="task-title"[^>]* lang="cy"[^>]*>Sut rydw/)
    const [slot = ''] = await openSlots(browser)
    const sign = await readThrough(browser, slot)
    const reading = await browser.get(`/me/sign/${slot}`)
    expect(reading.text).toContain('Rydych yn ateb fel: Rhiant neu ofalwr Carys Pugh.')
    expect(reading.text).toMatch(/<article class="sheet" lang="cy"/)
    expect(reading.text).toContain('heb ei wirio eto gan eich ysgol')
    expect(reading.text).not.toMatch(/sy’n llywodraethu[^<]*sy’n (cyfrif|llywodraethu)/)
    const inEnglish = /<a href="([^"]+)" lang="en-GB">English, full text/.exec(reading.text)?.[1] ?? ''
    expect((await browser.get(inEnglish.replaceAll('&amp;', '&'))).text).toMatch(/<html lang="cy"[\s\S]*<article class="sheet" lang="en-GB"/)
    const refused = await fillIn(browser, sign, {})
    const form = await browser.get(refused.location ?? '')
    expect(form.text).toContain('Dewiswch ie neu na. Mae’r ddau’n bosibl.')
    expect(form.text).toMatch(/<legend class="statement" lang="cy"/)
    await fillIn(browser, sign, { answer: 'yes', signature: 'Elen Pugh' })
    expect((await browser.get(`/me/sign/${slot}/check`)).text).toContain('Gwiriwch, yna llofnodwch')
    await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
    const done = await browser.get(`/me/sign/${slot}/done`)
    expect(done.text).toContain('Llofnodwyd. Diolch, Elen')
    expect(done.text).toContain('Mae eich llofnod ar gyfer Carys wedi’i gadw.')
    expect(done.text).toContain('Ar 7 Medi 2026 am 09:30.')
    expect(done.text).toMatch(/<span lang="cy">Sut rydw/)
    const history = await browser.get('/me/history')
    expect(history.text).toMatch(/<span lang="cy">Sut rydw[^<]*<\/span>, ar gyfer Carys</)
    // In English pages it keeps the name it had when it was signed, and says in which language that is.
    await choose(browser, history, 'en-GB', '/me/history')
    expect((await browser.get('/me')).text).toMatch(/<span class="task-title" lang="cy">Sut rydw/)
    await choose(browser, await browser.get('/me'), 'cy', '/me')
    const row = await app.db.read('signatures').where({ signer_id: mother }).first() as { evidence: string }
    const evidence = JSON.parse(String(row.evidence)) as Record<string, unknown>
    expect([evidence['language'], evidence['capacity']]).toEqual(['cy', 'Parent or carer of Carys Pugh'])
    await app.db.sql('captured_mails').del()
    await work(app)
    const [receipt] = await mails()
    expect(receipt?.subject).toContain('eich derbynneb')
    expect(receipt?.body_text).toContain('Llofnodwyd: 7 Medi 2026 am 09:30')
    expect(receipt?.body_text).not.toContain('Gallwch ddarllen y tudalennau hyn')
  })

  it('goes with the person to another browser, and nothing typed becomes markup', async () => {
    const other = await app.as(mother, 'link')
    const page = await other.get('/me')
    expect(page.text).toContain('<html lang="cy"')
    expect(page.text).toContain('Elen &lt;Pugh&gt;')
    expect(page.text).not.toContain('<Pugh>')
    await choose(other, page, 'en-GB', '/me')
    expect((await other.get('/me')).text).toContain('<html lang="en-GB"')
  })
})

describe('where the trust offers English alone (G6)', () => {
  let app: TestApp
  beforeAll(async () => { app = await startTestApp() })
  afterAll(() => app.close())

  it('there is no switch, and choosing changes nothing', async () => {
    const browser = app.browser()
    const help = await browser.get('/help')
    expect(help.text).not.toContain('/language')
    await choose(browser, help, 'cy', '/help')
    expect((await browser.get('/help')).text).toContain('<html lang="en-GB"')
  })
})
