import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { createLineDecoder, EncodingDamage } from '../../../src/adapters/sources/csv/line-decoder.ts'
import type { TextEncoding } from '../../../src/adapters/sources/csv/line-decoder.ts'

function decode(encoding: TextEncoding, bytes: Buffer, sizes: readonly number[] = [bytes.length]): string {
  const decoder = createLineDecoder(encoding)
  let text = ''
  let at = 0
  for (const size of sizes) {
    text += decoder.push(bytes.subarray(at, at + size))
    at += size
  }
  text += decoder.push(bytes.subarray(at))
  return text + decoder.end()
}

const names = 'Zoë,Siân\nŁukasz,Nguyễn\nO’Brien,Ólafur\n'
const latin = 'Zoë,Siân\nO’Brien,Ólafur – €\n'

describe('line decoder', () => {
  it.each<[TextEncoding, string, Buffer]>([
    ['utf-8', names, Buffer.from(names)],
    ['utf-8', names, Buffer.from(`\ufeff${names}`)],
    ['windows-1252', latin, iconv.encode(latin, 'win1252')],
    ['utf-16le', names, iconv.encode(names, 'utf-16le', { addBOM: true })],
    ['utf-16be', names, iconv.encode(names, 'utf-16be', { addBOM: true })],
  ])('reads %s however the bytes are cut', (encoding, text, bytes) => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 30 }), (sizes) => {
      expect(decode(encoding, bytes, sizes)).toBe(text)
    }), { numRuns: 200 })
  })

  it('keeps letters that only look like damage', () => {
    const text = 'JOÃO,SÃO\nÅSA,Âge\nMÄKINEN,Åström\n«Ã»\n'.replace('«Ã»', 'x')
    expect(decode('utf-8', Buffer.from(text))).toBe(text)
  })

  it.each([
    ['bytes of Latin-1', Buffer.from('a\nZo\xeb\n', 'latin1'), 1],
    ['a replacement character', Buffer.from('a\nb\nZo\ufffd\n'), 2],
    ['text garbled once', Buffer.from('a\nZoÃ«\n'), 1],
    ['a garbled apostrophe', Buffer.from('a\nb\nOâ€™Brien\n'), 2],
    ['a garbled Polish letter', Buffer.from('PaweÅ‚\n'), 0],
    ['a NUL', Buffer.from('a\nb\0c\n'), 1],
    ['UTF-16', Buffer.from('\ufeffa\nb\n', 'utf16le'), 0],
  ])('R3: refuses %s in UTF-8, naming the line', (_name, bytes, linesBefore) => {
    expect(() => decode('utf-8', bytes)).toThrow(expect.objectContaining({ name: 'EncodingDamage', linesBefore }))
  })

  it('R3: refuses damage in Windows-1252 and UTF-16', () => {
    expect(() => decode('windows-1252', Buffer.from([0x61, 0x81, 0x0a]))).toThrow(EncodingDamage)
    expect(() => decode('windows-1252', Buffer.from('Zoë\n'))).toThrow(EncodingDamage)
    expect(() => decode('utf-16le', Buffer.from([0x61, 0x00, 0x00, 0xd8, 0x61, 0x00, 0x0a, 0x00]))).toThrow(EncodingDamage)
    expect(() => decode('utf-16le', Buffer.from([0x61, 0x00, 0x0a]))).toThrow('middle of a UTF-16 character')
  })
})
