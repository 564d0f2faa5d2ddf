import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { type Browser, tokenIn } from '../../http/browser.ts'
import { PUPILS, simulatedDirectory, SUSPENDED, textOf, withRole } from '../../support/it-people.ts'
import { type SmallTrust, smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const PATH = '/access/directories/school'
const DSL = 'os:dsl'

describe('the pages of directories and tasks', () => {
  let app: TestApp
  let trust: SmallTrust
  let folder: string
  let admin: Browser
  let office: Browser
  let highOffice: Browser
  const people: Record<string, string> = {}
  const work = () => app.services.worker.runUntilIdle()
  const look = async (list: string) => textOf((await admin.get(`${PATH}?show=${list}`)).text)
  const idOf = async (username: string) => (await app.db.read('accounts').where({ username }).first('id') as { id: string }).id
  const inDirectory = async (username: string) => JSON.parse((await app.db.read('simulated_accounts').where({ immutable_id: `sim-${username}` }).first('account')).account) as ObservedAccount
  const edit = async (username: string, change: Partial<ObservedAccount>) => {
    await app.db.sql('simulated_accounts').where({ immutable_id: `sim-${username}` }).update({ account: JSON.stringify({ ...await inDirectory(username), ...change }) })
  }
  const decide = async (username: string, what: string, fields: Record<string, string>) => {
    const page = await admin.get(PATH)
    const answer = await admin.post(`/access/accounts/${await idOf(username)}/${what}`, { _csrf: tokenIn(page), directory: 'school', show: 'all', ...fields })
    return textOf((await admin.get(answer.location ?? '')).text)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assent-list-'))
    await writeFile(join(folder, 'doors.csv'), 'username,name,email\nfob-ada,Ada Byron,ada@school.example\nfob-x,Somebody,\n')
    const mapping = { suspendedContainer: null, profiles: {}, restrictedGroups: [], restrictedWithoutGroups: [] }
    app = await startTestApp({ now: '2026-11-02T09:00:00Z', config: { directories: [simulatedDirectory, { name: 'doors', kind: 'task-list', accountsFile: join(folder, 'doors.csv'), dueDays: 2, mode: 'propose', mapping }] } })
    trust = await smallTrust(app)
    for (const name of ['Ada Byron', 'Ben Ashdown', 'Cas Twin', 'Dee Twin', 'Eve Owner']) {
      people[name] = await trust.add({ name, role: name === 'Eve Owner' ? 'teacher' : 'pupil', year: '8', email: `${name.split(' ')[0]?.toLowerCase()}@school.example` })
    }
    // Enough of them that three restrictions in a day are nothing to hold (B1).
    for (let n = 0; n < 20; n++) await trust.add({ name: `Pupil N${n}`, role: 'pupil', year: '8', email: `n${n}@school.example` })
    for (const id of [people['Cas Twin'], people['Dee Twin']]) await app.db.sql('people').where({ id }).update({ email: 'twin@school.example', email_norm: 'twin@school.example' })
    admin = (await withRole(app, 'it-admin', { name: 'Idris' })).browser
    office = (await withRole(app, 'office', { name: 'Gwen', schoolId: trust.primary.id })).browser
    highOffice = (await withRole(app, 'office', { name: 'Hal', schoolId: trust.high.id })).browser
    const account = (username: string, more: Partial<ObservedAccount> = {}): ObservedAccount => ({
      immutableId: `sim-${username}`, username, displayName: username, enabled: true, container: PUPILS, groups: ['internet'], protected: false, match: {}, ...more,
    })
    await app.db.insertMany('simulated_accounts', [
      account('u-ada', { match: { mail: 'ada@school.example' } }), account('u-twin', { match: { mail: 'twin@school.example' } }), account('room-7'), account('stray', { displayName: 'Ben Ashdown' }),
    ].map((each) => ({ immutable_id: each.immutableId, account: JSON.stringify(each) })))
    await admin.submit(PATH, {}, `${PATH}/look`)
    await admin.submit('/access/directories/doors', {}, '/access/directories/doors/look')
    await work()
  })
  afterAll(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })

  it('shows each directory: kind, mode, last look, and what waits', async () => {
    const text = textOf((await admin.get('/access/directories')).text)
    expect(text).toMatch(/school In order Simulated directory\. A person approves .* 4 accounts, 1 to be matched, 3 of nobody/)
    expect(text).toMatch(/doors In order Task list/)
    expect(textOf((await office.get('/access/directories')).text)).toContain('does not include this page')
  })

  it('a directory that cannot be read says so, and keeps what it knew', async () => {
    await rm(join(folder, 'doors.csv'))
    await admin.submit('/access/directories/doors', {}, '/access/directories/doors/look')
    await work()
    const text = textOf((await admin.get('/access/directories/doors')).text)
    expect(text).toContain('The last look failed')
    expect(text).toContain('cannot be read')
    expect(text).toContain('2 accounts')
    await writeFile(join(folder, 'doors.csv'), 'username,name,email\nfob-ada,Ada Byron,ada@school.example\nfob-x,Somebody,\n')
  })

  it('R6: an account whose keys point to two people is a person’s to match; then it stays so', async () => {
    expect(await look('unsure')).toMatch(/u-twin .* Who uses this account\? .*Cas Twin.*Dee Twin/)
    expect(await decide('u-twin', 'person', { decision: 'link', person: people['Dee Twin'] ?? '' })).toContain('belongs to that person now')
    await app.services.accounts.reconcile.observe('school', 'os:test')
    expect(await app.db.read('accounts').where({ username: 'u-twin' }).first('person_id')).toEqual({ person_id: people['Dee Twin'] })
    expect((await app.db.read('account_suggestions'))).toEqual([])
    expect(await decide('u-twin', 'person', { decision: 'unlink' })).toContain('nobody’s now')
    await app.services.accounts.reconcile.observe('school', 'os:test')
    expect(await app.db.read('accounts').where({ username: 'u-twin' }).first('person_id')).toEqual({ person_id: null })
  })

  it('an account of nobody is matched by exact name or address, and never by a guess', async () => {
    expect(await decide('stray', 'person', { decision: 'link', find: 'Ben' })).toContain('Nobody has exactly that name')
    expect(await decide('stray', 'person', { decision: 'link' })).toContain('Choose a person')
    expect(await decide('stray', 'person', { decision: 'link', find: 'ben ashdown' })).toContain('belongs to that person now')
    expect(await app.db.read('accounts').where({ username: 'stray' }).first('person_id')).toEqual({ person_id: people['Ben Ashdown'] })
  })

  it('A7: a shared login has an owner and is no orphan', async () => {
    expect(await look('nobody')).toContain('room-7')
    expect(await decide('room-7', 'shared', { decision: 'register', owner: 'Eve Owner' })).toContain('Registered as a shared login')
    expect(await look('nobody')).not.toContain('room-7')
    expect(await look('shared')).toContain('Shared; Eve Owner answers for it')
    expect(await decide('room-7', 'shared', { decision: 'end' })).toContain('not registered as shared any more')
  })

  it('A4: what was enabled by hand waits for a person: put back, or left as it is', async () => {
    const place = (reason: string) => app.services.accounts.access.place({ personId: people['Ada Byron'] ?? '', cause: 'manual', level: 'suspended', reason, actor: DSL })
    await place('made up')
    await work()
    expect(await inDirectory('u-ada')).toMatchObject({ enabled: false, container: SUSPENDED })
    await edit('u-ada', { enabled: true })
    await app.services.accounts.reconcile.reconcile({ planOnly: false, actor: 'os:test' })
    expect(await look('drift')).toMatch(/u-ada .* somebody has enabled it since/)
    expect(await decide('u-ada', 'drift', { decision: 'confirm' })).toContain('put back')
    await work()
    expect(await inDirectory('u-ada')).toMatchObject({ enabled: false })
    expect(await look('drift')).not.toContain('u-ada')
    await edit('u-ada', { enabled: true })
    await app.services.accounts.reconcile.reconcile({ planOnly: false, actor: 'os:test' })
    expect(await decide('u-ada', 'drift', { decision: 'take-over' })).toContain('stays')
    await work()
    expect(await inDirectory('u-ada')).toMatchObject({ enabled: true, container: PUPILS })
    expect(await app.db.read('restrictions').whereNull('released_at')).toEqual([])
    expect(await app.db.read('plan_items').where({ state: 'applied' })).toEqual([])
    expect((await app.db.read('audit_entries').whereIn('event', ['access.drift-confirmed', 'access.drift-taken-over'])).length).toBe(2)
  })

  it('A5: what the DSL placed is not lifted by whoever looks after directories, and not named', async () => {
    const id = await app.services.accounts.access.place({ personId: people['Ada Byron'] ?? '', cause: 'misuse', level: 'suspended', reason: 'never shown', actor: DSL })
    await work()
    await edit('u-ada', { enabled: true })
    await app.services.accounts.reconcile.reconcile({ planOnly: false, actor: 'os:test' })
    const text = await decide('u-ada', 'drift', { decision: 'take-over' })
    expect(text).toContain('the DSL decides about it')
    expect(text).not.toMatch(/never shown|misuse/)
    await app.services.accounts.access.releaseById(id, DSL)
    await work()
  })

  it('a task is made, is overdue, is ticked off with proof, and its plan is verified then; undone by a counter-task', async () => {
    const id = await app.services.accounts.access.place({ personId: people['Ada Byron'] ?? '', cause: 'manual', level: 'suspended', reason: 'made up', actor: DSL })
    await work()
    const list = await office.get('/access/directory-tasks')
    expect(textOf(list.text)).toMatch(/fob-ada Ada Byron, doors Switch the account off To do/)
    expect(textOf((await highOffice.get('/access/directory-tasks')).text)).not.toContain('fob-ada')
    await app.db.sql('directory_tasks').update({ due_at: app.clock.now() - 1 })
    expect(textOf((await office.get('/access/directory-tasks')).text)).toContain('Overdue')
    const path = /href="(\/access\/directory-tasks\/[0-9A-Z]{26})"/.exec(list.text)?.[1] ?? ''
    expect((await highOffice.get(path)).status).toBe(404)
    const open = await app.db.read('plan_items').where({ state: 'applied' })
    expect(open).toHaveLength(1)
    const answer = async (fields: Record<string, string>) => {
      const body = new FormData()
      for (const [name, value] of Object.entries({ _csrf: tokenIn(await office.get(path)), ...fields })) body.append(name, value)
      body.append('proof', new Blob(['a picture']), 'screen.png')
      return office.send('POST', path, { body, headers: { 'sec-fetch-site': 'same-origin' } })
    }
    await answer({ outcome: 'could-not', remark: '' })
    expect((await office.get(path)).text).toContain('Say why it could not be done')
    expect((await answer({ outcome: 'done', remark: 'fob cut off' })).location).toBe('/access/directory-tasks')
    await work()
    const done = textOf((await office.get(path)).text)
    expect(done).toContain('by Gwen office')
    expect(done).toMatch(/SHA-256\) [0-9a-f]{64}/)
    expect(await app.db.read('plan_items').where({ state: 'applied' })).toEqual([])
    const account = await app.services.accounts.access.accessOf(people['Ada Byron'] ?? '', '2026-11-05', { reveal: false })
    expect(account.accounts.find(({ username }) => username === 'fob-ada')?.enabled).toBe(false)
    await app.services.accounts.access.releaseById(id, DSL)
    await work()
    expect(textOf((await office.get('/access/directory-tasks')).text)).toMatch(/fob-ada .* Switch the account on again takes back an earlier task/)
  })

  it('a list is saved as a file, with nothing a spreadsheet would run', async () => {
    await edit('room-7', { username: '=room', displayName: 'Room' })
    await app.services.accounts.reconcile.observe('school', 'os:test')
    const file = await admin.get(`${PATH}/accounts.csv?show=all`)
    expect(file.headers.get('content-type')).toContain('text/csv')
    expect(file.text).toMatch(/^'=room,Room,yes/m)
    expect((await office.get(`${PATH}/accounts.csv?show=all`)).status).toBe(403)
  })

  it('B6: the kill switch of one and of all', async () => {
    await admin.submit('/access/directories', { directory: 'school', paused: 'yes', from: 'directories' })
    expect(textOf((await admin.get(PATH)).text)).toContain('Stopped by hand')
    await admin.submit('/access/directories', { directory: '', paused: 'no', from: 'directories' })
    expect(textOf((await admin.get(PATH)).text)).not.toContain('Stopped by hand')
  })
})
