import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { checkFields, count, fillIn, hidden, hrefs, openSlots, readThrough, signAs } from './signing-walk.ts'

describe('a text that changes meanwhile', () => {
  let app: TestApp
  let trust: SmallTrust
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
  })
  afterAll(async () => app.close())

  /** Publishes a major version in which one clause reads differently. */
  async function publishNext(key: string, words: string): Promise<void> {
    const agreement = await app.services.agreements.store.byKey(key)
    const current = await app.services.agreements.store.current(agreement?.id ?? '')
    const texts = (current?.version.texts ?? []).map((text) => ({ ...text, markdown: text.markdown.replace(/(\{#tell\}|\{#[a-z-]+\})\n/, `$1\n\n${words}\n`) }))
    await app.services.agreements.publishNext({
      key, change: 'major', changeNote: words, texts, actor: 'system', approval: { by: 'The board', board: 'Trust board', on: '2026-09-07' },
    })
  }

  async function teacher(): Promise<{ browser: Awaited<ReturnType<TestApp['as']>>; slot: string }> {
    const id = await trust.add({ name: 'Amara Okafor', role: 'teacher' })
    await trust.issue()
    const browser = await app.as(id)
    return { browser, slot: (await openSlots(browser))[0] ?? '' }
  }

  it('I2, S1: a major version between reading and filling in leads to the difference, and nothing is signed', async () => {
    const { browser, slot } = await teacher()
    const sign = await readThrough(browser, slot)
    const open = await browser.get(sign)
    await publishNext('staff', 'Nobody lends a school account to anybody, ever.')
    const late = await browser.post(sign, { _csrf: hidden(open, '_csrf'), text: hidden(open, 'text'), answer: 'yes', signature: 'Amara Okafor' })
    expect(late.location).toBe(`/me/sign/${slot}/changed?text=${hidden(open, 'text')}`)
    expect((await browser.get(sign)).location).toBe(late.location)
    const page = await browser.get(late.location ?? '')
    expect(page.text).toContain('The text has changed')
    expect(page.text).toContain('Nobody lends a school account to anybody, ever.')
    expect(page.text).toContain('Version 2')
    expect(hrefs(page)).toContain(`/me/sign/${slot}`)
    expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
    await signAs(browser, slot, 'Amara Okafor')
    const row = await app.db.read('signatures').where({ signatory_id: slot }).first('evidence', 'rendition_hash')
    expect(JSON.parse(row.evidence)).toMatchObject({ versionNumber: 2 })
    expect((await app.services.agreements.store.rendition(row.rendition_hash))?.rendition.markdown).toContain('Nobody lends a school account')
  })

  it('I2, S1: a major version between checking and sending signs nothing, also when the old form is sent twice', async () => {
    const { browser, slot } = await teacher()
    await fillIn(browser, await readThrough(browser, slot), { answer: 'yes', signature: 'Amara Okafor' })
    const fields = await checkFields(browser, slot)
    await publishNext('staff', 'Meetings are recorded only with everybody’s yes.')
    for (const late of [await browser.post(`/me/sign/${slot}/check`, fields), await browser.post(`/me/sign/${slot}/check`, fields)]) {
      expect(late.location).toBe(`/me/sign/${slot}/changed?text=${fields['text']}`)
    }
    expect((await browser.get(`/me/sign/${slot}/check`)).location).toMatch(/\/changed\?/)
    expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
  })

  it('S1: the transaction itself refuses a text that is no longer asked', async () => {
    const { slot } = await teacher()
    const { request_id: request } = await app.db.read('signatories').where({ id: slot }).first('request_id')
    const { person_id: signerId } = await app.db.read('requests').where({ id: request }).first('person_id')
    const page = await app.services.signingQueries.page(slot, signerId)
    const command = {
      signatoryId: slot, signerId, actor: `person:${signerId}`, method: 'typed' as const, typed: 'Amara Okafor', drawn: null, renditionHash: page?.rendition.hash ?? '',
      formKey: 'k'.repeat(32), assurance: 'session' as const, address: null, userAgent: null,
    }
    await publishNext('staff', 'A third change.')
    expect(await app.services.signing.sign(command)).toEqual({ kind: 'text-changed' })
    expect(await app.services.signing.decline({ ...command, reason: null, wantsCall: false })).toEqual({ kind: 'text-changed' })
    if (page) expect(await app.services.signingQueries.recheck(page, signerId)).toBe('text-changed')
  })

  it('I2: a pupil half way through the ideas is told as well', async () => {
    const pupil = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', group: '4B' })
    await trust.issue()
    const browser = await app.as(pupil)
    const [slot = ''] = await openSlots(browser)
    const second = hrefs(await browser.get(`/me/sign/${slot}`)).find((href) => href.includes('step=2')) ?? ''
    await publishNext('pupil-ks2', 'I always ask twice.')
    expect((await browser.get(second)).location).toMatch(new RegExp(`^/me/sign/${slot}/changed\\?text=`))
  })

  it('I2, G1: a half-signed request is superseded by a major version and asked anew; the form open on the old text shows what changed', async () => {
    const pupil = await trust.add({ name: 'Jan Kowalski', role: 'pupil', year: '8', school: trust.high })
    const mother = await trust.add({ name: 'Maria Kowalska', email: 'maria@family.example' })
    await trust.link(pupil, mother)
    await trust.issue()
    const own = await app.as(pupil)
    const [slot = ''] = await openSlots(own)
    await signAs(own, slot, 'Jan Kowalski')
    const family = await app.as(mother, 'link')
    const [second = ''] = await openSlots(family)
    const open = await family.get(`/me/sign/${second}`)
    await publishNext('pupil-ks3-4', 'A new word.')
    // Pinned until the requests are put anew: nobody reads a mixture.
    expect((await family.get(`/me/sign/${second}`)).text).not.toContain('A new word.')
    await app.services.worker.runUntilIdle()
    const moved = await family.get(`/me/sign/${second}`)
    expect(moved.location).toBe(`/me/sign/${second}/done`)
    const changed = (await family.get(moved.location ?? '')).location ?? ''
    expect(changed).toMatch(/^\/me\/sign\/[0-9A-Z]{26}\/changed\?text=[0-9a-f]{64}$/)
    expect(changed).not.toContain(second)
    expect((await family.get(changed)).text).toContain('A new word.')
    expect(open.status).toBe(200)
    const [again = ''] = await openSlots(own)
    expect(again).not.toBe(slot)
    expect((await own.get(`/me/sign/${again}`)).text).toContain('What has changed since you last signed')
    await signAs(own, again, 'Jan Kowalski')
    const states = await app.db.read('requests').where({ person_id: pupil }).orderBy('id').select('state', 'live', 'occasion')
    expect(states).toEqual([{ state: 'superseded', live: null, occasion: '2026/27' }, { state: 'open', live: 1, occasion: '2026/27' }])
    expect(await count(app, 'signatures', { subject_id: pupil, active: 1 })).toBe(2)
    // Running the job again, and issuing again, change nothing.
    const before = await count(app, 'requests')
    const current = await app.services.agreements.store.current((await app.services.agreements.store.byKey('pupil-ks3-4'))?.id ?? '')
    expect(await app.services.reissue.reissue(current?.id ?? '')).toBe(0)
    await trust.issue()
    expect(await count(app, 'requests')).toBe(before)
  })

  it('G1: a text of another agreement in the address shows no difference', async () => {
    const { browser, slot } = await teacher()
    const foreign = await app.db.read('renditions as r').join('agreement_versions as v', 'v.id', 'r.version_id').join('agreements as a', 'a.id', 'v.agreement_id').where('a.key', 'pupil-ks2').first('r.hash')
    const page = await browser.get(`/me/sign/${slot}/changed?text=${foreign.hash}`)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('What is different')
  })
})
