import type { PDFContext } from '@cantoo/pdf-lib'

// The second line holds bytes above 127, so that no transfer takes the file for text.
const HEADER = Buffer.from('%PDF-1.7\n%\xE2\xE3\xCF\xD3\n', 'latin1')

/** Writes the objects of a context in order, `raw` ones as given; answers the bytes and one cross-reference row for each number from 0. */
export function writeObjects(context: PDFContext, raw: Map<number, string>): { prefix: Buffer; xref: string } {
  const parts: Buffer[] = [HEADER]
  const offsets: number[] = []
  let at = HEADER.length
  const bodies = new Map<number, Buffer>(objectBodies(context))
  for (const [id, text] of raw) bodies.set(id, Buffer.from(text, 'latin1'))
  for (const [id, body] of [...bodies].toSorted(([a], [b]) => a - b)) {
    const whole = Buffer.concat([Buffer.from(`${id} 0 obj\n`), body, Buffer.from('\nendobj\n')])
    offsets[id] = at
    parts.push(whole)
    at += whole.length
  }
  let xref = '0000000000 65535 f \n'
  for (let id = 1; id <= context.largestObjectNumber; id += 1) {
    const offset = offsets[id]
    if (offset === undefined) throw new Error(`Object ${id} of a record template was numbered but never written.`)
    xref += `${String(offset).padStart(10, '0')} 00000 n \n`
  }
  return { prefix: Buffer.concat(parts), xref }
}

/** Every object of a context by number, as the bytes between `obj` and `endobj`. */
export function objectBodies(context: PDFContext): [number, Buffer][] {
  return context.enumerateIndirectObjects().map(([ref, object]) => {
    const body = Buffer.alloc(object.sizeInBytes())
    object.copyBytesInto(body, 0)
    return [ref.objectNumber, body]
  })
}
