import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import type { CompiledTemplate } from '../../../src/adapters/pdf/pdf-records.ts'
import { pathOps } from '../../../src/adapters/pdf/svg-path.ts'
import { readDrawings } from '../../../src/adapters/pdf/symbol-ops.ts'
import { SYMBOLS } from '../../../src/features/agreements/symbols.ts'
import { expectOpensslCades, expectPdfsigValid, expectQpdfClean, infoOf, requireJudges, textOf, withFile } from '../../support/pdf-judges.ts'
import { content, rendition, sealedFile, TODAY, testTrust, type TestTrust } from './pdf-fixtures.ts'

const records = createPdfRecords()
const MARKDOWN = `Our promises.

## I ask first {#ask}

I ask before I use a tablet.

## Kind words {#be-kind}

I use kind words. ${'I help when somebody is sad. '.repeat(20)}

## For grown-ups

No symbol stands here.
`
const symbols = { ask: { name: 'ask', words: 'Ask first' }, 'be-kind': { name: 'kind-words', words: 'Kind words' } }
let trust: TestTrust
let drawn: CompiledTemplate
let bare: CompiledTemplate

beforeAll(async () => {
  trust = await testTrust()
  drawn = await records.compile(rendition({ young: true, markdown: MARKDOWN, symbols }))
  bare = await records.compile(rendition({ young: true, markdown: MARKDOWN, symbols: { ask: { name: 'no-such-drawing', words: 'Nothing' } } }))
}, 60_000)

const seal = (template: CompiledTemplate) => sealedFile(records, template, content(), trust.sealer)

/** Dark and coloured pixels of page 1 within a box of points from its upper left corner, at 72 to the inch. */
function inkIn(file: Buffer, box: { x: number; y: number; wide: number; high: number }): number {
  const ppm = withFile(file, (path) => execFileSync('pdftoppm', ['-r', '72', '-f', '1', '-l', '1', path], { maxBuffer: 50_000_000 }))
  const [head = '', width = '0'] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.toString('latin1', 0, 40)) ?? []
  let ink = 0
  for (let y = box.y; y < box.y + box.high; y += 1) for (let x = box.x; x < box.x + box.wide; x += 1) if ((ppm[head.length + (y * Number(width) + x) * 3] ?? 255) < 120) ink += 1
  return ink
}

describe('S1: the symbols that stood beside the clauses', () => {
  it('are drawn in the sealed record, judged by pdfsig, qpdf, openssl and pdftotext', async ({ skip }) => {
    requireJudges(skip, ['pdfsig', 'certutil', 'qpdf', 'openssl', 'pdftotext', 'pdfinfo'])
    const file = await seal(drawn)
    expectPdfsigValid(file, trust.certificates.caCertificatePem)
    expectQpdfClean(file)
    expectOpensslCades(file, trust.certificates.caCertificatePem, TODAY + 120_000)
    const text = textOf(file)
    for (const words of ['I ask first', 'Kind words', 'For grown-ups', 'No symbol stands here.']) expect(text).toContain(words)
    expect(text).not.toContain('{#')
    expect(infoOf(file).get('Tagged')).toBe('yes')
    expect((await records.verify(file, [{ certificatePem: trust.certificates.certificatePem }])).valid).toBe(true)
    // The column left of the clauses holds the drawings and nothing else.
    expect(inkIn(file, { x: 68, y: 185, wide: 50, high: 265 })).toBeGreaterThan(150)
    expect(inkIn(await seal(bare), { x: 68, y: 185, wide: 50, high: 265 })).toBe(0)
  }, 60_000)

  it('are figures with words, read after the heading they stand beside', async ({ skip }) => {
    requireJudges(skip, ['pdfinfo'])
    const file = await seal(drawn)
    const said = withFile(file, (path) => execFileSync('pdfinfo', ['-struct', path], { encoding: 'utf8' }))
    expect(said.match(/^ *(H2|Figure|P)\b/gm)?.map((tag) => tag.trim()).slice(1, 6)).toEqual(['P', 'H2', 'Figure', 'P', 'H2'])
    expect(file.toString('latin1')).toMatch(/\/Alt \(Symbol: Ask first\)[\s\S]*\/Alt \(Symbol: Kind words\)/)
    expect((await seal(bare)).toString('latin1')).not.toContain('Symbol:')
  })

  it('are compiled once with the version: a signature adds a row of the cross-reference for each and nothing else', async () => {
    const tail = async (template: CompiledTemplate) => (await records.seal(template, content(), { sealedAt: TODAY, certificateId: trust.sealer.certificateId }, trust.sealer)).tail
    expect(Math.abs((await tail(drawn)).length - (await tail(bare)).length)).toBeLessThan(Object.keys(symbols).length * 20 + 10)
    expect((await tail(drawn)).toString('latin1')).not.toContain('Symbol')
    expect((await records.compile(rendition({ young: true, markdown: MARKDOWN, symbols }))).prefixHash).toBe(drawn.prefixHash)
  })
})

describe('the drawings', () => {
  it('are one for every symbol an author can choose, and no other', () => {
    const file = readDrawings(readFileSync(new URL('../../../public/symbols.svg', import.meta.url), 'utf8'))
    expect([...file.keys()].toSorted()).toEqual(Object.keys(SYMBOLS).toSorted())
    for (const shapes of file.values()) expect(shapes.length).toBeGreaterThan(0)
  })

  it('keep their curves: moves, lines, smooth curves and arcs', () => {
    expect(pathOps('M1 2h3v4l-1 1z')).toBe('1 2 m 4 2 l 4 6 l 3 7 l h')
    expect(pathOps('m1 1 2 2')).toBe('1 1 m 3 3 l')
    expect(pathOps('M0 0c0 1 1 2 2 2s2-1 2-2')).toBe('0 0 m 0 1 1 2 2 2 c 3 2 4 1 4 0 c')
    // A quarter of a circle: the known control length 0.5523 of the radius.
    expect(pathOps('M10 0A10 10 0 0 1 0 10')).toBe('10 0 m 10 5.52 5.52 10 0 10 c')
    // The long way round: three quarters, so three curves, ending where it was told to.
    expect(pathOps('M10 0A10 10 0 1 0 0 10').match(/ c/g)).toHaveLength(3)
    expect(pathOps('M10 0A10 10 0 1 0 0 10')).toMatch(/ 0 10 c$/)
    expect(() => pathOps('M0 0q1 1 2 2')).toThrow(/path command "q"/)
  })
})
