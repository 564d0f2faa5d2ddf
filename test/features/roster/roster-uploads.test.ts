import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withLease } from '../../../src/db/lease.ts'
import { kindOfUpload } from '../../../src/features/roster/upload-kind.ts'
import { textOf, withRole, zipOf } from '../../support/it-people.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { tinySchool } from '../../support/tiny-roster.ts'

describe('files given on a page', () => {
  let app: TestApp
  let label = ''
  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T09:00:00Z' })
    label = `person:${(await withRole(app, 'it-admin')).id}`
  })
  afterAll(() => app.close())

  const folder = () => join(app.services.config.dataDir, 'uploads')
  const take = (name: string) => app.services.rosterUploads.take({ filename: 'roster.zip', bytes: zipOf(tinySchool(30)) }, { name, format: null, planOnly: false, actor: label, within: 'all' })
  const state = async (run: string) => (await app.services.roster.runs.get(run))?.state

  it('lie in the data directory for this user alone, under a name of ours, until they are read', async () => {
    const run = await take('mis')
    const [one = ''] = readdirSync(folder())
    expect(readdirSync(join(folder(), one))).toEqual(['upload.zip'])
    expect(statSync(join(folder(), one)).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder(), one, 'upload.zip')).mode & 0o777).toBe(0o600)
    expect(await state(run)).toBe('reading')
    await app.services.worker.runUntilIdle()
    expect(await state(run)).toBe('applied')
    expect(readdirSync(folder())).toEqual([])
  })

  it('wait while somebody else reads the same source', async () => {
    const run = await take('mis')
    const source = await app.services.roster.sources.byName('mis')
    await withLease(app.db, app.clock, `source:${source?.id}`, 'somebody else', async () => {
      await app.services.worker.runUntilIdle()
      expect(await state(run)).toBe('reading')
    })
    app.clock.advance(3_600_000)
    await app.services.worker.runUntilIdle()
    expect(await state(run)).toBe('applied')
    expect(readdirSync(folder())).toEqual([])
  })

  it('are begun again when the service was stopped in the middle; nothing is applied twice, and the page leads on', async () => {
    const run = await take('second')
    // What a reading that was cut off leaves behind: staged lines and a run that is still being read.
    const found = await app.services.roster.runs.get(run)
    await app.services.plans.addItems(found?.planId ?? '', [{ seq: 0, itemKey: 'user:P1', subject: 'P1', action: 'add', rank: 4, state: 'planned', before: null, after: null, file: null, line: null, reason: null }])
    await app.services.worker.runUntilIdle()
    const cut = await app.services.roster.runs.get(run)
    expect(cut?.state).toBe('failed')
    const next = await app.services.roster.runs.get(cut?.report.again ?? '')
    // R6: the pupils are known by their admission numbers, their guardians are new.
    expect(next).toMatchObject({ state: 'applied', report: { read: 60, joiners: 30, movers: 30 } })
    const page = await (await app.as(label.slice('person:'.length))).get(`/rosters/runs/${run}`)
    expect(textOf(page.text)).toContain('The service was stopped while it read this file.')
    expect(page.text).toContain(`href="/rosters/runs/${next?.id}"`)
  })

  it('are removed a day after they came, whatever became of their job', async () => {
    mkdirSync(join(folder(), '01K00000000000000000000000'), { recursive: true })
    utimesSync(join(folder(), '01K00000000000000000000000'), app.clock.now() / 1000, app.clock.now() / 1000)
    expect(await app.services.rosterUploads.removeOld()).toBe(0)
    app.clock.advance(25 * 3_600_000)
    expect(await app.services.rosterUploads.removeOld()).toBe(1)
    expect(existsSync(join(folder(), '01K00000000000000000000000'))).toBe(false)
  })

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffA,B\n'), { kind: 'csv' }],
    ['UTF-16', Buffer.from('\ufeffA,B\n', 'utf16le'), { kind: 'csv' }],
    ['an empty zip', Buffer.from('504b0506', 'hex'), { kind: 'zip' }],
    ['a sign-in page', Buffer.from('<!DOCTYPE html><title>Sign in'), { problem: expect.stringContaining('web page') }],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), { problem: expect.stringContaining('old Excel') }],
    ['gzip', Buffer.from('1f8b0800', 'hex'), { problem: expect.stringContaining('gzip') }],
  ])('%s is known by its first bytes', (_what, bytes, kind) => {
    expect(kindOfUpload(bytes)).toEqual(kind)
  })
})
