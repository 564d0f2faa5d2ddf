import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { configFile, loadConfig } from '../../../src/config.ts'
import { rsaCertificate } from '../../support/rsa-certificate.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

const metadata = (certificate: string) => `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
  <KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate.replace(/-----[^-]+-----/g, '')}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
  <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>`

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`providers of the configuration file [${kind}]`, () => {
    let app: TestApp
    let dir = ''
    let file = ''
    const signIn = (providers: object[]) => configFile.parse({ signIn: { providers } }).signIn
    const adopt = async (providers: object[]) => {
      app.services.config.signIn.providers.splice(0, Infinity, ...signIn(providers).providers)
      await app.services.signIn.adopt({ actor: 'system', schoolId: async (name) => { if (name !== 'Larkmoor') throw new Error(name); return '0'.repeat(26) } })
    }
    const saml = () => ({ name: 'google', kind: 'saml', label: 'Google', school: 'Larkmoor', metadataFile: file, signed: 'assertion', matching: { attribute: 'uid', field: 'username' }, roles: [{ attribute: 'groups', value: 'office', role: 'office', until: '2027-07-31' }] })

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'assent-adopt-'))
      file = join(dir, 'idp.xml')
      await writeFile(file, metadata(rsaCertificate('one').certificate))
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl'), config: { signIn: signIn([]) } })
    })
    afterAll(async () => {
      await app.close()
      await rm(dir, { recursive: true, force: true })
    })

    it('are on after the start, with their roles; a second start changes nothing', async () => {
      await adopt([saml(), { name: 'entra', kind: 'oidc', label: 'Entra', issuer: 'https://login.microsoftonline.com/x/v2.0', clientId: 'c' }])
      const { store } = app.services.signIn.providers
      const google = await store.named('google')
      expect(google).toMatchObject({ active: true, fromFile: true, schoolId: '0'.repeat(26), settings: { signed: 'assertion', entityId: 'https://idp.example/' } })
      expect(await app.services.signIn.groupRoles.of(google?.id ?? '')).toMatchObject([{ role: 'office', value: 'office', until: Date.parse('2027-07-31T23:59:59Z') }])
      expect(await store.named('entra')).toMatchObject({ kind: 'oidc', settings: { scopes: ['profile', 'email'], secret: null } })
      const before = [await store.all(), await app.services.signIn.groupRoles.of(google?.id ?? '')]
      await adopt([saml(), { name: 'entra', kind: 'oidc', label: 'Entra', issuer: 'https://login.microsoftonline.com/x/v2.0', clientId: 'c' }])
      expect([await store.all(), await app.services.signIn.groupRoles.of(google?.id ?? '')]).toEqual(before)
    })

    it('are changed only there, and switched off when they are no longer named', async () => {
      await expect(app.services.signIn.providers.change('google', (provider) => ({ ...provider, active: false }), 'system')).rejects.toThrow('configuration file')
      await adopt([{ ...saml(), roles: [] }])
      const { store } = app.services.signIn.providers
      expect(await app.services.signIn.groupRoles.of((await store.named('google'))?.id ?? '')).toEqual([])
      expect((await store.named('entra'))?.active).toBe(false)
      expect(await app.services.signIn.ways()).toMatchObject([{ label: 'Google', href: '/sign-in/google' }])
    })

    it('stop the start with a plain word when their metadata is no good', async () => {
      await writeFile(join(dir, 'bad.xml'), '<!DOCTYPE x><x/>')
      await expect(adopt([{ ...saml(), metadataFile: join(dir, 'bad.xml') }])).rejects.toThrow('The metadata of the sign-in "google" cannot be used')
    })
  })
}

it('lists what is wrong with them with everything else that is wrong', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'assent-config-'))
  const path = join(dir, 'assent.yaml')
  await writeFile(path, JSON.stringify({ signIn: { providers: [
    { name: 'a', kind: 'saml', label: 'A', metadataFile: '/nowhere.xml' }, { name: 'a', kind: 'oidc', label: 'B', issuer: 'https://x.example', clientId: 'c', clientSecretFile: '/nowhere' },
  ] } }))
  expect(() => loadConfig({ ASSENT_CONFIG: path })).toThrow(/a\.metadataFile[\s\S]*a\.clientSecretFile[\s\S]*used twice/)
  await writeFile(path, JSON.stringify({ signIn: { providers: [{ name: 'a', kind: 'saml', label: 'A', metadataFile: path, roles: [{ attribute: 'g', value: 'v', role: 'trust-admin' }] }] } }))
  expect(() => loadConfig({ ASSENT_CONFIG: path })).toThrow('never follows from a group')
  await rm(dir, { recursive: true, force: true })
})
