import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import { loadConfig } from '../../../src/config.ts'
import { SecretFiles } from '../../../src/adapters/storage/secret-files.ts'
import { auditKeyFile, loadOrCreateAuditKey, makeNextAuditKey, nextAuditKeyFile } from '../../../src/features/audit/audit-key.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { AuditSequencer } from '../../../src/features/audit/audit-sequencer.ts'
import { changeAuditKey } from '../../../src/features/audit/change-audit-key.ts'
import { exportLog } from '../../../src/features/audit/log-export.ts'
import { openAuditKey } from '../../../src/features/audit/open-audit-key.ts'
import { verifyExport } from '../../../src/features/audit/verify-export.ts'
import { verifyLog } from '../../../src/features/audit/verify-log.ts'
import { expiryNotice } from '../../../src/features/signing/certificate-notices.ts'
import { openSealer, rotateSealCertificate } from '../../../src/features/signing/open-sealer.ts'
import { SealingService } from '../../../src/features/signing/sealing-service.ts'
import { TemplateStore } from '../../../src/features/signing/template-store.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { expectOpensslCades, expectPdfsigValid, requireJudges } from '../../support/pdf-judges.ts'
import { signEverything } from '../../support/sign-everything.ts'
import { smallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const DAY = 86_400_000

describe('D4: the sealing certificate', () => {
  let app: TestApp
  let signed: string[]
  const today = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString()
  beforeAll(async () => {
    app = await startTestApp({ now: today })
    const trust = await smallTrust(app)
    for (const name of ['Noor Aziz', 'Rhys Price', 'Ola Nowak']) await trust.add({ name, role: 'teacher', email: `${name.split(' ')[0]}@school.example` })
    const admin = await trust.add({ name: 'Jo Keys', email: 'jo@trust.example' })
    await app.services.roles.grant({ personId: admin, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
    await trust.issue()
    signed = await signEverything(app)
  }, 60_000)
  afterAll(() => app.close())

  it('is renewed; a record sealed before stays valid, one that was only claimed repairs itself under the next number', async ({ skip }) => {
    requireJudges(skip, ['pdfsig', 'certutil', 'openssl'])
    const { services, db, clock } = app
    const [first = '', second = ''] = signed
    await services.sealing.seal(first)
    // Stopped between the claim and the seal.
    await db.transaction(() => services.signingStore.claimSeals([{ signatureId: second, sealNumber: 1, sealedAt: clock.now(), certificateId: services.sealer.certificateId, renditionHash: '0'.repeat(64) }]))
    const parts = { config: services.config, secrets: new SecretFiles(services.config.dataDir), clock, ids: services.ids }
    const before = services.sealer
    await rotateSealCertificate(parts)
    const sealer = await openSealer({ ...parts, db })
    expect(sealer.certificateId).not.toBe(before.certificateId)
    expect(sealer.chainPem.at(-1)).toBe(before.chainPem.at(-1))
    const renewed = new SealingService({
      db, clock, audit: services.audit, outbox: services.outbox, store: services.signingStore, agreements: services.agreements.store, pdf: services.pdf, sealer, say: services.agreements.say,
      templates: new TemplateStore({ db, clock, pdf: services.pdf, agreements: services.agreements.store, say: services.agreements.say }),
    })
    await renewed.seal(second)
    for (const id of [first, second]) {
      const file = await services.sealing.file(id)
      expect(await services.verify.verify(file?.bytes ?? Buffer.alloc(0))).toMatchObject({ valid: true, status: 'current' })
      expectPdfsigValid(file?.bytes ?? Buffer.alloc(0), sealer.chainPem.at(-1) ?? '')
      expectOpensslCades(file?.bytes ?? Buffer.alloc(0), sealer.chainPem.at(-1) ?? '', clock.now() + 1_000)
    }
    expect((await services.signingStore.newestRecords([first, second])).get(second)).toMatchObject({ sealNumber: 2, certificateId: sealer.certificateId })
  }, 60_000)

  it('carries on a renewal that stopped half-way, and renews an authority that would end first, with the same key', async () => {
    const { services } = app
    const folder = mkdtempSync(join(tmpdir(), 'assent-rotate-'))
    const secrets = new SecretFiles(folder)
    const clock = new FixedClock('2026-09-07T08:00:00Z')
    const ids = createIds(clock)
    const config = loadConfig({}, { dataDir: folder })
    const before = await openSealer({ config, secrets, clock, ids, db: app.db })
    clock.advance(18 * 365 * DAY)
    await rotateSealCertificate({ config, secrets, clock, ids })
    const after = await openSealer({ config, secrets, clock, ids, db: app.db })
    const [old, fresh] = [before, after].map((sealer) => new X509Certificate(sealer.chainPem.at(-1) ?? ''))
    expect(fresh?.fingerprint256).not.toBe(old?.fingerprint256)
    expect(fresh?.publicKey.equals(old?.publicKey as never)).toBe(true)
    expect(Date.parse(fresh?.validTo ?? '')).toBeGreaterThan(after.notAfter)
    expect(new X509Certificate(before.certificatePem).checkIssued(fresh as X509Certificate)).toBe(true)
    // The new set was written and nothing else: the next start takes it.
    secrets.write('seal-next.json', JSON.stringify({ authority: after.chainPem[1], certificate: after.certificatePem, key: secrets.read('seal-key.pem') }))
    secrets.write('seal-certificate.pem', before.certificatePem)
    expect((await openSealer({ config, secrets, clock, ids, db: services.db })).certificateId).toBe(after.certificateId)
    expect(existsSync(join(secrets.folder, 'seal-next.json'))).toBe(false)
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('is announced at 60, 30 and 7 days, once each, to the trust administrators and on their home page', async () => {
    const end = Date.parse('2029-01-01T00:00:00Z')
    const steps = [61, 60, 59, 31, 29, 8, 6, 0, -1].map((days) => expiryNotice({ notAfter: end }, end - days * DAY)?.step ?? null)
    expect(steps).toEqual([null, null, 60, 60, 30, 30, 7, 7, 0])
    const { services, clock } = app
    const now = clock.now()
    clock.set(services.sealer.notAfter - 29 * DAY)
    await services.certificateNotices.send()
    await services.certificateNotices.send()
    const mails = await app.db.rows(`select subject, recipient from mails where template = 'certificate'`, [])
    expect(mails).toHaveLength(1)
    expect(mails[0]).toMatchObject({ recipient: 'jo@trust.example' })
    expect(services.certificateNotices.current()).toMatchObject({ step: 30, left: 29 })
    clock.set(now)
  })
})

onBothDatabases('L1: the key of the ledger', (get) => {
  it('is handed over: the log, and an export that holds both keys, are whole; a key nobody named is not believed', async () => {
    const { db } = get()
    const clock = new FixedClock('2026-09-07T08:00:00Z')
    const audit = new AuditLog(db, clock, createIds(clock))
    const folder = mkdtempSync(join(tmpdir(), 'assent-keys-'))
    const say = (event: string) => db.transaction(() => audit.record({ actor: 'system', event, payload: {} }))
    const open = async () => {
      const auditKey = await openAuditKey(db, folder)
      return { auditKey, sequencer: new AuditSequencer({ db, clock, key: auditKey, holder: 'test' }) }
    }
    const first = await open()
    await say('one')
    await first.sequencer.sequence()
    const { from, to } = await changeAuditKey({ db, clock, audit, ...first, folder, actor: 'os:test' })
    expect([from, existsSync(nextAuditKeyFile(folder))]).toEqual([first.auditKey.keyId, false])
    const second = await open()
    expect(second.auditKey.keyId).toBe(to)
    await say('two')
    await second.sequencer.sequence()
    expect(await verifyLog(db, { publicKeys: second.auditKey.publicKeys, now: clock.now() })).toMatchObject({ valid: true, size: 3, heads: 3 })
    const path = join(folder, 'log.jsonl')
    await exportLog(db, path, { publicKeys: second.auditKey.publicKeys, now: clock.now() })
    expect(await verifyExport(path)).toMatchObject({ valid: true, size: 3 })
    // The process that still has the old key stops rather than sign beside the new one.
    await say('three')
    await expect(first.sequencer.sequence()).rejects.toThrow(/another key/)
    await second.sequencer.sequence()

    // Stopped after the log had named the third key and before the files were exchanged.
    const third = await makeNextAuditKey(folder)
    await db.transaction(() => audit.record({ actor: 'os:test', event: 'audit.key-changed', subject: `key:${third.keyId}`, payload: {} }))
    await db.insertNew('certificates', [{ id: third.keyId, purpose: 'audit', pem: third.publicKeyPem, chain: '[]', subject: 'key', not_before: 0, not_after: 1, created_at: clock.now() + 5 }])
    await second.sequencer.sequence()
    expect((await open()).auditKey.keyId).toBe(third.keyId)

    // Somebody with access to the files puts a key of their own there.
    rmSync(auditKeyFile(folder))
    const stranger = await loadOrCreateAuditKey(folder)
    await expect(open()).rejects.toThrow(/not the one that signed/)
    await say('four')
    const forged = new AuditSequencer({ db, clock, key: { ...stranger, publicKeys: [...second.auditKey.publicKeys, third.publicKeyPem, stranger.publicKeyPem] }, holder: 'test' })
    await forged.sequence()
    const verdict = await verifyLog(db, { publicKeys: [...second.auditKey.publicKeys, third.publicKeyPem, stranger.publicKeyPem], now: clock.now() })
    expect(verdict.firstBad?.reason).toMatch(/no key before it named/)
    renameSync(path, `${path}.done`)
    rmSync(folder, { recursive: true, force: true })
  })
})
