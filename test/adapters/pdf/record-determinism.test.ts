import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { layOutShaped } from '../../../src/adapters/pdf/act-layout.ts'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import { FontLibrary } from '../../../src/adapters/pdf/font-library.ts'
import type { CompiledTemplate, RecordContent } from '../../../src/adapters/pdf/pdf-records.ts'
import { compileTemplate } from '../../../src/adapters/pdf/template-compile.ts'
import { templateMeta } from '../../../src/adapters/pdf/template-meta.ts'
import { content, rendition, sealedFile, STROKES, TODAY, testTrust, type TestTrust } from './pdf-fixtures.ts'

let template: CompiledTemplate
let trust: TestTrust

beforeAll(async () => {
  template = await compileTemplate(rendition())
  trust = await testTrust()
}, 60_000)

const WORDS = ['Zoë', 'Ŵyn', 'Nguyễn', 'Жанна', 'Ελένη', 'أحمد', 'الله', 'বাংলা', 'क्षत्रिय', 'தமிழ்', 'ગુજરાતી', 'ਹਰਪ੍ਰੀਤ', '王小明', '😀', 'O’Neill', 'ﬁona', 'e\u0301', '(a)b)', '\\', '\u202E', '\uD800', '']
const anyText = fc.oneof(
  fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 5 }).map((words) => words.join(' ')),
)
const act: fc.Arbitrary<RecordContent> = fc.record({
  signerName: anyText, subjectName: anyText, statement: anyText, signerCapacity: anyText, typed: fc.option(anyText), reference: fc.constantFrom('R1', 'R2'),
  drawn: fc.constantFrom(null, STROKES, [], [[]], [[{ x: Number.NaN, y: -5 }, { x: 1e9, y: 1.5 }]]), signedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  audit: fc.array(fc.record({ label: anyText, value: anyText }), { maxLength: 4 }), evidence: fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
}).map((changes) => content({ ...changes, method: changes.typed === null ? 'drawn' : 'typed' }))

/** The file with the bytes between the brackets of /Contents blanked. */
function withoutSignature(file: Buffer): string {
  return file.toString('latin1').replace(/\/Contents <[0-9a-f]+>/, '/Contents <>')
}

describe('D3: the unsigned document is deterministic', () => {
  it('D3: the same input and claim give the same bytes outside /Contents, in two processes\' worth of state, and the record verifies', async () => {
    const [one, two] = [createPdfRecords(), createPdfRecords()]
    await fc.assert(fc.asyncProperty(act, fc.integer({ min: 120, max: 100_000 }), async (input, later) => {
      const sealedAt = TODAY + later * 1000
      const first = await sealedFile(one, template, input, trust.sealer, sealedAt)
      const second = await sealedFile(two, template, structuredClone(input), trust.sealer, sealedAt)
      expect(withoutSignature(second)).toBe(withoutSignature(first))
      const verdict = await one.verify(first, [{ certificatePem: trust.certificates.caCertificatePem }])
      expect(verdict).toMatchObject({ valid: true, reasons: [], reference: input.reference })
      expect(verdict.evidence).toEqual(JSON.parse(JSON.stringify(input.evidence)))
    }), { numRuns: 60, seed: 7 })
  }, 120_000)

  it('D3: a shaped layout does not depend on the names that were laid out before it', () => {
    const used = new FontLibrary(false)
    const meta = templateMeta(template)
    const claim = { sealedAt: TODAY, certificateId: 'c' }
    fc.assert(fc.property(act, (input) => {
      const fresh = layOutShaped(input, claim, meta, new FontLibrary(false))
      const after = layOutShaped(input, claim, meta, used)
      expect(after).toEqual(fresh)
    }), { numRuns: 15, seed: 11 })
  }, 120_000)

  it('D3: unsignedSha256 is the same for every repeat, and the digest that was signed', async () => {
    const records = createPdfRecords()
    const claim = { sealedAt: TODAY + 120_000, certificateId: trust.sealer.certificateId }
    const seals = [await records.seal(template, content(), claim, trust.sealer), await records.seal(template, content(), claim, trust.sealer)]
    expect(seals[1]?.unsignedSha256).toBe(seals[0]?.unsignedSha256)
    const other = await records.seal(template, content({ statement: 'Something else.' }), claim, trust.sealer)
    expect(other.unsignedSha256).not.toBe(seals[0]?.unsignedSha256)
    const later = await records.seal(template, content(), { ...claim, sealedAt: claim.sealedAt + 1000 }, trust.sealer)
    expect(later.unsignedSha256).not.toBe(seals[0]?.unsignedSha256)
  })

  it('D3: compiling the same rendition twice gives the same template', async () => {
    const again = await compileTemplate(rendition())
    expect(again.prefixHash).toBe(template.prefixHash)
    expect(again.meta).toEqual(template.meta)
  }, 60_000)

  it('a template that has been through JSON, as from a database, seals to the same bytes', async () => {
    const records = createPdfRecords()
    const stored = { ...template, prefix: Buffer.from(template.prefix), meta: JSON.parse(JSON.stringify(template.meta)) as Record<string, unknown> }
    const first = await sealedFile(records, template, content(), trust.sealer)
    const second = await sealedFile(createPdfRecords(), stored, content(), trust.sealer)
    expect(withoutSignature(second)).toBe(withoutSignature(first))
  })
})
