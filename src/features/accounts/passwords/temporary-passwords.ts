import { DirectoryRefusal } from '../../../adapters/directories/directory.ts'
import { withLease } from '../../../db/lease.ts'
import { addDays, today } from '../../../shared/dates.ts'
import { NotFound, OutsideFailure, Refused } from '../../../shared/errors.ts'
import { placesInCharge } from '../../people/affiliation.ts'
import type { Person } from '../../people/people-queries.ts'
import type { AccessDeps } from '../access-deps.ts'
import type { Account } from '../account-store.ts'
import { type AccessLevel, desiredAccess } from '../desired-access.ts'
import type { AccessTasks } from '../life/access-tasks.ts'
import { type NamedTarget, targetsById } from '../stage-items.ts'
import { passwordBand, type PasswordBand, type PasswordRuleStore } from './password-rules.ts'
import type { PasswordStore, PasswordWay } from './password-store.ts'
import { makePassword, type PasswordRule } from './temporary-password.ts'

/** A temporary password, on its way to its owner and nowhere else. */
export interface TemporaryPassword {
  person: Person
  band: PasswordBand
  password: string
  /** Where it is the password now. */
  accounts: { username: string; directory: string; signIn: string | null; mustChange: boolean }[]
  /** The account opens only once the agreement is signed. */
  opensLater: boolean
}

/** Why somebody has none, or not everywhere. */
export interface PasswordProblem {
  person: Person
  directory: string | null
  text: string
  /** Nobody knows how it ended: to be given again later. */
  again?: true
}

/** What came of it: a person may stand in both, where one directory took the password and another did not. */
export interface PasswordsGiven {
  given: TemporaryPassword[]
  problems: PasswordProblem[]
}

interface Setting {
  account: Account
  target: NamedTarget
}

/** An answer that is lost is followed by a new password, once; then a person has to ask again. */
const MOST_TRIES = 2

/**
 * Gives people a temporary password in every directory that can take one. It is made, set, handed to the caller and forgotten: it is in no table, no
 * log and no job, so one that got lost is not looked up but made anew.
 */
export class TemporaryPasswords {
  readonly #deps: AccessDeps
  readonly #rules: PasswordRuleStore
  readonly #store: PasswordStore
  readonly #tasks: AccessTasks
  constructor(deps: AccessDeps, parts: { rules: PasswordRuleStore; store: PasswordStore; tasks: AccessTasks }) {
    this.#deps = deps
    this.#rules = parts.rules
    this.#store = parts.store
    this.#tasks = parts.tasks
  }

  /** User names by person, for pages. */
  async accountsOf(personIds: readonly string[]): Promise<Map<string, string[]>> {
    return new Map([...await this.#deps.accounts.ofPeople(personIds)].map(([id, accounts]) => [id, [...new Set(accounts.map(({ username }) => username))]]))
  }

  /** For one person after another; what goes wrong with one says nothing about the next. `beyond`: who may more than whoever gives them. */
  async give(personIds: readonly string[], by: { actor: string; way: PasswordWay; beyond: ReadonlySet<string> }): Promise<PasswordsGiven> {
    const found: PasswordsGiven = { given: [], problems: [] }
    const { people, restrictions, clock } = this.#deps
    const on = today(clock.now())
    const rules = await this.#rules.rules()
    const persons = await people.people(personIds)
    const places = await people.affiliationsOf(personIds)
    const accounts = await this.#deps.accounts.ofPeople(personIds)
    const standing = await restrictions.unreleasedOf(personIds)
    const exemptions = await restrictions.exemptionsOf(personIds, on)
    const protectedIds = await this.#deps.protectedPeople()
    for (const id of new Set(personIds)) {
      const person = persons.get(id)
      if (!person) throw new NotFound('There is no such person.')
      const { level } = desiredAccess(standing.get(id) ?? [], exemptions.get(id) ?? [], on)
      const why = refusalOf({ level, isProtected: protectedIds.has(id), isBeyond: by.beyond.has(id), accounts: accounts.get(id) ?? [] })
      if (why !== null) {
        found.problems.push({ person, directory: null, text: why })
        continue
      }
      const band = passwordBand(person, placesInCharge((places.get(id) ?? []).filter(({ role }) => role !== 'guardian'), on))
      await this.#giveOne({ person, band, rule: rules.bands[band], opensLater: level === 'none-yet' }, accounts.get(id) ?? [], by, found)
    }
    return found
  }

  async #giveOne(
    to: { person: Person; band: PasswordBand; rule: PasswordRule; opensLater: boolean }, accounts: readonly Account[], by: { actor: string; way: PasswordWay }, found: PasswordsGiven,
  ): Promise<void> {
    const { db, clock } = this.#deps
    const { person } = to
    const settings = await this.#settable(person, accounts, by.actor, found.problems)
    if (settings.length === 0) return
    try {
      // Two people at once would leave one with a slip that holds in half of the places.
      await withLease(db, clock, `password:${person.id}`, by.actor, async () => {
        const password = await this.#set(to, settings, by, found.problems)
        if (password !== null) found.given.push(password)
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      found.problems.push({ person, directory: null, text: 'Somebody else is giving this person a new password at this moment.' })
    }
  }

  /** Where the password can be set; what else there is becomes a task or a problem. */
  async #settable(person: Person, accounts: readonly Account[], actor: string, problems: PasswordProblem[]): Promise<Setting[]> {
    const targets = targetsById(this.#deps)
    const paused = await this.#deps.directories.paused()
    const settable: Setting[] = []
    const mirrored: NamedTarget[] = []
    for (const account of accounts) {
      const target = targets.get(account.directoryId)
      if (!target) continue
      const problem = (text: string) => { problems.push({ person, directory: target.name, text }) }
      if (target.mode === 'observe') problem('R10: this directory is only observed, so Assent changes nothing there.')
      else if (paused.has(target.id)) problem('B6: this directory is paused.')
      else if (account.observed.mirrored) mirrored.push(target)
      else if (target.directory.life?.password) settable.push({ account, target })
      else {
        await this.#putTask(person, account, target, actor)
        problem('This system takes no passwords from Assent: a task for a person was put on the list.')
      }
    }
    // A copy has the password of what it follows.
    if (settable.length === 0) for (const { name } of mirrored) problems.push({ person, directory: name, text: 'The account follows an Active Directory that is not connected to Assent; its password is set there.' })
    return settable
  }

  /** @returns null where no directory took it. */
  async #set(
    { person, band, rule, opensLater }: { person: Person; band: PasswordBand; rule: PasswordRule; opensLater: boolean }, settings: readonly Setting[], by: { actor: string; way: PasswordWay }, problems: PasswordProblem[],
  ): Promise<TemporaryPassword | null> {
    const { clock, ids, db, audit } = this.#deps
    for (let attempt = 1; ; attempt++) {
      const password = makePassword(rule, (bytes) => ids.random(bytes))
      const rows = settings.map(({ account }) => ({ id: ids.next(), accountId: account.id, personId: person.id, state: 'asked' as const, way: by.way, mustChange: rule.mustChange, by: by.actor, at: clock.now() }))
      await db.transaction(async () => {
        await this.#store.insert(rows)
        await audit.record({ actor: by.actor, event: 'access.password-asked', subject: `person:${person.id}`, payload: { accounts: settings.map(({ account }) => account.id), way: by.way } })
      })
      const set: TemporaryPassword['accounts'] = []
      const missed: PasswordProblem[] = []
      let unknown = false
      for (const [at, { account, target }] of settings.entries()) {
        const outcome = await setOne(account, target, { password, mustChange: rule.mustChange })
        const row = rows[at]
        if (outcome instanceof OutsideFailure) {
          unknown = true
          missed.push({ person, directory: target.name, text: `It is not known whether the password was set: ${outcome.what} Give a new one later.`, again: true })
        } else if (outcome instanceof DirectoryRefusal) {
          if (row) await this.#store.settle(row.id, 'refused', false)
          missed.push({ person, directory: target.name, text: `${outcome.message} ${outcome.remedy}` })
        } else {
          if (row) await this.#store.settle(row.id, 'set', outcome.mustChange)
          set.push({ username: account.username, directory: target.name, signIn: target.signIn ?? null, mustChange: outcome.mustChange })
        }
      }
      if (unknown && attempt < MOST_TRIES) continue
      problems.push(...missed)
      if (set.length === 0) return null
      await db.transaction(() => audit.record({ actor: by.actor, event: 'access.password-set', subject: `person:${person.id}`, payload: { directories: set.map(({ directory }) => directory), way: by.way } }))
      return { person, band, password, accounts: set, opensLater }
    }
  }

  /** For systems without an interface; the task never holds a password. */
  async #putTask(person: Person, account: Account, target: NamedTarget, actor: string): Promise<void> {
    const on = today(this.#deps.clock.now())
    await this.#deps.db.transaction(() => this.#tasks.put([{
      kind: 'password', personId: person.id, accountId: account.id, dueOn: addDays(on, 2), key: `password:${account.id}:${on}`,
      what: `Set a new password for ${account.username} in ${target.name} and hand it over in person`,
    }], { actor }))
  }
}

async function setOne({ immutableId }: Account, { directory }: NamedTarget, wish: { password: string; mustChange: boolean }): Promise<{ mustChange: boolean } | OutsideFailure | DirectoryRefusal> {
  try {
    return await directory.life?.password?.set(immutableId, wish) ?? { mustChange: false }
  } catch (error) {
    if (error instanceof OutsideFailure || error instanceof DirectoryRefusal) return error
    throw error
  }
}

/** Why this person gets none, in words that name no cause (A5, B4); null where they may. */
function refusalOf({ level, isProtected, isBeyond, accounts }: { level: AccessLevel; isProtected: boolean; isBeyond: boolean; accounts: readonly Account[] }): string | null {
  if (isProtected || accounts.some(({ observed }) => observed.protected)) return 'B4: a protected account. Its password is set by an administrator in the directory itself.'
  if (isBeyond) return 'B4: they decide in Assent what you may not, or as your second person. Their password is set by an administrator in the directory itself.'
  if (level === 'suspended') return 'Access changed by the school: a suspended account gets no password.'
  return accounts.length === 0 ? 'No account of theirs is known.' : null
}
