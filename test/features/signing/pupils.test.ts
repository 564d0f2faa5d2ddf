import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenIn } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, fillIn, hrefs, openSlots, readThrough, signAs, work } from './signing-walk.ts'

const words = (html: string): string => html.replace(/<svg[\s\S]*?<\/svg>/g, ' ').replace(/<[^>]+>/g, ' ').replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&').replace(/\s+/g, ' ')

describe('pupils', () => {
  let app: TestApp
  let trust: SmallTrust
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
  })
  afterAll(async () => app.close())

  async function pupil(name: string, year: string) {
    const id = await trust.add({ name, role: 'pupil', year, school: Number(year) > 6 ? trust.high : trust.primary })
    await trust.issue()
    const browser = await app.as(id)
    return { id, browser, slot: /\/me\/sign\/(\w+)/.exec((await browser.get('/me')).text)?.[1] ?? '' }
  }

  it('S1: the ideas that a young pupil sees one by one are together the whole text that is sealed', async () => {
    const { browser, slot, id } = await pupil('Zofia Kowalska', '4')
    expect((await browser.get('/me')).text).toContain('Hello Zofia')
    const page = await app.services.signingQueries.page(slot, id)
    const plain = (page?.rendition.markdown ?? '').split('\n').map((line) => line.replace(/^##? /, '').replace(/\s*\{#[a-z-]+\}$/, '').trim()).filter(Boolean)
    let seen = ''
    let at = `/me/sign/${slot}`
    for (let step = 2; step < 40; step += 1) {
      const shown = await browser.get(at)
      seen += words(shown.text)
      const next = hrefs(shown).find((href) => href.includes(`step=${step}&`))
      if (!next) break
      at = next
    }
    expect(plain.length).toBeGreaterThan(20)
    for (const line of plain) expect(seen).toContain(line.replace(/\s+/g, ' '))
    const whole = words((await browser.get(`/me/sign/${slot}?all=1`)).text)
    for (const line of plain) expect(whole).toContain(line.replace(/\s+/g, ' '))
  })

  it('S5: in Year 1 the words are "put your mark to say you will try", and yes and no are alike', async () => {
    const { browser, slot } = await pupil('Ivo Stone', '1')
    const sign = await browser.get(await readThrough(browser, slot))
    expect(sign.text).toContain('Put your mark to say you will try.')
    expect(sign.text).toContain('Will you try?')
    expect(sign.text).toContain('>Yes</label>')
    expect(sign.text).toContain('>No</label>')
    expect(sign.text).not.toMatch(/\schecked/)
    await fillIn(browser, `/me/sign/${slot}/sign?text=${/name="text" value="(\w+)"/.exec(sign.text)?.[1]}`, { answer: 'yes', signature: 'ivo' })
    const check = await browser.get(`/me/sign/${slot}/check`)
    expect(check.text).toContain('Is this right?')
    await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
    const done = await browser.get(`/me/sign/${slot}/done`)
    expect(done.text).toContain('Thank you, Ivo')
    expect((await browser.get('/me')).text).toContain('There is nothing for you to do now.')
  })

  it('S5: a young pupil with an optional mark may still put it after the parent has signed', async () => {
    const { id, browser, slot } = await pupil('Ana Reis', '2')
    const mother = await trust.add({ name: 'Rita Reis', email: 'rita@reis.example' })
    await trust.link(id, mother)
    const family = await app.as(mother, 'link')
    const [guardian = ''] = await openSlots(family)
    await signAs(family, guardian, 'Rita Reis')
    expect((await signAs(browser, slot, 'Ana')).text).toContain('Thank you, Ana')
    const { request_id: request } = await app.db.read('signatories').where({ id: slot }).first('request_id')
    expect(await app.db.read('requests').where({ id: request }).first('state')).toMatchObject({ state: 'complete' })
  })

  it('the friendly questions explain and stop nobody; what was chosen is kept with the signature and not judged', async () => {
    const { browser, slot } = await pupil('Kofi Mensah', '5')
    let at = `/me/sign/${slot}`
    const chosen: string[] = []
    for (let step = 2; step < 40; step += 1) {
      const shown = await browser.get(at)
      const wrong = /<button[^>]*name="answer" value="1">([^<]+)</.exec(shown.text)?.[1]
      if (wrong) {
        chosen.push(wrong.replaceAll('&#39;', "'"))
        const told = await browser.post(at, { _csrf: tokenIn(shown), answer: '1' })
        expect(told.location).toBe(`${at}&answer=1#because`)
        const page = await browser.get(`${at}&answer=1`)
        expect(page.text).toContain('banner-info')
        expect(hrefs(page).some((href) => href.includes(`step=${step}&`) || href.includes('/sign?'))).toBe(true)
        expect((await browser.post(at, { _csrf: tokenIn(shown), answer: '9' })).status).toBe(404)
      }
      const next = hrefs(shown).find((href) => href.includes(`step=${step}&`))
      if (!next) break
      at = next
    }
    expect(chosen).toHaveLength(2)
    await signAs(browser, slot, 'Kofi Mensah')
    const row = await app.db.read('signatures').where({ signatory_id: slot }).first('evidence')
    const { understanding } = JSON.parse(row.evidence) as { understanding: { ask: string; answer: string }[] }
    expect(understanding.map(({ answer }) => answer)).toEqual(chosen)
    expect(Object.keys(understanding[0] ?? {}).sort()).toEqual(['answer', 'ask'])
  })

  it('G6: a pupil chooses the short text with symbols; it is sealed as shown, and nothing says why', async () => {
    const { browser, slot } = await pupil('Mia Short', '4')
    const first = await browser.get(`/me/sign/${slot}`)
    const way = hrefs(first).find((href) => href.includes('as=symbols')) ?? ''
    const shown = await browser.get(way)
    expect(shown.text).toContain('symbols.svg')
    let at = way
    for (let step = 2; step < 40; step += 1) {
      const page = await browser.get(at)
      const next = hrefs(page).find((href) => href.includes(`step=${step}&`))
      if (!next) {
        at = hrefs(page).find((href) => href.includes('/sign?')) ?? ''
        break
      }
      at = next
    }
    await fillIn(browser, at, { answer: 'yes', signature: 'Mia' })
    const sent = await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
    expect(sent.location).toBe(`/me/sign/${slot}/done`)
    const row = await app.db.read('signatures').where({ signatory_id: slot }).first('id', 'evidence', 'rendition_hash')
    expect(JSON.parse(row.evidence)).toMatchObject({ variant: 'symbols', language: 'en-GB' })
    const kept = (await app.services.agreements.store.rendition(row.rendition_hash))?.rendition
    expect(kept).toMatchObject({ variant: 'symbols', symbols: { tell: 'tell', 'own-login': 'password', 'be-kind': 'kind-words' } })
    expect(kept?.markdown).toContain('I write kind words')
    // S1: the drawings that stood beside the clauses are in the sealed record.
    await work(app)
    const file = (await app.services.sealing.file(row.id))?.bytes.toString('latin1') ?? ''
    for (const words of ['Tell an adult', 'Password', 'Kind words']) expect(file).toContain(`/Alt (Symbol: ${words})`)
    expect((await app.browser().get(`/verify/${row.rendition_hash.slice(0, 26)}`)).text).not.toContain('symbols')
  })

  it('G4: a sixth-former reads one page and signs alone', async () => {
    const { browser, slot } = await pupil('Tariq Aziz', '13')
    const page = await browser.get(`/me/sign/${slot}`)
    expect(hrefs(page).some((href) => href.startsWith(`/me/sign/${slot}/sign?`))).toBe(true)
    expect(page.text).toContain('You answer as: Student.')
    await signAs(browser, slot, 'Tariq Aziz')
    const { request_id: request } = await app.db.read('signatories').where({ id: slot }).first('request_id')
    expect(await app.db.read('requests').where({ id: request }).first('state')).toMatchObject({ state: 'complete' })
  })

  it('G4: a pupil of Year 8 signs, and is told that a parent is asked as well', async () => {
    const { browser, slot } = await pupil('Jan Kowalski', '8')
    expect((await signAs(browser, slot, 'Jan Kowalski')).text).toContain('A parent or carer is asked as well.')
  })

  it('a step beyond the text and a step without its text lead to nothing wrong', async () => {
    const { browser, slot, id } = await pupil('Lin Chen', '3')
    const hash = (await app.services.signingQueries.page(slot, id))?.rendition.hash ?? ''
    expect((await browser.get(`/me/sign/${slot}?step=2`)).location).toBe(`/me/sign/${slot}`)
    expect((await browser.get(`/me/sign/${slot}?step=99&text=${hash}`)).status).toBe(404)
    expect((await browser.get(`/me/sign/${slot}?step=0`)).status).toBe(400)
  })
})
