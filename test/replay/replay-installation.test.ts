import { cpSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createIds } from '../../src/adapters/ids.ts'
import { readInstallation } from '../../src/replay/replay-installation.ts'
import { replayFiles } from '../../src/replay/replay-files.ts'
import { replayRosters } from '../../src/replay/replay-rosters.ts'
import { BRAKE_DEFAULTS } from '../../src/shared/brake.ts'
import { oneRoster12Files, type RosterSketch, writeFolder } from '../support/roster-files.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'

const pupil = (n: number) => ({ id: `P${n}`, forename: `Pupil${n}`, surname: `Sur${n}`, school: 'S1', year: '06', admissionNumber: `${1000 + n}`, start: '2025-09-01' })
const sketch = (ends: Record<string, string> = {}): RosterSketch => ({
  schools: [{ id: 'S1', name: 'Larkmoor Primary', identifier: '100001' }],
  terms: [{ id: 'Y', start: '2020-09-01', end: '2098-08-31' }],
  pupils: Array.from({ length: 30 }, (_, n) => pupil(n + 1)).map((one) => (ends[one.id] ? { ...one, end: ends[one.id] as string } : one)),
  staff: [1, 2, 3].map((n) => ({ id: `T${n}`, forename: `Teacher${n}`, surname: `Staff${n}`, email: `t${n}@lark.example`, school: 'S1', ...(ends[`T${n}`] ? { end: ends[`T${n}`] as string } : {}) })),
})

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`a replay judged by the installation [${kind}]`, () => {
    let app: TestApp
    const people = async () => new Map((await app.db.read('source_people').select('external_id', 'person_id')).map((row) => [row.external_id as string, row.person_id as string]))
    const tables = ['people', 'affiliations', 'sources', 'source_people', 'roster_runs', 'plans', 'plan_items', 'accounts', 'restrictions', 'schools', 'simulated_accounts', 'calendar_periods', 'expected_leavers', 'exemptions', 'audit_entries'] as const
    const everything = async () => Object.fromEntries(await Promise.all(tables.map(async (table) => [table, (await app.db.read(table)).map((row) => JSON.stringify(row)).toSorted()] as const)))
    let folder = ''
    const replay = async (files: string[]) => {
      const installation = await readInstallation({ db: app.db, clock: app.clock, ids: createIds(app.clock), protectedPeople: app.services.protectedPeople })
      const chosen = (await replayFiles(folder)).filter(({ name }) => files.includes(name))
      const settings = { brake: BRAKE_DEFAULTS, startsWithinDays: 60, grace: { roles: {}, years: {} }, schools: [] }
      return { alone: await replayRosters(chosen, settings), judged: await replayRosters(chosen, { ...settings, installation }) }
    }

    beforeAll(async () => {
      app = await startTestApp({ now: '2026-11-02T09:00:00Z', kind, mariadbUrl: inject('mariadbUrl') })
      await app.services.roster.sync({ name: 'mis', format: 'oneroster-csv', path: writeFolder(oneRoster12Files(sketch())), mode: 'enforce', planOnly: false, actor: 'os:test' })
      folder = join(mkdtempSync(join(tmpdir(), 'assent-replayed-')), 'exports')
      mkdirSync(folder)
      const add = (name: string, ends: Record<string, string>) => cpSync(writeFolder(oneRoster12Files(sketch(ends))), join(folder, name), { recursive: true })
      const first = { P1: '2026-07-10' }
      const summer = { ...first, ...Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`P${n + 2}`, '2026-07-21'])) }
      add('mis-2026-07-01', {})
      add('mis-2026-07-13', first)
      add('mis-2026-07-22', summer)
      add('mis-2026-07-23', { ...summer, T1: '2026-07-22', T2: '2026-07-22' })
    })
    afterAll(() => app.close())

    it('B4, A1: protected people are left alone and told of, the exempt keep their access; nothing of the school’s changes', { timeout: 120_000 }, async () => {
      const ids = await people()
      const give = (role: 'dsl', personId: string) => app.services.roles.grant({ personId, role, schoolId: null, yearCode: null, groupName: null, until: null, grantedBy: 'system' })
      await give('dsl', ids.get('T1') ?? '')
      await app.services.accounts.access.exempt({ personId: ids.get('P1') ?? '', floorLevel: 'full', untilDate: '2026-12-31', reason: 'made up', actor: 'os:test' })
      const before = await everything()
      const { alone, judged } = await replay(['mis-2026-07-01', 'mis-2026-07-13', 'mis-2026-07-23'])
      const [, unjudged, plain] = alone.readings
      expect(unjudged?.afterApproval.map(({ id }) => id)).toEqual(['P1'])
      expect(plain?.afterApproval.map(({ id }) => id)).toEqual(expect.arrayContaining(['T1', 'T2', 'P2']))
      expect(alone).toMatchObject({ leftAlone: 0, known: { protected: 0, exemptions: 0 } })
      const [, second, third] = judged.readings
      expect(second).toMatchObject({ atOnce: [], afterApproval: [], exempt: 1 })
      expect([...third?.atOnce ?? [], ...third?.afterApproval ?? []].map(({ id }) => id).toSorted()).toEqual(['T2', ...Array.from({ length: 12 }, (_, n) => `P${n + 2}`)].toSorted())
      expect(third?.leftAlone).toEqual([expect.objectContaining({ id: 'T1', name: 'Teacher1 Staff1' })])
      expect(judged).toMatchObject({ leftAlone: 1, known: { windows: 0, expected: 0, protected: 1, exemptions: 1 } })
      expect(await everything()).toEqual(before)
    })

    it('R8: confirmed leavers inside a declared window count for nothing in the brake of the reading; outside it they do', { timeout: 120_000 }, async () => {
      const [school] = await app.services.schools.all()
      if (!school) throw new Error('no school')
      const ids = await people()
      // P1 is the first who loses anything, which always waits.
      await app.db.sql('exemptions').delete()
      await app.db.insertNew('expected_leavers', Array.from({ length: 12 }, (_, n) => ({ person_id: ids.get(`P${n + 2}`), school_id: school.id, school_year: '2025/26', year_code: '6', confirmed_by: 'os:test', confirmed_at: 1 })))
      const files = ['mis-2026-07-01', 'mis-2026-07-13', 'mis-2026-07-22']
      const heldOf = async () => (await replay(files)).judged.readings.at(-1)?.held.filter((text) => text.startsWith('roster: ')) ?? []
      expect((await heldOf()).join(' ')).toMatch(/B1/)
      expect((await replay(files)).judged.readings.at(-1)).toMatchObject({ atOnce: [] })
      await app.db.transaction(() => app.services.calendar.add({ schoolId: school.id, kind: 'rollover', name: 'Roll-over', from: '2026-07-15', to: '2026-08-31' }, 'os:test'))
      const { judged } = await replay(files)
      expect(judged.known).toMatchObject({ windows: 1, expected: 12 })
      expect(judged.readings.at(-1)).toMatchObject({ held: [], afterApproval: [] })
      expect(judged.readings.at(-1)?.atOnce).toHaveLength(12)
    })
  })
}
