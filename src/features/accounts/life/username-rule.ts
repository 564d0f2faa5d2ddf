import type { CalendarDate } from '../../../shared/dates.ts'

/** Active Directory takes no more for the old form of a login name. */
const MOST = 20
/** How many people of one name are told apart by a number. */
const MOST_ALIKE = 99

/** Letters that lose more than an accent. */
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ı: 'i', ŋ: 'ng' }

/** A name in the letters a to z, as login names have them; empty where it has none of them. */
export function plainLetters(text: string): string {
  return [...text.toLowerCase().normalize('NFD')].map((letter) => LETTERS[letter] ?? letter).join('').replace(/[^a-z]/g, '')
}

/**
 * Login names to try, the first one first: the rule filled in with the preferred name, then with 2, 3 and so on behind it. A name without any
 * letter of the alphabet gives the person's own number instead.
 */
export function usernameCandidates(rule: string, person: { forename: string; surname: string; employeeId: string; startDate: CalendarDate | null }): string[] {
  const forename = plainLetters(person.forename)
  const surname = plainLetters(person.surname)
  const filled = rule.replaceAll('{forename}', forename).replaceAll('{surname}', surname).replaceAll('{f}', forename.slice(0, 1)).replaceAll('{s}', surname.slice(0, 1))
    .replaceAll('{yy}', person.startDate?.slice(2, 4) ?? '').replace(/^[.-]+|[.-]+$/g, '').replace(/([.-])[.-]+/g, '$1')
  const base = /[a-z]/.test(filled) && forename + surname !== '' ? filled : `u${person.employeeId.toLowerCase().replace(/[^a-z0-9]/g, '')}`
  return Array.from({ length: MOST_ALIKE }, (_, at) => {
    const number = at === 0 ? '' : String(at + 1)
    return `${base.slice(0, MOST - number.length).replace(/[.-]+$/, '')}${number}`
  })
}
