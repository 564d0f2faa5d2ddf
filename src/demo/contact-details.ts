import { toAscii } from './transliterate.ts'
import type { DemoName } from './model.ts'
import type { Random } from './random.ts'
import type { Sex } from './person-names.ts'

/** Domains that can never belong to anybody (RFC 2606). */
const DOMAINS = ['post.example', 'mail.example', 'inbox.example', 'family.example.org', 'example.org'] as const
const plain = (latin: string): string => toAscii(latin).toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** An address at a reserved domain; `number` (the person's own) keeps it unique. */
export function privateEmail(random: Random, name: DemoName, number: number): string {
  const given = plain(name.latinForename)
  const family = plain(name.latinSurname)
  const local = random.weighted([
    [`${given}.${family}`, 5], [`${given.slice(0, 1)}${family}`, 3], [`${given}_${family}`, 1], [`the.${family}.family`, 1],
  ]).replaceAll(/^[._]+|[._]+$/g, '').slice(0, 50)
  return `${local || 'family'}${number}@${random.pick(DOMAINS)}`
}

/** A mobile number from the range that Ofcom keeps free for drama, 07700 900000 to 900999. */
export const dramaMobile = (random: Random): string => `07700 900${String(random.int(0, 999)).padStart(3, '0')}`

export function titleFor(random: Random, sex: Sex): string {
  return sex === 'male' ? random.weighted([['Mr', 94], ['Dr', 4], ['', 2]]) : random.weighted([['Mrs', 45], ['Ms', 30], ['Miss', 18], ['Dr', 4], ['', 3]])
}

const CHECK_LETTERS = 'ABCDEFGHJKLMNPQRTUVWXYZ'
/** A unique pupil number with a right check letter (CBDS): LA 999 does not exist. `serial` has at most nine digits. */
export function makeUpn(serial: number): string {
  const digits = `999${String(serial).padStart(9, '0')}`
  let sum = 0
  for (let index = 0; index < digits.length; index++) sum += Number(digits[index]) * (index + 2)
  return `${CHECK_LETTERS[sum % 23] ?? ''}${digits}`
}
