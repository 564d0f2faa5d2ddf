import { beforeEach, expect, it } from 'vitest'
import { ReissueService } from '../../../src/features/issuing/reissue-service.ts'
import { IssueService } from '../../../src/features/issuing/issue-service.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { authoringWorld } from '../agreements/authoring-world.ts'
import { AuditLog } from '../../../src/features/audit/audit-log.ts'
import { createIds } from '../../../src/adapters/ids.ts'

const approval = { by: 'A. Chair', board: 'Trust board', on: '2026-09-01' }

onBothDatabases('asking anew after a major version', (get) => {
  let w: Awaited<ReturnType<typeof authoringWorld>>
  let issuing: IssueService
  let reissue: ReissueService
  let school: string
  beforeEach(async () => {
    const { db } = get()
    for (const table of ['signatories', 'requests', 'affiliations', 'plans', 'plan_items', 'leases']) await db.sql(table).del()
    w = await authoringWorld(db)
    const ids = createIds(w.clock)
    const deps = { db, clock: w.clock, ids, audit: new AuditLog(db, w.clock, ids), outbox: w.outbox, agreements: w.agreements.store, schools: w.schools }
    issuing = new IssueService(deps)
    reissue = new ReissueService({ ...deps, requests: issuing.store })
    school = (await w.schools.add({ name: 'Larkmoor Primary School' })).id
    for (const [n, name] of ['ann', 'ben', 'cai', 'dee', 'eve'].entries()) {
      await db.sql('people').insert({ ...await db.read('people').where({ id: w.ownerId }).first(), id: `01K0000000000000000000000${n}`, username: name, email: `${name}@x.example`, email_norm: `${name}@x.example` })
      await db.sql('affiliations').insert({
        id: ids.next(), person_id: `01K0000000000000000000000${n}`, school_id: school, role: 'teacher', year_code: null, reg_group: null, start_date: '2026-01-01', end_date: null,
        end_reason: null, source_id: null, missing_since: null, missing_runs: 0, created_at: 0, updated_at: 0,
      })
    }
    await issuing.issue({ actor: 'os:test', planOnly: false })
  })

  const person = (n: number) => `01K0000000000000000000000${n}`
  const states = async () => (await w.db.read('requests').orderBy(['person_id', 'id'])).map((row) => `${row.person_id.slice(-1)} ${row.state} ${row.live ?? '-'} ${row.version_id ? 'pinned' : 'free'}`)
  const publish = (change: 'major' | 'minor') => w.agreements.publishNext({ key: 'staff', change, changeNote: 'New.', approval, actor: 'os:test' })
  /** As signing leaves a request: pinned to the version in force. */
  const answered = async (n: number, state: string) => {
    const current = await w.agreements.store.current(await w.idOf('staff'))
    await w.db.sql('requests').where({ person_id: person(n) }).update({ state, version_id: state === 'declined' ? null : current?.id, completed_at: state === 'complete' ? w.clock.now() : null })
  }

  it('I2: unstarted requests stay, half-signed, signed and declined ones are superseded and put anew once; excused people and leavers are left alone', async () => {
    await answered(1, 'open')
    await answered(2, 'complete')
    await answered(3, 'declined')
    await answered(4, 'complete')
    await w.db.sql('affiliations').where({ person_id: person(4) }).update({ end_date: '2026-09-01' })
    const { versionId } = await publish('major')
    expect(await reissue.reissue(versionId)).toBe(3)
    const expected = [
      '0 open 1 free', '1 superseded - pinned', '1 open 1 free', '2 superseded - pinned', '2 open 1 free', '3 superseded - free', '3 open 1 free', '4 complete 1 pinned',
    ]
    expect(await states()).toEqual(expected)
    const fresh = await w.db.read('requests').where({ person_id: person(2), live: 1 }).first()
    expect(JSON.parse(fresh.reasons)).toEqual(['school year 2026/27', 'the agreement has changed'])
    expect(await w.db.read('signatories').where({ request_id: fresh.id }).select('slot', 'state')).toEqual([{ slot: 'self', state: 'open' }])
    const invites = async () => (await w.db.read('outbox').where({ kind: 'issuing.invite' })).length
    expect(await invites()).toBe(2)
    // Again, and with a run of the yearly issue beside it: nothing is asked twice.
    expect(await Promise.all([reissue.reissue(versionId), issuing.issue({ actor: 'os:test', planOnly: true }).then(({ created }) => created)])).toEqual([0, 0])
    expect((await issuing.issue({ actor: 'os:test', planOnly: false })).created).toBe(0)
    expect(await states()).toEqual(expected)
  })

  it('G1: a minor version asks nobody again and moves no occasion', async () => {
    await w.db.sql('requirements').where({ agreement_id: await w.idOf('staff') }).update({ cadence: 'until-leaving' })
    await issuing.issue({ actor: 'os:test', planOnly: false })
    const before = await states()
    const { versionId } = await publish('minor')
    expect(await reissue.reissue(versionId)).toBe(0)
    expect((await issuing.issue({ actor: 'os:test', planOnly: false })).created).toBe(0)
    expect(await states()).toEqual(before)
  })

  it('I1: two superseded rounds stand beside one live request, which no second can join', async () => {
    for (let round = 0; round < 2; round += 1) {
      await w.db.sql('requests').where({ person_id: person(0), live: 1 }).update({ state: 'complete', version_id: (await w.agreements.store.current(await w.idOf('staff')))?.id })
      await reissue.reissue((await publish('major')).versionId)
    }
    const rows = await w.db.read('requests').where({ person_id: person(0) }).orderBy('id')
    expect(rows.map((row) => row.live)).toEqual([null, null, 1])
    await expect(w.db.sql('requests').insert({ ...rows[2], id: '01K00000000000000000000ZZZ' })).rejects.toSatisfy((error) => w.db.dialect.isDuplicate(error))
  })
})
