import { scrypt, timingSafeEqual } from 'node:crypto'

/** Nothing that looks like another sign in any hand or print. */
const SIGNS = 'ACDEFGHJKMNPQRTUVWXY34679'
const PART = 6
/** OWASP's cost for scrypt: a guess takes as long as a sign-in. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/** The number finds the letter, the secret proves it: a stranger has five tries at one letter, not at all of them. */
export interface LetterCode { number: string; secret: string }

export function makeLetterCode(random: (bytes: number) => Buffer): LetterCode {
  let signs = ''
  while (signs.length < 2 * PART) for (const byte of random(24)) if (byte < 250 && signs.length < 2 * PART) signs += SIGNS[byte % SIGNS.length]
  return { number: signs.slice(0, PART), secret: signs.slice(PART) }
}

/** "ACD 346 - EFG 779" as printed. */
export const printedCode = ({ number, secret }: LetterCode): string => [number.slice(0, 3), number.slice(3), secret.slice(0, 3), secret.slice(3)].join(' ')

/** A code as somebody typed it; null when it can be none. */
export function readLetterCode(text: string): LetterCode | null {
  const code = text.normalize('NFKC').toUpperCase().replace(/[\s.-]/g, '')
  if (code.length !== 2 * PART || ![...code].every((sign) => SIGNS.includes(sign))) return null
  return { number: code.slice(0, PART), secret: code.slice(PART) }
}

/** Hex of the slow hash (ASVS 6.5.2: too few bits for a fast one). */
export function slowHash(secret: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key.toString('hex'))))
  })
}

export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return left.length === right.length && timingSafeEqual(left, right)
}
