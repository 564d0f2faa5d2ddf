import { beforeAll, describe, expect, it } from 'vitest'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import type { CompiledTemplate } from '../../../src/adapters/pdf/pdf-records.ts'
import {
  detachedEvidence, expectOpensslCades, expectPdfsigValid, expectQpdfClean, fontLines, infoOf, requireJudges, pdfsigReport, sha256Hex, textOf,
} from '../../support/pdf-judges.ts'
import { content, LONG_TEXT, rendition, sealedFile, STROKES, TODAY, testTrust, type TestTrust } from './pdf-fixtures.ts'

const records = createPdfRecords()
const LONG_NAME = 'Maximiliana Persephone '.repeat(9).slice(0, 200)
let short: CompiledTemplate
let long: CompiledTemplate
let young: CompiledTemplate
const trusts = new Map<string, TestTrust>()

function trust(keyType: string): TestTrust {
  const found = trusts.get(keyType)
  if (!found) throw new Error(`no trust with ${keyType}`)
  return found
}

beforeAll(async () => {
  short = await records.compile(rendition())
  long = await records.compile(rendition({ markdown: LONG_TEXT, title: 'Acceptable Use Agreement for staff' }))
  young = await records.compile(rendition({ young: true, title: 'Our promises' }))
  for (const keyType of ['P-256', 'RSA-2048'] as const) trusts.set(keyType, await testTrust(keyType))
}, 120_000)

describe.each(['P-256', 'RSA-2048'])('records sealed with %s', (keyType) => {
  const acts = {
    typed: () => content(),
    drawn: () => content({ method: 'drawn', typed: null, drawn: STROKES }),
    'with a mark': () => content({ method: 'witnessed-mark', typed: null, signerName: 'Ola Nowak-Święcka', subjectName: 'Kuba Nowak' }),
    'with a name of 200 characters': () => content({ signerName: LONG_NAME, typed: LONG_NAME }),
    'with sixty audit rows': () => content({ audit: Array.from({ length: 60 }, (_, row) => ({ label: `Row ${row}`, value: `Value ${row}` })) }),
  }
  for (const [title, act] of Object.entries(acts)) {
    it(`D1, D4: ${title}, judged by pdfsig, qpdf, openssl, pdftotext and pdfdetach`, async ({ skip }) => {
      requireJudges(skip, ['pdfsig', 'certutil', 'qpdf', 'openssl', 'pdftotext', 'pdfdetach'])
      const { certificates, sealer } = trust(keyType)
      for (const template of title === 'typed' ? [short, long, young] : [short]) {
        const file = await sealedFile(records, template, act(), sealer)
        expectPdfsigValid(file, certificates.caCertificatePem)
        expectQpdfClean(file)
        expectOpensslCades(file, certificates.caCertificatePem, TODAY + 120_000)
        const text = textOf(file)
        expect(text).toContain(act().signerName.trim())
        expect(text).toContain(act().statement)
        for (const { value } of act().audit) expect(text).toContain(value)
        expect(detachedEvidence(file)).toMatchObject({ reference: act().reference, rendition: template.renditionHash, evidence: act().evidence })
        const verdict = await records.verify(file, [{ certificatePem: certificates.certificatePem }])
        expect(verdict).toMatchObject({ valid: true, reasons: [], reference: act().reference, evidence: act().evidence, sealedAt: TODAY + 120_000, fileSha256: sha256Hex(file) })
      }
    }, 60_000)
  }
})

const SCRIPTS: Record<string, string> = {
  'Latin, Irish and Polish': 'Siobhán Ó Dálaigh-Święcka', 'Latin, Welsh': 'Siân Ŵyn Llŷr', 'Latin, Vietnamese': 'Nguyễn Thị Hương', 'Latin, Romanian': 'Ștefania Țăranu',
  Cyrillic: 'Жанна Щукіна', Greek: 'Ελένη Παπαδοπούλου', Arabic: 'عبد الله محمد', Urdu: 'فاطمہ خان', Bengali: 'রহিমা খাতুন চৌধুরী', Devanagari: 'श्रीमती क्षत्रिय',
  Tamil: 'தமிழ்ச்செல்வி கொற்றவை', Gujarati: 'ગુજરાતી પટેલ', Gurmukhi: 'ਹਰਪ੍ਰੀਤ ਸਿੰਘ', Chinese: '王小明', 'Chinese, traditional': '陳大文',
}

describe('D5: names in many scripts', () => {
  for (const [script, name] of Object.entries(SCRIPTS)) {
    it(`D5: ${script} comes back from pdftotext, every font embedded and mapped`, async ({ skip }) => {
      requireJudges(skip, ['pdfsig', 'certutil', 'qpdf', 'pdftotext', 'pdffonts', 'pdfdetach'])
      const { certificates, sealer } = trust('P-256')
      const file = await sealedFile(records, short, content({ signerName: name, subjectName: name, typed: name }), sealer)
      expect(textOf(file)).toContain(name)
      expectQpdfClean(file)
      expectPdfsigValid(file, certificates.caCertificatePem)
      for (const line of fontLines(file)) expect(line).toMatch(/CID TrueType\s+Identity-H\s+yes yes yes/)
      expect(detachedEvidence(file)['act']).toMatchObject({ signerName: name })
    })
  }

  it('D5: characters no font has are boxed, keep the rest of the name, and come back from pdftotext', async ({ skip }) => {
    requireJudges(skip, ['qpdf', 'pdftotext', 'pdfdetach'])
    const { sealer } = trust('P-256')
    for (const name of ['Ana 😀 Lee', 'ሰላም ተስፋዬ', 'Bo\u0007b']) {
      const file = await sealedFile(records, short, content({ signerName: name, typed: name }), sealer)
      expectQpdfClean(file)
      if (name !== 'Bo\u0007b') expect(textOf(file)).toContain(name)
      // A box is a stroked square; the page of an ordinary name has none.
      expect(file.toString('latin1', short.prefix.length)).toMatch(/ re S Q BT \/Span/)
      expect(detachedEvidence(file)['act']).toMatchObject({ signerName: name })
    }
  })

  it('D5: an ordinary name draws no box', async () => {
    const file = await sealedFile(records, short, content(), trust('P-256').sealer)
    expect(file.toString('latin1', short.prefix.length)).not.toMatch(/ re S Q BT/)
  })

  it('G6: an agreement in Arabic and one in Bengali compile, and their words come back', async ({ skip }) => {
    requireJudges(skip, ['qpdf', 'pdftotext'])
    for (const [language, word] of [['ar', 'أستخدم أجهزة المدرسة للتعلم'], ['bn', 'আমি শেখার জন্য স্কুলের যন্ত্র ব্যবহার করব']] as const) {
      const template = await records.compile(rendition({ language, markdown: `## ${word}\n\n${word}.\n\n- ${word}` }))
      const file = await sealedFile(records, template, content(), trust('P-256').sealer)
      expectQpdfClean(file)
      expect(textOf(file)).toContain(word)
    }
  }, 60_000)
})

describe('the document', () => {
  it('a statement of several pages and a typed text that outgrows its box are carried or visibly cut, and kept in the evidence', async ({ skip }) => {
    requireJudges(skip, ['qpdf', 'pdftotext', 'pdfdetach'])
    const statement = `${'I agree to this and to that. '.repeat(400)}The very end.`
    const typed = 'word '.repeat(600).trim()
    const file = await sealedFile(records, short, content({ statement, typed }), trust('P-256').sealer)
    expectQpdfClean(file)
    expect(textOf(file)).toContain('The very end.')
    expect(textOf(file)).toContain('word \u2026')
    expect(detachedEvidence(file)['act']).toMatchObject({ statement, typed })
  })

  it('is tagged, titled, in A4, and says its language and PDF/A rules', async ({ skip }) => {
    requireJudges(skip, ['pdfinfo'])
    const file = await sealedFile(records, long, content(), trust('P-256').sealer)
    const info = infoOf(file)
    expect(info.get('Title')).toBe('Acceptable Use Agreement for staff')
    expect(info.get('Tagged')).toBe('yes')
    expect(Number(info.get('Pages'))).toBeGreaterThan(8)
    expect(info.get('Page size')).toContain('A4')
    const bytes = file.toString('latin1')
    for (const part of ['/Lang (en-GB)', '/DisplayDocTitle true', '/S /GTS_PDFA1', '<pdfaid:part>3</pdfaid:part>', '/AFRelationship /Data']) expect(bytes).toContain(part)
  })

  it('prints raw HTML as text and numbers its pages', async ({ skip }) => {
    requireJudges(skip, ['pdftotext'])
    const template = await records.compile(rendition({ markdown: 'Before <script>alert(1)</script> after.\n\n<div>block</div>' }))
    const text = textOf(await sealedFile(records, template, content(), trust('P-256').sealer))
    expect(text).toContain('Before <script>alert(1)</script> after.')
    expect(text).toContain('<div>block</div>')
    expect(text).toContain('Page 1 of 1')
    expect(text).toContain('Signature page 1 of 1')
  })

  it('one changed byte is a digest mismatch to pdfsig too', async ({ skip }) => {
    requireJudges(skip, ['pdfsig', 'certutil'])
    const { certificates, sealer } = trust('P-256')
    const file = await sealedFile(records, short, content(), sealer)
    const at = file.indexOf('evidence.json') + 3
    file[at] = (file[at] ?? 0) ^ 1
    expect(pdfsigReport(file, certificates.caCertificatePem)).toContain('Digest Mismatch')
  })

  it('refuses a seal that was claimed for another certificate, and a template whose bytes are not its hash', async () => {
    const { sealer } = trust('P-256')
    await expect(records.seal(short, content(), { sealedAt: TODAY, certificateId: 'another' }, sealer)).rejects.toThrow('claimed for another certificate')
    const prefix = Buffer.from(short.prefix)
    prefix[500] = (prefix[500] ?? 0) ^ 1
    await expect(records.seal({ ...short, prefix }, content(), { sealedAt: TODAY, certificateId: sealer.certificateId }, sealer)).rejects.toThrow('damaged')
  })
})
