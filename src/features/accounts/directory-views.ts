import { pagesOf } from '../../http/paging.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { longInstant } from '../../shared/dates.ts'
import type { Account } from './account-store.ts'
import type { AccountList, DirectorySummary } from './directory-queries.ts'

export const ACCOUNTS_PER_PAGE = 25
/** A look older than this is pointed out: a day and some hours. */
const STALE_MS = 30 * 3_600_000

const KINDS: Readonly<Record<string, string>> = {
  'active-directory': 'Active Directory', google: 'Google Workspace', entra: 'Microsoft Entra', scim: 'SCIM system', 'task-list': 'Task list', simulated: 'Simulated directory',
}
export const directoryKindWords = (kind: string): string => KINDS[kind] ?? kind

const MODES = {
  observe: 'Only observed: nothing is changed there', propose: 'A person approves before access is taken away', enforce: 'Access is taken away without asking where the brake lets it pass',
} as const

const LIST_WORDS: Readonly<Record<AccountList, string>> = { drift: 'Changed by hand', unsure: 'Whose is it?', nobody: 'Nobody’s', shared: 'Shared logins', all: 'All accounts' }
const LIST_LEADS: Readonly<Record<AccountList, string>> = {
  drift: 'Somebody changed these accounts in the directory after Assent had. Assent waits for you.',
  unsure: 'The details of these accounts point to several people, or to somebody else than the person they are kept under. Nothing is guessed.',
  nobody: 'These accounts belong to nobody Assent knows. They are listed and never touched.',
  shared: 'Logins that several pupils share, with the person who answers for them. They are never touched.',
  all: 'Every account in the directory.',
}

/** The view model of `/access/directories`. */
export function directoriesView(input: { directories: DirectorySummary[]; now: number; maySwitch: boolean; mayOpen: boolean }): object {
  return {
    crumbs: [{ text: 'Access', href: '/access' }],
    directories: input.directories.map((directory) => ({
      name: directory.name, ...(input.mayOpen ? { href: `/access/directories/${directory.name}` } : {}), kind: directoryKindWords(directory.kind), mode: MODES[directory.mode], paused: directory.paused, ...stateOf(directory, input.now),
      facts: factsOf(directory), ...(input.maySwitch && directory.connected ? { action: '/access/directories' } : {}),
    })),
    allPaused: input.directories.length > 0 && input.directories.every(({ paused }) => paused), switchAll: input.maySwitch && input.directories.length > 1,
  }
}

function stateOf({ connected, paused, look }: DirectorySummary, now: number): { status: string; statusText: string; trouble: string | null; lastLook: string } {
  const lastLook = look?.wholeAt ? `Last read in full on ${longInstant(look.wholeAt)}.` : 'Not read in full yet.'
  const trouble = look?.trouble ?? null
  if (!connected) return { status: 'quiet', statusText: 'Taken out of the settings', trouble: null, lastLook }
  if (paused) return { status: 'held', statusText: 'Stopped by hand', trouble, lastLook }
  if (trouble !== null) return { status: 'attention', statusText: 'The last look failed', trouble, lastLook }
  if (!look?.wholeAt) return { status: 'outstanding', statusText: 'Not read yet', trouble, lastLook }
  return now - look.wholeAt > STALE_MS ? { status: 'attention', statusText: 'Not read lately', trouble, lastLook } : { status: 'signed', statusText: 'In order', trouble, lastLook }
}

function factsOf({ counts, openTasks }: DirectorySummary): string {
  const n = (count: number, one: string, many: string) => (count === 0 ? [] : [`${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`])
  return [
    `${counts.all.toLocaleString('en-GB')} ${counts.all === 1 ? 'account' : 'accounts'}`, ...n(counts.drift, 'changed by hand', 'changed by hand'), ...n(counts.unsure, 'to be matched', 'to be matched'),
    ...n(counts.nobody, 'of nobody', 'of nobody'), ...n(counts.shared, 'shared login', 'shared logins'), ...n(openTasks, 'task open', 'tasks open'),
  ].join(', ')
}

export interface DirectoryPageInput {
  directory: DirectorySummary
  list: AccountList
  page: number
  now: number
  accounts: Account[]
  suggestions: ReadonlyMap<string, { personId: string; by: string }[]>
  names: ReadonlyMap<string, string>
  looking: boolean
  mayDecide: boolean
  mayLook: boolean
  mayPerson: boolean
  maySwitch: boolean
  /** P7: their accounts are decided by a colleague. */
  relatedTo: readonly string[]
  actorNames: (label: string | null) => string
}

/** The view model of one directory. */
export function directoryView(input: DirectoryPageInput): object {
  const { directory, list, page, now, looking } = input
  const path = `/access/directories/${directory.name}`
  return {
    crumbs: [{ text: 'Access', href: '/access' }, { text: 'Directories', href: '/access/directories' }],
    directory: { name: directory.name, kind: directoryKindWords(directory.kind), mode: MODES[directory.mode], paused: directory.paused, ...stateOf(directory, now), facts: factsOf(directory) },
    look: input.mayLook ? { action: `${path}/look`, running: looking } : null, refresh: looking, path,
    switchAction: input.maySwitch && directory.connected ? '/access/directories' : null,
    tasksHref: directory.kind === 'task-list' ? '/access/directory-tasks' : null,
    tabs: { label: 'Lists of accounts', items: (Object.keys(LIST_WORDS) as AccountList[]).map((each) => ({ text: LIST_WORDS[each], href: `${path}?show=${each}`, current: each === list, count: directory.counts[each] })) },
    show: list, lead: LIST_LEADS[list], csvHref: input.mayDecide && directory.counts[list] > 0 ? `${path}/accounts.csv?show=${list}` : null,
    accounts: input.accounts.map((account) => accountView(account, input)),
    pages: pagesOf({ page, size: ACCOUNTS_PER_PAGE, shown: input.accounts.length, total: directory.counts[list], what: 'account', path, keep: { show: list } }),
  }
}

function accountView(account: Account, { names, suggestions, list, mayDecide, mayPerson, relatedTo }: DirectoryPageInput): object {
  const { id, observed, personId, sharedOwnerId, drift, delta, intent } = account
  const own = [personId, ...(suggestions.get(id) ?? []).map((each) => each.personId)].some((person) => person !== null && relatedTo.includes(person))
  const may = mayDecide && !own
  const free = delta === null && intent === null
  return {
    id, username: account.username, displayName: observed.displayName, seen: `Seen ${longInstant(account.observedAt)}`,
    status: observed.enabled ? 'signed' : 'suspended', statusText: observed.archived ? 'Archived' : observed.enabled ? 'Switched on' : 'Switched off',
    notes: [...(observed.protected ? ['Protected: automation never changes it (B4).'] : []), ...(observed.mirrored ? ['Follows your Active Directory.'] : []), ...(observed.pending ? ['A task for a person is open.'] : [])],
    person: personId === null ? null : mayPerson ? { name: names.get(personId) ?? personId, href: `/access/people/${personId}` } : { name: 'somebody of the school' },
    owner: sharedOwnerId === null ? null : mayPerson ? names.get(sharedOwnerId) ?? sharedOwnerId : 'a member of staff',
    drift: drift.map(({ text }) => text),
    blocked: mayDecide && own ? 'You have a family link to somebody here, so a colleague must decide.' : null,
    decide: may && drift.length > 0 ? { action: `/access/accounts/${id}/drift`, confirm: drift.some(({ waits }) => waits) && !observed.protected } : null,
    candidates: may && free && list === 'unsure' ? (suggestions.get(id) ?? []).map(({ personId: person, by }) => ({ value: person, text: names.get(person) ?? person, hint: by === 'employee-id' ? 'by the school’s number' : 'by login name or address' })) : [],
    link: may && free && (personId === null || list === 'unsure') ? `/access/accounts/${id}/person` : null,
    unlink: may && free && personId !== null && (list === 'unsure' || list === 'all') ? `/access/accounts/${id}/person` : null,
    share: may && personId === null ? `/access/accounts/${id}/shared` : null,
  }
}

/** One account as a line of a file. */
export function accountLine({ username, observed, personId, sharedOwnerId, observedAt, drift }: Account, nameOf: (id: string | null) => string): string {
  return csvLine([
    username, observed.displayName, observed.enabled ? 'yes' : 'no', observed.container, observed.groups.join('; '), nameOf(personId), nameOf(sharedOwnerId), observed.protected ? 'yes' : 'no',
    new Date(observedAt).toISOString(), drift.map(({ text }) => text).join(' '),
  ])
}
