import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { actWords, ENGLISH_ACT } from '../../../src/adapters/pdf/act-words.ts'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import { layOutFast } from '../../../src/adapters/pdf/act-layout.ts'
import { TemplateCache } from '../../../src/adapters/pdf/template-cache.ts'
import { createWords } from '../../../src/adapters/words/words.ts'
import { sayInRecord } from '../../../src/features/agreements/say-in-record.ts'
import { SYMBOLS } from '../../../src/features/agreements/symbols.ts'
import { ASSURANCE_WORDS, BEHALF_WORDS } from '../../../src/features/signing/circumstance.ts'
import { evidenceFile } from '../../../src/features/signing/evidence-schema.ts'
import { recordContent } from '../../../src/features/signing/record-content.ts'
import { recordWordings } from '../../../src/features/signing/record-wording.ts'
import { templateFolder } from '../../../src/http/assets.ts'
import { content, rendition } from '../../adapters/pdf/pdf-fixtures.ts'
import { detachedEvidence, expectOpensslCades, expectPdfsigValid, expectQpdfClean, infoOf, requireJudges, textOf } from '../../support/pdf-judges.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const words = createWords(templateFolder())
const wording = recordWordings(sayInRecord(words))('cy')

describe('the words of a Welsh record', () => {
  it('G6: every sentence that stands on a record has its Welsh, and the catalogue holds nothing else', () => {
    const said = new Set<string>()
    const catch_ = recordWordings((_, english) => { said.add(english); return english })('cy')
    // Whatever a record can say, said once.
    actWords('cy', (english) => { catch_?.say(english); return english }, (english) => catch_?.beside(english) ?? '')
    const more = ['Agreement', 'Version', 'School', 'About', 'Own choice', 'Yes', 'No', 'How we know', 'Exact time', 'Shown as', 'Text shown (SHA-256)', 'Witnessed by', 'Answered at', 'Entered by', 'Date on paper', 'Scan (SHA-256)', 'Asked for',
      '{{name}}, in a session of {{group}}', '{{name}}, from paper', 'Pupil', 'Student', 'Parent or carer', 'Parent or carer of {{name}}', 'Governor', 'Volunteer', 'Visitor', 'Member of staff',
      'Version {{number}}, not yet published', 'Version {{number}}, published {{date}}', 'starter set, not yet approved by your trust', 'Translated by {{translator}}, not yet checked by your school',
      'Translated by {{translator}}, checked by {{checker}} on {{date}}', 'Translated by {{translator}}, checked by {{checker}}', 'the English text governs', 'on the day it is published']
    const wanted = [...said, ...more, ...Object.values(ASSURANCE_WORDS), ...Object.values(BEHALF_WORDS), ...Object.values(SYMBOLS)].map((english) => `${english}_record`)
    const catalogue = JSON.parse(readFileSync(join(templateFolder(), 'locales', 'cy', 'pdf.json'), 'utf8')) as Record<string, string>
    expect(Object.keys(catalogue).toSorted()).toEqual([...new Set(wanted)].toSorted())
    for (const [key, welsh] of Object.entries(catalogue)) expect([key, welsh.match(/\{\{\w+\}\}/g)?.toSorted()]).toEqual([key, key.match(/\{\{\w+\}\}/g)?.toSorted()])
  })

  it('says the same in the evidence whatever the language, and a name that looks like a place stays a name (D2)', () => {
    const evidence = {
      slot: 'guardian', act: 'sign', subjectName: 'Siân {{url}}', signerName: 'Gŵyn ap Rhŷs', capacity: 'Parent or carer of Siân {{url}}', relationship: null, schoolName: 'Ysgol y Bryn', statement: 'Cytunaf.', typed: 'Gŵyn', drawn: null,
      language: 'cy', variant: 'standard', agreementKey: 'pupil-ks1', versionNumber: 1, assurance: 'mailed-link', occasion: '2026/27', verifyAt: 'https://x.example/verify',
      circumstance: { kind: 'paper', enteredById: 'p', enteredByName: 'Mair {{name}}', signedOn: '2026-09-01', scanSha256: null },
    } as const
    const signature = { id: 'S', signatoryId: 's', requestId: 'r', active: true, subjectId: 'a', signerId: 'b', actor: 'b', method: 'typed', signedAt: 0, renditionHash: 'f', evidence, formKey: 'k', sealState: 'pending', endedKind: null } as const
    const shown = { title: 'T', versionLabel: 'V', language: 'cy', variant: 'standard', schoolName: 'S', trustName: 'D', markdown: '', statements: {}, hash: 'f' }
    const [english, welsh] = [recordContent(signature, shown), recordContent(signature, shown, wording)]
    expect(welsh.evidence).toEqual(english.evidence)
    expect(welsh.signerCapacity).toBe('Rhiant neu ofalwr Siân {{url}} (Parent or carer of Siân {{url}})')
    expect(welsh.audit).toContainEqual({ label: 'Cofnodwyd gan (Entered by)', value: 'Mair {{name}}, o’r papur' })
    expect(welsh.audit).toContainEqual({ label: 'Dyddiad ar y papur (Date on paper)', value: 'dydd Mawrth 1 Medi 2026' })
    expect(welsh.audit.map(({ value }) => value)).toContain('Drwy’r ddolen bersonol a anfonwyd i gyfeiriad e-bost cofrestredig y llofnodwr (By the personal link sent to the signer’s registered e-mail address)')
    expect(english.audit.map(({ label }) => label)).toContain('Entered by')
  })

  it.each([false, true])('takes the fast road with Welsh letters, young: %s (D5)', async (young) => {
    const template = await createPdfRecords().compile({ ...rendition({ language: 'cy', young }), ...wording ? { words: wording.act } : {} })
    const { meta, fonts } = new TemplateCache().get(template)
    const act = content({ signerName: 'Gŵyneth Ŵ Ŷ ŵŷâêîôûáéíóúàèìòùäëïöüÿẁẃẅỳ', typed: 'Siôn Dŵyfor ap Rhŷs', subjectName: 'Mêl ŴŶÂÊÎÔÛ', statement: 'Rwyf wedi darllen hwn â gŵyl, tŷ, gêm, môr a sŵn.' })
    expect(layOutFast(act, { sealedAt: 0, certificateId: 'c' }, meta, fonts)).not.toBeNull()
  }, 60_000)

  it('leaves a template of before in English', () => {
    expect(ENGLISH_ACT.language).toBe('en-GB')
    expect(recordWordings(sayInRecord(words))('en-GB')).toBeNull()
    expect(recordWordings(sayInRecord(words))('pl')).toBeNull()
  })
})

for (const kind of ['sqlite', 'mariadb'] as const) describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`a record of a text shown in Welsh [${kind}]`, () => {
  let app: TestApp
  const files = new Map<string, Buffer>()

  beforeAll(async () => {
    app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), now: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString(), config: { languages: { welsh: true } } })
    const trust = await smallTrust(app)
    const pupil = await trust.add({ name: 'Siôn Gŵyn', role: 'pupil', year: '1', school: trust.primary })
    const mother = await trust.add({ name: 'Mêl Gŵyn', email: 'mel@home.example' })
    await trust.link(pupil, mother)
    await trust.add({ name: 'Rhŷs Prŷs', role: 'teacher', school: trust.high })
    await trust.issue()
    const slots = await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where('s.state', 'open').where('r.state', 'open').orderBy('s.id').select('s.id', 's.slot', 'r.person_id')
    for (const { id, slot, person_id } of slots) {
      const who: string = slot === 'guardian' ? mother : person_id
      const page = await app.services.signingQueries.page(id, who, { language: 'cy', variant: slot === 'guardian' ? 'symbols' : 'standard' })
      if (!page || page.rendition.language !== 'cy') continue
      const outcome = await app.services.signing.sign({
        signatoryId: id, signerId: who, actor: `person:${who}`, method: 'typed', typed: slot === 'guardian' ? 'Mêl Gŵyn' : 'Rhŷs Prŷs', drawn: null, renditionHash: page.rendition.hash, formKey: `f${id}`,
        assurance: 'mailed-link', address: '192.0.2.7', userAgent: 'x',
      })
      if (outcome.kind !== 'signed') continue
      await app.services.sealing.seal(outcome.signature.id)
      files.set(`${page.agreementKey} ${slot}`, (await app.services.sealing.file(outcome.signature.id))?.bytes ?? Buffer.alloc(0))
    }
    if (process.env['ASSENT_KEEP_RECORDS']) for (const [name, file] of files) writeFileSync(join(process.env['ASSENT_KEEP_RECORDS'], `${name.replace(' ', '-')}.pdf`), file)
  }, 120_000)
  afterAll(() => app.close())

  it('D1: is valid to programs that are not ours', ({ skip }) => {
    requireJudges(skip, ['pdfsig', 'certutil', 'qpdf', 'openssl'])
    expect([...files.keys()].toSorted()).toEqual(['pupil-ks1 guardian', 'pupil-ks1 pupil', 'staff self'])
    const authority = app.services.sealer.chainPem.at(-1) ?? ''
    for (const file of files.values()) {
      expectPdfsigValid(file, authority)
      expectQpdfClean(file)
      expectOpensslCades(file, authority, app.clock.now())
    }
  })

  it('G6: says in Welsh who signed, how and when, what governs, and who translated; the English name stands beside it', ({ skip }) => {
    requireJudges(skip, ['pdftotext', 'pdfinfo'])
    const said = textOf(files.get('pupil-ks1 guardian') ?? Buffer.alloc(0)).replaceAll(/\s+/g, ' ')
    for (const phrase of ['Sut rydw i’n defnyddio cyfrifiaduron a llechi', 'Llofnodwyd a chytunwyd', 'Signed and agreed. Y testun Saesneg sy’n llywodraethu. (The English text governs.)', 'Cyfieithwyd gan Assent, heb ei wirio eto gan eich ysgol',
      'Rwyf wedi darllen hwn gyda fy mhlentyn', 'Rhiant neu ofalwr Siôn Gŵyn (Parent or carer of Siôn Gŵyn)', 'Enw wedi’i deipio fel llofnod (Name typed as a signature)', 'Mêl Gŵyn', 'Sut y cofnodwyd y llofnod hwn', 'Cyfeirnod', 'Seliwyd yn electronig gan', 'Gwirio’r cofnod hwn', 'Tudalen lofnod 1 o', 'Tudalen 1 o']) {
      expect([phrase, said.includes(phrase)]).toEqual([phrase, true])
    }
    for (const left of ['Signature page', 'Sealed electronically', 'How this signature', 'Page 1', 'published', 'Check this record']) expect([left, said.includes(left)]).toEqual([left, false])
    for (const file of files.values()) {
      expect(infoOf(file).get('Tagged')).toBe('yes')
      const raw = file.toString('latin1')
      expect(raw).toMatch(/\/Type \/Catalog[^]*?\/Lang \(cy\)/)
      expect(raw).toContain('<dc:language><rdf:Bag><rdf:li>cy</rdf:li>')
      expect(raw).not.toContain('/Lang (en-GB)')
    }
    const heard = (files.get('pupil-ks1 guardian') ?? Buffer.alloc(0)).toString('latin1')
    expect(heard).toContain('/Alt (Symbol: Gofyn yn gyntaf)')
    expect(heard).toContain('/Alt (Cod QR sy\'n arwain at http')
    // UTF-16: "Sêl electronig".
    expect(heard).toContain(`/Alt <FEFF${Buffer.from('Sêl electronig', 'utf16le').swap16().toString('hex')}>`)
  })

  it('D1: has evidence of the published shape that says cy', ({ skip }) => {
    requireJudges(skip, ['pdfdetach'])
    const of = (name: string) => evidenceFile.parse(detachedEvidence(files.get(name) ?? Buffer.alloc(0)))
    expect(of('staff self').evidence.shownAs).toEqual({ variant: 'standard', language: 'cy' })
    expect(of('staff self').evidence.signer.capacity).toBe('Member of staff')
    expect(of('staff self').act.signerCapacity).toBe('Aelod o staff (Member of staff)')
    expect(of('pupil-ks1 guardian').evidence.shownAs).toEqual({ variant: 'symbols', language: 'cy' })
  })

  it('D3: can be made again byte for byte but for the signature, whatever was sealed between', async () => {
    const id = (await app.db.read('signatures').orderBy('id').first('id')).id as string
    const signature = await app.services.signingStore.byId(id)
    const record = await app.services.signingStore.sealedRecord(id)
    if (!signature || !record) throw new Error('missing')
    await app.db.sql('signatures').where({ id }).update({ seal_state: 'pending' })
    await app.db.sql('sealed_records').where({ signature_id: id }).update({ file_sha256: null, unsigned_sha256: null, tail: null })
    await app.services.sealing.seal(id)
    const again = await app.services.signingStore.sealedRecord(id)
    expect(again?.unsignedSha256).toBe(record.unsignedSha256)
  })
})
