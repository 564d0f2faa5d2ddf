import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateUp } from '../../../src/db/migrate.ts'
import { personaPages, type PersonaPagesParts } from '../../../src/features/identity/persona-pages.ts'
import { makeDatabase } from '../../support/databases.ts'
import { startIdentity } from './identity-app.ts'

const PARENT = '01K00000000000000000PARENT'
const PUPIL = '01K00000000000000000000001'
const parts = (demo: boolean): PersonaPagesParts => ({
  demo,
  mailboxHref: '/demo/mail',
  personas: async () => [{ title: 'Families', people: [{ id: PARENT, name: 'Maria Made-Up', shortName: 'Maria', role: 'Parent', story: '', initials: 'MM', startPath: '/me' }] }],
})

describe('demo personas', () => {
  let made: Awaited<ReturnType<typeof makeDatabase>>
  beforeAll(async () => {
    made = await makeDatabase('sqlite', null)
    await migrateUp(made.db)
  })
  afterAll(() => made.drop())

  it('let a visitor of the demo be somebody of the list, and nobody else', async () => {
    const app = await startIdentity(made.db, { pages: personaPages(parts(true)) })
    for (const id of [PARENT, PUPIL]) app.facts.set(id, { name: 'Maria', affiliations: [], children: [] })
    const browser = app.browser()
    expect((await browser.get('/demo')).text).toContain('Families')
    expect((await browser.submit('/demo', { persona: PUPIL })).status).toBe(404)
    expect((await browser.get('/me')).status).toBe(303)
    expect((await browser.submit('/demo', { persona: PARENT })).location).toBe('/me')
    expect((await browser.get('/me')).text).toContain(PARENT)
    await app.close()
  })

  it.each([false, undefined, 'true', 1])('do not exist where the configuration says demo = %j', async (demo) => {
    expect(personaPages(parts(demo as boolean))).toEqual([])
    const app = await startIdentity(made.db, { pages: personaPages(parts(demo as boolean)) })
    app.facts.set(PARENT, { name: 'Maria', affiliations: [], children: [] })
    const browser = app.browser()
    expect((await browser.get('/demo')).status).toBe(404)
    expect((await browser.submit('/link/x', { persona: PARENT }, '/demo')).status).toBe(404)
    expect((await browser.get('/me')).status).toBe(303)
    await app.close()
  })
})
