import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createSecretBox } from '../../../src/features/identity/secret-box.ts'
import { BirthDates, yearsBetween } from '../../../src/features/people/birth-dates.ts'
import type { Browser } from '../../http/browser.ts'
import { must } from '../../support/must.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

/** As written in the list and as kept inside; neither may be seen anywhere. */
const BORN = ['2008-09-07', '07/09/2008', '2008-09-08', '08/09/2008', '2016-01-31', '31/01/2016']
const LIST = [
  'Adno,Forename,Surname,Date of birth,Year,Reg,School,Relationship,Contact ID,Parent Forename,Parent Surname,Parent Email',
  'A1,Noor,Examplecroft,07/09/2008,13,13A,Larkmoor,Mother,C1,Sana,Examplecroft,sana@example.test',
  'A2,Idris,Samplewood,08/09/2008,13,13A,Larkmoor,Mother,C2,Bethan,Samplewood,bethan@example.test',
  'A3,Tegan,Modelham,31/01/2016,5,5B,Larkmoor,Mother,C3,Carys,Modelham,carys@example.test',
].join('\n')

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`dates of birth [${kind}]`, () => {
    let app: TestApp
    let folder: string
    let dpo: Browser
    let office: Browser
    let staff: { dpo: string; office: string }
    const pupils = new Map<string, string>()

    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), config: { sources: [{ name: 'mis', format: 'csv', path: '/nowhere', mode: 'enforce', owns: [], alsoRead: ['birthDate'] }, { name: 'other', format: 'csv', path: '/nowhere', mode: 'enforce', owns: [], alsoRead: [] }] } })
      folder = mkdtempSync(join(tmpdir(), 'assent-birth-'))
      writeFileSync(join(folder, 'list.csv'), LIST)
      const grant = async (name: string, role: 'office' | 'dpo') => {
        const id = must((await app.services.peopleStore.insert([{ preferredForename: name, surname: 'Staff', email: null, username: name.toLowerCase(), feedDisabled: false }]))[0])
        await app.services.roles.grant({ personId: id, role, schoolId: null, groupName: null, until: null, grantedBy: 'system' })
        return id
      }
      staff = { dpo: await grant('Dina', 'dpo'), office: await grant('Olive', 'office') }
      await signIn()
    })
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true })
      await app.close()
    })

    const signIn = async () => {
      dpo = await app.as(staff.dpo)
      office = await app.as(staff.office)
    }
    const sync = (name = 'mis') => app.services.roster.sync({ name, format: 'csv', path: join(folder, 'list.csv'), mode: 'enforce', planOnly: false, actor: 'os:test' })
    const kept = async () => (await app.db.read('birth_dates').select('person_id')).length
    /** Every row of every table, as text. */
    const everything = async () => {
      const tables = (kind === 'sqlite'
        ? await app.db.rows("select name as n from sqlite_master where type = 'table'", [])
        : await app.db.rows('select table_name as n from information_schema.tables where table_schema = database()', [])).map((row) => row['n'] as string)
      expect(tables.length).toBeGreaterThan(40)
      const texts: string[] = []
      for (const table of tables) for (const row of await app.db.read(table)) texts.push(`${table}: ${Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))).join(' | ')}`)
      return texts
    }

    it('P4: none is read unless the DPO allows it, and then only of a source whose allow-list names it (R7)', async () => {
      await sync()
      expect(await kept()).toBe(0)
      for (const row of await app.db.read('people').whereIn('preferred_forename', ['Noor', 'Idris', 'Tegan'])) pupils.set(row.preferred_forename, row.id)
      expect((await office.get('/settings/birth-dates')).status).toBe(403)
      expect((await dpo.submit('/settings/birth-dates', { allowed: 'yes' })).location).toBe('/settings/birth-dates')
      await sync('other')
      expect(await kept()).toBe(0)
      await sync()
      expect(await kept()).toBe(3)
    })

    it('P4: an age is all that can be asked for, on a day', async () => {
      const age = (name: string, on: string) => app.services.birthDates.ageOn(must(pupils.get(name)), on)
      expect([await age('Noor', '2026-09-06'), await age('Noor', '2026-09-07'), await age('Tegan', '2026-01-30'), await age('Tegan', '2026-01-31')]).toEqual([17, 18, 9, 10])
      expect(await app.services.birthDates.ageOn('0'.repeat(26), '2026-09-07')).toBeNull()
      expect(Object.getOwnPropertyNames(BirthDates.prototype).toSorted()).toEqual(['ageOn', 'agesOn', 'atLeast', 'constructor', 'forgetAll', 'keep', 'reclose'])
    })

    it('P4: a row copied to somebody else says nothing', async () => {
      const [noor, tegan] = [must(pupils.get('Noor')), must(pupils.get('Tegan'))]
      const { closed } = must(await app.db.read('birth_dates').where({ person_id: tegan }).first())
      const own = must(await app.db.read('birth_dates').where({ person_id: noor }).first())
      await app.db.sql('birth_dates').where({ person_id: noor }).update({ closed })
      expect(await app.services.birthDates.ageOn(noor, '2026-09-07')).toBeNull()
      await app.db.sql('birth_dates').where({ person_id: noor }).update({ closed: own.closed })
    })

    it('G4: who is 18 signs alone from that day, guardians are asked no more; a day younger, they still are', async () => {
      await app.services.issuing.issue({ actor: 'system', planOnly: false })
      expect(await app.services.comingOfAge.noticeAges()).toBe(1)
      await app.services.comingOfAge.applyDue()
      expect(await app.services.comingOfAge.noticeAges()).toBe(0)
      expect([...(await app.services.issuing.adults.all()).keys()]).toEqual([pupils.get('Noor')])
      const slots = await app.db.rows("select r.person_id, s.state from signatories s join requests r on r.id = s.request_id where s.slot = 'guardian'", [])
      for (const slot of slots.filter((one) => one['person_id'] === pupils.get('Noor'))) expect(slot['state']).toBe('cancelled')
      app.clock.advance(86_400_000)
      expect(await app.services.comingOfAge.noticeAges()).toBe(1)
      await app.services.comingOfAge.applyDue()
      await signIn()
      const page = await office.get(`/office/signing/${pupils.get('Noor')}`)
      expect(page.text).toContain('Signs alone.')
      expect(page.text).not.toMatch(/name="adult-day"[^>]*value="[^"]+"/)
    })

    it('P4: no page, file, log, audit row, plan, digest or any other table holds one', async () => {
      await sync()
      const rows = await everything()
      const texts = [...rows, ...app.log]
      const run = must(await app.db.read('roster_runs').orderBy('id', 'desc').first())
      for (const path of [
        `/office/signing/${pupils.get('Noor')}`, `/office/signing/${pupils.get('Tegan')}`, '/office/board', '/office/board.csv', '/records', '/records.csv', '/consents', '/consents.csv', '/rosters', `/rosters/runs/${run.id}`,
        '/audit', '/audit/export', '/audit/looks', '/audit/looks.csv', '/settings/birth-dates', '/office/responsibility', '/office/queues', '/letters', '/class', `/access/people/${pupils.get('Noor')}`,
      ]) for (const browser of [office, dpo]) texts.push(`${path}: ${(await browser.get(path)).text}`)
      expect(texts.some((text) => text.includes('Tegan'))).toBe(true)
      for (const text of texts) for (const date of BORN) expect(text.includes(date) ? `${date} in ${text.slice(0, 200)}` : '').toBe('')
      // Nor does the row that says "signs alone" tell the birthday.
      expect((await app.db.read('adult_dates').select('adult_from', 'set_by')).map((row) => [row.adult_from, row.set_by])).toEqual([['2026-01-01', 'age'], ['2026-01-01', 'age']])
    })

    it('P4: the column goes over to a new key, and what no key opens is deleted', async () => {
      const { db, clock, services } = app
      const boxes = (secrets: string[]) => ({ box: createSecretBox(secrets, services.ids, 'dates of birth'), newest: createSecretBox(secrets.slice(0, 1), services.ids, 'dates of birth') })
      const [old, fresh] = ['o'.repeat(40), 'n'.repeat(40)]
      const parts = { db, clock, settings: services.peopleSettings }
      const person = '01K00000000000000000000KEY'
      await new BirthDates({ ...parts, ...boxes([old]) }).keep([{ personId: person, date: '2010-02-28' }])
      await db.sql('birth_dates').whereNot({ person_id: person }).del()
      const during = new BirthDates({ ...parts, ...boxes([fresh, old]) })
      expect(await during.ageOn(person, '2026-03-01')).toBe(16)
      expect(await during.reclose()).toBe(1)
      expect(await during.reclose()).toBe(0)
      expect(await new BirthDates({ ...parts, ...boxes([fresh]) }).ageOn(person, '2026-03-01')).toBe(16)
      expect(await new BirthDates({ ...parts, ...boxes(['x'.repeat(40)]) }).ageOn(person, '2026-03-01')).toBeNull()
      await new BirthDates({ ...parts, ...boxes(['x'.repeat(40)]) }).reclose()
      expect(await kept()).toBe(0)
    })

    it('P4: when the DPO takes it back, every date goes at once and none comes in', async () => {
      await sync()
      expect(await kept()).toBe(3)
      expect((await dpo.submit('/settings/birth-dates', { allowed: 'no' })).location).toBe('/settings/birth-dates')
      expect(await kept()).toBe(0)
      expect(await app.services.birthDates.ageOn(must(pupils.get('Noor')), '2026-09-07')).toBeNull()
      await sync()
      expect(await app.services.birthDates.keep([{ personId: must(pupils.get('Noor')), date: '2008-09-07' }])).toBe(0)
      expect(await kept()).toBe(0)
    })
  })
}

it('P4: ages in whole years; born on 29 February, a year older on 1 March', () => {
  expect([yearsBetween('2008-02-29', '2026-02-28'), yearsBetween('2008-02-29', '2026-03-01'), yearsBetween('2010-12-31', '2026-01-01')]).toEqual([17, 18, 15])
})
