import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAccessible, withBrowser } from '../support/browser.ts'
import { startGallery } from '../support/gallery.ts'
import { samples } from './look-samples.ts'

const WIDTHS = [320, 768, 1280]

// What runs inside the page is text, so that the types of a browser do not leak into a program for Node.
const LOOKS_OF_CHOICES = `[...document.querySelectorAll('.choice')].slice(0, 2).map((e) => {
  const { color, backgroundColor, borderColor, borderWidth, fontSize, fontWeight, width, height } = getComputedStyle(e)
  return { color, backgroundColor, borderColor, borderWidth, fontSize, fontWeight, width, height }
})`
const PRESS_TWICE = `{ const b = document.querySelector('form[method=post] button[type=submit]'); b.click(); b.click() }`
const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => e.tagName + '.' + e.getAttribute('class'))`
const FOCUSED = `(() => {
  const e = document.activeElement, style = getComputedStyle(e)
  return { text: e.textContent.replace(/\\s+/g, ' ').trim(), seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }
})()`

withBrowser('the look, in Chromium', (browser) => {
  let gallery: Awaited<ReturnType<typeof startGallery>>
  let context: BrowserContext
  beforeAll(async () => {
    gallery = await startGallery(samples)
    context = await browser().newContext({ reducedMotion: 'reduce' })
  })
  afterAll(async () => {
    await context.close()
    await gallery.close()
  })

  it.each(samples)('$name: reads, fits and contrasts at every width, light and dark, under the strict policy', async (sample) => {
    const page = await context.newPage()
    const problems = watch(page)
    await page.goto(`${gallery.url}/${sample.name}`)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: 'light' })
      expect({ width, wider: await overflow(page) }).toEqual({ width, wider: [] })
      await expectAccessible(page)
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page, ['color-contrast'])
    expect(problems).toEqual([])
    await page.close()
  })

  it.each(samples.filter((s) => s.mainAction))('$name: the keyboard reaches "$mainAction" and shows where it is', async (sample) => {
    const page = await context.newPage()
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.goto(`${gallery.url}/${sample.name}`)
    expect(await tabTo(page, sample.mainAction ?? '')).toBe('reached')
    await page.close()
  })

  it.each(['start-parent', 'read', 'sign', 'check', 'done', 'young-read', 'young-sign', 'link-open'])(
    '%s: first view is below 60 kB without fonts',
    async (name) => {
      const page = await context.newPage()
      let bytes = 0
      page.on('response', (response) => {
        if (response.url().endsWith('.woff2')) return
        void response.body().then((body) => { bytes += body.length })
      })
      await page.goto(`${gallery.url}/${name}`, { waitUntil: 'networkidle' })
      expect(bytes).toBeGreaterThan(15_000)
      expect(bytes).toBeLessThan(60_000)
      await page.close()
    },
  )

  it('S5: nothing is chosen beforehand, and yes and no look alike', async () => {
    const page = await context.newPage()
    for (const name of ['sign', 'young-sign', 'check']) {
      await page.goto(`${gallery.url}/${name}`)
      expect(await page.locator('input:checked').count()).toBe(0)
    }
    for (const name of ['sign', 'young-sign']) {
      await page.goto(`${gallery.url}/${name}`)
      const [yes, no] = await page.evaluate<unknown[]>(LOOKS_OF_CHOICES)
      expect(yes).toBeDefined()
      expect(yes).toEqual(no)
    }
    await page.close()
  })

  it('a drawn signature travels as strokes of 1000 x 400 and can be cleared', async () => {
    const page = await context.newPage()
    await page.setViewportSize({ width: 768, height: 1200 })
    await page.goto(`${gallery.url}/sign`)
    await draw(page)
    const strokes: unknown = JSON.parse(await page.locator('[data-pad-value]').inputValue())
    expect(strokes).toEqual([expect.arrayContaining([{ x: expect.any(Number), y: expect.any(Number) }])])
    const points = (strokes as { x: number; y: number }[][]).flat()
    expect(points.length).toBeGreaterThan(2)
    for (const p of points) {
      expect(Number.isInteger(p.x) && p.x >= 0 && p.x <= 1000).toBe(true)
      expect(Number.isInteger(p.y) && p.y >= 0 && p.y <= 400).toBe(true)
    }
    await page.getByRole('button', { name: 'Clear the drawing' }).click()
    expect(await page.locator('[data-pad-value]').inputValue()).toBe('')
    await page.close()
  })

  it('a second press of the button sends nothing twice', async () => {
    const page = await context.newPage()
    let posts = 0
    await page.route('**/f/1/confirm', async (route) => {
      posts += 1
      await route.fulfill({ status: 204 })
    })
    await page.goto(`${gallery.url}/check`)
    // Both in one turn of the page: the first answer cannot arrive in between.
    await page.evaluate(PRESS_TWICE)
    await expect.poll(() => posts).toBe(1)
    expect(await page.getByRole('button', { name: 'Sign now' }).getAttribute('aria-disabled')).toBe('true')
    await page.close()
  })

  describe('without JavaScript', () => {
    it.each(['start-parent', 'read', 'sign', 'check', 'board', 'roster-run', 'access-plan', 'young-sign'])('%s works as a plain page', async (name) => {
      const plain = await browser().newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 800 } })
      const page = await plain.newPage()
      await page.goto(`${gallery.url}/${name}`)
      expect(await page.locator('h1').isVisible()).toBe(true)
      expect(await page.locator('[data-pad]:visible').count()).toBe(0)
      const form = page.locator('form[method=post]').first()
      if (await form.count()) {
        expect(await form.locator('button[type=submit]').first().isVisible()).toBe(true)
        expect(await form.locator('input[name=_csrf]').count()).toBe(1)
      }
      await plain.close()
    })
  })

  it('the office menu opens on a phone by keyboard, without our script', async () => {
    const page = await context.newPage()
    await page.setViewportSize({ width: 320, height: 800 })
    await page.goto(`${gallery.url}/board`)
    const link = page.getByRole('link', { name: 'People', exact: true })
    expect(await link.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Menu' }).press('Enter')
    expect(await link.isVisible()).toBe(true)
    await expectAccessible(page)
    await page.close()
  })

  it('on paper the controls are gone and the words stay', async () => {
    const page = await context.newPage()
    await page.goto(`${gallery.url}/board`)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('nav:visible, .filters:visible, .actions:visible').count()).toBe(0)
    expect(await page.getByRole('heading', { name: 'Who has signed' }).isVisible()).toBe(true)
    await page.close()
  })
})

/** Console errors, failed requests and broken promises of the page, as they come. */
function watch(page: Page): string[] {
  const problems: string[] = []
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('response', (response) => { if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`) })
  return problems
}

/** Elements that make the page scroll sideways; empty when it fits. */
async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(WIDER_THAN_WINDOW)
}

/** Presses Tab until the focus is on the control of that name. */
async function tabTo(page: Page, name: string): Promise<string> {
  for (let press = 0; press < 80; press += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate<{ text: string; seen: boolean }>(FOCUSED)
    if (at.text === name) return at.seen ? 'reached' : 'reached, but the focus cannot be seen'
  }
  return 'not reached'
}

async function draw(page: Page): Promise<void> {
  const box = await page.locator('canvas').boundingBox()
  if (!box) throw new Error('The signature pad is not on the page.')
  await page.mouse.move(box.x + 20, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + 120, box.y + 90, { steps: 6 })
  await page.mouse.move(box.x + 220, box.y + 30, { steps: 6 })
  await page.mouse.up()
}

