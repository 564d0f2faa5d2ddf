import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jpegWith } from '../adapters/qr/qr-fixtures.ts'
import type { Browser } from '../http/browser.ts'
import { withBrowser } from '../support/browser.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { judge, openWindow } from './journey-window.ts'

withBrowser('paper, the desk, letters and families, in Chromium', (chromium) => {
  let app: TestApp
  let office: Browser
  let mother: string
  let folder: string
  beforeAll(async () => {
    app = await startTestApp()
    folder = await mkdtemp(join(tmpdir(), 'assent-scan-'))
    const trust = await smallTrust(app)
    mother = await trust.add({ name: 'Maria Kowalska' })
    for (const [name, year, group] of [['Zofia Kowalska', '4', '4B'], ['Hanna Kowalska', '4', '4B'], ['Kuba Kowalski', '1', '1A']] as const) {
      await trust.link(await trust.add({ name, role: 'pupil', year, group }), mother)
    }
    const id = await trust.add({ name: 'Gwen Hughes', role: 'support' })
    await app.services.roles.grant({ personId: id, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
    await trust.issue()
    office = await app.as(id)
  })
  afterAll(async () => {
    await app.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('S7: the office prints a class, ticks what came back, undoes it, and scans a slip in', async () => {
    const { page, context, problems } = await openWindow(chromium(), office, app.url, { viewport: { width: 1280, height: 800 } })
    await page.goto(`${app.url}/paper`)
    await page.getByLabel('Class or year').selectOption({ label: 'Class 4B' })
    await page.getByRole('button', { name: 'Show' }).click()
    await judge(page, 'paper-list')
    await page.getByRole('button', { name: 'Print all of these' }).click()
    await judge(page, 'paper-slips')
    await page.emulateMedia({ media: 'print' })
    await judge(page, 'paper-slips-print')
    await page.emulateMedia({ media: 'screen' })
    const code = (await page.locator('.slip-code .code').first().innerText()).replace(' ', '')
    await page.goBack()
    await page.reload()
    expect(await page.locator('input:checked').count()).toBe(0)
    await page.getByLabel('Zofia Kowalska signed for Zofia Kowalska').check()
    await page.getByRole('button', { name: 'Enter what is ticked' }).click()
    await judge(page, 'paper-batch')
    await page.getByRole('button', { name: 'That was a mistake' }).click()
    await judge(page, 'paper-undone')
    const photo = join(folder, 'IMG_1.jpg')
    await writeFile(photo, jpegWith(`${app.url}/paper/slips/${code}`, 1400, 1800, 10))
    await page.goto(`${app.url}/paper/scan`)
    await judge(page, 'paper-scan')
    await page.getByLabel('Photo or scan').setInputFiles(photo)
    await page.getByRole('button', { name: 'Read it' }).click()
    await page.getByRole('heading', { name: /Slip/ }).waitFor()
    await judge(page, 'paper-slip')
    await page.goto(`${app.url}/paper/code`)
    await judge(page, 'paper-code')
    expect(problems).toEqual([])
    await context.close()
  })

  it('S3: at the desk, without JavaScript: find somebody, enter what they say', async () => {
    const { page, context } = await openWindow(chromium(), office, app.url, { javaScriptEnabled: false })
    await page.goto(`${app.url}/desk`)
    await page.getByLabel('Name of whoever signs').fill('kowalska')
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByRole('link', { name: 'Maria Kowalska' }).click()
    expect(await page.locator('main').innerText()).toContain('For Kuba Kowalski')
    await page.getByRole('link', { name: /Enter what they say.*Kuba/ }).first().click()
    await page.getByLabel('By telephone').check()
    await page.getByLabel('They said yes').check()
    await page.getByRole('button', { name: 'Enter their answer' }).click()
    await page.getByText('Entered as they said').waitFor()
    await context.close()
    const looked = await openWindow(chromium(), office, app.url)
    await looked.page.goto(`${app.url}/desk?named=1`)
    await judge(looked.page, 'desk')
    await looked.page.goto(`${app.url}/desk/people/${mother}`)
    await judge(looked.page, 'desk-person')
    await looked.page.getByRole('link', { name: 'Enter what they say' }).first().click()
    await judge(looked.page, 'desk-behalf')
    await looked.context.close()
  })

  it('F4, F3: a letter shows its code on paper only; typed on a small phone it leads to all children, signed in one go', async () => {
    const { page, context } = await openWindow(chromium(), office, app.url, { viewport: { width: 1280, height: 800 } })
    await page.goto(`${app.url}/letters`)
    await page.getByLabel('Class or year').selectOption({ label: 'Class 4B' })
    await page.getByRole('button', { name: 'Show' }).click()
    await judge(page, 'letter-list')
    await page.getByLabel('Maria Kowalska').check()
    await page.getByRole('button', { name: 'Make the letters' }).click()
    await page.getByRole('heading', { name: 'Dear Maria Kowalska' }).waitFor()
    await judge(page, 'letters')
    expect(await page.locator('.way-code:visible').count()).toBe(0)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.way-code:visible').count()).toBe(1)
    await judge(page, 'letters-print')
    const code = await page.locator('.way-code').innerText()
    await context.close()

    const phone = await openWindow(chromium(), app.browser(), app.url)
    await phone.page.goto(`${app.url}/letter`)
    await judge(phone.page, 'letter-code')
    await phone.page.getByLabel('Your code').fill('AAA AAA AAA AAA')
    await phone.page.getByRole('button', { name: 'Open my list' }).click()
    await judge(phone.page, 'letter-code-wrong')
    await phone.page.getByLabel('Your code').fill(code)
    await phone.page.getByRole('button', { name: 'Open my list' }).click()
    await judge(phone.page, 'me-together')
    await phone.page.getByRole('link', { name: /in one go/ }).click()
    await judge(phone.page, 'together-read')
    await phone.page.getByRole('link', { name: 'I have read this' }).click()
    await phone.page.getByRole('button', { name: 'Check what I have written' }).click()
    await judge(phone.page, 'together-errors')
    for (const group of await phone.page.getByRole('group').all()) await group.getByLabel(/^Yes/).check()
    await phone.page.getByLabel('Your full name').fill('Maria Kowalska')
    await phone.page.getByRole('button', { name: 'Check what I have written' }).click()
    await judge(phone.page, 'together-check')
    await phone.page.getByRole('button', { name: 'Sign now' }).dblclick()
    await phone.page.getByRole('heading', { name: 'Signed. Thank you, Maria' }).waitFor()
    await judge(phone.page, 'together-done')
    expect((await app.db.read('signatures').where({ signer_id: mother, active: 1 })).map((row) => JSON.parse(row.evidence).assurance).sort()).toEqual(['letter', 'letter', 'on-behalf'])
    expect(phone.problems).toEqual([])
    await phone.context.close()
  })
})
