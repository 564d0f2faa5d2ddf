import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BrokenCsv, RecordSplitter } from '../../../src/adapters/sources/csv/record-splitter.ts'

function split(pieces: readonly string[], delimiter = ',', max = 10_000): { cells: string[]; line: number }[] {
  const records: { cells: string[]; line: number }[] = []
  const splitter = new RecordSplitter(delimiter, max, (cells, line) => records.push({ cells, line }))
  for (const piece of pieces) splitter.push(piece)
  splitter.end()
  return records
}

const cellsOf = (text: string, delimiter = ',') => split([text], delimiter).map((record) => record.cells)

/** Null when csv-parse calls the text broken. */
function byCsvParse(text: string, delimiter: string, relaxed: boolean): string[][] | null {
  try {
    return parse(text, { delimiter, relax_quotes: relaxed, relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] })
  } catch {
    return null
  }
}

function bySplitter(pieces: readonly string[], delimiter = ','): string[][] | null {
  try {
    return split(pieces, delimiter).map((record) => record.cells)
  } catch (error) {
    if (error instanceof BrokenCsv) return null
    throw error
  }
}

/** Text of the characters that matter. The closing line feed makes LF the line end, as in every file of more than one line. */
const csvLike = fc.array(fc.constantFrom('a', 'b', ' ', ',', ';', '"', '"', '\n', '\r\n', '\r', 'é', '日'), { maxLength: 40 }).map((parts) => `${parts.join('')}\n`)

describe('RecordSplitter', () => {
  it.each([
    ['a,b\nc,d\n', [['a', 'b'], ['c', 'd']]],
    ['a,b\r\nc,d', [['a', 'b'], ['c', 'd']]],
    ['"a,1",b\n', [['a,1', 'b']]],
    ['"a ""x""",b\n', [['a "x"', 'b']]],
    ['"two\nlines",b\nc,d\n', [['two\nlines', 'b'], ['c', 'd']]],
    ['a,,\n,,\n', [['a', '', ''], ['', '', '']]],
    ['"",""\n', [['', '']]],
    ['a\n\n\r\nb\n', [['a'], ['b']]],
    ['6" rule,b\n', [['6" rule', 'b']]],
    ['a,b\rc,d\r', [['a', 'b'], ['c', 'd']]],
    ['"a"', [['a']]],
    ['a,"b"', [['a', 'b']]],
    ['a,"b",', [['a', 'b', '']]],
    ['', []],
  ])('reads %j', (text, expected) => {
    expect(cellsOf(text)).toEqual(expected)
  })

  it.each([[';', 'a;"b;c"\n', [['a', 'b;c']]], ['\t', 'a\t"b\tc"\n', [['a', 'b\tc']]]])('splits at %j', (delimiter, text, expected) => {
    expect(cellsOf(text, delimiter)).toEqual(expected)
  })

  it('numbers each record by the line it starts on', () => {
    const text = 'a\n"b\nb\nb",x\n\nc,"d"\ne\n'
    expect(split([text]).map((record) => record.line)).toEqual([1, 2, 6, 7])
  })

  it('refuses text after a closing quote, naming the line', () => {
    expect(() => split(['a\n"b"c,d\n'])).toThrow(expect.objectContaining({ line: 2 }))
  })

  it('refuses a quote that is never closed, naming the line on which it opens', () => {
    expect(() => split(['a,b\nc,"d\ne,f\n'])).toThrow(expect.objectContaining({ line: 2, message: 'A quote opened on this line is never closed.' }))
  })

  it('refuses a record longer than allowed, quoted or not, before reading on', () => {
    expect(() => split([`a\n${'b'.repeat(60)}\n`], ',', 50)).toThrow(expect.objectContaining({ line: 2 }))
    const splitter = new RecordSplitter(',', 50, () => {})
    splitter.push('a\nb,"')
    expect(() => splitter.push('c'.repeat(60))).toThrow(BrokenCsv)
  })

  it('counts quotes it read as they stand', () => {
    const splitter = new RecordSplitter(',', 100, () => {})
    splitter.push('a,6" rule\nb,c\n')
    splitter.end()
    expect(splitter.looseQuotes).toBe(1)
  })

  it('agrees with csv-parse on any text', () => {
    fc.assert(fc.property(csvLike, fc.constantFrom(',', ';'), (text, delimiter) => {
      const ours = bySplitter([text], delimiter)
      const strict = byCsvParse(text, delimiter, false)
      // What csv-parse takes in its strict mode, we read alike; a quote inside an unquoted value, which it then refuses,
      // we read as its relaxed mode does. Both together leave nothing that only one of us calls broken.
      expect(strict === null ? null : ours).toEqual(strict)
      expect(ours === null ? null : byCsvParse(text, delimiter, true)).toEqual(ours)
    }), { numRuns: 3000 })
  })

  it('reads the same however the text is cut into pieces', () => {
    fc.assert(fc.property(csvLike, fc.array(fc.nat(60), { maxLength: 6 }), (text, cuts) => {
      const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].toSorted((a, b) => a - b)
      const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
      expect(bySplitter(pieces)).toEqual(bySplitter([text]))
    }), { numRuns: 2000 })
  })
})
