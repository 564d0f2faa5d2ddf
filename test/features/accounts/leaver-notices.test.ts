import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const DAY = 86_400_000
const KINDS = inject('mariadbUrl') === null ? ['sqlite'] as const : ['sqlite', 'mariadb'] as const

describe.each(KINDS)('A6: leavers are told before [%s]', (kind) => {
  let app: TestApp
  let trust: SmallTrust
  beforeAll(async () => {
    app = await startTestApp({ now: '2026-11-02T09:00:00Z', kind, mariadbUrl: inject('mariadbUrl') })
    trust = await smallTrust(app)
  })
  afterAll(() => app.close())
  const leaving = async (name: string, role: 'pupil' | 'teacher', end: string | null) => {
    const id = await trust.add({ name, role, email: `${name.split(' ')[0]?.toLowerCase()}@school.test` })
    await app.db.sql('affiliations').where({ person_id: id }).update({ end_date: end })
    return id
  }
  const mailsTo = async (name: string) => (await app.db.read('captured_mails').where({ recipient: `${name}@school.test` }).orderBy('sent_at')).map((mail) => mail.body_text as string)
  const run = async () => { const put = await app.services.notices.run(); await app.services.worker.runUntilIdle(); return put }

  it('30 and 7 days before, once each, only where a last day is known and nothing follows it', async () => {
    await leaving('Pia Pupil', 'pupil', '2026-11-30')
    await leaving('Tom Teacher', 'teacher', '2026-11-30')
    await leaving('Stay Here', 'pupil', null)
    const moves = await leaving('Mo Mover', 'pupil', '2026-11-30')
    await app.db.sql('affiliations').insert({
      id: app.services.ids.next(), person_id: moves, school_id: trust.high.id, role: 'pupil', year_code: null, reg_group: null, start_date: '2026-12-07', end_date: null, end_reason: null, source_id: null,
      missing_since: null, missing_runs: 0, created_at: 1, updated_at: 1,
    })
    await leaving('Late Leaver', 'pupil', '2026-11-05')
    expect(await run()).toBe(3)
    expect(await run()).toBe(0)
    expect((await mailsTo('pia')).map((text) => /last day with us is (.*?)\./.exec(text)?.[1])).toEqual(['Monday 30 November 2026'])
    expect((await mailsTo('pia'))[0]).not.toContain('One week'.toLowerCase())
    expect((await mailsTo('late'))[0]).toContain('one week left')
    expect((await mailsTo('tom'))[0]).toContain('line manager')
    expect(await mailsTo('stay')).toEqual([])
    expect(await mailsTo('mo')).toEqual([])
    app.clock.advance(21 * DAY)
    expect(await run()).toBe(2)
    expect(await mailsTo('pia')).toHaveLength(2)
    expect(await mailsTo('tom')).toHaveLength(2)
  })

  it('who stays after all is not written to, although the mail was due', async () => {
    const id = await leaving('Nia Nearly', 'pupil', '2026-12-10')
    expect(await app.services.notices.run()).toBe(1)
    await app.db.sql('affiliations').where({ person_id: id }).update({ end_date: null })
    await app.services.worker.runUntilIdle()
    expect(await mailsTo('nia')).toEqual([])
  })

  it('the handover of staff is on the task list, ticked off with name and note; another school does not see it', async () => {
    const admin = (await withRole(app, 'it-admin')).browser
    const page = textOf((await admin.get('/access/tasks')).text)
    expect(page).toContain('Tom Teacher')
    expect(page).toContain('Mail: who takes it over')
    expect(page).not.toContain('Pia Pupil')
    const task = (await app.db.read('access_tasks').where({ kind: 'handover' }).orderBy('id').first()).id
    expect((await admin.submit('/access/tasks', { task, note: 'Ms Oak takes the mail' })).status).toBe(303)
    expect(textOf((await admin.get('/access/tasks')).text)).toContain('Ms Oak takes the mail')
    await admin.submit('/access/tasks', { task, note: 'again' })
    expect(textOf((await admin.get('/access/tasks')).text)).toContain('This is done already')
    const elsewhere = (await withRole(app, 'it-admin', { schoolId: trust.high.id })).browser
    expect(textOf((await elsewhere.get('/access/tasks')).text)).not.toContain('Tom Teacher')
    expect((await elsewhere.submit('/access/tasks', { task, note: '' })).status).toBe(404)
  })
})
