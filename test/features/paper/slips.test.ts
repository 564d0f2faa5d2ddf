import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { must } from '../../support/must.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const sheetsOf = (text: string): string[] => text.split('<article').slice(1)

for (const kind of ['sqlite', 'mariadb'] as const) describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`printed slips, whose and in which language [${kind}]`, () => {
  let app: TestApp
  let trust: SmallTrust
  let office: Browser
  beforeAll(async () => {
    app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), config: { languages: { welsh: true } } })
    trust = await smallTrust(app)
    const clerk = await trust.add({ name: 'Gwen Hughes', role: 'support' })
    await app.services.roles.grant({ personId: clerk, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
    office = await app.as(clerk)
  })
  afterAll(() => app.close())

  const classOf = (name: string): string => `${trust.primary.id}.group.${name}`
  async function print(name: string): Promise<string[]> {
    const group = classOf(name)
    const printed = await office.submit(`/paper?group=${encodeURIComponent(group)}`, { group }, '/paper/print')
    return sheetsOf((await office.get(must(printed.location ?? null))).text)
  }

  it('G6: who reads Welsh pages gets the Welsh text with Welsh words around it, and signs that text; others get English', async () => {
    const [carys, tom] = [await trust.add({ name: 'Carys Pugh', role: 'pupil', year: '4', group: '4C' }), await trust.add({ name: 'Tom Hill', role: 'pupil', year: '4', group: '4C' })]
    const [elen, ruth] = [await trust.add({ name: 'Elen Pugh' }), await trust.add({ name: 'Ruth Hill' })]
    await trust.link(carys, elen)
    await trust.link(tom, ruth)
    await app.services.peopleStore.chooseLanguage(elen, 'cy')
    await trust.issue()
    const sheets = await print('4C')
    expect(sheets).toHaveLength(4)
    const welsh = sheets.filter((sheet) => sheet.includes('lang="cy"'))
    expect(welsh).toHaveLength(1)
    expect(welsh[0]).toMatch(/Ar gyfer <strong><bdi>Carys Pugh[\s\S]*Blwyddyn 4, dosbarth 4C[\s\S]*Ie[\s\S]*Na[\s\S]*Enw’r rhiant neu’r gofalwr[\s\S]*Rhowch y daflen hon/)
    expect(welsh[0]).not.toMatch(/Give this sheet|Signature|Name of/)
    expect(sheets.filter((sheet) => /For <strong><bdi>Tom Hill[\s\S]*Name of the parent or carer[\s\S]*Give this sheet back/.test(sheet))).toHaveLength(1)

    const slot = (await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where({ 'r.person_id': carys, 's.slot': 'guardian' }).first('s.id')).id as string
    const { code, rendition_hash: hash } = await app.db.read('paper_slips').where({ signatory_id: slot }).first()
    const page = await office.get(`/paper/slips/${code}`)
    const formKey = must(/name="formKey" value="([^"]+)"/.exec(page.text)?.[1] ?? null)
    await office.submit(`/paper/slips/${code}`, { formKey, signer: elen, answer: 'yes', signedOn: '2026-09-05' })
    expect(await app.db.read('signatures').where({ signatory_id: slot, active: 1 }).first()).toMatchObject({ rendition_hash: hash })
    expect((await app.services.agreements.store.rendition(hash))?.rendition.language).toBe('cy')
  })

  it('S1: a slip entered by its code is signed as it was printed, also after the class was printed again in another language', async () => {
    const child = await trust.add({ name: 'Owain Rees', role: 'pupil', year: '4', group: '4D' })
    const [tad, mam] = [await trust.add({ name: 'Huw Rees' }), await trust.add({ name: 'Mair Rees' })]
    await trust.link(child, tad)
    await trust.link(child, mam)
    await trust.issue()
    expect((await print('4D')).filter((sheet) => sheet.includes('lang="cy"'))).toHaveLength(0)
    const slot = (await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where({ 'r.person_id': child, 's.slot': 'guardian' }).first('s.id')).id as string
    const first = await app.db.read('paper_slips').where({ signatory_id: slot }).first()
    app.clock.advance(60_000)
    await app.services.peopleStore.chooseLanguage(tad, 'cy')
    expect((await print('4D')).filter((sheet) => sheet.includes('lang="cy"'))).toHaveLength(1)
    // At the desk it is known who will sign.
    const atDesk = await office.submit(`/desk/people/${mam}`, {}, `/desk/people/${mam}/print`)
    expect(sheetsOf((await office.get(must(atDesk.location))).text).map((sheet) => sheet.includes('lang="cy"'))).toEqual([false])
    app.clock.advance(60_000)
    await print('4D')
    const page = await office.get(`/paper/slips/${first.code}`)
    const formKey = must(/name="formKey" value="([^"]+)"/.exec(page.text)?.[1])
    await office.submit(`/paper/slips/${first.code}`, { formKey, signer: mam, answer: 'yes', signedOn: '2026-09-05' })
    expect(await app.db.read('signatures').where({ signatory_id: slot, active: 1 }).first()).toMatchObject({ rendition_hash: first.rendition_hash, signer_id: mam })
  })

  it('F5: where all who may sign are asked, each has a sheet with their name on it, and one tick of their own in the list', async () => {
    const agreement = must(await app.services.agreements.store.byKey('pupil-ks2'))
    const requirement = must((await app.services.agreements.store.requirements()).find((one) => one.agreementId === agreement.id))
    const { id: _id, ...values } = requirement
    await app.services.agreements.store.requirementStore.update(requirement.id, { ...values, signers: 'all' })
    const child = await trust.add({ name: 'Zofia Kowalska', role: 'pupil', year: '5', group: '5K' })
    const [mother, father] = [await trust.add({ name: 'Maria Kowalska' }), await trust.add({ name: 'Piotr Kowalski' })]
    await trust.link(child, mother)
    await trust.link(child, father)
    await trust.issue()
    const list = (await office.get(`/paper?group=${encodeURIComponent(classOf('5K'))}`)).text
    expect([list.match(/Maria Kowalska \(/g)?.length, list.match(/Piotr Kowalski \(/g)?.length]).toEqual([1, 1])
    const sheets = await print('5K')
    expect(sheets.flatMap((sheet) => /<dt>([^<]+)<\/dt><dd><bdi>([^<]*)</.exec(sheet)?.slice(1).join(': ') ?? []).sort()).toEqual([
      'Name of the parent or carer: Maria Kowalska', 'Name of the parent or carer: Piotr Kowalski', 'Name of the pupil: ',
    ])
    await app.services.agreements.store.requirementStore.update(requirement.id, values)
  })
})
