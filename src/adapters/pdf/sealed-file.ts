import { PdfParseError, PdfReader, type PdfValue } from './pdf-parse.ts'

type Dict = Extract<PdfValue, { kind: 'dict' }>

/** What verifying reads of a file of ours. */
export interface SealedFile {
  /** The signature's bytes, padding included. */
  contents: Buffer
  /** First byte of the gap (the angle bracket) and first byte behind it. */
  gapFrom: number
  gapTo: number
  /** From /M; milliseconds. */
  sealedAt: number
  /** The embedded evidence, as bytes. */
  evidence: Buffer
}

/**
 * Reads the structure of a record by its own rules, which are narrower than PDF's: one cross-reference table that names every
 * object, one signature, a range that covers all but the signature, nothing before, between or after. Throws PdfParseError.
 */
export function readSealedFile(file: Buffer): SealedFile {
  if (!file.subarray(0, 9).equals(Buffer.from('%PDF-1.7\n'))) throw new PdfParseError('not a PDF 1.7 file')
  const end = /startxref\n(\d{1,10})\n%%EOF\n$/.exec(file.toString('latin1', Math.max(0, file.length - 64)))
  if (!end?.[1]) throw new PdfParseError('does not end the way a sealed record ends')
  const { offsets, trailer } = readTable(file, Number(end[1]))
  const objects = { file, offsets }
  const catalog = dict(resolve(objects, trailer.entries.get('Root')))
  const form = dict(resolve(objects, catalog.entries.get('AcroForm')))
  const fields = form.entries.get('Fields')
  if (fields?.kind !== 'array' || fields.items.length !== 1) throw new PdfParseError('does not hold exactly one signature')
  const field = dict(resolve(objects, fields.items[0]))
  const signature = dict(resolve(objects, field.entries.get('V')))
  if (nameOf(signature, 'SubFilter') !== 'ETSI.CAdES.detached') throw new PdfParseError('the signature is of another kind')
  const contents = signature.entries.get('Contents')
  if (contents?.kind !== 'string' || !contents.hex) throw new PdfParseError('the signature has no contents')
  // The gap is the only part the seal does not cover, so its very spelling is fixed.
  if (file.toString('latin1', contents.from, contents.to) !== `<${contents.bytes.toString('hex')}>`) throw new PdfParseError('the signature is written in another way')
  checkRange(signature, contents.from, contents.to, file.length)
  return {
    contents: contents.bytes, gapFrom: contents.from, gapTo: contents.to,
    sealedAt: readDate(signature), evidence: readEvidence(objects, catalog),
  }
}

interface Objects {
  file: Buffer
  offsets: number[]
}

function readTable(file: Buffer, at: number): { offsets: number[]; trailer: Dict } {
  const reader = new PdfReader(file, at)
  reader.word('xref')
  const first = reader.value()
  const count = reader.value()
  if (first.kind !== 'number' || first.value !== 0 || count.kind !== 'number') throw new PdfParseError('cross-reference table in parts')
  const rowsFrom = reader.at + 1
  // Each row is 20 bytes, so the count cannot exceed what the file can hold.
  if (count.value < 1 || count.value > 100_000 || rowsFrom + count.value * 20 > file.length) throw new PdfParseError('cross-reference table runs past the end')
  const offsets: number[] = []
  for (let id = 0; id < count.value; id += 1) {
    const row = /^(\d{10}) (\d{5}) ([nf]) \n$/.exec(file.toString('latin1', rowsFrom + id * 20, rowsFrom + id * 20 + 20))
    if (!row || (row[3] === 'f') !== (id === 0)) throw new PdfParseError('damaged cross-reference table')
    offsets.push(Number(row[1]))
  }
  const rest = new PdfReader(file, rowsFrom + count.value * 20)
  rest.word('trailer')
  const trailer = dict(rest.value())
  if (trailer.entries.has('Prev') || trailer.entries.has('XRefStm') || trailer.entries.has('Encrypt')) throw new PdfParseError('has been changed or encrypted after sealing')
  rest.word('startxref')
  const again = rest.value()
  if (again.kind !== 'number' || again.value !== at || file.toString('latin1', rest.at) !== '\n%%EOF\n') throw new PdfParseError('something follows the end')
  return { offsets, trailer }
}

function objectAt(objects: Objects, id: number): { value: PdfValue; reader: PdfReader } {
  const offset = objects.offsets[id]
  if (offset === undefined) throw new PdfParseError(`object ${id} is missing`)
  const reader = new PdfReader(objects.file, offset)
  const number = reader.value()
  const generation = reader.value()
  reader.word('obj')
  if (number.kind !== 'number' || number.value !== id || generation.kind !== 'number' || generation.value !== 0) throw new PdfParseError(`object ${id} is elsewhere`)
  return { value: reader.value(), reader }
}

function resolve(objects: Objects, value: PdfValue | undefined): PdfValue {
  if (!value) throw new PdfParseError('a needed entry is missing')
  return value.kind === 'ref' ? objectAt(objects, value.id).value : value
}

function checkRange(signature: Dict, gapFrom: number, gapTo: number, length: number): void {
  const range = signature.entries.get('ByteRange')
  const numbers = range?.kind === 'array' ? range.items.map((item) => (item.kind === 'number' ? item.value : Number.NaN)) : []
  const [start, before, after, rest] = numbers
  if (numbers.length !== 4 || start !== 0 || before !== gapFrom || after !== gapTo || rest !== length - gapTo) {
    throw new PdfParseError('the seal does not cover the whole file')
  }
}

function readEvidence(objects: Objects, catalog: Dict): Buffer {
  const attached = catalog.entries.get('AF')
  const spec = dict(resolve(objects, attached?.kind === 'array' ? attached.items[0] : undefined))
  const embedded = dict(resolve(objects, spec.entries.get('EF'))).entries.get('F')
  if (embedded?.kind !== 'ref') throw new PdfParseError('the evidence is missing')
  const { value, reader } = objectAt(objects, embedded.id)
  const length = dict(value).entries.get('Length')
  reader.word('stream')
  const from = reader.at + 1
  if (length?.kind !== 'number' || dict(value).entries.has('Filter') || from + length.value > objects.file.length) throw new PdfParseError('the evidence is damaged')
  return objects.file.subarray(from, from + length.value)
}

function readDate(signature: Dict): number {
  const value = signature.entries.get('M')
  const parts = value?.kind === 'string' ? /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\+00'00'$/.exec(value.bytes.toString('latin1')) : null
  const at = parts ? Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`) : Number.NaN
  if (Number.isNaN(at)) throw new PdfParseError('the time of sealing is missing')
  return at
}

function dict(value: PdfValue): Dict {
  if (value.kind !== 'dict') throw new PdfParseError('a dictionary is missing')
  return value
}

function nameOf(from: Dict, key: string): string | null {
  const value = from.entries.get(key)
  return value?.kind === 'name' ? value.value : null
}
