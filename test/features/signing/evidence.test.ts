import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { evidenceFile } from '../../../src/features/signing/evidence-schema.ts'
import { detachedEvidence, expectOpensslCades, expectPdfsigValid, expectQpdfClean, requireJudges, textOf } from '../../support/pdf-judges.ts'
import { signEverything } from '../../support/sign-everything.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

for (const kind of ['sqlite', 'mariadb'] as const) describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`the evidence of every kind of signer [${kind}]`, () => {
  let app: TestApp
  const files = new Map<string, { file: Buffer; signerName: string }>()

  beforeAll(async () => {
    app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), now: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString() })
    const trust = await smallTrust(app)
    for (const [at, year] of ['R', '1', '4', '8', '12'].entries()) {
      const pupil = await trust.add({ name: `Child${at} Serwaa`, role: 'pupil', year, school: at < 3 ? trust.primary : trust.high })
      const mother = await trust.add({ name: `Mother${at} Serwaa`, email: `mother${at}@home.example` })
      const father = await trust.add({ name: `Zebedee${at} Quill`, email: `zebedee${at}@elsewhere.example` })
      await trust.link(pupil, mother)
      await trust.link(pupil, father)
    }
    for (const role of ['teacher', 'governor', 'volunteer', 'contractor'] as const) await trust.add({ name: `Some ${role}`, role, school: trust.high })
    await trust.issue()
    const unwilling = await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where('s.slot', 'pupil').first('s.id', 'r.person_id')
    const page = await app.services.signingQueries.page(unwilling.id, unwilling.person_id)
    await app.services.signing.decline({ signatoryId: unwilling.id, signerId: unwilling.person_id, actor: 'system', renditionHash: page?.rendition.hash ?? '', reason: 'because of the hamster', wantsCall: true })
    await app.services.signing.reconsider(unwilling.id, unwilling.person_id, 'system')
    for (const id of await signEverything(app)) {
      await app.services.sealing.seal(id)
      const signature = await app.services.signingStore.byId(id)
      files.set(`${signature?.evidence.agreementKey} ${signature?.evidence.slot} ${signature?.evidence.act} ${signature?.method} ${id}`, { file: (await app.services.sealing.file(id))?.bytes ?? Buffer.alloc(0), signerName: signature?.evidence.signerName ?? '' })
    }
  }, 120_000)
  afterAll(() => app.close())

  it('covers pupils, guardians, staff, governors and volunteers, typed, drawn and clicked', () => {
    const kinds = [...files.keys()].join('\n')
    for (const word of ['eyfs', 'ks1', 'ks2', 'ks3-4', 'ks5', 'staff', 'governor', 'volunteer', ' guardian ', ' pupil ', ' self ', ' typed ', ' drawn ']) expect(kinds).toContain(word)
  })

  it('D1: is in each PDF as the published shape says, and the shape is the one in docs', ({ skip }) => {
    requireJudges(skip, ['pdfdetach'])
    expect(JSON.parse(readFileSync(new URL('../../../docs/evidence.schema.json', import.meta.url), 'utf8'))).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(evidenceFile))))
    for (const [name, { file }] of files) {
      const read = evidenceFile.safeParse(detachedEvidence(file))
      expect([name, read.error?.issues ?? []]).toEqual([name, []])
    }
  })

  it('D2: no PDF holds another person’s contact details, an address, a device, a reason or a remark', ({ skip }) => {
    requireJudges(skip, ['pdftotext', 'pdfdetach'])
    for (const [name, { file, signerName }] of files) {
      const said = `${textOf(file)} ${JSON.stringify(detachedEvidence(file))} ${file.toString('latin1')}`
      for (const secret of ['192.0.2.77', 'Unusual Browser', '@', 'hamster', 'Quill', 'Zebedee']) {
        // A name only where its owner signed.
        if (signerName.includes(secret)) continue
        expect([name, secret === '@' ? /[\w.]+@[\w.]+\.example/.test(said) : said.includes(secret)]).toEqual([name, false])
      }
    }
  })

  it('D2: address and device lie apart, with an end', async () => {
    const rows = await app.db.read('signature_devices')
    expect(rows.length).toBe(files.size)
    expect(rows.every((row) => row.address === '192.0.2.77' && Number(row.erase_after) > app.clock.now())).toBe(true)
    expect(JSON.stringify(await app.db.read('signatures'))).not.toContain('192.0.2.77')
  })

  it('D4: one of each kind is judged by pdfsig, qpdf, openssl and text extraction', ({ skip }) => {
    requireJudges(skip, ['pdfsig', 'certutil', 'qpdf', 'openssl', 'pdftotext'])
    const seen = new Set<string>()
    for (const [name, { file, signerName }] of files) {
      const sort = name.split(' ').slice(0, 4).join(' ')
      if (seen.has(sort)) continue
      seen.add(sort)
      const authority = app.services.sealer.chainPem.at(-1) ?? ''
      expectPdfsigValid(file, authority)
      expectQpdfClean(file)
      expectOpensslCades(file, authority, app.clock.now())
      expect(textOf(file)).toContain(signerName)
    }
  }, 120_000)
})
