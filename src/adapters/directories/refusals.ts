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
  noContainers: (container: string) => new DirectoryRefusal(
    `This directory has no organisational units, so nothing can be moved to ${container}.`,
    'Take suspendedContainer out of the mapping of this directory.'),
  mirrored: (immutableId: string) => new DirectoryRefusal(
    `The account ${immutableId} follows the school's Active Directory, where it has to be enabled or disabled.`,
    'Connect that Active Directory to Assent, or change the account there; the copy follows by itself.'),
  archived: (immutableId: string) => new DirectoryRefusal(
    `The account ${immutableId} is archived, so Assent does not enable it.`,
    'Un-archive it in the directory first; that needs a free licence.'),
  noArchive: (immutableId: string) => new DirectoryRefusal(
    `This directory cannot mark the account ${immutableId} as archived.`,
    'Take archivedUser out of the life settings of this directory, and name a container for archived accounts instead.'),
  noLicence: (immutableId: string) => new DirectoryRefusal(
    `The account ${immutableId} was not archived or taken out of the archive: no licence for it is free.`,
    'Get another licence, or take archivedUser out of the life settings of this directory.'),
  stillOpen: (immutableId: string) => new DirectoryRefusal(
    `The account ${immutableId} is switched on, so Assent does not delete it.`,
    'Somebody has enabled it since it was suspended. Find out why; only a suspended account is deleted.'),
  noRight: (immutableId: string, step: string, code: string) => new DirectoryRefusal(
    `The directory did not ${step} the account ${immutableId}: Assent has no right to do that there (${code}).`,
    'Give Assent the right that the guide names for this directory. An administrator account can only be changed by an administrator.'),
  unwilling: (immutableId: string, step: string, code: string) => new DirectoryRefusal(
    `The directory did not ${step} the account ${immutableId}: it answered with ${code}.`,
    'Look at this account in the directory; if it seems in order, pass the code on to support.'),
  overtaken: (immutableId: string) => new DirectoryRefusal(
    `The account ${immutableId}, or the group, was changed or deleted at the same moment, again and again.`,
    'Somebody or something else is changing it. Run again later.'),
}
