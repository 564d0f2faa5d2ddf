const SIGNS = 'ACDEFGHJKMNPQRTUVWXY34679'
const LENGTH = 8

/** The code under the picture on a printed agreement. It finds a request for staff who may enter it, and opens nothing else. */
export function makeSlipCode(random: (bytes: number) => Buffer): string {
  let code = ''
  while (code.length < LENGTH) for (const byte of random(16)) if (byte < 250 && code.length < LENGTH) code += SIGNS[byte % SIGNS.length]
  return code
}

/** A slip's code as typed, or as the whole address in its picture; null when it can be none. */
export function readSlipCode(text: string): string | null {
  const last = text.trim().split('/').at(-1) ?? ''
  const code = last.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '')
  return code.length === LENGTH && [...code].every((sign) => SIGNS.includes(sign)) ? code : null
}

/** "ACDE 3469". */
export const spacedSlip = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`
