import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { hidden } from '../signing/signing-walk.ts'

describe('writing texts', () => {
  let app: TestApp
  let trust: SmallTrust
  let lead: Browser
  let head: Browser
  let office: Browser
  beforeAll(async () => {
    app = await startTestApp()
    trust = await smallTrust(app)
    const person = async (name: string, role: string, schoolId: string | null) => {
      const id = await trust.add({ name, role: 'teacher', email: `${name.split(' ')[0]?.toLowerCase()}@school.example` })
      await app.services.roles.grant({ personId: id, role: role as 'dsl', schoolId, groupName: null, until: null, grantedBy: 'os:test' })
      return app.as(id)
    }
    lead = await person('Ruth Lead', 'trust-safeguarding-lead', null)
    head = await person('Hilary Head', 'headteacher', null)
    office = await person('Olive Office', 'office', trust.primary.id)
  })
  afterAll(async () => app.close())

  const post = async (browser: Browser, page: string, fields: Record<string, string | string[]>, to = page) => browser.submit(page, fields, to)

  it('every page answers', async () => {
    const begun = await post(lead, '/agreements/pupil-ks2', { change: 'major', changeNote: 'Phones' }, '/agreements/pupil-ks2/begin')
    expect(begun.location).toBe('/agreements/pupil-ks2/draft')
    for (const path of ['/agreements', '/agreements/new', '/agreements/pupil-ks2', '/agreements/pupil-ks2/draft', '/agreements/pupil-ks2/draft/clause/tell', '/agreements/pupil-ks2/draft/clause/new', '/agreements/pupil-ks2/draft/words',
      '/agreements/pupil-ks2/draft/texts', '/agreements/pupil-ks2/draft/questions', '/agreements/pupil-ks2/draft/school-part', '/agreements/pupil-ks2/preview', '/agreements/pupil-ks2/preview?text=en-GB/symbols&as=guardian', '/agreements/pupil-ks2/changes',
      '/agreements/school-parts']) {
      const page = await lead.get(path)
      expect({ path, status: page.status, text: page.status === 200 ? '' : page.text.slice(0, 2000) }).toMatchObject({ path, status: 200 })
    }
    expect((await head.get('/agreements/starters')).status).toBe(200)
    for (const path of ['/agreements-in-force', '/agreements-in-force/100001', '/agreements-in-force/100001/pupil-ks2', '/agreements-in-force/100001/pupil-ks2?text=en-GB/symbols']) {
      const page = await app.browser().get(path)
      expect({ path, status: page.status, text: page.status === 200 ? '' : page.text.slice(0, 2000) }).toMatchObject({ path, status: 200 })
    }
    expect(hidden(await lead.get('/agreements/pupil-ks2/draft/clause/tell'), 'seen')).toMatch(/^[0-9a-f]{32}$/)
    expect((await office.get('/agreements')).status).toBe(200)
  })
})
