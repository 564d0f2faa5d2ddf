/**
 * Signs that text went through a wrong encoding on its way (R3): the replacement character, or UTF-8 that was once read
 * as Windows-1252 ("ZoÃ«"). The second half of such a pair is always one of the characters below, which no name has
 * after a capital letter with an accent.
 */
const SECOND = '\\u0080-\\u00bf\\u0152\\u0153\\u0160\\u0161\\u017d\\u017e\\u0178\\u0192\\u02c6\\u02dc\\u2013\\u2014\\u2018-\\u201a\\u201c-\\u201e\\u2020-\\u2022\\u2026\\u2030\\u2039\\u203a\\u20ac\\u2122'
const DAMAGE = new RegExp(`\\ufffd|[\\u00c2-\\u00c5][${SECOND}]|\\u00e2\\u20ac`)

/** The first sign of damage, or null. */
export function damageIn(text: string): { at: number; what: string } | null {
  const at = text.search(DAMAGE)
  if (at === -1) return null
  const what = text[at] === '\ufffd' ? 'Characters were lost (there are replacement characters in the text).' : 'Accented letters are garbled: the text was once read in the wrong encoding.'
  return { at, what }
}

const SIGNS = ['efbfbd', 'c382', 'c383', 'c384', 'c385', 'c3a2e282ac'].map((hex) => Buffer.from(hex, 'hex'))

/** A quick look at UTF-8 bytes: false means that `damageIn` would find nothing. */
export function looksDamaged(bytes: Buffer): boolean {
  return SIGNS.some((sign) => bytes.includes(sign))
}
