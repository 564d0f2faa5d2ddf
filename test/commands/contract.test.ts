import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { commandNames } from '../../src/main.ts'
import { copyOf, dump, migrated, removeScratch, runAssent, scratch, withDatabase } from './run-assent.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let ready = ''
beforeAll(async () => { ready = await migrated() })
afterAll(removeScratch)

describe('the words that every command knows', () => {
  it('--version, --help and help name what there is', async () => {
    const version = await runAssent(['--version', '--json'])
    expect(version).toMatchObject({ code: 0, stderr: '' })
    expect(version.json()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string })
    const help = await runAssent(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const name of commandNames) expect(help.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    const one = await runAssent(['sync', '--help', '--json'])
    expect(one.json()).toMatchObject({ name: 'sync', usage: expect.stringMatching(/^sync SOURCE/) as string })
  })

  it('an unknown command ends with 2 and the usage, under --json as one object', async () => {
    const plain = await runAssent(['frobnicate'])
    expect(plain).toMatchObject({ code: 2, stdout: '' })
    expect(plain.stderr).toMatch(/no command "frobnicate"[\s\S]*Usage: assent <command>/)
    const json = await runAssent(['frobnicate', '--json'])
    expect(json.code).toBe(2)
    expect(json.json()).toMatchObject({ error: { what: 'There is no command "frobnicate".', where: 'command line', remedy: expect.stringMatching(/Usage/) as string } })
    // A word that every object has is no command either.
    expect((await runAssent(['constructor', '--json'])).code).toBe(2)
  })

  it.each(commandNames.map((name) => [name]))('%s: an unknown flag ends with 2 and the usage, before anything is touched', async (name) => {
    const dataDir = `${scratch()}/never`
    const done = await runAssent([name, '--bogus', '--json'], { dataDir, cwd: scratch() })
    expect(done.code).toBe(2)
    const { error } = done.json() as { error: { what: string; remedy: string } }
    expect(error.what).toContain('--bogus')
    expect(error.remedy).toMatch(new RegExp(`^Usage: assent ${name}`))
  })

  it.each([
    [['migrate', 'now'], '"now"'],
    [['sync'], 'which source'],
    [['sync', 'oneroster-csv'], 'which file'],
    [['sync', 'no-such-format', '--from', '/tmp'], 'neither a configured source nor a format'],
    [['sync', 'x', '--approve', 'R', '--count', 'many'], '--count must be a whole number'],
    [['issue', '--date', '01/09/2026'], 'is not a date'],
    [['leavers', '--plan', '--undo', 'R'], 'Only one of'],
    [['records'], 'where to write'],
    [['verify'], 'which file'],
    [['verify', '/nowhere.pdf'], 'cannot be read'],
    [['audit'], 'what to do'],
    [['demo', '--port', '99999'], '--port must be a whole number from 1 to 65535'],
    [['demo', '--people', '3'], '--people must be a whole number from 20'],
  ])('%j is refused with 2', async (args, words) => {
    const done = await runAssent([...args, '--json'], { dataDir: ready, cwd: scratch() })
    expect(done.code).toBe(2)
    const { error } = done.json() as { error: { what: string; remedy: string } }
    expect(error.what).toContain(words)
    expect(error.remedy).not.toBe('')
  })
})

describe('migrate and doctor', () => {
  it('G2: migrate seeds once; the second time changes nothing', async () => {
    const before = await dump(ready)
    const again = await runAssent(['migrate', '--json'], { dataDir: ready })
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.json()).toEqual({ agreements: 10 })
    expect(await dump(ready)).toEqual(before)
  })

  it('doctor names each check and ends with 4 while one wants looking at', async () => {
    const dataDir = copyOf(ready)
    // No worker runs here: this gives every entry its place.
    expect((await runAssent(['audit', 'verify'], { dataDir })).code).toBe(0)
    const done = await runAssent(['doctor', '--json'], { dataDir })
    expect(done.code).toBe(4)
    const { healthy, checks } = done.json() as { healthy: boolean; checks: { name: string; ok: boolean; detail: string }[] }
    expect(healthy).toBe(false)
    expect(checks.filter((check) => !check.ok).map((check) => check.name)).toEqual(['mail'])
    expect(checks.map((check) => check.name)).toEqual(expect.arrayContaining(['durability', 'connection to the database', 'sealing key', 'log', 'jobs']))
    expect(checks.map((check) => check.name)).not.toContain('webhooks')
    // A webhook that somebody paused is as they want it; one that fails wants looking at.
    const row = { host: 'hooks.example', url: 'x', events: '[]', school_id: null, person_id: 'x', secret: 'x', old_secret: null, old_secret_until: null, told: '{}', created_at: 1, failing_since: null, paused_at: null, paused_why: null }
    await withDatabase(dataDir, (db) => db.insertMany('webhook_targets', [{ ...row, id: 'a', name: 'quiet', paused_at: 1, paused_why: 'by-hand' }, { ...row, id: 'b', name: 'broken', failing_since: 1 }]))
    const again = (await runAssent(['doctor', '--json'], { dataDir })).json() as { checks: { name: string; ok: boolean; detail: string }[] }
    expect(again.checks.find(({ name }) => name === 'webhooks')).toEqual({ name: 'webhooks', ok: false, detail: 'broken: see Settings, Webhooks' })
  })

  it('leavers and reconcile work where no directory is configured', async () => {
    for (const name of ['leavers', 'reconcile']) {
      const done = await runAssent([name, '--json'], { dataDir: ready })
      expect(done.code).toBe(0)
      expect(done.json()).toMatchObject({ planned: 0, applied: 0, verified: 0, failed: 0, held: [] })
    }
    const unknown = await runAssent(['reconcile', '--directory', 'nowhere', '--json'], { dataDir: ready })
    expect(unknown.code).toBe(2)
    expect(unknown.json()).toMatchObject({ error: { what: expect.stringContaining('nowhere') as string } })
    for (const flag of ['--apply', '--undo']) {
      const missing = await runAssent(['leavers', flag, 'no-such-run', '--json'], { dataDir: ready })
      expect(missing.code).toBe(2)
      expect(missing.json()).toHaveProperty('error.remedy')
    }
  })
})
