import { DirectoryRefusal } from './directory-refusal.ts'
import type { ObservedAccount } from './observed-account.ts'

/**
 * What a directory can do for an account before and after its daily life. Each part is there only where the vendor has an interface
 * for it; what is absent is a task for a person. Protected accounts (B4) are refused by every part.
 */
export interface AccountLife {
  password?: PasswordSetting
  create?: AccountCreation
  remove?: AccountRemoval
  /** The account can be marked as archived (kept without its licence): `AccountChange.archived` is understood. */
  archives?: true
}

/** Setting a password. */
export interface PasswordSetting {
  /** True where the directory can ask for another password at the next sign-in. */
  mustChange: boolean
  /**
   * Sets the password, and nothing else. The password is in no message, whatever goes wrong.
   * @throws OutsideFailure where nobody knows whether it was set: whoever asked sets another one; DirectoryRefusal where it was not.
   */
  set(immutableId: string, wish: PasswordWish): Promise<PasswordSet>
}

/** What is to be set. The password is kept nowhere. */
export interface PasswordWish {
  password: string
  /** Whether the owner has to choose another one at the next sign-in; without effect where the directory cannot ask. */
  mustChange: boolean
}

/** As the directory has it now. */
export interface PasswordSet {
  mustChange: boolean
}

/** Making an account. */
export interface AccountCreation {
  /**
   * Makes an account that nobody can sign in to yet. Asked again after a lost answer it gives the account that the first question made:
   * the one of that name with that employee id.
   * @throws NameTaken, DirectoryRefusal or OutsideFailure.
   */
  make(account: NewAccount): Promise<ObservedAccount>
}

/** An account to be made: whose it is, what it is called and where it lies. */
export interface NewAccount {
  /** The login name without a domain. */
  username: string
  /** What stands behind the @, where the directory has addresses; empty elsewhere. */
  domain: string
  forename: string
  surname: string
  /** By which the account is matched to its person from then on. */
  employeeId: string
  /** Where it is made; empty where the directory has no organisational units. */
  container: string
  /** Known to nobody: long, random, and forgotten at once. */
  password: string
}

/** Deleting an account, and what could be brought back. */
export interface AccountRemoval {
  /** Deletes the account, and reads back that it is gone. Deleting what is gone already is done. @throws OutsideFailure or DirectoryRefusal. */
  delete(immutableId: string): Promise<void>
  /** What can be brought back, and for how long; asked before anything is deleted, because a person decides by it. @throws OutsideFailure. */
  recovery(): Promise<Recovery>
}

/** What the directory itself can do about a deletion. */
export interface Recovery {
  /** Days for which the directory can bring a deleted account back; 0: it cannot. */
  days: number
  /** One sentence: what comes back, and how. */
  text: string
}

/** The name is somebody else's; another one may do. */
export class NameTaken extends DirectoryRefusal {
  constructor() {
    super('The directory has an account of that name already.', 'Another name is tried; if none is free, make the account by hand.')
  }
}

/** What every directory says of a password that its rules do not allow. Never the password itself. */
export const passwordRefused = (immutableId: string, code: string): DirectoryRefusal => new DirectoryRefusal(
  `The directory did not set the password of the account ${immutableId}: its rules for passwords do not allow one like this (${code}).`,
  'Under Settings, Passwords, ask for more words, a capital letter or more figures; or relax the rule in the directory for these accounts.')

/** Words for a step of this kind, as in "The directory did not ... the account". */
export const LIFE_WORDS = { password: 'set the password of', create: 'make', delete: 'delete' } as const
