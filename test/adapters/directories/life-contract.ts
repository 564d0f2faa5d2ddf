import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NameTaken, type NewAccount } from '../../../src/adapters/directories/account-life.ts'
import { type Directory, DirectoryRefusal } from '../../../src/adapters/directories/directory.ts'
import { must } from '../../support/must.ts'

/** A directory with known content, for its passwords, new accounts and deletion. */
export interface LifeUnderTest {
  directory: Directory
  enabled: string
  /** Disabled by hand. */
  disabled: string
  protected: string
  neverThere: string
  container: string
  domain: string
  /** A password that the directory's own rules refuse. */
  weak: string
  /** Whether this is the account's password, judged by the directory itself. */
  hasPassword(immutableId: string, password: string): Promise<boolean>
  /** Whether its owner has to choose another one; null where the directory cannot say. */
  mustChange(immutableId: string): Promise<boolean | null>
  end(): Promise<void>
}

const WORDS = 'Barn-Table-Otter-47'

/** What every directory must do with passwords, new accounts and deletion. */
export function lifeContract(name: string, make: () => Promise<LifeUnderTest>): void {
  describe(`${name}: the life of an account`, () => {
    let under: LifeUnderTest
    beforeAll(async () => { under = await make() }, 60_000)
    afterAll(async () => {
      await under.directory.close()
      await under.end()
    })
    const password = () => must(under.directory.life?.password)
    const create = () => must(under.directory.life?.create)
    const remove = () => must(under.directory.life?.remove)
    const account = (more: Partial<NewAccount> = {}): NewAccount => ({
      username: 'o.finch', domain: under.domain, forename: 'Olive', surname: 'Finch', employeeId: 'N1', container: under.container, password: 'Nobody-knows-this-one-9', ...more,
    })
    const refusalOf = async (work: Promise<unknown>): Promise<DirectoryRefusal> => {
      const error: unknown = await work.then(() => null, (thrown: unknown) => thrown)
      if (!(error instanceof DirectoryRefusal)) throw new Error(`expected a refusal, got ${String(error)}`)
      expect(error.remedy).not.toBe('')
      return error
    }

    it('sets a password, with and without the duty to change it, and touches nothing else', async () => {
      // Trying a password is a sign-in, and some directories report those.
      const account = async () => ({ ...await under.directory.read(under.enabled), lastSignIn: null })
      const before = await account()
      const set = await password().set(under.enabled, { password: WORDS, mustChange: true })
      expect(set.mustChange).toBe(password().mustChange)
      expect(await under.mustChange(under.enabled)).toBe(password().mustChange ? true : null)
      expect(await password().set(under.enabled, { password: `${WORDS}1`, mustChange: false })).toEqual({ mustChange: false })
      expect(await under.hasPassword(under.enabled, `${WORDS}1`)).toBe(true)
      expect(await under.hasPassword(under.enabled, 'Never-Was-It-12')).toBe(false)
      expect(await under.mustChange(under.enabled)).toBe(password().mustChange ? false : null)
      expect(await account()).toEqual(before)
    })

    it('says plainly that its rules refuse a password, and never says the password', async () => {
      const refusal = await refusalOf(password().set(under.enabled, { password: under.weak, mustChange: false }))
      expect(refusal.message).toContain('rules for passwords')
      expect(`${refusal.message} ${refusal.remedy}`).not.toContain(under.weak)
    })

    it('B4: refuses protected accounts, and those that are not there', async () => {
      await refusalOf(password().set(under.protected, { password: WORDS, mustChange: true }))
      await refusalOf(password().set(under.neverThere, { password: WORDS, mustChange: true }))
      await refusalOf(remove().delete(under.protected))
      expect(await under.directory.read(under.protected)).not.toBeNull()
    })

    it('makes an account that is switched off and matched by its number; asked again it is the same one', async () => {
      const made = await create().make(account())
      expect(made).toMatchObject({ enabled: false, protected: false, displayName: 'Olive Finch', match: { employeeId: 'N1' }, groups: [] })
      expect(made.username.toLowerCase()).toMatch(/^o\.finch(?:@|$)/)
      expect((await create().make(account())).immutableId).toBe(made.immutableId)
      expect(await under.directory.read(made.immutableId)).toMatchObject({ enabled: false })
      // It can be opened, and given a password of its own.
      expect((await under.directory.change(made.immutableId, { enabled: true })).enabled).toBe(true)
      await password().set(made.immutableId, { password: WORDS, mustChange: false })
      expect(await under.hasPassword(made.immutableId, WORDS)).toBe(true)
    })

    it('a name that somebody else has is taken, and theirs stays as it is', async () => {
      const first = await create().make(account({ username: 's.twin', surname: 'Twin', employeeId: 'N2' }))
      await expect(create().make(account({ username: 's.twin', surname: 'Twin', employeeId: 'N3' }))).rejects.toBeInstanceOf(NameTaken)
      expect((await under.directory.read(first.immutableId))?.match.employeeId).toBe('N2')
    })

    it('deletes what is switched off, and reads back that it is gone; never what is switched on', async () => {
      expect((await refusalOf(remove().delete(under.enabled))).message).toContain('switched on')
      await remove().delete(under.disabled)
      expect(await under.directory.read(under.disabled)).toBeNull()
      await remove().delete(under.disabled)
      await remove().delete(under.neverThere)
      const { days, text } = await remove().recovery()
      expect(days).toBeGreaterThanOrEqual(0)
      expect(text).toMatch(/\.$/)
    })
  })
}
