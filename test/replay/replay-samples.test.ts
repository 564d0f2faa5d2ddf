import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { inventDemo } from '../../src/demo/build-demo.ts'
import { type DemoSample, writeSamples } from '../../src/demo/demo-samples.ts'
import { replayFiles } from '../../src/replay/replay-files.ts'
import { replayRosters } from '../../src/replay/replay-rosters.ts'
import { replaySettings } from '../../src/replay/replay-settings.ts'
import { type Browser, tokenIn } from '../http/browser.ts'
import { textOf, withRole } from '../support/it-people.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

const NOW = '2026-11-22T09:00:00Z'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`replays of the demo’s own rosters [${kind}]`, () => {
    let app: TestApp
    let admin: Browser
    let samples: DemoSample[]
    const folder = mkdtempSync(join(tmpdir(), 'assent-samples-'))
    beforeAll(async () => {
      samples = (await writeSamples(inventDemo(Date.parse(NOW), 300), folder)).samples
      app = await startTestApp({ now: NOW, kind, mariadbUrl: inject('mariadbUrl') })
      admin = (await withRole(app, 'it-admin')).browser
    })
    afterAll(() => app.close())

    /** "The roster as it is" and "One pupil has left", each given a day, on the page. */
    const replayed = async (days: readonly [string, string]) => {
      const path = (await admin.submit('/rosters/replays', { format: 'auto', school: '' })).location ?? ''
      for (const [at, day] of days.entries()) {
        const body = new FormData()
        body.append('_csrf', tokenIn(await admin.get(path)))
        body.append('day', day)
        body.append('file', new Blob([new Uint8Array(readFileSync(samples[at]?.path ?? ''))]), 'oneroster.zip')
        await admin.send('POST', `${path}/files`, { body, headers: { 'sec-fetch-site': 'same-origin' } })
      }
      await admin.submit(path)
      await app.services.worker.runUntilIdle()
      return textOf((await admin.get(path)).text)
    }

    it('R10: the one leaver of "One pupil has left" is shown, when each is given the day it was made', { timeout: 120_000 }, async () => {
      const text = await replayed(['2026-11-21', '2026-11-22'])
      expect(text).toMatch(/22 November 2026.*0 new, 1 leaving, 0 missing/)
      expect(text).toContain('Suspended after approval: 1')
      expect(text).not.toContain('Nobody leaves in these exports')
    })

    it('R5: on days before the pupil’s last day nobody has left, and the page says why nobody is shown', { timeout: 120_000 }, async () => {
      const text = await replayed(['2026-11-02', '2026-11-09'])
      expect(text).toMatch(/9 November 2026.*0 new, 0 leaving, 0 missing/)
      expect(text).toMatch(/Nobody leaves in these exports Each export is judged on its own day: whose last day is that day or later has not left yet/)
    })
  })
}

it('files without a day in their name are read on the day they were written; grace is told', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assent-samples-'))
  await writeSamples(inventDemo(Date.now(), 300), folder)
  const files = await replayFiles(folder)
  expect(files.map(({ name }) => name)).toEqual(['today', 'one-left', 'forty-left'])
  expect(files.every(({ at }) => Number.isInteger(at))).toBe(true)
  const app = await startTestApp()
  const replay = await replayRosters(files.slice(0, 2), { ...replaySettings(app.services.config), grace: { roles: { pupil: 3 }, years: {} } })
  await app.close()
  expect(replay.readings.map(({ leavers, inGrace }) => [leavers, inGrace])).toEqual([[0, 0], [1, 1]])
  expect(replay).toMatchObject({ atOnce: 0, afterApproval: 0 })
})
