import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { COMMAND_SCOPES, type Scope } from '../../src/features/machines/scopes.ts'
import type { Services } from '../../src/services.ts'
import { tinySchool } from '../support/tiny-roster.ts'
import { inside, ownToken, removeScratch, runHere, withDatabase } from './run-assent.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

interface Answer { run: string; planned: number; restriction: string; held: string[]; error: { what: string; remedy: string; where: string } }

describe('who runs a command, and everything of the leavers pages', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'assent-runner-'))
  const config = join(dataDir, 'assent.json')
  const file = (name: string) => join(dataDir, name)
  const assent = async (args: string[], env: Record<string, string> = {}) => {
    const done = await runHere([...args, '--json'], { dataDir, env: { ASSENT_CONFIG: config, ...env } })
    return { code: done.code, body: done.json() as unknown as Answer & Record<string, unknown>, text: done.stdout + done.stderr }
  }
  const within = <T>(work: (services: Services) => Promise<T>) => inside({ dataDir, env: { ASSENT_CONFIG: config } }, work)
  const off = () => withDatabase(dataDir, async (db) => (await db.read('simulated_accounts').orderBy('immutable_id')).map((row) => JSON.parse(row.account) as { username: string; enabled: boolean; groups: string[] })
    .filter(({ enabled }) => !enabled).map(({ username }) => username))
  const people = new Map<string, string>()
  const token = (who: string, scopes: readonly Scope[], name: string) => within((services) => ownToken(services, people.get(who) ?? '', scopes, name))
  const listOf = (name: string, first: number, last: number) => {
    writeFileSync(file(name), Array.from({ length: last - first + 1 }, (_, n) => `u${first + n}\n`).join(''))
    return file(name)
  }

  beforeAll(async () => {
    writeFileSync(config, JSON.stringify({ directories: [{ name: 'net', kind: 'simulated', containers: ['/Home'], groups: ['mail'], mapping: { profiles: { 'no-mail': { groups: [], withoutGroups: ['mail'] } } } }] }))
    expect((await assent(['migrate'])).code).toBe(0)
    expect((await assent(['sync', 'oneroster-csv', '--from', tinySchool(60), '--name', 'mis'])).code).toBe(0)
    await within(async ({ db, peopleStore, roles, people: queries, schools }) => {
      await db.transaction(() => db.insertNew('simulated_accounts', Array.from({ length: 60 }, (_, n) => ({
        immutable_id: `s${n + 1}`, account: JSON.stringify({ immutableId: `s${n + 1}`, username: `u${n + 1}`, displayName: '', enabled: true, container: '/Home', groups: ['mail'], protected: false, match: { employeeId: `P${n + 1}` } }),
      }))))
      const [school] = await schools.all()
      for (const [name, role] of [['Imogen', 'it-admin'], ['Otis', 'it-admin'], ['Dsl', 'dsl'], ['Tess', null]] as const) {
        const [id = ''] = await peopleStore.insert([{ preferredForename: name, surname: 'Vale', email: `${name}@x.example`, username: name.toLowerCase(), feedDisabled: false }])
        people.set(name, id)
        if (role) await roles.grant({ personId: id, role, schoolId: null, yearCode: null, groupName: null, until: null, grantedBy: 'system' })
        else await db.sql('affiliations').insert({ id: '01K4B0000000000000000000AA', person_id: id, school_id: school?.id, role: 'teacher', year_code: null, reg_group: null, start_date: '2026-09-01', end_date: null, end_reason: null, source_id: null, missing_since: null, missing_runs: 0, created_at: 1, updated_at: 1 })
      }
      expect((await queries.person(people.get('Imogen') ?? ''))?.username).toBe('imogen')
    })
    expect((await assent(['reconcile'])).code).toBe(0)
  })
  afterAll(removeScratch)

  it('B8 B5: a plan that needs a second person takes that person’s own token, in scope, in time, not revoked, and the count', async () => {
    const planned = await assent(['leavers', '--list', listOf('thirty.txt', 1, 30)])
    expect(planned.code, planned.text).toBe(3)
    const { run } = planned.body
    const apply = (more: string[], env = {}) => assent(['leavers', '--apply', run, '--anyway', ...more], env)
    const operator = await apply(['--count', '30'])
    expect(operator.code).toBe(3)
    expect(operator.body.error.what).toMatch(/^B8: this plan needs a second person/)

    const imogen = await token('Imogen', ['access:plan', 'access:approve', 'access:undo', 'access:report'], 'imogen')
    const narrow = await token('Otis', ['access:plan'], 'otis-plans')
    expect((await apply(['--count', '30', '--token', narrow])).body.error.what).toContain('lacks the scope access:approve')
    expect((await apply(['--count', '30', '--token', `assent_${'x'.repeat(43)}`])).body.error.what).toMatch(/^B8: the token does not count/)
    expect((await apply(['--token', imogen])).body.error.what).toMatch(/^B5: type how many/)
    expect((await apply(['--count', '29', '--token', imogen])).code).toBe(3)
    await withDatabase(dataDir, (db) => db.sql('api_tokens').where({ name: 'imogen' }).update({ expires_at: 1 }))
    expect((await apply(['--count', '30', '--token', imogen])).code).toBe(3)
    await withDatabase(dataDir, (db) => db.sql('api_tokens').where({ name: 'imogen' }).update({ expires_at: Date.now() + 86_400_000, revoked_at: 5 }))
    expect((await apply(['--count', '30', '--token', imogen])).code).toBe(3)
    await withDatabase(dataDir, (db) => db.sql('api_tokens').where({ name: 'imogen' }).update({ revoked_at: null }))
    expect(await off()).toEqual([])

    // Whoever planned by one token does not approve by another of their own.
    const second = await token('Imogen', ['access:approve'], 'imogen-too')
    const hers = await assent(['leavers', '--list', listOf('again.txt', 31, 58), '--token', imogen])
    expect((await assent(['leavers', '--apply', hers.body.run, '--count', '28', '--anyway', '--token', second])).body.error.what).toMatch(/^B5: a second person/)

    writeFileSync(file('token'), `${imogen}\n`, { mode: 0o600 })
    const done = await apply(['--count', '30'], { ASSENT_TOKEN_FILE: file('token') })
    expect(done.code, done.text).toBe(0)
    expect(done.body).toMatchObject({ applied: 30, verified: 30, failed: 0 })
    expect(await off()).toHaveLength(30)
    const kept = await withDatabase(dataDir, async (db) => ({
      plan: await db.read('plans').where({ id: run }).first('approved_by', 'created_by'),
      used: (await db.read('audit_entries').where({ event: 'token.used-by-command', actor: `person:${people.get('Imogen')}` })).length,
    }))
    expect(kept.used).toBeGreaterThan(2)
    expect(kept).toMatchObject({ plan: { approved_by: `person:${people.get('Imogen')}`, created_by: expect.stringMatching(/^os:/) as string } })
    expect((await assent(['leavers', '--undo', run, '--token', second])).code).toBe(3)
    expect((await assent(['leavers', '--undo', run, '--token', imogen])).code).toBe(0)
    expect(await off()).toEqual([])
    expect((await assent(['leavers', '--apply', run, '--count', '1'], { ASSENT_TOKEN_FILE: file('nowhere') })).code).toBe(2)
  })

  it('5.8: shown, changed, put off, called off, applied, checked, reported and given back, by command alone', async () => {
    const planned = await assent(['leavers', '--list', listOf('few.txt', 1, 4)])
    const { run } = planned.body
    expect((await assent(['leavers', '--exclude', run, '--person', 'u4', '--person', '1003'])).body).toMatchObject({ run, lines: 2, count: 2 })
    expect((await assent(['leavers', '--include', run, '--person', 'u3'])).body).toMatchObject({ lines: 1, count: 3 })
    expect((await assent(['leavers', '--show', run])).body).toMatchObject({ state: 'planned', people: 3, counts: { total: 4, skipped: 1, waiting: 3 }, needs: { secondPerson: false } })
    expect((await assent(['leavers', '--apply', run, '--at', '2020-01-01T10:00'])).code).toBe(2)
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)
    expect((await assent(['leavers', '--apply', run, '--count', '3', '--at', `${tomorrow}T23:30`])).body).toMatchObject({ run, startsAt: expect.stringContaining('T') as string })
    expect((await assent(['leavers', '--show', run])).body['startsAt']).toContain('T')
    expect((await assent(['leavers', '--stop', run])).body).toMatchObject({ stopped: true })
    expect((await assent(['leavers', '--show', run])).body['startsAt']).toBeNull()
    expect((await assent(['leavers', '--resume', run])).code).toBe(3)
    expect((await assent(['leavers', '--apply', run, '--count', '3'])).body).toMatchObject({ applied: 3, verified: 3 })
    expect((await assent(['leavers', '--verify', run])).body).toMatchObject({ looked: 3, asWanted: 3, differ: [] })
    await withDatabase(dataDir, async (db) => {
      const row = await db.read('simulated_accounts').where({ immutable_id: 's1' }).first()
      await db.sql('simulated_accounts').where({ immutable_id: 's1' }).update({ account: JSON.stringify({ ...JSON.parse(row.account) as object, enabled: true }) })
    })
    const differs = await assent(['leavers', '--verify', run])
    expect(differs.code).toBe(3)
    expect(differs.body).toMatchObject({ looked: 3, asWanted: 2, differ: [{ account: 'u1', directory: 'net' }] })
    const report = await assent(['leavers', '--report', run, '--csv', file('report.csv'), '--pdf', file('report.pdf')])
    expect(report.body).toMatchObject({ written: [file('report.csv'), file('report.pdf')] })
    expect(readFileSync(file('report.csv'), 'utf8')).toContain(',u4,net,')
    expect(readFileSync(file('report.pdf')).subarray(0, 8).toString('latin1')).toBe('%PDF-1.7')
    expect(statSync(file('report.csv')).mode & 0o777).toBe(0o600)
    expect(((await assent(['leavers', '--report', run])).body['lines'] as object[])).toHaveLength(4)
    expect((await assent(['leavers', '--undo', run, '--person', 'u2'])).body).toMatchObject({ lifted: 1 })
    expect((await assent(['leavers', '--undo', run])).code).toBe(0)
    const aside = await assent(['leavers', '--list', listOf('aside.txt', 5, 6)])
    expect((await assent(['leavers', '--set-aside', aside.body.run])).body).toMatchObject({ setAside: true })
    expect((await assent(['leavers', '--apply', aside.body.run, '--count', '2'])).code).toBe(3)
    for (const args of [['--exclude', run], ['--undo', run, '--person', 'u1', '--person', 'u2'], ['--show', run, '--csv', 'x'], ['--stop', run, '--at', 'x'], ['--exclude', run, '--person', 'nobody at all']]) {
      expect((await assent(['leavers', ...args])).code, args.join(' ')).toBe(2)
    }
  })

  it('A2 A5 B7: restrict and lift, by the rules of the page', async () => {
    const before = await off()
    const base = ['restrict', 'u10', '--level', 'suspended', '--cause', 'misuse', '--reason', 'made up']
    expect((await assent([...base, '--plan'])).body).toMatchObject({ plan: true, level: 'suspended' })
    expect(await off()).toEqual(before)
    expect((await assent([...base, '--until', '2020-01-01'])).body.error).toMatchObject({ where: '--until', what: expect.stringContaining('Write the last day') as string })
    const placed = await assent(base)
    expect(placed.code, placed.text).toBe(0)
    expect(placed.body).toMatchObject({ accounts: { verified: 1, failed: 0, held: [] } })
    expect(await off()).toContain('u10')
    const listed = await assent(['lift', '--of', 'u10'])
    expect(listed.body['restrictions']).toMatchObject([{ restriction: placed.body.restriction, level: 'suspended' }])
    // A5: neither cause nor reason.
    expect(listed.text).not.toMatch(/misuse|made up/)
    expect((await assent(['lift', placed.body.restriction, '--plan'])).body).toMatchObject({ plan: true })
    expect((await assent(['lift', placed.body.restriction])).body).toMatchObject({ lifted: true, accounts: { verified: 1 } })
    expect(await off()).not.toContain('u10')
    expect((await assent(['lift', placed.body.restriction])).code).toBe(3)

    writeFileSync(file('reason'), 'from a file\n')
    const profile = await assent(['restrict', '1011', '--without', 'no-mail', '--cause', 'manual', '--reason-file', file('reason')])
    expect(profile.code, profile.text).toBe(0)
    expect((await assent(['restrict', 'u11', '--without', 'no-such', '--cause', 'manual', '--reason', 'x'])).body.error.where).toBe('--without')

    // A5: for staff the question first.
    const staff = ['restrict', 'tess', '--level', 'suspended', '--cause', 'safeguarding', '--reason', 'made up', '--emergency']
    expect((await assent(staff)).body.error.what).toMatch(/^A5: before a member of staff/)
    expect((await assent([...staff, '--plan'])).code).toBe(3)
    const done = await assent([...staff, '--advice', 'taken'])
    expect(done.code, done.text).toBe(0)
    const review = await withDatabase(dataDir, (db) => db.read('restriction_reviews').where({ restriction_id: done.body.restriction }).first())
    expect(Number(review.second_look_by)).toBeGreaterThan(Date.now())

    // With a token: what its person may on the page, and never about themself or a child of their own (P7).
    const dsl = await token('Dsl', ['restrictions:place', 'restrictions:lift'], 'dsl')
    expect((await assent(['restrict', 'dsl', '--level', 'restricted', '--cause', 'manual', '--reason', 'x', '--token', dsl])).code).toBe(2)
    await withDatabase(dataDir, async (db) => {
      const child = (await db.read('accounts').where({ username: 'u12' }).first('person_id')).person_id
      await db.sql('guardian_links').insert({ id: '01K4B0000000000000000000AB', pupil_id: child, guardian_id: people.get('Dsl'), relationship: 'Mother', may_sign: 1, may_consent: 1, do_not_contact: 0, priority: 1, source_id: null, ended_at: null, created_at: 1 })
    })
    expect((await assent(['restrict', 'u12', '--level', 'restricted', '--cause', 'manual', '--reason', 'x', '--token', dsl])).code).toBe(2)
    const hers = await assent(['restrict', 'u13', '--level', 'restricted', '--cause', 'misuse', '--reason', 'x', '--token', dsl])
    expect(hers.code, hers.text).toBe(0)
    expect(await withDatabase(dataDir, (db) => db.read('restrictions').where({ id: hers.body.restriction }).first('placed_by'))).toEqual({ placed_by: `person:${people.get('Dsl')}` })
    const it = await token('Otis', COMMAND_SCOPES.filter((scope) => scope.startsWith('access') || scope.startsWith('roster')), 'otis-all')
    expect((await assent(['restrict', 'u13', '--level', 'restricted', '--cause', 'misuse', '--reason', 'x', '--token', it])).code).toBe(3)
    await expect(token('Otis', ['restrictions:place'], 'otis-more')).rejects.toThrow(/could not find/)
    for (const args of [[], ['u1'], ['u1', '--level', 'none-yet'], ['u1', '--level', 'restricted', '--without', 'x'], ['u1', '--level', 'restricted', '--cause', 'x', '--reason', 'y'], ['nobody', '--level', 'restricted', '--cause', 'manual', '--reason', 'y']]) {
      expect((await assent(['restrict', ...args])).code, args.join(' ')).toBe(2)
    }
  })

  it('the assurance report as JSON and CSV; a token without its scope is refused', async () => {
    const done = await assent(['assurance', '--csv', file('assurance.csv')])
    expect(done.body).toMatchObject({ accounts: 60, unusedDays: 60, unused: [], signIns: [{ directory: 'net', known: 0 }] })
    expect(existsSync(file('assurance.csv'))).toBe(true)
    expect((await assent(['assurance', '--token', await token('Imogen', ['access:plan'], 'imogen-plans')])).code).toBe(3)
    expect((await assent(['reconcile', '--plan', '--token', await token('Imogen', ['access:undo'], 'imogen-undo')])).code).toBe(3)
    expect((await assent(['sync', 'oneroster-csv', '--from', tinySchool(60), '--token', await token('Imogen', ['access:undo'], 'imogen-undo2')])).code).toBe(3)
  })
})
