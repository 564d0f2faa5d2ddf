import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import { SecretFiles } from '../../../src/adapters/storage/secret-files.ts'
import { createSecretBox } from '../../../src/features/identity/secret-box.ts'
import { retireSessionSecrets, rotateSessionSecret, sessionSecrets } from '../../../src/features/identity/session-secrets.ts'
import { createSessions } from '../../../src/http/sessions.ts'
import { totpStep } from '../../../src/features/identity/totp.ts'
import type { SecretBox } from '../../../src/features/identity/secret-box.ts'
import { TotpService } from '../../../src/features/identity/totp-service.ts'
import { startApp } from '../../http/test-app.ts'
import { testPages } from '../../http/test-pages.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { codeOf } from '../../support/totp-code.ts'

const folders: string[] = []
afterAll(() => { for (const folder of folders) rmSync(folder, { recursive: true, force: true }) })

function installation() {
  const folder = mkdtempSync(join(tmpdir(), 'assent-secrets-'))
  folders.push(folder)
  const ids = createIds(new FixedClock(1_000))
  const files = new SecretFiles(folder)
  const make = () => ids.random(48).toString('base64url')
  return { files, make, ids, path: (name: string) => join(folder, 'secrets', name) }
}

it('ASVS 11.2.2: a new secret signs, the one before counts until its time is over, and is forgotten after all has been closed anew', async () => {
  const { files, make, path } = installation()
  const [first = ''] = sessionSecrets(files, make)
  rotateSessionSecret(files, make, 5_000)
  const [second = '', ...old] = sessionSecrets(files, make)
  expect(second).not.toBe(first)
  expect(old).toEqual([first])
  expect(statSync(path('session-secret-before')).mode & 0o777).toBe(0o600)
  // Twice within a day: each keeps its own time.
  rotateSessionSecret(files, make, 9_000)
  expect(sessionSecrets(files, make).slice(1)).toEqual([second, first])
  let closed = 0
  const reclose = async () => { closed += 1 }
  expect(await retireSessionSecrets(files, 4_999, reclose)).toBe(0)
  expect(closed).toBe(0)
  expect(await retireSessionSecrets(files, 5_000, reclose)).toBe(1)
  expect(sessionSecrets(files, make).slice(1)).toEqual([second])
  await expect(retireSessionSecrets(files, 9_000, () => Promise.reject(new Error('the database is down')))).rejects.toThrow('the database is down')
  expect(sessionSecrets(files, make).slice(1)).toEqual([second])
  expect(await retireSessionSecrets(files, 9_000, reclose)).toBe(1)
  expect(closed).toBe(2)
  expect(sessionSecrets(files, make)).toHaveLength(1)
  expect(() => readFileSync(path('session-secret-before'))).toThrow('ENOENT')
})

onBothDatabases('a rotated secret', (get) => {
  const PERSON = '01K00000000000000000000000'

  it('signs nobody out: cookies and forms under the one before count on, until it is forgotten', async () => {
    const { files, make } = installation()
    const start = async (secrets: string[]) => startApp(get().db, { pages: testPages([]), people: { [PERSON]: [] }, session: { secrets } })
    const before = await start(sessionSecrets(files, make))
    const browser = before.browser()
    await browser.submit('/sign-in', { person: PERSON })
    const token = /name="_csrf" value="([^"]+)"/.exec((await browser.get('/mine')).text)?.[1] ?? ''
    rotateSessionSecret(files, make, 1)
    const after = await start(sessionSecrets(files, make))
    const moved = after.browser()
    for (const [name, value] of browser.cookies) moved.cookies.set(name, value)
    expect((await moved.get('/mine')).status).toBe(200)
    expect((await moved.post('/sign-out', { _csrf: 'none' })).status).toBe(403)
    const later = await start(sessionSecrets(files, make).slice(0, 1))
    const late = later.browser()
    for (const [name, value] of browser.cookies) late.cookies.set(name, value)
    expect((await late.get('/mine')).location).toBe('/sign-in')
    expect((await moved.post('/sign-out', { _csrf: token })).status).toBe(303)
    for (const app of [before, after, later]) await app.close()
  })

  it('codes of authenticator apps work before and after everything is closed anew, and need the one before no longer', async () => {
    const { files, make, ids } = installation()
    const { db } = get()
    const clock = new FixedClock(Date.parse('2026-09-07T08:30:00Z'))
    const service = (box: SecretBox) => new TotpService({ db, clock, ids, log: async () => undefined, box })
    const box = () => createSecretBox(sessionSecrets(files, make), ids, 'codes')
    const secret = service(box()).newSecret()
    expect(totpStep(secret, codeOf(secret, clock.now()), clock.now())).not.toBeNull()
    await service(box()).setUp(PERSON, secret, codeOf(secret, clock.now()))
    rotateSessionSecret(files, make, clock.now())
    clock.advance(60_000)
    expect(await service(box()).accepts(PERSON, codeOf(secret, clock.now()))).toBe(true)
    expect(await retireSessionSecrets(files, clock.now(), () => service(box()).reclose())).toBe(1)
    expect(sessionSecrets(files, make)).toHaveLength(1)
    clock.advance(60_000)
    expect(await service(box()).accepts(PERSON, codeOf(secret, clock.now()))).toBe(true)
  })

  it('ends every session at once where that is asked for', async () => {
    const { files, make, ids } = installation()
    const sessions = createSessions({ db: get().db, clock: new FixedClock(1), ids, secrets: sessionSecrets(files, make), https: false })
    await get().db.sql('sessions').delete()
    await get().db.insertMany('sessions', [1, 2, 3].map((n) => ({ id_hash: String(n).repeat(64), person_id: PERSON, data: '{}', created_at: 1, expires_at: 9 })))
    expect(await sessions.endAll()).toBe(3)
    expect(await get().db.read('sessions')).toEqual([])
  })
})
