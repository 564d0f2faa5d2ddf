/** One DER element: tag, length, contents (X.690). */
export function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  const size = body.length
  const head = size < 0x80 ? [tag, size] : size < 0x100 ? [tag, 0x81, size] : size < 0x10000 ? [tag, 0x82, size >> 8, size & 0xff] : [tag, 0x83, size >> 16, (size >> 8) & 0xff, size & 0xff]
  return Buffer.concat([Buffer.from(head), body])
}

export const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts)
export const octets = (bytes: Uint8Array): Buffer => der(0x04, bytes)
export const smallInteger = (value: number): Buffer => der(0x02, Buffer.from([value]))
export const derNull = Buffer.from([0x05, 0x00])

/** SET OF: its members in the order of their encodings, as DER asks. */
export const setOf = (...parts: Uint8Array[]): Buffer => der(0x31, ...parts.toSorted((a, b) => Buffer.compare(a, b)))

/** An object identifier from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left % 128) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}
