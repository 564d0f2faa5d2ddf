import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser as Chromium, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Browser } from '../http/browser.ts'
import { expectAccessible } from '../support/browser.ts'

const WIDER_THAN_WINDOW = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((e) => e.tagName + '.' + e.getAttribute('class'))`
/** A folder for pictures of every page, for people who want to look; nothing is kept unless it is named. */
const PICTURES = process.env['ASSENT_TEST_PICTURES']

export interface JourneyWindow { context: BrowserContext; page: Page; problems: string[] }

/** A window of the real browser that carries on where a test's own browser is. */
export async function openWindow(chromium: Chromium, browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<JourneyWindow> {
  const context = await chromium.newContext({ viewport: { width: 320, height: 720 }, reducedMotion: 'reduce', ...options })
  await context.addCookies([...browser.cookies].map(([name, value]) => ({ name, value, url })))
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
  page.on('pageerror', (error) => problems.push(error.message))
  return { context, page, problems }
}

/** The page as it stands reads and fits at three widths, and axe finds nothing at the outer ones. */
export async function judge(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? { width: 320, height: 720 }
  for (const width of [320, 768, 1280]) {
    await page.setViewportSize({ width, height: 720 })
    expect({ name, width, wider: await page.evaluate(WIDER_THAN_WINDOW) }).toEqual({ name, width, wider: [] })
    if (PICTURES) {
      await mkdir(PICTURES, { recursive: true })
      await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true })
    }
    if (width !== 768) await expectAccessible(page)
  }
  await page.setViewportSize(before)
}

/**
 * The same for a page in a window without script, where axe cannot run: judged in another window, as it stands, with nothing of
 * the page's own script in it and what is there for such readers shown.
 */
export async function judgePlain(page: Page, name: string): Promise<void> {
  const html = (await page.content()).replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, '').replace(/<\/?noscript>/g, '')
  const context = await page.context().browser()?.newContext({ viewport: page.viewportSize(), reducedMotion: 'reduce' })
  if (!context) throw new Error('The window has no browser')
  await context.addCookies(await page.context().cookies())
  await context.route(page.url(), (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }))
  const twin = await context.newPage()
  await twin.goto(page.url())
  await judge(twin, name)
  await context.close()
}

/** Draws a line with the mouse in the page's signature box. */
export async function drawIn(page: Page): Promise<void> {
  const canvas = page.locator('canvas').first()
  await canvas.scrollIntoViewIfNeeded()
  const box = await canvas.boundingBox()
  if (!box) throw new Error('There is no box to draw in')
  await page.mouse.move(box.x + 20, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + 90, box.y + 70, { steps: 6 })
  await page.mouse.move(box.x + 160, box.y + 25, { steps: 6 })
  await page.mouse.up()
}
