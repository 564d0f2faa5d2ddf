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
const PRESS_TWICE = `(() => {
  const button = document.querySelector('form[method=post] button[type=submit]'), stopped = []
  button.form.addEventListener('submit', (event) => stopped.push(event.defaultPrevented))
  button.click(); button.click()
  return stopped
})()`
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
  let page: Page
  let seen: Seen
  beforeAll(async () => {
    gallery = await startGallery(samples)
    context = await browser().newContext({ reducedMotion: 'reduce' })
    page = await context.newPage()
    seen = watch(page)
  })
  afterAll(async () => {
    await context.close()
    await gallery.close()
  })
  /** Opens a sample in the one page that the tests share, as somebody with a large window in light colours sees it. */
  async function open(name: string): Promise<void> {
    await page.emulateMedia({ colorScheme: 'light', media: 'screen' })
    await page.setViewportSize({ width: 1280, height: 900 })
    seen.problems.length = 0
    seen.bytes.length = 0
    await page.goto(`${gallery.url}/${name}`, { waitUntil: 'load' })
  }

  it.each(samples)('$name: reads, fits and contrasts at every width, light and dark, under the strict policy', async (sample) => {
    await open(sample.name)
    if (sample.mainAction) expect(await tabTo(page, sample.mainAction)).toBe('reached')
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      expect({ width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ width, wider: [] })
      await expectAccessible(page)
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page, ['color-contrast'])
    expect(seen.problems).toEqual([])
  })

  it.each(samples.filter((s) => s.template.includes('/signing/') || s.template.includes('/link/')))(
    '$name: the first view is below 60 kB without fonts',
    async ({ name }) => {
      await open(name)
      const bytes = (await Promise.all(seen.bytes)).reduce((sum, size) => sum + size, 0)
      expect(bytes).toBeGreaterThan(15_000)
      expect(bytes).toBeLessThan(60_000)
    },
  )

  it('S5: nothing is chosen beforehand, and yes and no look alike', async () => {
    for (const name of ['sign', 'young-sign', 'check']) {
      await open(name)
      expect(await page.locator('input:checked').count()).toBe(0)
    }
    for (const name of ['sign', 'young-sign']) {
      await open(name)
      const [yes, no] = await page.evaluate<unknown[]>(LOOKS_OF_CHOICES)
      expect(yes).toBeDefined()
      expect(yes).toEqual(no)
    }
  })

  it('a drawn signature travels as strokes of 1000 x 400 and can be cleared', async () => {
    await open('sign')
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
  })

  it('a second press of the button sends nothing twice', async () => {
    let posts = 0
    await page.route('**/f/1/confirm', async (route) => {
      posts += 1
      await route.fulfill({ status: 204 })
    })
    await open('check')
    // Both in one turn of the page: the first answer cannot arrive in between.
    expect(await page.evaluate(PRESS_TWICE)).toEqual([false, true])
    await expect.poll(() => posts).toBe(1)
    expect(await page.getByRole('button', { name: 'Sign now' }).getAttribute('aria-disabled')).toBe('true')
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
    await open('board')
    await page.setViewportSize({ width: 320, height: 800 })
    const link = page.getByRole('link', { name: 'People', exact: true })
    expect(await link.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Menu' }).press('Enter')
    expect(await link.isVisible()).toBe(true)
    await expectAccessible(page)
  })

  it('on paper the controls are gone and the words stay', async () => {
    await open('board')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('nav:visible, .filters:visible, .actions:visible').count()).toBe(0)
    expect(await page.getByRole('heading', { name: 'Who has signed' }).isVisible()).toBe(true)
  })
})

interface Seen {
  problems: string[]
  bytes: Promise<number>[]
}

/** Console errors, failed requests and sizes of what was fetched (fonts left out), as they come. */
function watch(page: Page): Seen {
  const seen: Seen = { problems: [], bytes: [] }
  page.on('console', (message) => { if (message.type() === 'error') seen.problems.push(message.text()) })
  page.on('pageerror', (error) => seen.problems.push(error.message))
  page.on('response', (response) => {
    if (response.status() >= 400) seen.problems.push(`${response.status()} ${response.url()}`)
    if (!response.url().endsWith('.woff2')) seen.bytes.push(response.body().then((body) => body.length, () => 0))
  })
  return seen
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

