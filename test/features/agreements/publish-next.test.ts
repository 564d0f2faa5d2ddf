import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createWords } from '../../../src/adapters/words/words.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import { AgreementService } from '../../../src/features/agreements/agreement-service.ts'
import { AuthoringStore } from '../../../src/features/agreements/authoring-store.ts'
import { Outbox } from '../../../src/db/outbox.ts'
import { AgreementStore } from '../../../src/features/agreements/agreement-store.ts'
import { readStarterSet } from '../../../src/features/agreements/starter-set.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { AuditQueries } from '../../../src/features/audit/audit-queries.ts'
import { templateFolder } from '../../../src/http/assets.ts'
import { onBothDatabases } from '../../support/databases.ts'

onBothDatabases('the next version', (get) => {
  let service: AgreementService
  let id: string
  const approval = { by: 'A. Chair', board: 'Trust board', on: '2026-09-01' }
  beforeAll(async () => {
    const { db } = get()
    const clock = new FixedClock('2026-09-07T08:30:00Z')
    const ids = createIds(clock)
    service = new AgreementService({ db, clock, audit: new AuditLog(db, clock, ids), store: new AgreementStore(db, clock, ids), outbox: new Outbox(db, clock, ids), drafts: new AuthoringStore(db, clock, ids), trustName: () => 'Fellside Learning Trust', words: createWords(templateFolder()) })
    await service.seedStarters(readStarterSet(join(templateFolder(), 'agreements')), 'system')
    id = (await service.store.byKey('staff'))?.id ?? ''
  })

  it('G1: is published, the one before is superseded and keeps its text, and the log says who approved it', async () => {
    const before = await service.store.current(id)
    const { versionId, number } = await service.publishNext({ key: 'staff', change: 'major', changeNote: 'Approved by the trust.', approval, actor: 'system' })
    expect(number).toBe(2)
    const now = await service.store.current(id)
    expect(now?.id).toBe(versionId)
    expect(now?.version).toMatchObject({ number: 2, status: 'published', origin: 'trust', approval, publishedOn: '2026-09-07' })
    const old = await service.store.version(before?.id ?? '')
    expect(old?.version).toEqual({ ...before?.version, status: 'superseded', supersededBy: 2, supersededAt: Date.parse('2026-09-07T08:30:00Z') })
    const { entries } = await new AuditQueries(get().db).bySubject(`agreement:${id}`)
    expect(entries[0]).toMatchObject({ event: 'agreement.published', payload: { number: 2, approvedBy: 'A. Chair', supersedes: before?.id } })
  })

  it('G2: an unfinished text is refused, and the one in force stays', async () => {
    const before = await service.store.current(id)
    const texts = (before?.version.texts ?? []).map((text) => ({ ...text, markdown: `${text.markdown}\n\nAsk [insert name].` }))
    await expect(service.publishNext({ key: 'staff', change: 'minor', changeNote: 'A slip.', texts, approval, actor: 'system' })).rejects.toMatchObject({ status: 409 })
    expect((await service.store.current(id))?.id).toBe(before?.id)
    await expect(service.publishNext({ key: 'nothing', change: 'minor', changeNote: 'x', approval, actor: 'system' })).rejects.toMatchObject({ status: 404 })
  })
})
