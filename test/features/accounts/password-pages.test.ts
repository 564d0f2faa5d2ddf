import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onceWords } from '../../../src/features/identity/step-up-words.ts'
import type { Browser } from '../../http/browser.ts'
import { giveAccounts, simulatedDirectory, textOf, withRole } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const enforcing = { ...simulatedDirectory, mode: 'enforce' as const, signIn: 'Any school computer' }
const WORDS = /[a-z]+-[a-z]+-[a-z]+-\d/

describe('pages of temporary passwords', () => {
  let app: TestApp
  let trust: SmallTrust
  let office: { id: string; browser: Browser }
  let olive: string
  let adam: string
  let teacher: string
  const group = (name: string, school = trust.primary.id) => `${school}.group.${name}`
  const match = async (externalId: string, person: string) => { await app.db.sql('accounts').where({ immutable_id: `sim-${externalId}` }).update({ person_id: person }) }
  const slips = (browser: Browser, fields: Record<string, string>) => browser.submit(`/access/passwords?group=${encodeURIComponent(group('4K'))}`, { group: group('4K'), who: 'ticked', ...fields }, '/access/passwords/slips')

  beforeAll(async () => {
    app = await startTestApp({ now: '2026-09-07T08:00:00Z', config: { directories: [enforcing] } })
    trust = await smallTrust(app)
    olive = await trust.add({ name: 'Olive Finch', role: 'pupil', year: '4', group: '4K' })
    adam = await trust.add({ name: 'Adam Crow', role: 'pupil', year: '4', group: '4K' })
    const far = await trust.add({ name: 'Far Away', role: 'pupil', school: trust.high, year: '8', group: '8B' })
    teacher = await trust.add({ name: 'Tess Teacher', role: 'teacher', email: 'tess@school.test' })
    await giveAccounts(app, ['P1', 'P2', 'P3', 'T1'])
    await app.services.accounts.reconcile.observe('school', 'os:test')
    for (const [externalId, person] of [['P1', olive], ['P2', adam], ['P3', far], ['T1', teacher]] as const) await match(externalId, person)
    office = await withRole(app, 'office', { schoolId: trust.primary.id, name: 'Ofelia' })
  })
  afterAll(() => app.close())

  it('names the years as everywhere else, the youngest first; a second press is warned of where a proof came between', async () => {
    const nursery = await trust.add({ name: 'Nia Nought', role: 'pupil', year: 'N1' })
    const chooser = textOf((await office.browser.get('/access/passwords')).text)
    expect(chooser).toMatch(/Nursery 1.*Year 4/)
    await app.db.sql('affiliations').where({ person_id: nursery }).del()
    const unproven = await app.as(office.id, 'saml', { proven: false })
    expect((await slips(unproven, { who: 'all' })).location).toBe('/confirm')
    expect(onceWords('password slips', '/access/passwords/slips')?.text).toContain('Pressing again makes new passwords')
    expect(onceWords('roles of a person', '/settings/roles')).toBeNull()
  })

  it('the office prints slips for a class: a PDF that is given and not kept, by preferred name (P5)', async () => {
    const page = textOf((await office.browser.get(`/access/passwords?group=${encodeURIComponent(group('4K'))}`)).text)
    expect(page).toMatch(/Class 4K: 2 .*Adam Crow.*Olive Finch/)
    expect(page).toContain('None from Assent yet')
    const answer = await slips(office.browser, { who: 'all' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/pdf')
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.headers.get('content-disposition')).toContain('attachment')
    expect(answer.text.startsWith('%PDF-')).toBe(true)
    expect(textOf((await office.browser.get(`/access/passwords?group=${encodeURIComponent(group('4K'))}`)).text)).toMatch(/Given on a slip, .*2026.*, by Ofelia office/)
    // Nobody is left who never had one.
    await slips(office.browser, { who: 'new' })
    expect(textOf((await office.browser.get(`/access/passwords?group=${encodeURIComponent(group('4K'))}`)).text)).toContain('Everybody in this class has had one already')
    await slips(office.browser, {})
    expect(textOf((await office.browser.get(`/access/passwords?group=${encodeURIComponent(group('4K'))}`)).text)).toContain('Tick a pupil first')
  })

  it('one person’s is shown once, is in no log and no table, and cannot be looked up again', async () => {
    const path = `/access/passwords/people/${olive}`
    const shown = await office.browser.submit(path, { as: 'screen' })
    const password = WORDS.exec(textOf(shown.text))?.[0] ?? ''
    expect(password).toMatch(WORDS)
    expect(textOf(shown.text)).toMatch(/u\.p1.*Any school computer/)
    expect(shown.headers.get('cache-control')).toContain('no-store')
    const after = await office.browser.get(path)
    expect(after.text).not.toContain(password)
    expect(textOf(after.text)).toContain('Given on the screen')
    const tables = (await app.db.rows("select name from sqlite_master where type = 'table'", [])).map((row) => row['name'] as string).filter((name) => !name.startsWith('sqlite'))
    for (const table of tables) expect(JSON.stringify(await app.db.sql(table)), table).not.toContain(password)
    expect(app.log.join('\n')).not.toContain(password)
  })

  it('a fresh proof is asked for first, and nothing is set before it', async () => {
    const before = (await app.db.sql('account_passwords')).length
    const unproven = await app.as(office.id, 'saml', { proven: false })
    const answer = await unproven.submit(`/access/passwords/people/${olive}`, { as: 'screen' })
    expect(answer.status).toBe(303)
    expect(answer.location).toContain('/confirm')
    expect((await app.db.sql('account_passwords'))).toHaveLength(before)
  })

  it('class teachers give their own pupils one where the school lets them, and nobody else', async () => {
    const { roles } = app.services
    await roles.grant({ personId: teacher, role: 'class-teacher', schoolId: trust.primary.id, groupName: '4K', until: null, grantedBy: 'os:test' })
    let tess = await app.as(teacher)
    expect(textOf((await tess.get('/access/passwords')).text)).toContain('No class of yours')
    expect((await tess.get(`/access/passwords/people/${olive}`)).status).toBe(404)
    expect((await tess.get('/office')).text).not.toContain('/access/passwords')
    const admin = await withRole(app, 'trust-admin', { name: 'Ada' })
    const bands = Object.fromEntries(['EYFS', 'KS1', 'KS2', 'KS3-4', 'KS5', 'adult'].flatMap((band) => [[`words-${band}`, '3'], [`list-${band}`, 'plain'], [`figures-${band}`, '1']]))
    expect((await admin.browser.submit('/settings/passwords', { ...bands, schools: trust.primary.id })).location).toBe('/settings/passwords')
    tess = await app.as(teacher)
    expect((await tess.get('/office')).text).toContain('/access/passwords')
    expect((await slips(tess, { who: 'all' })).headers.get('content-type')).toBe('application/pdf')
    // Another class, another school, an adult, themself: nobody there.
    const other = await trust.add({ name: 'Otto Other', role: 'pupil', year: '4', group: '4L' })
    for (const person of [other, teacher, office.id]) expect((await tess.get(`/access/passwords/people/${person}`)).status).toBe(404)
    expect((await tess.get(`/access/passwords?group=${encodeURIComponent(group('4L'))}`)).status).toBe(404)
    expect((await tess.get(`/access/passwords?group=${encodeURIComponent(group('8B', trust.high.id))}`)).status).toBe(404)
  })

  it('P7: nobody gives their own child one, alone or with its class', async () => {
    await trust.link(adam, office.id)
    const browser = await app.as(office.id)
    expect((await browser.get(`/access/passwords/people/${adam}`)).status).toBe(404)
    expect(textOf((await browser.get(`/access/passwords?group=${encodeURIComponent(group('4K'))}`)).text)).toMatch(/Class 4K: 1 Olive Finch/)
  })

  it('passwords of adults are for IT: the office reads that there is nobody', async () => {
    expect((await office.browser.get(`/access/passwords/people/${teacher}`)).status).toBe(404)
    const it = await withRole(app, 'it-admin', { name: 'Ira' })
    const shown = await it.browser.submit(`/access/passwords/people/${teacher}`, { as: 'screen' })
    expect(textOf(shown.text)).toMatch(/Choosing your own/)
    expect((await it.browser.get(`/access/passwords/people/${it.id}`)).status).toBe(404)
  })

  it('B4, B5 nobody gets into the account of somebody who may do more, or who could be the second person to their own act', async () => {
    const it = await withRole(app, 'it-admin', { name: 'Ina' })
    const reader = await withRole(app, 'trust-safeguarding-lead', { name: 'Sol' })
    const clerk = await trust.add({ name: 'Cleo Clerk', role: 'support' })
    const warden = await trust.add({ name: 'Wim Warden', role: 'teacher' })
    await app.services.roles.grant({ personId: clerk, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'os:test' })
    await app.services.roles.grant({ personId: warden, role: 'class-teacher', schoolId: trust.primary.id, groupName: '4L', until: null, grantedBy: 'os:test' })
    await app.db.sql('affiliations').insert({
      id: app.services.ids.next(), person_id: reader.id, school_id: trust.primary.id, role: 'support', year_code: null, reg_group: null, start_date: '2026-09-01', end_date: null,
      end_reason: null, source_id: null, missing_since: null, missing_runs: 0, created_at: 0, updated_at: 0,
    })
    for (const person of [reader.id, clerk, warden]) {
      await match('T1', person)
      const before = (await app.db.sql('account_passwords')).length
      const path = `/access/passwords/people/${person}`
      const answer = await it.browser.submit(path, { as: 'screen' })
      const may = person === warden
      expect(WORDS.test(textOf(answer.text)) || textOf(answer.text).includes('Choosing your own')).toBe(may)
      expect(await app.db.sql('account_passwords')).toHaveLength(before + (may ? 1 : 0))
      if (!may) expect(textOf((await it.browser.get(path)).text)).toContain('decide in Assent what you may not')
    }
    // Nor does an administrator of everything become the second person that way.
    const admin = await withRole(app, 'trust-admin', { name: 'Asa' })
    await match('T1', clerk)
    const before = (await app.db.sql('account_passwords')).length
    await admin.browser.submit(`/access/passwords/people/${clerk}`, { as: 'screen' })
    expect(await app.db.sql('account_passwords')).toHaveLength(before)
    await match('T1', teacher)
  })
})
