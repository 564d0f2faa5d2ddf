import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { verifyExport } from '../../../src/features/audit/verify-export.ts'
import type { Browser } from '../../http/browser.ts'
import { officeWorld, type OfficeWorld } from '../reports/office-world.ts'
import { bytesOf, hrefs, work } from '../signing/signing-walk.ts'

const kinds = inject('mariadbUrl') === null ? ['sqlite'] as const : ['sqlite', 'mariadb'] as const

describe.each(kinds)('the ledger page [%s]', (kind) => {
  let world: OfficeWorld
  let all: Browser
  let headA: Browser
  beforeAll(async () => {
    world = await officeWorld({ kind, mariadbUrl: inject('mariadbUrl') })
    all = await world.staff('Trust Admin', 'trust-admin', null)
    headA = await world.staff('Head Larkmoor', 'headteacher', world.trust.primary.id)
  })
  afterAll(async () => world.app.close())

  it('L1: shows the newest entries, the head, and whether everything has its place', async () => {
    const waiting = await all.get('/audit')
    expect(waiting.text).toMatch(/entr(y waits|ies wait) for a place/)
    await work(world.app)
    const page = await all.get('/audit')
    expect(page.text).toContain('Every entry has its place')
    expect(page.text).toContain((await world.app.services.auditQueries.head())?.root ?? 'no head')
    expect(page.text).toContain('Record sealed')
    // No particulars: what was typed, reasons and the like stay in the log.
    expect(page.text).not.toContain('rendition')
    world.app.clock.advance(1_000)
    await world.trust.issue()
    world.app.clock.advance(61_000)
    expect((await all.get('/audit')).text).toContain('for over a minute: is the worker running?')
    await work(world.app)
  })

  it('can be narrowed to one thing, and paged', async () => {
    const about = await all.get(`/audit?about=person:${world.teacher}`)
    expect(about.text).toContain('about Amara Okafor')
    expect(about.text).toContain('Signed')
    expect(about.text).not.toContain('Idris Bello')
    for (let n = 0; n < 60; n += 1) await all.submit('/records', { name: 'x', back: '/records' }, '/records/search')
    const page = await all.get('/audit')
    const next = hrefs(page).find((href) => href.includes('before=')) ?? ''
    const older = await all.get(next)
    expect(older.text).toMatch(/51 to 100 of|51 to \d+ of/)
    expect(older.text).not.toBe(page.text)
  })

  it('a head of one school sees only what is about people of that school, and no export', async () => {
    const page = await headA.get('/audit')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Amara Okafor')
    expect(page.text).not.toContain(world.highTeacher)
    expect(page.text).not.toContain('/audit/export')
    const stranger = await headA.get(`/audit?about=person:${world.highTeacher}`)
    expect(stranger.text).toContain('0 entries')
    // Not even the name that belongs to the reference.
    expect(stranger.text).not.toContain('Idris Bello')
    expect((await all.get(`/audit?about=person:${world.highTeacher}`)).text).toContain('Idris Bello')
    expect((await headA.get('/audit/export')).status).toBe(403)
    expect((await (await world.staff('Office Larkmoor', 'office', world.trust.primary.id)).get('/audit')).status).toBe(403)
  })

  it('L2: the download is an export that checks out by itself', async () => {
    await work(world.app)
    const got = await bytesOf(world.app, all, '/audit/export')
    expect(got.disposition).toBe('attachment; filename=assent-log-2026-09-07.jsonl')
    const folder = await mkdtemp(join(tmpdir(), 'assent-test-'))
    await writeFile(join(folder, 'log.jsonl'), got.bytes)
    expect(await verifyExport(join(folder, 'log.jsonl'))).toMatchObject({ valid: true, firstBad: null })
    await rm(folder, { recursive: true })
  })
})
