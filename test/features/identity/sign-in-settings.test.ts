import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSsoWorld, whoIs, type SsoWorld } from './sso-world.ts'

const PAGES = ['/settings/sign-in', '/settings/sign-in/new', '/settings/sign-in/unknown', '/settings/sign-in/providers/google', '/settings/sign-in/providers/google/metadata', '/settings/sign-in/providers/google/test', '/settings/sign-in/providers/google/test/start']

describe('the settings of sign-in', () => {
  let world: SsoWorld
  let admin = ''
  beforeAll(async () => {
    world = await startSsoWorld()
    admin = await world.trust.add({ name: 'Ada Admin', role: 'support' })
    await world.app.services.roles.grant({ personId: admin, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
  })
  afterAll(() => world.app.close())

  it('are for whoever manages the whole trust: not for the office, not for one school’s administrator, not for strangers', async () => {
    const { app, trust } = world
    const clerk = await trust.add({ name: 'Office Clerk', role: 'support' })
    const local = await trust.add({ name: 'Local Admin', role: 'support' })
    await app.services.roles.grant({ personId: clerk, role: 'office', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
    await app.services.roles.grant({ personId: local, role: 'trust-admin', schoolId: trust.high.id, groupName: null, until: null, grantedBy: 'system' })
    const [mine, office, one] = [await app.as(admin), await app.as(clerk), await app.as(local)]
    for (const path of PAGES) {
      expect([path, (await office.get(path)).status, (await one.get(path)).status, (await app.browser().get(path)).location]).toEqual([path, 403, 403, '/sign-in'])
      expect([200, 303]).toContain((await mine.get(path)).status)
    }
    const form = { label: 'x', active: 'on' }
    const refused = await one.submit('/me', form, '/settings/sign-in/providers/google')
    expect(refused.status).toBe(403)
    expect((await app.services.signIn.providers.store.named('google'))?.label).toBe('School account google')
  })

  it('refuse a short name that is taken or no name, and a provider that says nothing', async () => {
    const browser = await world.app.as(admin)
    const send = async (fields: Record<string, string>) => {
      const answer = await browser.submit('/settings/sign-in/new', { label: 'Words', school: '', kind: 'oidc', text: '', address: '', issuer: 'https://idp.example', client: 'c', secret: 's3cret', ...fields })
      expect(answer.location).toBe('/settings/sign-in/new')
      return (await browser.get('/settings/sign-in/new')).text
    }
    expect(await send({ name: 'google' })).toContain('This short name is taken')
    expect(await send({ name: 'Has Spaces' })).toContain('small letters, figures and hyphens')
    expect(await send({ name: 'x', issuer: 'idp.example' })).toContain('Write the issuer')
    expect(await send({ name: 'x', kind: 'saml' })).toContain('Choose the metadata file')
    expect(await send({ name: 'x', kind: 'saml', address: 'https://169.254.169.254/latest' })).toContain('Nothing could be fetched from there')
    expect(await send({ name: 'x', issuer: '' })).not.toContain('s3cret')
    expect((await world.app.services.signIn.providers.store.all()).map(({ name }) => name)).toEqual(['google'])
  })

  it('tell our addresses to anyone who is to know them, and nothing of the provider', async () => {
    const { text, headers } = await world.app.browser().get('/saml/google/metadata')
    expect(headers.get('content-type')).toContain('application/samlmetadata+xml')
    expect(text).toContain(`entityID="${world.us().entityId}"`)
    expect(text).not.toContain('idp.example')
    expect((await world.app.browser().get('/saml/nobody/metadata')).status).toBe(404)
  })

  it('let scanners look at every address without effect', async () => {
    const browser = world.app.browser()
    for (const method of ['GET', 'HEAD']) {
      const answers = await Promise.all(['/saml/google/acs', '/saml/google/logout', '/oidc/google/callback', '/sign-in/nobody'].map((path) => browser.send(method, path)))
      expect(answers.map(({ status }) => status)).toEqual([405, 403, 404, 404])
    }
    expect(await whoIs(world.app, browser)).toBeNull()
    expect(await world.app.db.read('identities')).toEqual([])
  })

  it('show a provider that is off to nobody, and let nobody in by it', async () => {
    await world.app.services.signIn.providers.change('google', (provider) => ({ ...provider, active: false }), 'system')
    expect((await world.app.browser().get('/sign-in')).text).not.toContain('/sign-in/google')
    expect((await world.app.browser().get('/sign-in/google')).text).toContain('This sign-in is not ready')
  })
})
