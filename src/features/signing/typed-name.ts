/** Characters that turn the direction of text around, or cannot be seen: in a name they only deceive. */
const HIDDEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
const LONGEST = 200

/**
 * A name typed as a signature, tidied: NFC, one space between words. Any script; it need not be the name in the register.
 * An empty text is null. Counted in characters as people count them.
 */
export function parseTypedName(text: string): { ok: true; name: string | null } | { ok: false; reason: string } {
  const name = text.replace(HIDDEN, ' ').normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (name === '') return { ok: true, name: null }
  if ([...name].length > LONGEST) return { ok: false, reason: `Use at most ${LONGEST} characters. You can shorten your name.` }
  if (!/\p{L}/u.test(name)) return { ok: false, reason: 'Write your name with letters.' }
  return { ok: true, name }
}
