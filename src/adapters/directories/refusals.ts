import { DirectoryRefusal } from './directory.ts'

/**
 * The refusals that every directory knows, in the same words everywhere. They name containers and groups (settings that
 * an administrator wrote) and immutable ids, never a person (V4).
 */
export const refusals = {
  gone: (immutableId: string) => new DirectoryRefusal(
    `The account ${immutableId} is not in the directory any more.`,
    'It was deleted since it was last read. Read the directory again; nothing else needs doing.'),
  protected: (immutableId: string) => new DirectoryRefusal(
    `The account ${immutableId} is protected, so Assent never changes it.`,
    'It is an administrator or service account. If it must change, an administrator does it in the directory itself.'),
  unknownContainer: (container: string) => new DirectoryRefusal(
    `The directory has no organisational unit ${container}.`,
    'Create it, or correct its name in the directory settings; it may have been renamed or moved.'),
  unknownGroup: (group: string) => new DirectoryRefusal(
    `The directory has no group ${group}.`,
    'Create it, or correct its name in the directory settings; it may have been renamed or moved.'),
  outOfScope: (what: string) => new DirectoryRefusal(
    `${what} lies outside the part of the directory that Assent looks after.`,
    'Add the organisational unit to the search bases of this directory, or leave the account to an administrator.'),
}
