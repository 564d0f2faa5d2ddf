import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { oneRoster11Files, removeTempFolders, writeFolder } from '../support/roster-files.ts'
import { BAD_INPUTS, BAD_ROWS } from './bad-input.ts'
import { larkmoor } from './larkmoor.ts'
import { copyOf, counts, dump, migrated, removeScratch, runAssent, runHere, scratch } from './run-assent.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let empty = ''
let filled = ''

beforeAll(async () => {
  empty = await migrated()
  filled = copyOf(empty)
  const first = await runAssent(['sync', 'oneroster-csv', '--from', writeFolder(oneRoster11Files(larkmoor())), '--json'], { dataDir: filled })
  if (first.json()['state'] !== 'applied') throw new Error(first.stdout)
})
afterAll(() => {
  removeScratch()
  removeTempFolders()
})

/** Words of a fault, never of the machine: no call sites, no folder of ours. */
const STACK = /^\s+at .*:\d+:\d+\)?$|node_modules|\.ts:\d+/m

describe('R3: an input that cannot be used', () => {
  it.each(BAD_INPUTS)('$name: said with place and remedy, nothing applied, nobody doubled', async ({ path, format = 'oneroster-csv', code, says }) => {
    const before = await dump(filled)
    const name = format === 'oneroster-csv' ? [] : ['--name', format]
    const done = await runAssent(['sync', format, '--from', path(), ...name, '--json'], { dataDir: filled })
    expect(done.code).toBe(code)
    const answer = done.json()
    const words = JSON.stringify(answer.error ?? answer.refused)
    for (const pattern of says) expect(words).toMatch(pattern)
    if (code === 2) expect(Object.values(answer.error as Record<string, string>).filter((text) => text === '')).toEqual([])
    expect(done.stdout + done.stderr).not.toMatch(STACK)
    const { audit_entries: _entries, audit_payloads: _payloads, audit_pending: _pending, ...after } = await dump(filled)
    expect({ ...before, ...after }).toEqual(before)
    expect(await counts(filled)).toEqual([26, 26, 12])
  })

  it('a zip never writes outside or beside itself', () => {
    expect(existsSync(join(filled, '..', '..', 'outside.csv'))).toBe(false)
    expect(readdirSync(filled).filter((name) => name.endsWith('.csv'))).toEqual([])
  })
})

describe('an input with single bad rows', () => {
  it.each(BAD_ROWS)('$name: the row is named, the rest applied', async ({ path, says }) => {
    const dataDir = copyOf(empty)
    const done = await runHere(['sync', 'oneroster-csv', '--from', path(), '--json'], { dataDir })
    expect(done.code).toBe(0)
    const answer = done.json()
    expect(answer).toMatchObject({ state: 'applied', joiners: 26, rejectedCount: 1 })
    for (const pattern of says) expect(JSON.stringify(answer.rejected)).toMatch(pattern)
    expect((await counts(dataDir)).slice(0, 2)).toEqual([26, 26])
  })
})

it.runIf(process.getuid?.() === 0)('a folder this user may not open is said by its path', async () => {
  const dataDir = copyOf(empty)
  const nobody = 65_534
  const locked = writeFolder(oneRoster11Files(larkmoor()))
  chmodSync(locked, 0o700)
  for (const path of [join(dataDir, '..'), dataDir, ...readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).map((name) => join(dataDir, name))]) chownSync(path, nobody, nobody)
  const done = await runAssent(['sync', 'oneroster-csv', '--from', locked, '--json'], { dataDir, uid: nobody, env: { HOME: scratch() } })
  expect(done.code).toBe(2)
  expect(done.json()).toMatchObject({ error: { where: expect.stringContaining(locked) as string, remedy: expect.stringMatching(/permission|may/) as string } })
})
