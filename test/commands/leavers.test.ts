import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../../src/db/database.ts'
import { defaultDatabaseUrl } from '../../src/db/dialect.ts'
import { tinySchool } from '../support/tiny-roster.ts'
import { runHere } from './run-assent.ts'

describe('assent leavers, by the contract', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'assent-leavers-'))
  const config = join(dataDir, 'assent.json')
  const assent = (...args: string[]) => runHere([...args, '--json'], { dataDir, env: { ASSENT_CONFIG: config } })
  const directory = async () => {
    const db = await Database.open(defaultDatabaseUrl(dataDir))
    try {
      return (await db.read('simulated_accounts').orderBy('immutable_id')).map((row) => JSON.parse(row.account) as { username: string; enabled: boolean })
    } finally {
      await db.close()
    }
  }

  beforeAll(async () => {
    writeFileSync(config, JSON.stringify({ directories: [{ name: 'net', kind: 'simulated', containers: ['/Home'], groups: [] }] }))
    expect((await assent('migrate')).code).toBe(0)
    expect((await assent('sync', 'oneroster-csv', '--from', tinySchool(60), '--name', 'mis')).code).toBe(0)
    const db = await Database.open(defaultDatabaseUrl(dataDir))
    await db.transaction(() => db.insertNew('simulated_accounts', Array.from({ length: 60 }, (_, n) => ({
      immutable_id: `s${n + 1}`, account: JSON.stringify({ immutableId: `s${n + 1}`, username: `u${n + 1}`, displayName: '', enabled: true, container: '/Home', groups: [], protected: false, match: { employeeId: `P${n + 1}` } }),
    }))))
    await db.close()
    expect((await assent('reconcile')).code).toBe(0)
  }, 120_000)

  it('a list is planned, applied with the count, undone for one person and for all', { timeout: 120_000 }, async () => {
    const before = await directory()
    const file = join(dataDir, 'list.txt')
    writeFileSync(file, 'u1\nu2\n1003\nnobody at all\nu2\n')
    const planned = await assent('leavers', '--list', file)
    expect(planned.code, planned.stderr + planned.stdout).toBe(3)
    const report = planned.json() as { run: string; planned: number; list: { meant: number; leftOut: { status: string; line: number }[] } }
    expect(report).toMatchObject({ planned: 3, list: { lines: 5, meant: 3 } })
    expect(report.list.leftOut.map(({ line, status }) => [line, status])).toEqual([[4, 'not-found'], [5, 'twice']])
    expect(await directory()).toEqual(before)
    expect((await assent('leavers', '--retry', report.run)).code).toBe(3)
    expect((await assent('leavers', '--apply', report.run, '--count', '9')).code).toBe(3)
    const applied = await assent('leavers', '--apply', report.run, '--count', '3')
    expect(applied.code, applied.stdout).toBe(0)
    expect(applied.json()).toMatchObject({ applied: 3, verified: 3, failed: 0 })
    expect((await directory()).filter(({ enabled }) => !enabled)).toHaveLength(3)
    const db = await Database.open(defaultDatabaseUrl(dataDir))
    const person = (await db.read('accounts').where({ username: 'u2' }).first('person_id')).person_id
    await db.close()
    expect((await assent('leavers', '--undo', report.run, '--person', person)).json()).toMatchObject({ lifted: 1 })
    expect((await directory()).filter(({ enabled }) => !enabled).map(({ username }) => username).toSorted()).toEqual(['u1', 'u3'])
    expect((await assent('leavers', '--undo', report.run)).code).toBe(0)
    expect(await directory()).toEqual(before)
  })

  it('what cannot be used is said with exit 2, and changes nothing', { timeout: 120_000 }, async () => {
    const file = join(dataDir, 'empty.txt')
    writeFileSync(file, '\n\n')
    for (const args of [['--list', file], ['--list', join(dataDir, 'nowhere')], ['--plan', '--undo', 'x'], ['--person', 'x'], ['--undo', '01K00000000000000000000000'], ['--list', file, '--school', 'None'], ['--stop', '01K00000000000000000000000']]) {
      expect((await assent('leavers', ...args)).code, args.join(' ')).toBe(2)
    }
  })
})
