import { toAscii } from './transliterate.ts'
import type { DemoName } from './model.ts'

/** The longest login name that Active Directory's sAMAccountName takes. */
const LONGEST = 20
const letters = (latin: string): string => toAscii(latin).toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Hands out login names, each once; a second 26jsmith becomes 26jsmith2. */
export interface Usernames {
  /** Year of entry, initial, family name: `26jsmith`. */
  pupil(name: DemoName, entryYear: number): string
  /** Initial and family name: `j.smith`. */
  staff(name: DemoName): string
}

/** Starts with nothing handed out. */
export function createUsernames(): Usernames {
  const taken = new Map<string, number>()
  const unique = (wanted: string): string => {
    const base = wanted.slice(0, LONGEST - 4)
    let number = (taken.get(base) ?? 0) + 1
    // A base that ends in a digit could meet another base's number; step on until free.
    while (number > 1 && taken.has(`${base}${number}`)) number++
    taken.set(base, number)
    if (number === 1) return base
    taken.set(`${base}${number}`, 1)
    return `${base}${number}`
  }
  return {
    pupil: (name, entryYear) => {
      const { initial, family } = parts(name)
      return unique(`${String(entryYear % 100).padStart(2, '0')}${initial}${family}`)
    },
    staff: (name) => {
      const { initial, family } = parts(name)
      return unique(family === '' ? initial : `${initial}.${family}`)
    },
  }
}

function parts(name: DemoName): { initial: string; family: string } {
  const given = letters(name.latinForename)
  const family = letters(name.latinSurname)
  // A person with one name only has it as the family part.
  return family === '' ? { initial: '', family: given || 'user' } : { initial: given.slice(0, 1), family }
}
