import type { SlipSheet } from '../../../adapters/pdf/slip-sheet.ts'
import { type Instant, longInstant } from '../../../shared/dates.ts'
import type { Person } from '../../people/people-queries.ts'
import { yearName } from '../../people/year-name.ts'
import type { PasswordGroup } from './password-people.ts'
import type { PasswordBand } from './password-rules.ts'
import type { PasswordsGiven, TemporaryPassword } from './temporary-passwords.ts'

const YOUNG: ReadonlySet<PasswordBand> = new Set(['EYFS', 'KS1', 'KS2'])

/** Up to Key Stage 2: words and letterforms for them, and the password stays theirs. */
export const isYoung = (band: PasswordBand): boolean => YOUNG.has(band)

/** A class or year in words. */
export const groupName = ({ kind, name }: Pick<PasswordGroup, 'kind' | 'name'>): string => (kind === 'group' ? `Class ${name}` : yearName(name))

/** The order in which slips are handed out. */
export function bySurname(ids: readonly string[], people: ReadonlyMap<string, Pick<Person, 'surname' | 'name'>>): string[] {
  const of = (id: string, part: 'surname' | 'name') => people.get(id)?.[part] ?? ''
  return ids.toSorted((a, b) => of(a, 'surname').localeCompare(of(b, 'surname'), 'en') || of(a, 'name').localeCompare(of(b, 'name'), 'en'))
}

/** A sheet of slips: preferred names (P5), nothing that tells who somebody is beyond it. */
export function slipsOf({ given, problems }: PasswordsGiven, about: { title: string; place: (personId: string) => string; now: Instant }): SlipSheet {
  return {
    title: about.title, young: given.some(({ band }) => isYoung(band)), footer: `Made on ${longInstant(about.now)}. A newer slip replaces this one.`,
    remarks: problems.map(({ person, directory, text }) => `${person.name}${directory === null ? '' : `, ${directory}`}: ${text}`),
    slips: given.map((one) => ({
      name: one.person.name, place: about.place(one.person.id), password: one.password, note: noteOf(one),
      rows: usernames(one).flatMap(({ username, signIn }) => [{ label: 'User name', value: username }, ...(signIn === null ? [] : [{ label: 'Sign in at', value: signIn }])]),
    })),
  }
}

/** Each user name once, with where it is used. */
export function usernames({ accounts }: Pick<TemporaryPassword, 'accounts'>): { username: string; signIn: string | null }[] {
  const found = new Map<string, string[]>()
  for (const { username, signIn } of accounts) found.set(username, [...found.get(username) ?? [], ...(signIn === null ? [] : [signIn])])
  return [...found].map(([username, places]) => ({ username, signIn: places.length === 0 ? null : [...new Set(places)].join('; ') }))
}

/** What its owner should know, in words for their age. */
export function noteOf({ band, accounts, opensLater }: Pick<TemporaryPassword, 'band' | 'accounts' | 'opensLater'>): string {
  const later = opensLater ? ' It works once the agreement is signed.' : ''
  if (isYoung(band)) return `This password is yours. Only your teacher and your grown-up at home may know it.${later}`
  const change = accounts.some(({ mustChange }) => mustChange)
  return `${change ? 'You choose a new one when you first sign in: three words that have nothing to do with each other, and not one you use elsewhere.' : 'Tell nobody.'}${later}`
}
