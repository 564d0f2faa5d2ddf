import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeDemoTrust } from '../../src/demo/demo-trust.ts'
import { writeOneRoster } from '../../src/demo/write-oneroster.ts'
import { mappedList, oneRoster11Files, oneRoster12Files, removeTempFolders, sdsFiles, tempFolder, writeFile, writeFolder, writeZip } from '../support/roster-files.ts'
import { larkmoor } from './larkmoor.ts'
import { copyOf, counts, dump, migrated, removeScratch, runAssent } from './run-assent.ts'

// Real processes: on a busy machine each takes seconds to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const NUMBERS = ['read', 'joiners', 'movers', 'leavers', 'missing', 'changed', 'unchanged', 'rejected', 'refused', 'held'] as const
const numbers = (report: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(NUMBERS.map((name) => [name, report[name]]))

let empty = ''
beforeAll(async () => { empty = await migrated() })
afterAll(() => {
  removeScratch()
  removeTempFolders()
})

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
/** The pupil's every enrolment ended yesterday: an inferred leaver of OneRoster 1.1. */
const without = (id: string) => larkmoor({ enrolments: larkmoor().enrolments?.map((one) => (one.person === id ? { ...one, end: YESTERDAY } : one)) ?? [] })

describe('sync: every format', () => {
  // School Data Sync says of an adult only whose relation they are: twelve guardians hold a link and no affiliation.
  it.each<[string, string, () => string, number, number?]>([
    ['oneroster-csv 1.1 folder', 'oneroster-csv', () => writeFolder(oneRoster11Files(larkmoor())), 26],
    ['oneroster-csv 1.1 zip', 'oneroster-csv', () => writeZip(oneRoster11Files(larkmoor())), 26],
    ['oneroster-csv 1.2 folder', 'oneroster-csv', () => writeFolder(oneRoster12Files(larkmoor())), 26],
    ['oneroster-csv 1.2 zip', 'oneroster-csv', () => writeZip(oneRoster12Files(larkmoor())), 26],
    ['sds-csv folder', 'sds-csv', () => writeFolder(sdsFiles(larkmoor())), 26, 14],
    ['csv', 'csv', () => writeFile('list.csv', mappedList(larkmoor())), 24],
  ])('%s: --plan gives the numbers of the real run and changes nothing; the same file again changes nothing', async (_name, format, path, people, affiliations = people) => {
    const dataDir = copyOf(empty)
    const args = ['sync', format, '--from', path(), '--json']
    const before = await dump(dataDir)
    const plan = await runAssent([...args, '--plan'], { dataDir })
    expect(plan).toMatchObject({ code: 0, stderr: '' })
    expect(await dump(dataDir)).toEqual(before)

    const real = await runAssent(args, { dataDir })
    expect({ code: real.code, stderr: real.stderr, error: real.json()['error'] }).toEqual({ code: 0, stderr: '', error: undefined })
    expect(Object.keys(real.json()).slice(0, 12)).toEqual(['run', 'source', ...NUMBERS])
    expect(numbers(real.json())).toEqual(numbers(plan.json()))
    expect(real.json()).toMatchObject({ source: format, read: people, joiners: people, rejected: [], refused: [], held: [] })
    expect(await counts(dataDir)).toEqual([people, affiliations, 12])

    const filled = await dump(dataDir)
    const again = await runAssent(args, { dataDir })
    expect(again.code).toBe(0)
    expect(again.json()).toMatchObject({ joiners: 0, changed: 0, movers: 0, missing: 0, leavers: 0, unchanged: people })
    const { audit_entries: _e, audit_payloads: _p, audit_pending: _w, ...same } = await dump(dataDir)
    expect({ ...filled, ...same }).toEqual(filled)
  })

  it('U1: --undo RUN --plan says what would go back and changes nobody; --undo RUN gives the people back as they were', async () => {
    const dataDir = copyOf(empty)
    await runAssent(['sync', 'oneroster-csv', '--from', writeFolder(oneRoster11Files(larkmoor())), '--json'], { dataDir })
    const people = async () => {
      const { people: rows, affiliations } = await dump(dataDir) as Record<string, string[]>
      return [rows, affiliations].map((table) => table?.map((row) => ({ ...JSON.parse(row) as object, updated_at: 0 })))
    }
    const before = await people()
    const all = larkmoor()
    const wrong = larkmoor({ staff: all.staff?.map((one, at) => (at === 0 ? { ...one, surname: 'Wrongname' } : one)) ?? [] })
    const run = (await runAssent(['sync', 'oneroster-csv', '--from', writeFolder(oneRoster11Files(wrong)), '--json'], { dataDir })).json()
    expect(run).toMatchObject({ changed: 1 })
    const changed = await people()
    expect(changed).not.toEqual(before)
    const plan = await runAssent(['sync', '--undo', String(run['run']), '--plan', '--json'], { dataDir })
    expect([plan.code, plan.json()]).toEqual([0, expect.objectContaining({ people: 1, details: 1, state: 'planned', left: [], newer: 0, run: run['run'] })])
    expect(await people()).toEqual(changed)
    const undone = await runAssent(['sync', '--undo', String(run['run']), '--json'], { dataDir })
    expect([undone.code, undone.json()]).toEqual([0, expect.objectContaining({ people: 1, state: 'applied' })])
    expect(await people()).toEqual(before)
    const unknown = await runAssent(['sync', '--undo', '01M8XXXXXXXXXXXXXXXXXXXXXX', '--json'], { dataDir })
    expect(unknown.code).toBe(2)
  })

  it('the demo trust\'s own feed is read whole', async () => {
    const dataDir = copyOf(empty)
    const trust = makeDemoTrust({ seed: 7, people: 60, year: '2026/27', today: '2026-11-02' })
    const from = await writeOneRoster(trust, tempFolder(), { version: '1.2', zip: true })
    const done = await runAssent(['sync', 'oneroster-csv', '--from', from, '--name', 'whole-trust', '--json'], { dataDir })
    expect(done.code).toBe(0)
    expect(done.json()).toMatchObject({ source: 'whole-trust', rejected: [], refused: [] })
    expect((await counts(dataDir))[0]).toBe(done.json()['joiners'])
  })

  const published = fileURLToPath(new URL('../../../shared/data/sds-v2.1', import.meta.url))
  it.skipIf(!existsSync(published))('the published School Data Sync sample, where it lies beside the repository', async () => {
    const done = await runAssent(['sync', 'sds-csv', '--from', published, '--plan', '--json'], { dataDir: copyOf(empty) })
    expect([0, 3]).toContain(done.code)
    expect(Number(done.json()['read'])).toBeGreaterThan(0)
    expect(done.json()).toMatchObject({ refused: [] })
  })
})

describe('sync: held, approved, superseded', () => {
  it('R5, B5, R9: a leaver is held with 3, approved by run and count, and a lapsed run cannot be approved', async () => {
    const dataDir = copyOf(empty)
    const sync = (path: string, ...more: string[]) => runAssent(['sync', 'oneroster-csv', '--from', path, ...more, '--json'], { dataDir })
    await sync(writeFolder(oneRoster11Files(larkmoor())))
    const left = writeFolder(oneRoster11Files(without('P4')))

    const before = await dump(dataDir)
    const plan = await sync(left, '--plan')
    expect(plan.code).toBe(3)
    expect(await dump(dataDir)).toEqual(before)

    const first = await sync(left)
    expect(first.code).toBe(3)
    expect(numbers(first.json())).toEqual(numbers(plan.json()))
    expect(first.json()).toMatchObject({ leavers: 1, state: 'held', heldPeople: 1 })
    const second = await sync(left)
    expect(second.code).toBe(3)

    const run = String(second.json()['run'])
    const approve = (id: string, count: string) => runAssent(['sync', 'oneroster-csv', '--approve', id, '--count', count, '--json'], { dataDir })
    const wrong = await approve(run, '7')
    expect(wrong.code).toBe(3)
    expect(wrong.json()).toMatchObject({ error: { what: expect.stringContaining('is not the number of people') as string } })
    const superseded = await approve(String(first.json()['run']), '1')
    expect(superseded.code).toBe(3)
    expect(superseded.json()).toHaveProperty('error.remedy', 'Open the newest run of the source.')
    expect((await approve('no-such-run', '1')).code).toBe(2)

    const right = await approve(run, '1')
    expect(right).toMatchObject({ code: 0, stderr: '' })
    expect(right.json()).toMatchObject({ state: 'applied', leavers: 1, held: [] })
    expect((await approve(run, '1')).code).toBe(3)
  })

  it('--name keeps one school\'s file apart from another\'s', async () => {
    const dataDir = copyOf(empty)
    const other = larkmoor({
      schools: [{ id: 'S2', name: 'Otterby Primary', identifier: '100002' }], classes: [], enrolments: [], staff: [],
      pupils: [{ id: 'Q1', forename: 'Quill', surname: 'Otter', school: 'S2', year: '04', guardians: [] }], guardians: [],
    })
    const sync = (files: ReturnType<typeof oneRoster11Files>, name: string) => runAssent(['sync', 'oneroster-csv', '--from', writeFolder(files), '--name', name, '--json'], { dataDir })
    expect((await sync(oneRoster11Files(larkmoor()), 'larkmoor')).code).toBe(0)
    const second = await sync(oneRoster11Files(other), 'otterby')
    expect(second.json()).toMatchObject({ source: 'otterby', joiners: 1, missing: 0, refused: [], held: [] })
    expect((await counts(dataDir))[0]).toBe(27)
  })
})
