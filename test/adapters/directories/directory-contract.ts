import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeMany, readMany } from '../../../src/adapters/directories/batches.ts'
import { DirectoryRefusal } from '../../../src/adapters/directories/directory.ts'
import type { AccountChange, Directory, ObservedAccount } from '../../../src/adapters/directories/directory.ts'

/** A directory with known content, and a second pair of hands in it: the administrator who works beside Assent. */
export interface DirectoryUnderTest {
  directory: Directory
  /** Ids of ordinary, enabled accounts in `home`, members of nothing; at least ten, none used by two tests. */
  ordinary: string[]
  /** An ordinary account that was disabled by hand. */
  disabled: string
  protected: string
  /** Well-formed, never used. */
  neverThere: string
  /** Accounts in scope, all told. */
  count: number
  home: string
  /** Null where the directory has no organisational units: a move is refused there. */
  otherContainer: string | null
  missingContainer: string
  groups: [string, string]
  missingGroup: string
  byHand: {
    setEnabled(immutableId: string, enabled: boolean): Promise<void>
    move(immutableId: string, container: string): Promise<void>
    delete(immutableId: string): Promise<void>
  }
  end(): Promise<void>
}

/** What every directory must do, whatever stands behind it: the simulated one is held to the answers of the real one. */
export function directoryContract(name: string, makeDirectory: () => Promise<DirectoryUnderTest>): void {
  describe(`${name}: the directory contract`, () => {
    let under: DirectoryUnderTest
    let directory: Directory
    let nextOrdinary = 0
    beforeAll(async () => {
      under = await makeDirectory()
      directory = under.directory
    }, 60_000)
    afterAll(async () => {
      await under.directory.close()
      await under.end()
    })
    const takeOne = (): string => {
      const id = under.ordinary[nextOrdinary++]
      if (id === undefined) throw new Error('the directory under test has too few ordinary accounts')
      return id
    }
    const seen = async (id: string): Promise<ObservedAccount> => {
      const account = await directory.read(id)
      if (!account) throw new Error(`account ${id} is not there`)
      return account
    }
    const listed = async (): Promise<ObservedAccount[]> => {
      const all: ObservedAccount[] = []
      for await (const account of directory.list()) all.push(account)
      return all
    }
    const refusalOf = async (id: string, change: AccountChange): Promise<DirectoryRefusal> => {
      const error: unknown = await directory.change(id, change).then(() => null, (thrown: unknown) => thrown)
      if (!(error instanceof DirectoryRefusal)) throw new Error(`expected a refusal, got ${String(error)}`)
      expect(error.remedy).not.toBe('')
      return error
    }

    it('proves that it can read', async () => {
      await expect(directory.check()).resolves.toBeUndefined()
    })

    it('lists every account once, as reading it one by one answers', async () => {
      const all = await listed()
      expect(all).toHaveLength(under.count)
      expect(new Set(all.map(account => account.immutableId)).size).toBe(under.count)
      for (const id of [under.ordinary[0], under.disabled, under.protected]) {
        const account = all.find(each => each.immutableId === id)
        expect(account).toEqual(await directory.read(id ?? ''))
        expect(account?.groups).toEqual(account?.groups.toSorted())
      }
    })

    it('answers null for an account that never was, and for what is no id at all', async () => {
      expect(await directory.read(under.neverThere)).toBeNull()
      expect(await directory.read('(objectGUID=*)')).toBeNull()
      expect(await directory.read('')).toBeNull()
    })

    it('disables and enables, and touches nothing else', async () => {
      const id = takeOne()
      const before = await seen(id)
      expect(await directory.change(id, { enabled: false })).toEqual({ ...before, enabled: false })
      expect(await seen(id)).toEqual({ ...before, enabled: false })
      expect(await directory.change(id, { enabled: false })).toEqual({ ...before, enabled: false })
      expect(await directory.change(id, { enabled: true })).toEqual(before)
    })

    it('moves by id to another unit and back, and leaves alone what is there already, however it is spelt', async () => {
      const id = takeOne()
      const before = await seen(id)
      if (under.otherContainer === null) {
        expect((await refusalOf(id, { enabled: false, moveTo: under.missingContainer })).message).toContain(under.missingContainer)
        expect(await seen(id)).toEqual(before)
        return
      }
      expect(await directory.change(id, { moveTo: under.home.toUpperCase() })).toEqual(before)
      expect(await directory.change(id, { moveTo: under.otherContainer })).toEqual({ ...before, container: under.otherContainer })
      expect(await directory.change(id, { moveTo: under.home })).toEqual(before)
    })

    it('adds to and removes from groups; being so already is no error', async () => {
      const id = takeOne()
      const before = await seen(id)
      const [first, second] = under.groups
      const both = [...before.groups, first, second].toSorted()
      expect(await directory.change(id, { addGroups: [first, second] })).toEqual({ ...before, groups: both })
      expect(await directory.change(id, { addGroups: [first.toLowerCase()] })).toEqual({ ...before, groups: both })
      expect(await directory.change(id, { removeGroups: [first] })).toEqual({ ...before, groups: both.filter(group => group !== first) })
      expect(await directory.change(id, { removeGroups: [first, under.missingGroup] }))
        .toEqual({ ...before, groups: both.filter(group => group !== first) })
      expect(await directory.change(id, { removeGroups: [second] })).toEqual(before)
    })

    it('does everything at once and takes it back at once', async () => {
      const id = takeOne()
      const before = await seen(id)
      const [first, second] = under.groups
      const elsewhere = under.otherContainer ?? under.home
      const away = await directory.change(id, { enabled: false, ...(under.otherContainer === null ? {} : { moveTo: elsewhere }), addGroups: [second, first] })
      expect(away).toEqual({ ...before, enabled: false, container: elsewhere, groups: [...before.groups, first, second].toSorted() })
      const home = under.otherContainer === null ? {} : { moveTo: under.home }
      expect(await directory.change(id, { enabled: true, ...home, removeGroups: [first, second] })).toEqual(before)
    })

    it('reads back what is there when nothing is asked', async () => {
      const before = await seen(under.disabled)
      expect(before.enabled).toBe(false)
      expect(await directory.change(under.disabled, {})).toEqual(before)
    })

    it('refuses an unknown unit or group before it changes anything', async () => {
      const id = takeOne()
      const before = await seen(id)
      expect((await refusalOf(id, { enabled: false, moveTo: under.missingContainer })).message).toContain(under.missingContainer)
      expect((await refusalOf(id, { enabled: false, addGroups: [under.groups[0], under.missingGroup] })).message)
        .toContain(under.missingGroup)
      expect(await seen(id)).toEqual(before)
    })

    it('B4: never changes a protected account', async () => {
      const before = await seen(under.protected)
      expect(before.protected).toBe(true)
      await refusalOf(under.protected, { enabled: !before.enabled })
      await refusalOf(under.protected, { addGroups: [under.groups[0]] })
      expect(await seen(under.protected)).toEqual(before)
    })

    it('works on what it finds: changes made by hand meanwhile are seen and built upon', async () => {
      const id = takeOne()
      const before = await seen(id)
      if (under.otherContainer !== null) await under.byHand.move(id, under.otherContainer)
      await under.byHand.setEnabled(id, false)
      expect(await directory.change(id, { addGroups: [under.groups[0]] })).toEqual({
        ...before, enabled: false, container: under.otherContainer ?? under.home, groups: [...before.groups, under.groups[0]].toSorted(),
      })
    })

    it('reads and changes many at once, with an outcome for each in the order asked', async () => {
      const [one = '', two = ''] = [takeOne(), takeOne()]
      const before = await seen(one)
      const read = await readMany(directory, [one, under.neverThere, under.protected])
      expect(read.map(({ account }) => account?.immutableId ?? null)).toEqual([one, null, under.protected])
      const outcomes = await changeMany(directory, [
        { immutableId: one, change: { enabled: false } }, { immutableId: under.neverThere, change: { enabled: false } },
        { immutableId: under.protected, change: { enabled: false } }, { immutableId: two, change: { addGroups: [under.groups[1]] } },
      ])
      expect(outcomes[0]?.account).toEqual({ ...before, enabled: false })
      expect(outcomes[1]?.error).toBeInstanceOf(DirectoryRefusal)
      expect(outcomes[2]?.error).toBeInstanceOf(DirectoryRefusal)
      expect(outcomes[3]?.account?.groups).toContain(under.groups[1])
      expect(await changeMany(directory, [])).toEqual([])
    })

    it('takes the wish to end sessions, alone and beside others', async () => {
      const id = takeOne()
      const before = await seen(id)
      expect(await directory.change(id, { endSessions: true })).toEqual(before)
      expect(await directory.change(id, { enabled: false, endSessions: true })).toEqual({ ...before, enabled: false })
    })

    it('says plainly that an account was deleted meanwhile', async () => {
      const id = takeOne()
      await seen(id)
      await under.byHand.delete(id)
      expect(await directory.read(id)).toBeNull()
      expect((await refusalOf(id, { enabled: false })).message).toContain(id)
      await refusalOf(under.neverThere, { enabled: false })
      await refusalOf('no id at all', { enabled: false })
    })
  })
}
