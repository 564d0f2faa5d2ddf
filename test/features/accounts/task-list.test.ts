import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { applyTo } from '../../../src/adapters/directories/apply-change.ts'
import type { AccountChange, ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { readAccountList } from '../../../src/adapters/directories/read-account-list.ts'
import { type AccountList, createTaskListDirectory } from '../../../src/adapters/directories/task-list.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import { migrateUp } from '../../../src/db/migrate.ts'
import { takesBack } from '../../../src/features/accounts/access-task.ts'
import { TaskStore } from '../../../src/features/accounts/task-store.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'
import { directoryContract } from '../../adapters/directories/directory-contract.ts'
import { makeDatabase, onBothDatabases, type TestDatabase } from '../../support/databases.ts'

const account = (n: number, more: Partial<ObservedAccount> = {}): ObservedAccount => ({
  immutableId: `t${String(n).padStart(3, '0')}`, username: `pupil${n}`, displayName: `Pupil ${n}`, enabled: true, container: '', groups: [], protected: false, match: { employeeId: `A${n}` }, ...more,
})
const names = { groups: ['loans', 'doors'], containers: [] }
const ID = 'D'.repeat(26)

function listed(db: TestDatabase['db'], list: { now: AccountList }) {
  const clock = new FixedClock('2026-11-02T09:00:00Z')
  const tasks = new TaskStore({ db, clock, ids: createIds(clock) })
  const store = tasks.ofDirectory(ID, 2)
  const directory = createTaskListDirectory(store, { name: 'doors', ...names, readList: async () => list.now })
  const open = async () => db.read('directory_tasks').where({ state: 'open' }) as Promise<{ id: string; change: string; reverses: string | null }[]>
  /** The person who does everything at once. */
  const tick = async () => {
    for (const { id, change } of await open()) {
      const row = await db.read('directory_tasks').where({ id }).first('immutable_id')
      const now = await store.get(row.immutable_id)
      await tasks.decide(id, { state: 'done', by: 'os:test', remark: null, proofSha256: null })
      if (now) await tasks.setAccount(ID, applyTo(now, JSON.parse(change) as AccountChange, names))
    }
  }
  return { clock, tasks, store, directory, open, tick }
}

directoryContract('task list, whose person does everything at once', async () => {
  const { db, drop } = await makeDatabase('sqlite', null)
  await migrateUp(db)
  const accounts = [...Array.from({ length: 10 }, (_, n) => account(n)), account(90, { enabled: false }), account(91, { protected: true })]
  const { directory, store, tick } = listed(db, { now: { accounts, tellsEnabled: true, madeAt: 0 } })
  for await (const each of directory.list()) void each
  const edit = async (id: string, change: Partial<ObservedAccount>) => { await db.sql('task_accounts').where({ immutable_id: id }).update({ account: JSON.stringify({ ...await store.get(id), ...change }) }) }
  return {
    directory: {
      ...directory, list: () => directory.list(),
      change: async (id, change) => {
        await directory.change(id, change)
        await tick()
        return await directory.read(id) as ObservedAccount
      },
    },
    ordinary: accounts.slice(0, 10).map(({ immutableId }) => immutableId), disabled: 't090', protected: 't091', neverThere: 't999', count: 12,
    home: '', otherContainer: null, missingContainer: '/Nowhere', groups: ['doors', 'loans'], missingGroup: 'nobody',
    byHand: {
      setEnabled: (id, enabled) => edit(id, { enabled }),
      move: async () => undefined,
      delete: async (id) => { await db.sql('task_accounts').where({ immutable_id: id }).del() },
    },
    end: drop,
  }
})

describe('a task list', () => {
  onBothDatabases('its tasks', (get) => {
    it('asks once, asks anew for something else, withdraws what is not wanted any more, and makes a counter-task', async () => {
      const { directory, open, tick } = listed(get().db, { now: { accounts: [account(1)], tellsEnabled: false, madeAt: 0 } })
      for await (const each of directory.list()) void each
      expect((await directory.change('t001', { enabled: false })).pending).toEqual({ enabled: false })
      expect(await directory.read('t001')).toMatchObject({ enabled: true, pending: { enabled: false } })
      const [first] = await open()
      await directory.change('t001', { enabled: false })
      expect(await open()).toEqual([first])
      await directory.change('t001', { enabled: false, addGroups: ['DOORS'] })
      expect((await open()).map(({ change }) => JSON.parse(change) as AccountChange)).toEqual([{ enabled: false, addGroups: ['DOORS'] }])
      expect((await directory.change('t001', {})).pending).toBeUndefined()
      expect(await open()).toEqual([])
      await directory.change('t001', { enabled: false })
      await tick()
      expect(await directory.read('t001')).toEqual(account(1, { enabled: false }))
      await directory.change('t001', { enabled: true })
      const done = await get().db.read('directory_tasks').where({ state: 'done' }).first('id')
      expect((await open())[0]?.reverses).toBe(done.id)
      await tick()
    })

    it('what a person could not do is not asked for again by itself', async () => {
      const { directory, open, tasks } = listed(get().db, { now: { accounts: [account(1)], tellsEnabled: false, madeAt: 0 } })
      await directory.change('t001', { removeGroups: ['x'], enabled: false })
      const [task] = await open()
      expect(await tasks.decide(task?.id ?? '', { state: 'could-not', by: 'os:test', remark: 'no key', proofSha256: null })).toBe(true)
      expect(await tasks.decide(task?.id ?? '', { state: 'done', by: 'os:test', remark: null, proofSha256: null })).toBe(false)
      await expect(directory.change('t001', { enabled: false })).rejects.toThrow(/cannot be done/)
      expect(await tasks.askAgain(task?.id ?? '')).toBe(true)
      expect((await directory.change('t001', { enabled: false })).pending).toEqual({ enabled: false })
      await directory.change('t001', {})
    })

    it('follows the list of the system: new and missing accounts, and who is enabled where a newer list says so', async () => {
      const list = { now: { accounts: [account(5), account(6)], tellsEnabled: false, madeAt: 0 } }
      const { directory, open, tick, clock } = listed(get().db, list)
      const all = async () => { const found: ObservedAccount[] = []; for await (const each of directory.list()) found.push(each); return found }
      await all()
      await directory.change('t005', { enabled: false })
      await tick()
      expect((await all()).map(({ enabled }) => enabled)).toEqual([false, true])
      list.now = { accounts: [account(5), account(6)], tellsEnabled: true, madeAt: clock.now() - 1 }
      expect((await all())[0]?.enabled).toBe(false)
      list.now = { ...list.now, madeAt: clock.now() + 1 }
      expect((await all())[0]?.enabled).toBe(true)
      await directory.change('t006', { enabled: false })
      list.now = { ...list.now, accounts: [account(5)] }
      expect((await all()).map(({ immutableId }) => immutableId)).toEqual(['t005'])
      expect(await open()).toEqual([])
      list.now = { ...list.now, accounts: [] }
      await expect(all()).rejects.toThrow(/empty/)
      expect(await directory.read('t005')).not.toBeNull()
    })
  })

  it('a change takes another one back where it says the opposite', () => {
    expect(takesBack({ enabled: false }, { enabled: true })).toBe(true)
    expect(takesBack({ addGroups: ['a'] }, { removeGroups: ['a'] })).toBe(true)
    expect(takesBack({ enabled: false }, { enabled: false })).toBe(false)
    expect(takesBack({ addGroups: ['a'] }, { enabled: true })).toBe(false)
  })
})

describe('the list of a system without an interface', () => {
  let folder: string
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'assent-list-')) })
  afterAll(async () => { await rm(folder, { recursive: true }) })
  const read = async (text: string | Buffer) => {
    const path = join(folder, 'list.csv')
    await writeFile(path, text)
    return readAccountList(path, 'directory "doors"')
  }

  it('is read by its header, with or without a byte order mark', async () => {
    const { accounts, tellsEnabled } = await read('\uFEFFID,Username,Name,EmployeeId,Email,Enabled,Protected\n7,ada,"Byron, Ada",A7,ada@x.example,no,\n8,root,Root,,,yes,yes\n')
    expect(tellsEnabled).toBe(true)
    expect(accounts).toEqual([
      { immutableId: '7', username: 'ada', displayName: 'Byron, Ada', enabled: false, container: '', groups: [], protected: false, match: { employeeId: 'A7', mail: 'ada@x.example' } },
      { immutableId: '8', username: 'root', displayName: 'Root', enabled: true, container: '', groups: [], protected: true, match: {} },
    ])
    expect((await read('username\nada\n')).tellsEnabled).toBe(false)
  })

  it.each([
    ['no username column', 'name\nAda\n', /no column username/], ['the same account twice', 'username\nada\nada\n', /Line 3/], ['a short line', 'username,name\nada\n', /Line 2/],
    ['bytes that are no UTF-8', Buffer.from([0x75, 0xff, 0xfe]), /cannot be read/], ['a quote without end', 'username\n"ada\n', /read to its end/],
  ])('is refused as a whole: %s', async (_, text, message) => {
    const error = await read(text).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OutsideFailure)
    expect((error as OutsideFailure).what).toMatch(message)
  })
})
