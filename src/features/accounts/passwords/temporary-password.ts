import { LONGER_WORDS, PLAIN_WORDS } from './word-lists.ts'

/** How temporary passwords of one band are made. */
export interface PasswordRule {
  /** How many words, at least three. */
  words: number
  /** `plain`: short words, spelt as they sound; `longer`: those and harder ones. */
  list: 'plain' | 'longer'
  /** The first letter of each word large, as some directories ask. */
  capitals: boolean
  /** Figures at the end; many directories want one. */
  figures: number
  /** Whether another one has to be chosen at the next sign-in. */
  mustChange: boolean
}

/** Words are told apart by a sign that needs no second key. */
const BETWEEN = '-'

/**
 * Three random words and a figure, as people can keep in their heads (the advice of the National Cyber Security Centre).
 *
 * How hard it is to guess: three plain words and one figure are one of 210 million (27 bits), three longer ones and two figures one of 44
 * thousand million (35 bits). That is enough against guessing at a sign-in page, which counts wrong tries, and for a password that is given
 * anew in a minute; it is not meant to withstand somebody who has stolen the directory's own file, so those who can are asked to choose their own.
 *
 * `random` gives so many unguessable bytes (T1). Every word is as likely as any other.
 */
export function makePassword(rule: PasswordRule, random: (bytes: number) => Buffer): string {
  const list = rule.list === 'plain' ? PLAIN_WORDS : LONGER_WORDS
  const words = Array.from({ length: rule.words }, () => list[below(list.length, random)] ?? '')
  const shown = rule.capitals ? words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)) : words
  const figures = Array.from({ length: rule.figures }, () => String(below(10, random))).join('')
  return [...shown, ...(figures === '' ? [] : [figures])].join(BETWEEN)
}

/** How many bits of chance a password of this rule has. */
export function bitsOf({ words, list, figures }: Pick<PasswordRule, 'words' | 'list' | 'figures'>): number {
  return words * Math.log2(list === 'plain' ? PLAIN_WORDS.length : LONGER_WORDS.length) + figures * Math.log2(10)
}

/** For an account that nobody signs in to yet: known to nobody, and forgotten at once. */
export function unknownPassword(random: (bytes: number) => Buffer): string {
  // All four kinds of characters, for directories that ask for them.
  return `${random(24).toString('base64url')}-aA9`
}

/** A whole number from 0 to below `limit` (at most 65,536), all equally likely: bytes that would favour some are thrown away. */
function below(limit: number, random: (bytes: number) => Buffer): number {
  const most = Math.floor(65_536 / limit) * limit
  for (;;) {
    const drawn = random(2).readUInt16BE(0)
    if (drawn < most) return drawn % limit
  }
}
