import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSession } from '../features/classes/class-walk.ts'
import { count } from '../features/signing/signing-walk.ts'
import type { Browser } from '../http/browser.ts'
import { withBrowser } from '../support/browser.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { drawIn, judge, openWindow } from './journey-window.ts'

/** A name of 200 characters in five scripts. */
const LONG_NAME = ['Maximilian', 'Александр', 'عبدالرحمن', '王小明', 'Αλέξανδρος'].join(' ').repeat(5).slice(0, 200)

withBrowser('class sessions, in Chromium', (chromium) => {
  let app: TestApp
  let teacher: Browser
  let schoolId: string
  let amira: string
  beforeAll(async () => {
    app = await startTestApp()
    const trust = await smallTrust(app)
    schoolId = trust.primary.id
    amira = await trust.add({ name: 'Amira Hassan', role: 'pupil', year: 'R', group: 'Owls' })
    for (const name of ['Ben Foster', 'Ben Fraser', 'Chloë Nguyễn', 'Dewi Price', 'Éva Szabó']) await trust.add({ name, role: 'pupil', year: 'R', group: 'Owls' })
    for (const name of ['Jo Last', 'Kit Moor', 'Noor Saleh']) await trust.add({ name, role: 'pupil', year: '9', group: '9C' })
    const id = await trust.add({ name: 'Tess Marlow', role: 'teacher' })
    await app.services.roles.grant({ personId: id, role: 'office', schoolId, groupName: null, until: null, grantedBy: 'system' })
    await trust.issue()
    teacher = await app.as(id)
  })
  afterAll(async () => app.close())

  it('S6: Reception on one shared tablet: the code, the own name, pictures, a mark; the teacher confirms; "we agree"', async () => {
    const board = await openWindow(chromium(), teacher, app.url, { viewport: { width: 1280, height: 800 } })
    await board.page.goto(`${app.url}/class`)
    await judge(board.page, 'class-groups')
    await board.page.getByRole('button', { name: 'Start a session for Class Owls' }).click()
    await judge(board.page, 'class-session-empty')
    const code = ((await board.page.locator('.door-code').innerText())).replace(' ', '')

    const tablet = await openWindow(chromium(), app.browser(), app.url, { viewport: { width: 768, height: 1024 }, hasTouch: true })
    await tablet.page.goto(`${app.url}/class`)
    await judge(tablet.page, 'class-enter')
    await tablet.page.getByLabel('Class code').fill(`${code.slice(0, 3).toLowerCase()} ${code.slice(3).toLowerCase()}`)
    await tablet.page.getByRole('button', { name: 'Next' }).click()
    await judge(tablet.page, 'class-join')
    await tablet.page.getByRole('button', { name: 'Let us start' }).click()
    await judge(tablet.page, 'class-names')
    await tablet.page.getByRole('link', { name: 'Amira' }).click()
    await judge(tablet.page, 'class-is-it-you')
    await tablet.page.getByRole('link', { name: 'Yes, that is me' }).click()
    await judge(tablet.page, 'class-read-first')
    for (let at = 1; await tablet.page.getByRole('link', { name: 'Next' }).count(); at += 1) {
      await tablet.page.getByRole('link', { name: 'Next' }).click()
      await tablet.page.waitForURL(new RegExp(`step=${at + 1}&|/sign\\?`))
    }
    expect(await tablet.page.locator('input:checked').count()).toBe(0)
    await judge(tablet.page, 'class-answer')
    await tablet.page.getByLabel('Yes', { exact: true }).check()
    await drawIn(tablet.page)
    await tablet.page.getByRole('button', { name: 'I am finished' }).click()
    await tablet.page.getByRole('heading', { name: 'Thank you, Amira' }).waitFor()
    await judge(tablet.page, 'class-sent')
    await tablet.page.getByRole('link', { name: 'Next child' }).click()
    expect(await tablet.page.getByRole('link', { name: 'Ben Foster' }).count()).toBe(1)
    await judge(tablet.page, 'class-names-after')

    // The grid finds out by itself.
    await board.page.getByRole('button', { name: 'Yes, that was Amira' }).waitFor()
    await judge(board.page, 'class-session-waiting')
    await board.page.getByRole('button', { name: 'Yes, that was Amira' }).click()
    await board.page.getByText('1 signed.').waitFor()
    expect(await count(app, 'signatures', { signer_id: amira })).toBe(1)
    await board.page.getByRole('link', { name: 'Read it together' }).click()
    await judge(board.page, 'class-agree')
    await board.page.getByLabel('Dewi Price').check()
    await board.page.getByRole('button', { name: 'Record “we agree”' }).click()
    await board.page.getByText('with 5 children').waitFor()
    await judge(board.page, 'class-session-agreed')
    await board.page.getByRole('button', { name: 'End the session' }).click()
    await judge(board.page, 'class-session-over')
    await tablet.page.reload()
    await judge(tablet.page, 'class-code-unknown')
    expect([board.problems, tablet.problems.filter((text) => !text.includes('404'))]).toEqual([[], []])
    await board.context.close()
    await tablet.context.close()
  })

  it('S6: lost Wi-Fi: the answer stays on the device, is never called sent, is not in the grid, and arrives once when the Wi-Fi is back', async () => {
    const { id, code } = await startSession(teacher, { schoolId, kind: 'group', name: '9C' })
    const device = await openWindow(chromium(), app.browser(), app.url)
    const { page, context } = device
    await page.goto(`${app.url}/class/${code}`)
    await page.getByRole('button', { name: 'Join' }).click()
    await judge(page, 'class-names-older')
    await page.getByRole('link', { name: 'Noor' }).click()
    await judge(page, 'class-is-it-you-older')
    await page.getByRole('link', { name: 'Yes, that is me' }).click()
    await page.getByRole('link', { name: 'I have read this' }).click()
    for (let n = 0; n < 5 && await page.getByRole('link', { name: 'Go on' }).count(); n += 1) await page.getByRole('link', { name: 'Go on' }).click()
    await judge(page, 'class-answer-older')
    await page.getByLabel('Yes, I agree').check()
    await page.getByLabel('Your full name').fill(LONG_NAME)
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Send my answer' }).click()
    await page.getByText('Kept on this device. It is not sent yet.').waitFor()
    await judge(page, 'class-kept')
    expect(await page.locator('main').innerText()).not.toMatch(/we have it|is signed\b(?!\.)/i)
    expect(await count(app, 'class_answers', { session_id: id })).toBe(0)
    expect((await teacher.get(`/class/sessions/${id}`)).text).toContain('Left: 3')
    // Pressing again in vain changes nothing: the form's key is the same.
    await page.locator('form:not([data-sent])[data-keep-answer]').waitFor({ timeout: 12_000 })
    await page.getByRole('button', { name: 'Send my answer' }).click()
    expect(await page.evaluate('localStorage.length')).toBe(1)
    await context.setOffline(false)
    await page.getByRole('heading', { name: 'Thank you, Noor' }).waitFor()
    await judge(page, 'class-sent-older')
    expect(await page.evaluate('localStorage.length')).toBe(0)
    expect(await count(app, 'class_answers', { session_id: id })).toBe(1)
    expect((await app.db.read('class_answers').where({ session_id: id }).first()).typed).toBe(LONG_NAME.trim())
    expect((await teacher.get(`/class/sessions/${id}`)).text).toContain('Yes, that was <bdi>Noor</bdi>')
    await context.close()
  })

  it('without JavaScript, by keyboard, on a small phone: the same way, and the teacher’s page looks again by itself until told not to', async () => {
    const { id, code } = await startSession(teacher, { schoolId, kind: 'group', name: '9C' })
    const { page, context } = await openWindow(chromium(), app.browser(), app.url, { javaScriptEnabled: false })
    await page.goto(`${app.url}/class/${code}`)
    await page.getByRole('button', { name: 'Join' }).press('Enter')
    await page.getByRole('link', { name: 'Kit' }).press('Enter')
    await page.getByRole('link', { name: 'Yes, that is me' }).press('Enter')
    await page.getByRole('link', { name: 'I have read this' }).press('Enter')
    for (let n = 0; n < 5 && await page.getByRole('link', { name: 'Go on' }).count(); n += 1) await page.getByRole('link', { name: 'Go on' }).press('Enter')
    await page.getByRole('button', { name: 'Send my answer' }).press('Enter')
    expect(await page.locator('.error-summary').innerText()).toContain('Choose yes or no')
    await page.getByLabel('Yes, I agree').press('Space')
    await page.getByLabel('Your full name').fill('Kit Moor')
    await page.getByRole('button', { name: 'Send my answer' }).press('Enter')
    await page.getByRole('heading', { name: 'Thank you, Kit' }).waitFor()
    await context.close()
    const board = await openWindow(chromium(), teacher, app.url, { javaScriptEnabled: false })
    await board.page.goto(`${app.url}/class/sessions/${id}`)
    expect(await board.page.locator('meta[http-equiv=refresh]').count()).toBe(1)
    await board.page.getByRole('link', { name: 'Stop that' }).click()
    expect(await board.page.locator('meta[http-equiv=refresh]').count()).toBe(0)
    await board.page.getByRole('button', { name: 'Yes, that was Kit' }).press('Enter')
    await board.page.getByText('1 signed.').waitFor()
    await board.context.close()
  })
})
