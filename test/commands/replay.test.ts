import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tinySchool, type TinyUser } from '../support/tiny-roster.ts'
import { runAssent } from './run-assent.ts'

const ended = (ids: readonly string[]) => (user: TinyUser): TinyUser => (ids.includes(user.id) ? { ...user, until: '2026-10-01' } : user)

it('replay: says whom earlier exports would have suspended, and what the brake would have done', { timeout: 120_000 }, async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'assent-replay-test-')), 'exports')
  mkdirSync(folder)
  const add = (name: string, from: string) => cpSync(from, join(folder, name), { recursive: true })
  add('mis-2026-09-07', tinySchool(60))
  add('mis-2026-10-05', tinySchool(60, ended(['P7'])))
  add('mis-2026-10-12', tinySchool(20))
  add('mis_20261019', tinySchool(60, ended(Array.from({ length: 40 }, (_, n) => `P${n + 1}`))))
  writeFileSync(join(folder, 'notes-2026-10-20.txt'), 'not a roster\n')
  const finished = await runAssent(['replay', folder, '--json'], { dataDir: mkdtempSync(join(tmpdir(), 'assent-replay-data-')) })
  expect(finished.code, finished.stderr).toBe(3)
  const replay = finished.json() as unknown as { readings: { file: string; read: number; refused: string[]; held: string[]; atOnce: { id: string }[]; afterApproval: { id: string; reason: string }[] }[]; atOnce: number; afterApproval: number }
  expect(replay.readings.map(({ file }) => file)).toEqual(['mis-2026-09-07', 'mis-2026-10-05', 'mis-2026-10-12', 'mis_20261019', 'notes-2026-10-20.txt'])
  const [first, leaver, short, summer, notes] = replay.readings
  expect(first).toMatchObject({ read: 120, atOnce: [], afterApproval: [], refused: [] })
  expect(leaver?.afterApproval.map(({ id }) => id)).toEqual(['P7'])
  expect(leaver?.held.join(' ')).toMatch(/roster: /)
  expect(short?.refused.join(' ')).not.toBe('')
  expect(short?.afterApproval).toEqual([])
  expect(summer?.afterApproval).toHaveLength(39)
  expect(summer?.held.join(' ')).toMatch(/B1|More than|of 60/)
  expect(notes?.refused).not.toEqual([])
  expect(replay).toMatchObject({ atOnce: 0, afterApproval: 40 })
})

it('replay: a folder that is not there, or holds nothing, is named', { timeout: 60_000 }, async () => {
  const empty = mkdtempSync(join(tmpdir(), 'assent-replay-empty-'))
  for (const path of [empty, join(empty, 'nowhere')]) expect((await runAssent(['replay', path, '--json'], { dataDir: empty })).code).toBe(2)
})
