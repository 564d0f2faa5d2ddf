import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const CANDIDATES = [process.env['ASSENT_TEST_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Path of the browser for the journeys, or null. */
export const chromiumPath = CANDIDATES.find((path) => path && existsSync(path)) ?? null

/**
 * A `describe` whose tests share one headless Chromium. Without Chromium the block is skipped and says which package brings
 * it; with `CI=true` that is a failure, because the journeys are a required part.
 */
export function withBrowser(title: string, tests: (browser: () => Browser) => void): void {
  if (!chromiumPath) {
    const message = `SKIPPED "${title}": no Chromium found. On Debian: apt-get install chromium`
    console.warn(message)
    describe(`${title}`, () => {
      if (process.env['CI'] === 'true') it('has a browser', () => expect.fail(message))
      else it.skip(`${message}`, () => undefined)
    })
    return
  }
  const executablePath = chromiumPath
  describe(`${title}`, () => {
    let running: Browser | undefined
    beforeAll(async () => {
      // Chromium refuses its sandbox to root, which is what containers of continuous integration run as.
      const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
      running = await chromium.launch({ executablePath, args })
    })
    afterAll(async () => running?.close())
    tests(() => {
      if (!running) throw new Error('The browser is there only while tests run.')
      return running
    })
  })
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface AxeFindings {
  /** How many elements passed a rule: an axe that looked at nothing would also find nothing. */
  looked: number
  violations: { id: string; help: string; targets: string[]; summary: string }[]
}

/**
 * Fails with every WCAG 2.2 AA violation that axe finds on the page as it stands (size, colour scheme, open parts).
 * `rules` narrows it to some of axe's rules, where the rest was judged already.
 */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  // Evaluated through the debugger, so the page's own security policy stays as strict as in production.
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(axeSource)
  const options = JSON.stringify({ runOnly: rules ?? WCAG_22_AA, resultTypes: ['violations', 'passes'], reporter: 'v2' })
  // Counted inside the page: sending every passed element through the debugger takes longer than finding it.
  const { violations, looked } = await page.evaluate<AxeFindings>(`axe.run(document, ${options}).then(({ violations, passes }) => ({
    looked: passes.reduce((sum, rule) => sum + rule.nodes.length, 0),
    violations: violations.map((v) => ({ id: v.id, help: v.help, targets: v.nodes.map((n) => n.target.join(' ')), summary: v.nodes[0]?.failureSummary ?? '' })),
  }))`)
  expect(violations).toEqual([])
  expect(looked).toBeGreaterThan(3)
}
