/** Signs that a child can read off a board and find on a keyboard: nothing that looks like another (0 O, 1 I L, 5 S, 8 B, 2 Z). */
const SIGNS = 'ACDEFGHJKMNPQRTUVWXY34679'
const LENGTH = 6

/** A new code of six signs: 244 million of them, so that guessing within the limits comes to nothing. */
export function makeCode(random: (bytes: number) => Buffer): string {
  let code = ''
  while (code.length < LENGTH) {
    // Bytes above the last whole multiple would make the first signs likelier.
    for (const byte of random(16)) if (byte < 250 && code.length < LENGTH) code += SIGNS[byte % SIGNS.length]
  }
  return code
}

/** A code as somebody typed it; null when it can be none. Signs that look alike are read as the one we use. */
export function readCode(text: string): string | null {
  const code = text.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '')
  return code.length === LENGTH && [...code].every((sign) => SIGNS.includes(sign)) ? code : null
}

/** "ACD 346": easier to read out. */
export const spacedCode = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`
