import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, hidden } from '../signing/signing-walk.ts'

const HEAD = 'Email,Agreement,Signed by,Signed on,Signer name\n'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`signatures from before [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      await trust.add({ name: 'Amara Okafor', role: 'teacher', email: 'amara@larkmoor.example' })
      await trust.add({ name: 'Ben Lowe', role: 'teacher', school: trust.high, email: 'ben@ashbeck.example' })
      await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '4', email: 'zofia@larkmoor.example' })
    })
    afterAll(async () => app.close())
    const take = (text: string, more: { planOnly?: boolean; skipBad?: boolean; schools?: string[] } = {}) => app.services.attestedImport.import({
      bytes: Buffer.from(text), name: 'signed.csv', planOnly: more.planOnly ?? false, skipBad: more.skipBad ?? false, schools: more.schools ?? 'all', actor: 'os:test',
    })
    const good = 'amara@larkmoor.example,staff,self,03/09/2025,Amara Okafor\n'

    it('I8: bad rows are named by line and nothing is half applied', async () => {
      const report = await take(`${HEAD}${good}nobody@x.example,staff,self,2025-09-03,\nben@ashbeck.example,unknown,self,2025-09-03,\nben@ashbeck.example,staff,uncle,2025-09-03,\nben@ashbeck.example,staff,self,31/02/2025,\nben@ashbeck.example,staff,self,2030-01-01,\n${good}`)
      expect(report).toMatchObject({ read: 7, added: 1, applied: false })
      expect(report.rejected.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8])
      expect(report.rejected.at(-1)?.reason).toBe('the same as line 2')
      expect(await count(app, 'attested_signatures')).toBe(0)
      expect(await count(app, 'audit_entries', { event: 'signatures.attested' })).toBe(0)
    })

    it.each(['Email,Signed by\nx,y\n', '', '"a\n', HEAD])('a file that cannot be used as a whole says so: %j', async (text) => {
      await expect(take(text)).rejects.toMatchObject({ what: expect.any(String) })
    })

    it('I8: a plan gives the numbers and writes nothing; the same file twice changes nothing the second time', async () => {
      expect(await take(HEAD + good, { planOnly: true })).toMatchObject({ added: 1, applied: false })
      expect(await count(app, 'attested_signatures')).toBe(0)
      expect(await take(HEAD + good)).toMatchObject({ added: 1, existing: 0, applied: true })
      expect(await take(HEAD + good)).toMatchObject({ added: 0, existing: 1, applied: true })
    })

    it('I8: it counts: the request is put and is signed at once, or is answered when it is there already', async () => {
      await trust.issue()
      const states = async () => Object.fromEntries((await app.db.read('requests as r').join('people as p', 'p.id', 'r.person_id').select('p.surname', 'r.state')).map((row) => [row.surname, row.state]))
      expect(await states()).toMatchObject({ Okafor: 'complete', Lowe: 'open', Kowalska: 'open' })
      expect(await take(`${HEAD}ben@ashbeck.example,staff,self,2025-09-03,\nzofia@larkmoor.example,pupil-ks2,parent,2025-09-03,Maria\n`)).toMatchObject({ added: 2, settled: 2 })
      expect(await states()).toMatchObject({ Lowe: 'complete', Kowalska: 'open' })
      const amara = await app.db.read('people').where({ surname: 'Okafor' }).first('id')
      const page = await (await app.as(amara.id)).get('/me/history')
      expect(page.text).toContain('The school office says that these were signed')
    })

    it('I8: the next major version ends it', async () => {
      const version = { key: 'staff', changeNote: 'More about AI.', approval: { by: 'Board', board: 'Trust board', on: '2026-09-01' }, actor: 'os:test' } as const
      await app.services.agreements.publishNext({ ...version, change: 'minor' })
      expect(await take(HEAD + good, { planOnly: true })).toMatchObject({ added: 0, existing: 1 })
      await app.services.agreements.publishNext({ ...version, change: 'major' })
      await trust.add({ name: 'Cleo Marsh', role: 'teacher', email: 'cleo@larkmoor.example' })
      expect(await take(HEAD + good, { planOnly: true })).toMatchObject({ added: 1, existing: 0 })
    })

    it('I8: a school that somebody has moved on from attests nothing of theirs any more', async () => {
      const id = await trust.add({ name: 'Milo Mover', role: 'pupil', year: '6', email: 'milo@larkmoor.example' })
      const here = await app.db.read('affiliations').where({ person_id: id }).first()
      await app.db.sql('affiliations').where({ id: here.id }).update({ end_date: '2026-09-02' })
      await app.db.sql('affiliations').insert({ ...here, id: app.services.ids.next(), school_id: trust.high.id, year_code: '7', start_date: '2026-09-03', end_date: null })
      const line = `${HEAD}milo@larkmoor.example,pupil-ks3-4,pupil,2025-09-03,\n`
      expect((await take(line, { planOnly: true, schools: [trust.primary.id] })).rejected.map(({ reason }) => reason)).toEqual(['nobody is known by this email'])
      expect((await take(line, { planOnly: true, schools: [trust.high.id] })).rejected.map(({ reason }) => reason)).not.toContain('nobody is known by this email')
    })

    it('the page looks first, stays within the school, and tells the lines', async () => {
      const id = await trust.add({ name: 'Olive Office' })
      await app.services.roles.grant({ personId: id, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      const office = await app.as(id)
      const form = new FormData()
      form.append('_csrf', hidden(await office.get('/office/attested'), '_csrf'))
      form.append('decision', 'look')
      form.append('file', new Blob([`${HEAD}${good}ben@ashbeck.example,staff,self,2025-09-03,\n`]), 'signed.csv')
      expect((await office.send('POST', '/office/attested', { body: form, headers: { 'sec-fetch-site': 'same-origin' } })).location).toBe('/office/attested')
      expect((await office.get('/office/attested')).text).toContain('Line 3: nobody is known by this email')
    })
  })
}
