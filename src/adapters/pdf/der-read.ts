/** One element read from DER (or, where asked for, BER): tag octet, contents, and the whole encoding. */
export interface DerNode {
  tag: number
  content: Buffer
  whole: Buffer
}

/** Thrown on anything that is not well-formed; callers turn it into a plain reason. */
export class DerError extends Error {}

/** Reads the element at the start of `bytes`; what follows it is left alone. `ber` admits indefinite lengths (old PKCS#12 files). */
export function readDer(bytes: Buffer, ber = false, depth = 0): DerNode {
  const tag = bytes[0]
  const size = bytes[1]
  if (tag === undefined || size === undefined || (tag & 0x1f) === 0x1f || depth > 40) throw new DerError('not an ASN.1 element')
  if (size < 0x80) return node(tag, bytes, 2, size)
  if (size === 0x80) {
    if (!ber || (tag & 0x20) === 0) throw new DerError('indefinite length')
    return indefinite(tag, bytes, depth)
  }
  const count = size & 0x7f
  if (count > 4 || bytes.length < 2 + count) throw new DerError('length out of range')
  return node(tag, bytes, 2 + count, bytes.readUIntBE(2, count))
}

/** The elements inside a constructed one. */
export function children(parent: DerNode, ber = false, depth = 0): DerNode[] {
  const out: DerNode[] = []
  let at = 0
  while (at < parent.content.length) {
    const child = readDer(parent.content.subarray(at), ber, depth + 1)
    out.push(child)
    at += child.whole.length
    if (out.length > 2000) throw new DerError('too many elements')
  }
  return out
}

/** The child at a place, with the tag it must have. */
export function child(parent: DerNode, place: number, tag: number, ber = false): DerNode {
  const found = children(parent, ber)[place]
  if (!found || found.tag !== tag) throw new DerError(`element ${place} is not of type ${tag}`)
  return found
}

/** The dotted form of an object identifier element. */
export function oidText(element: DerNode): string {
  if (element.tag !== 0x06 || element.content.length === 0 || element.content.length > 64) throw new DerError('not an object identifier')
  const arcs: number[] = []
  let arc = 0
  for (const byte of element.content) {
    arc = arc * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(arc)) throw new DerError('object identifier out of range')
    if (byte & 0x80) continue
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)))
    else arcs.push(arc)
    arc = 0
  }
  return arcs.join('.')
}

/** The bytes of an OCTET STRING, also when BER wrote it in pieces. */
export function octetsOf(element: DerNode): Buffer {
  if ((element.tag & 0x20) === 0) return element.content
  return Buffer.concat(children(element, true).map((part) => octetsOf(part)))
}

function node(tag: number, bytes: Buffer, from: number, size: number): DerNode {
  if (from + size > bytes.length) throw new DerError('element runs past the end')
  return { tag, content: bytes.subarray(from, from + size), whole: bytes.subarray(0, from + size) }
}

function indefinite(tag: number, bytes: Buffer, depth: number): DerNode {
  let at = 2
  while (bytes[at] !== 0 || bytes[at + 1] !== 0) {
    if (at >= bytes.length) throw new DerError('element without an end')
    at += readDer(bytes.subarray(at), true, depth + 1).whole.length
  }
  return { tag, content: bytes.subarray(2, at), whole: bytes.subarray(0, at + 2) }
}
