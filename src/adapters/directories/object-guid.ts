/**
 * objectGUID: 16 bytes of which the first three fields are little-endian (MS-DTYP 2.3.4.2); written in the canonical dashed
 * form that Active Directory's own tools show.
 */
const FIELDS = [[3, 2, 1, 0], [5, 4], [7, 6], [8, 9], [10, 11, 12, 13, 14, 15]]
const DASHED = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The dashed form, in lower case. @throws RangeError when there are not 16 bytes. */
export function guidText(bytes: Buffer): string {
  if (bytes.length !== 16) throw new RangeError(`an objectGUID has 16 bytes, not ${bytes.length}`)
  const hex = bytes.toString('hex')
  return FIELDS.map(field => field.map(at => hex.slice(at * 2, at * 2 + 2)).join('')).join('-')
}

/** The 16 bytes of a canonical dashed GUID. */
export function guidBytes(canonical: string): Buffer {
  const hex = canonical.replaceAll('-', '')
  const bytes = Buffer.alloc(16)
  for (const [at, place] of FIELDS.flat().entries()) bytes[place] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16)
  return bytes
}

/** The text in lower case if it is a dashed GUID (blanks and braces around it allowed), else null. */
export function canonicalGuid(text: string): string | null {
  const plain = text.trim().replace(/^\{(.*)\}$/, '$1').toLowerCase()
  return DASHED.test(plain) ? plain : null
}
