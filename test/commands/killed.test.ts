import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { tinySchool } from '../support/tiny-roster.ts'
import { environment, inside, ownToken, removeScratch, root, runAssent, scratch, withDatabase } from './run-assent.ts'

const MANY = 1000
afterAll(removeScratch)

it('A4 U1: kill -9 in the middle of applying a thousand; undone by another process, the directory is exactly as before', { timeout: 300_000 }, async () => {
  const dataDir = scratch()
  const config = join(dataDir, 'assent.json')
  writeFileSync(config, JSON.stringify({ directories: [{ name: 'net', kind: 'simulated', containers: ['/Home', '/Away'], groups: ['internet'], mapping: { suspendedContainer: '/Away' } }] }))
  const options = { dataDir, env: { ASSENT_CONFIG: config } }
  const assent = (...args: string[]) => runAssent([...args, '--json'], options)
  const accounts = () => withDatabase(dataDir, async (db) => (await db.read('simulated_accounts').orderBy('immutable_id')).map((row) => row.account as string))
  expect((await assent('migrate')).code).toBe(0)
  expect((await assent('sync', 'oneroster-csv', '--from', tinySchool(MANY + 10), '--name', 'mis')).code).toBe(0)
  await withDatabase(dataDir, (db) => db.transaction(() => db.insertNew('simulated_accounts', Array.from({ length: MANY + 10 }, (_, n) => ({
    immutable_id: `s${String(n + 1).padStart(5, '0')}`,
    account: JSON.stringify({ immutableId: `s${String(n + 1).padStart(5, '0')}`, username: `u${n + 1}`, displayName: '', enabled: n % 20 !== 0, container: '/Home', groups: n % 3 === 0 ? [] : ['internet'], protected: false, match: { employeeId: `P${n + 1}` } }),
  })))))
  expect((await assent('reconcile')).code).toBe(0)
  const before = await accounts()
  const list = join(dataDir, 'list.txt')
  writeFileSync(list, Array.from({ length: MANY }, (_, n) => `u${n + 1}`).join('\n'))
  const { run } = (await assent('leavers', '--list', list)).json() as { run: string }
  // So many need a second person, who says so by a token of their own (B8).
  const token = await inside({ dataDir, env: { ASSENT_CONFIG: config } }, async (services) => {
    const [id = ''] = await services.peopleStore.insert([{ preferredForename: 'Imogen', surname: 'Vale', email: null, username: 'imogen', feedDisabled: false }])
    await services.roles.grant({ personId: id, role: 'it-admin', schoolId: null, yearCode: null, groupName: null, until: null, grantedBy: 'system' })
    return ownToken(services, id, ['access:approve'], 'imogen')
  })

  const moved = async () => (await accounts()).filter((text) => text.includes('/Away')).length
  const child = spawn(process.execPath, [join(root, 'bin', 'assent.cjs'), 'leavers', '--apply', run, '--count', String(MANY), '--token', token], { stdio: 'ignore', env: environment(options) })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  await expect.poll(moved, { timeout: 120_000, interval: 100 }).toBeGreaterThan(200)
  child.kill('SIGKILL')
  expect(await ended).toBe('SIGKILL')
  const done = await moved()
  expect(done).toBeLessThan(MANY)
  // What the dead process held would run out by itself after a minute.
  await withDatabase(dataDir, (db) => db.sql('leases').del())
  expect((await assent('leavers', '--undo', run)).code).toBe(0)
  expect(await accounts()).toEqual(before)
})
