import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Scope } from '../../src/features/machines/scopes.ts'
import type { Services } from '../../src/services.ts'
import { onBothDatabases } from '../support/databases.ts'
import { oneRoster12Files, writeFolder } from '../support/roster-files.ts'
import { larkmoor } from './larkmoor.ts'
import { environment, inside, ownToken, root, runAssent, runHere } from './run-assent.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const run = promisify(execFile)
const DAY = 86_400_000
const ULID = /^[0-9A-Z]{26}$/
/** As the rule for KS2 has it: three plain words and a figure. */
const PASSWORD = /^[a-z]+-[a-z]+-[a-z]+-?\d$/

interface Answer {
  run: string
  proposed: unknown
  tasks: number
  plan: { run: string; planned: number; held: string[] } | null
  due: { username: string; step: string; byAssent: boolean }[]
  accounts: { username: string; directory: string; problem: string | null }[]
  directories: { name: string; paused: boolean; accounts: number }[]
  password: string
  problems: { text: string; person: string }[]
  error: { what: string; remedy: string; where: string }
}

describe('the two ends of an account’s life, passwords and the kill switch, by command alone', () => {
  onBothDatabases('Larkmoor', (get) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'assent-life-'))
    const file = (name: string) => join(dataDir, name)
    const env = (config = 'assent.json') => ({ ASSENT_CONFIG: file(config), ASSENT_DATABASE_URL: get().url })
    const assent = async (args: string[], config?: string) => {
      const done = await runHere([...args, '--json'], { dataDir, env: env(config) })
      return { code: done.code, body: done.json() as unknown as Answer & Record<string, unknown>, text: done.stdout + done.stderr }
    }
    const within = <T>(work: (services: Services) => Promise<T>) => inside({ dataDir, env: env() }, work)
    const people = new Map<string, string>()
    const token = (who: string, scopes: Scope[], name: string) => within((services) => ownToken(services, people.get(who) ?? '', scopes, name))
    const accounts = async () => new Map((await get().db.read('simulated_accounts').orderBy('immutable_id')).map((row) => JSON.parse(row.account) as { username: string; enabled: boolean; container: string }).map((one) => [one.username, one]))
    const everything = async () => JSON.stringify(await Promise.all(['account_passwords', 'access_tasks', 'outbox', 'plans', 'plan_items', 'accounts', 'audit_payloads', 'audit_pending', 'settings'].map((table) => get().db.read(table))))

    beforeAll(async () => {
      const net = { name: 'net', kind: 'simulated', containers: ['/Home', '/Archive'], groups: [], signIn: 'portal.lark.example' }
      const create = { roles: ['pupil'], username: '{f}{surname}', domain: '', homes: [{ role: 'pupil', container: '/Home' }] }
      writeFileSync(file('assent.json'), JSON.stringify({ directories: [{ ...net, life: { archive: { container: '/Archive' }, delete: true, create } }] }))
      writeFileSync(file('by-hand.json'), JSON.stringify({ directories: [net] }))
      expect((await assent(['migrate'])).code).toBe(0)
      expect((await assent(['sync', 'oneroster-csv', '--from', writeFolder(oneRoster12Files(larkmoor())), '--name', 'mis'])).code).toBe(0)
      await within(async ({ db, peopleStore, roles }) => {
        await db.transaction(() => db.insertNew('simulated_accounts', [...Array.from({ length: 10 }, (_, n) => `P${n + 1}`), 'T1'].map((id) => ({
          immutable_id: id, account: JSON.stringify({ immutableId: id, username: id.toLowerCase(), displayName: '', enabled: true, container: '/Home', groups: [], protected: false, match: { employeeId: id } }),
        }))))
        for (const [name, role] of [['Imogen', 'it-admin'], ['Otto', 'office'], ['Tess', 'trust-admin']] as const) {
          const [id = ''] = await peopleStore.insert([{ preferredForename: name, surname: 'Vale', email: `${name}@x.example`, username: name.toLowerCase(), feedDisabled: false }])
          people.set(name, id)
          await roles.grant({ personId: id, role, schoolId: null, yearCode: null, groupName: null, until: null, grantedBy: 'system' })
        }
      })
      expect((await assent(['reconcile'])).code).toBe(0)
    })

    it('B6: directories are listed, stopped and started, one or all; a stopped one takes no password', async () => {
      expect((await assent(['directories'])).body.directories).toMatchObject([{ name: 'net', paused: false, accounts: 11 }])
      expect((await assent(['directories', '--stop', 'net'])).body.directories).toMatchObject([{ paused: true }])
      const refused = await assent(['password', 'p1', '--in-the-clear'])
      expect(refused.code).toBe(3)
      expect(refused.body.error.what).toMatch(/B6: this directory is paused/)
      expect((await assent(['directories', '--start', 'net'])).body.directories).toMatchObject([{ paused: false }])
      expect((await assent(['directories', '--stop-all'])).body.directories).toMatchObject([{ paused: true }])
      const reads = await token('Imogen', ['access:report'], 'imogen-reads')
      expect((await assent(['directories', '--token', reads])).code).toBe(0)
      expect((await assent(['directories', '--start-all', '--token', reads])).code).toBe(3)
      expect((await assent(['directories', '--start-all'])).body.directories).toMatchObject([{ paused: false }])
      for (const args of [['--stop', 'nowhere'], ['--stop', 'net', '--start-all'], ['net']]) expect((await assent(['directories', ...args])).code, args.join(' ')).toBe(2)
    })

    it('new accounts are listed, made once somebody applies the plan, and wait for a first password', async () => {
      const none = await assent(['new-accounts'], 'by-hand.json')
      expect(none.code).toBe(3)
      expect(none.body.error.what).toMatch(/No directory is set/)
      const planned = await assent(['new-accounts'])
      expect(planned.code, planned.text).toBe(3)
      expect(planned.body.accounts.map(({ username, directory, problem }) => [username, directory, problem])).toEqual([['psur', 'net', null], ['psur', 'net', null]])
      expect((await accounts()).has('psur')).toBe(false)
      const applied = await assent(['leavers', '--apply', planned.body.run])
      expect(applied.code, applied.text).toBe(0)
      expect(applied.body).toMatchObject({ verified: 2, failed: 0 })
      // The second of a name gets a number when it is made.
      expect([...(await accounts()).keys()].filter((name) => name.startsWith('psur'))).toEqual(['psur', 'psur2'])
      expect((await accounts()).get('psur')).toMatchObject({ container: '/Home' })
      expect((await assent(['new-accounts', '--waiting'])).body['waiting']).toHaveLength(2)
      expect((await assent(['new-accounts'])).code).toBe(0)
      expect((await assent(['new-accounts', '--token', await token('Imogen', ['access:report'], 'imogen-reads2')])).code).toBe(3)
    })

    it('a password is shown on a terminal, once; in a pipe or under --json only when that is asked for; it is kept nowhere', async () => {
      for (const args of [['password', 'p1'], ['password', 'p1', '--json']]) {
        const piped = await runAssent(args, { dataDir, env: env() })
        expect(piped.code).toBe(2)
        expect(piped.stdout + piped.stderr).toMatch(/shown on a terminal only.*--in-the-clear/s)
      }
      expect(await get().db.read('account_passwords')).toEqual([])
      const given = await assent(['password', 'p1', '--in-the-clear'])
      expect(given.code, given.text).toBe(0)
      expect(given.body).toMatchObject({ person: expect.stringMatching(ULID) as string, usernames: [{ username: 'p1', signIn: 'portal.lark.example' }], password: expect.stringMatching(PASSWORD) as string, problems: [] })
      expect(await everything()).not.toContain(given.body.password)

      const { stdout } = await run('script', ['-qec', `${process.execPath} ${join(root, 'bin', 'assent.cjs')} password p2`, '/dev/null'], { env: environment({ dataDir, env: env() }) })
      const password = /^Password: {2}(\S+)/m.exec(stdout)?.[1] ?? ''
      expect(password, stdout).toMatch(PASSWORD)
      expect(stdout).toMatch(/User name: p2 {3}Sign in at: portal\.lark\.example/)
      expect(await everything()).not.toContain(password)
      expect((await get().db.read('account_passwords')).map(({ state, way }) => [state, way])).toEqual([['set', 'screen'], ['set', 'screen']])
    })

    it('a class is given slips in a new file that its owner alone can read; --only-new leaves out who had one', async () => {
      const slips = file('slips.pdf')
      const given = await assent(['password', '--class', '4k', '--only-new', '--pdf', slips])
      expect(given.code, given.text).toBe(0)
      expect(given.body).toMatchObject({ given: 10, written: slips, problems: [] })
      expect(given.text.replace(slips, '')).not.toMatch(/[a-z]+-[a-z]+-[a-z]+\d/)
      expect(statSync(slips).mode & 0o777).toBe(0o600)
      expect(readFileSync(slips).subarray(0, 5).toString('latin1')).toBe('%PDF-')
      expect((await assent(['password', '--class', '4K', '--pdf', slips])).body.error.what).toMatch(/exists already/)
      expect((await assent(['password', '--year', '4', '--only-new', '--pdf', file('none.pdf')])).code).toBe(3)
      // Nothing is given where nothing can be written, and no empty file is left.
      expect(existsSync(file('none.pdf'))).toBe(false)
      expect((await assent(['password', 'p1', '--pdf', file('no/such/folder.pdf')])).code).toBe(2)
      expect(await get().db.read('account_passwords').count({ n: '*' }).first()).toMatchObject({ n: 12 })
      for (const args of [[], ['p1', '--class', '4K', '--pdf', file('x.pdf')], ['--class', '4K'], ['--class', '9Z', '--pdf', file('x.pdf')], ['--class', '4K', '--school', 'None', '--pdf', file('x.pdf')], ['p1', '--pdf', file('x.pdf'), '--in-the-clear'], ['p1', '--only-new', '--in-the-clear'], ['nobody', '--in-the-clear']]) {
        expect((await assent(['password', ...args])).code, args.join(' ')).toBe(2)
      }
    })

    it('P7, B4: a token gives what its person may, never to themself, family or a protected account', async () => {
      const office = await token('Otto', ['passwords:give'], 'otto')
      expect((await assent(['password', 'p3', '--in-the-clear', '--token', office])).code).toBe(0)
      expect((await assent(['password', 't1', '--in-the-clear', '--token', office])).body.error.what).toMatch(/adult without that right/)
      expect((await assent(['password', 't1', '--in-the-clear', '--token', await token('Imogen', ['passwords:give'], 'imogen-gives')])).code).toBe(0)
      const child = (await get().db.read('accounts').where({ username: 'p4' }).first('person_id')).person_id
      await get().db.sql('guardian_links').insert({ id: '01K4B0000000000000000000AB', pupil_id: child, guardian_id: people.get('Otto'), relationship: 'Father', may_sign: 1, may_consent: 1, do_not_contact: 0, priority: 1, source_id: null, ended_at: null, created_at: 1 })
      expect((await assent(['password', 'p4', '--in-the-clear', '--token', office])).body.error.what).toMatch(/^P7/)
      const rest = await assent(['password', '--class', '4K', '--pdf', file('office.pdf'), '--token', office])
      expect(rest.body).toMatchObject({ given: 11 })
      expect((await assent(['password', 'p3', '--in-the-clear', '--token', await token('Imogen', ['access:plan'], 'imogen-plans')])).code).toBe(3)
    })

    it('A1, B5, B8: what is due is listed and proposed; Assent’s own part is a plan, people’s part a list, and both take a second person’s token', async () => {
      expect((await assent(['retention'])).body).toMatchObject({ due: [], proposed: [] })
      writeFileSync(file('gone.txt'), 'p1\np2\np3\n')
      const { run: leavers } = (await assent(['leavers', '--list', file('gone.txt')])).body
      const imogen = await token('Imogen', ['access:plan', 'access:approve'], 'imogen-decides')
      const left = await assent(['leavers', '--apply', leavers, '--count', '3', '--anyway', '--token', imogen])
      expect(left.code, left.text).toBe(0)
      const suspended = async (username: string, days: number) => {
        const { person_id: person } = await get().db.read('accounts').where({ username }).first('person_id')
        await get().db.sql('restrictions').where({ person_id: person, cause: 'leaver' }).update({ placed_at: Date.now() - days * DAY })
      }
      await suspended('p1', 100)
      await suspended('p2', 300)
      await suspended('p3', 95)
      const due = await assent(['retention'])
      expect(due.code).toBe(0)
      expect(due.body.due.map(({ username, step, byAssent }) => [username, step, byAssent])).toEqual([['p2', 'delete', true], ['p1', 'archive', true], ['p3', 'archive', true]])

      // Elsewhere people do it: proposed, then approved by somebody else.
      const byHand = await assent(['retention', '--propose', 'archive', '--account', 'p3', '--token', imogen], 'by-hand.json')
      expect(byHand.code, byHand.text).toBe(3)
      expect(byHand.body).toMatchObject({ tasks: 1, plan: null })
      expect((await assent(['retention', '--approve', 'all'], 'by-hand.json')).body.error.what).toMatch(/^B8: a second person approves/)
      expect((await assent(['retention', '--approve', 'all', '--token', imogen])).body.error.what).toMatch(/proposed one of these yourself/)
      const tess = await token('Tess', ['access:plan', 'access:approve', 'access:undo'], 'tess')
      await get().db.sql('guardian_links').insert({ id: '01K4B0000000000000000000AC', pupil_id: (await get().db.read('accounts').where({ username: 'p3' }).first('person_id')).person_id, guardian_id: people.get('Tess'), relationship: 'Mother', may_sign: 1, may_consent: 1, do_not_contact: 0, priority: 1, source_id: null, ended_at: null, created_at: 1 })
      expect((await assent(['retention', '--approve', 'all', '--token', tess])).body.error.what).toMatch(/^P7/)
      await get().db.sql('guardian_links').where({ id: '01K4B0000000000000000000AC' }).del()
      expect((await assent(['retention', '--approve', 'all', '--token', tess])).body).toMatchObject({ approved: 1, takenOff: 0 })
      expect(await get().db.read('access_tasks').where({ kind: 'archive' })).toMatchObject([{ approved_by: `person:${people.get('Tess')}` }])

      const proposed = await assent(['retention', '--propose', 'all'])
      expect(proposed.code).toBe(3)
      const { plan } = proposed.body
      expect(plan).toMatchObject({ planned: 2 })
      expect(plan?.held.join(' ')).toMatch(/always wait for a second person.*no bin: what is deleted is gone/)
      const apply = (more: string[]) => assent(['leavers', '--apply', plan?.run ?? '', '--anyway', ...more])
      expect((await apply(['--count', '2'])).body.error.what).toMatch(/^B8/)
      expect((await apply(['--token', tess])).body.error.what).toMatch(/^B5: type how many/)
      const done = await apply(['--count', '2', '--token', tess])
      expect(done.code, done.text).toBe(0)
      expect(done.body).toMatchObject({ verified: 2, failed: 0 })
      expect((await accounts()).has('p2')).toBe(false)
      expect((await accounts()).get('p1')).toMatchObject({ container: '/Archive', enabled: false })
      expect((await assent(['retention', '--propose', 'all'])).body).toMatchObject({ proposed: 0, plan: null })
      expect((await assent(['leavers', '--undo', plan?.run ?? '', '--token', tess])).code).toBe(0)
      expect((await accounts()).get('p1')).toMatchObject({ container: '/Home' })
      for (const args of [['--propose', 'everything'], ['--propose', 'all', '--approve', 'all'], ['--account', 'p1'], ['--propose', 'all', '--account', 'p9'], ['--approve', '01K00000000000000000000000', '--token', tess]]) {
        expect((await assent(['retention', ...args])).code, args.join(' ')).toBe(2)
      }
    })
  }, { migrated: false })
})
