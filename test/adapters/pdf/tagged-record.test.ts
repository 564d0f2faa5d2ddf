import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import { infoOf, requireJudges, withFile } from '../../support/pdf-judges.ts'
import { content, rendition, sealedFile, STROKES, testTrust } from './pdf-fixtures.ts'

// CommonJS whose types speak of a default export it does not have.
const readQr = createRequire(import.meta.url)('jsqr') as (pixels: Uint8ClampedArray, width: number, height: number) => { data: string } | null
const records = createPdfRecords()
let plain: Buffer
let drawn: Buffer
let shaped: Buffer

beforeAll(async () => {
  const { sealer } = await testTrust()
  const template = await records.compile(rendition())
  plain = await sealedFile(records, template, content(), sealer)
  drawn = await sealedFile(records, template, content({ method: 'drawn', typed: null, drawn: STROKES, audit: Array.from({ length: 40 }, (_, row) => ({ label: `Row ${row}`, value: `Value ${row}` })) }), sealer)
  shaped = await sealedFile(records, template, content({ signerName: 'রহিমা খাতুন', subjectName: 'রহিমা খাতুন', typed: 'রহিমা খাতুন' }), sealer)
}, 60_000)

/** What a screen reader is given: element names by depth, with their text. */
const structure = (file: Buffer): string => withFile(file, (path) => execFileSync('pdfinfo', ['-struct-text', path], { encoding: 'utf8' }))

/** What a telephone reads from a picture (binary PPM), or null. */
function scan(ppm: Buffer): string | null {
  const [head = '', width = '0', height = '0'] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.toString('latin1', 0, 40)) ?? []
  const pixels = new Uint8ClampedArray(Number(width) * Number(height) * 4).fill(255)
  for (let at = 0; at < Number(width) * Number(height); at += 1) for (let part = 0; part < 3; part += 1) pixels[at * 4 + part] = ppm[head.length + at * 3 + part] ?? 255
  return readQr(pixels, Number(width), Number(height))?.data ?? null
}

describe('a record for those who listen', () => {
  it('is tagged, named and in a language', ({ skip }) => {
    requireJudges(skip, ['pdfinfo'])
    expect(infoOf(plain).get('Tagged')).toBe('yes')
    expect(infoOf(plain).get('Title')).toBe('Acceptable Use Agreement')
    expect(plain.toString('latin1')).toMatch(/\/Lang \(en-GB\)[\s\S]*\/DisplayDocTitle true/)
  })

  it('reads in order: text with headings, lists and tables, then the act, the mark, how it was recorded', ({ skip }) => {
    requireJudges(skip, ['pdfinfo'])
    const said = structure(plain)
    const order = ['Our rules', 'I use school computers', 'I keep my password to myself', 'Who helps', 'Signed and agreed', 'I have read this agreement', 'Signed by', 'Maisie Thornbury', 'How this signature was recorded', 'Reference', 'Check this record', 'Sealed electronically']
    const places = order.map((words) => said.indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    for (const tag of ['H1', 'H2', 'P', 'L', 'LI', 'Lbl', 'LBody', 'Table', 'TR', 'TH', 'TD']) expect(said).toMatch(new RegExp(`^ *${tag}\\b`, 'm'))
  })

  it('gives each row of the record as a header and its value', ({ skip }) => {
    requireJudges(skip, ['pdfinfo'])
    for (const file of [plain, shaped]) {
      expect(structure(file).replaceAll(/\s+/g, ' ')).toContain('TR TH: /Scope /Row "Reference " TD "01K3X8Z5QW7M2N4P6R8T0V1Y3B"')
    }
  })

  it('says what a figure shows', ({ skip }) => {
    requireJudges(skip, ['pdfinfo'])
    expect(drawn.toString('latin1')).toContain('/Alt (Signature drawn by hand)')
    expect(drawn.toString('latin1')).toContain('/Alt (QR code that leads to https://assent.larkfield.example/verify/01K3X8Z5QW7M2N4P6R8T0V1Y3B)')
    expect(structure(drawn)).toMatch(/Figure/)
  })

  it('D6: the code on the page, photographed, leads to the public page of this reference and holds no name', ({ skip }) => {
    requireJudges(skip, ['pdftotext'])
    for (const file of [plain, shaped]) {
      const [, ...pages] = withFile(file, (path, folder) => {
        execFileSync('pdftoppm', ['-r', '110', path, join(folder, 'page')])
        return readdirSync(folder).filter((name) => name.endsWith('.ppm')).toSorted().map((name) => scan(readFileSync(join(folder, name))))
      })
      expect(pages).toContain('https://assent.larkfield.example/verify/01K3X8Z5QW7M2N4P6R8T0V1Y3B')
    }
  })

  it('leaves no drawing outside: every operator that paints is tagged or marked as an artifact', ({ skip }) => {
    requireJudges(skip, ['qpdf'])
    for (const file of [plain, drawn, shaped]) {
      const open = withFile(file, (path, folder) => {
        execFileSync('qpdf', ['--qdf', '--object-streams=disable', path, join(folder, 'flat.pdf')])
        return execFileSync('cat', [join(folder, 'flat.pdf')]).toString('latin1')
      })
      const streams = [...open.matchAll(/stream\n([\s\S]*?)\nendstream/g)].map((match) => match[1] ?? '').filter((stream) => stream.includes(' BDC') || stream.includes(' BMC'))
      expect(streams.length).toBeGreaterThan(2)
      for (const stream of streams) {
        let outside = stream
        // From the innermost outwards: a shaped word has a span of its own within its element.
        for (let before = ''; before !== outside;) {
          before = outside
          outside = outside.replaceAll(/\/\w+ (?:<<(?:(?!BDC|BMC)[\s\S])*?>> BDC|BMC)(?:(?!BDC|BMC|EMC)[\s\S])*EMC/g, '')
        }
        expect(outside).not.toMatch(/\b(?:Tj|TJ|re|f|S|m|l)\b/)
      }
    }
  })
})
