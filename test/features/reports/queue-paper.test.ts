import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { textOf } from '../../support/it-people.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const QUEUE = '/office/queues?kind=unreachable'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`from the queue to paper [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let office: Browser
    let dsl: Browser
    let zofia: string
    let omar: string
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      const pupil = (name: string) => trust.add({ name, role: 'pupil', year: '4', group: '4B' })
      zofia = await pupil('Zofia Kowalska')
      omar = await pupil('Omar Hughes')
      const [ade, , held, reached] = [await pupil('Ade Bello'), await pupil('Lone Lowe'), await pupil('Hana Held'), await pupil('Rita Reached')]
      const mother = await trust.add({ name: 'Maria Kowalska' })
      await trust.link(zofia, mother)
      await trust.link(ade, mother)
      await trust.link(ade, await trust.add({ name: 'Bola Bello' }))
      await trust.link(zofia, await trust.add({ name: 'Piotr Barred' }), { doNotContact: true })
      await trust.link(held, await trust.add({ name: 'Hilda Held' }))
      await trust.link(reached, await trust.add({ name: 'Rosa Reached', email: 'rosa@reached.example' }))
      const add = async (role: 'office' | 'dsl', name: string, schoolId: string) => {
        const id = await trust.add({ name })
        await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'system' })
        return id
      }
      const gwen = await add('office', 'Gwen Hughes', trust.primary.id)
      await trust.link(omar, gwen)
      await trust.issue()
      office = await app.as(gwen)
      dsl = await app.as(await add('dsl', 'Dana Safe', trust.primary.id))
      const path = `/office/signing/${held}`
      await dsl.submit(path, { images: 'none', contact: 'via-office', 'review-day': '1', 'review-month': '9', 'review-year': '2027' }, `${path}/protect`)
    })
    afterAll(() => app.close())

    const rowOf = (html: string, name: string) => html.split('<li class="missing">').filter((row) => row.includes(name)).join(' ')
    const keyOf = (html: string, name: string) => /name="key" value="([^"]+)"/.exec(rowOf(html, name))?.[1] ?? ''
    const greetings = (html: string) => [...html.matchAll(/<h1>Dear ([^<]+)</g)].map((match) => match[1]).toSorted()

    it('S7, F4: each case, and all of them, lead to a print and to letters; nobody linked and a child of one’s own say so instead', async () => {
      const page = (await office.get(QUEUE)).text
      expect(rowOf(page, 'Zofia Kowalska')).toMatch(/Print for signing on paper[\s\S]*Print a letter with a code/)
      expect(textOf(rowOf(page, 'Lone Lowe'))).toContain('Nobody who may sign is linked to them')
      expect(rowOf(page, 'Lone Lowe')).not.toContain('/office/queues/paper')
      expect(rowOf(page, 'Omar Hughes')).not.toContain('/office/queues/letters')
      expect(page).not.toContain('Rita Reached')

      const letters = await office.submit(QUEUE, { key: keyOf(page, 'Zofia Kowalska') }, '/office/queues/letters')
      expect(letters.status).toBe(200)
      expect(greetings(letters.text)).toEqual(['Maria Kowalska'])
      const printed = await office.submit(QUEUE, { key: keyOf(page, 'Zofia Kowalska') }, '/office/queues/paper')
      const sheets = (await office.get(printed.location ?? '')).text
      expect(sheets.match(/<article class="slip"/g)).toHaveLength(1)
      expect(textOf(sheets)).toMatch(/For Zofia Kowalska.*Name of the parent or carer/)

      const everybody = await office.submit(QUEUE, {}, '/office/queues/letters')
      expect(greetings(everybody.text)).toEqual(['Bola Bello', 'Maria Kowalska'])
      const all = (await office.get((await office.submit(QUEUE, {}, '/office/queues/paper')).location ?? '')).text
      expect([...all.matchAll(/aria-label="[^"]*, ([^",]+)"/g)].map((match) => match[1]).filter((name) => name !== undefined && / (Kowalska|Bello|Held|Hughes|Lowe)$/.test(name)).toSorted()).toEqual(['Ade Bello', 'Hana Held', 'Zofia Kowalska'])
    })

    it('an empty queue says so', async () => {
      expect(textOf((await office.get('/office/queues?kind=call')).text)).toContain('Nobody waits for a call.')
    })

    it('P6: about a child whose contact goes through the office there is a print and no letter', async () => {
      const row = rowOf((await office.get(QUEUE)).text, 'Hana Held')
      expect(row).toContain('Print for signing on paper')
      expect(row).not.toContain('/office/queues/letters')
      const key = keyOf((await office.get(QUEUE)).text, 'Hana Held')
      const refused = await office.submit(QUEUE, { key }, '/office/queues/letters')
      expect(textOf((await office.get(refused.location ?? '')).text)).toContain('Hana Held')
      expect(await app.db.read('personal_links').join('people', 'people.id', 'personal_links.person_id').where({ 'people.preferred_forename': 'Hilda' })).toEqual([])
    })

    it('P7, B8: not for a child of the own family; who may not print is neither offered it nor let', async () => {
      const request = (await app.db.read('requests').where({ person_id: omar }).first('id')).id as string
      for (const to of ['/office/queues/paper', '/office/queues/letters']) expect((await office.submit(QUEUE, { key: request }, to)).status).toBe(403)
      const theirs = await dsl.get(QUEUE)
      expect(theirs.text).toContain('Zofia Kowalska')
      expect(theirs.text).not.toMatch(/queues\/(paper|letters)/)
      for (const to of ['/office/queues/paper', '/office/queues/letters']) expect((await dsl.submit(QUEUE, { key: keyOf(theirs.text, 'Zofia Kowalska') }, to)).status).toBe(403)
      const gone = await office.submit(QUEUE, { key: 'x' }, '/office/queues/paper')
      expect(gone.status).toBe(404)
    })
  })
}
