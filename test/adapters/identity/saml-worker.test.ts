import { describe, expect, it } from 'vitest'
import { SamlWorkerClient } from '../../../src/adapters/identity/saml-worker-client.ts'
import { rsaCertificate } from '../../support/rsa-certificate.ts'

const idp = rsaCertificate('idp')
const entity = (inner: string, id = 'https://idp.example/') => `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${id}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${inner}</IDPSSODescriptor></EntityDescriptor>`
const key = (certificate: string, use = ' use="signing"') => `<KeyDescriptor${use}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate.replace(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`
const entry = (address = 'https://idp.example/sso') => `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${address}"/>`
const options = { now: Date.now(), mayBePlain: false }

describe('the thread that reads XML', () => {
  it('reads metadata: names, addresses, both certificates of a change-over, and what is wrong with a key', async () => {
    const worker = new SamlWorkerClient()
    const read = await worker.run({ kind: 'metadata', xml: entity(key(idp.certificate) + key(rsaCertificate('next', { bits: 1024 }).certificate, '') + key(rsaCertificate('e').certificate, ' use="encryption"') + entry()), options })
    expect(read).toMatchObject({ ok: true, value: { entityId: 'https://idp.example/', entryPoint: 'https://idp.example/sso', logoutPoint: null, certificates: [{ problem: null }, { problem: 'weak-key' }] } })
    await worker.close()
  })

  it.each([
    ['unreadable', '<!DOCTYPE x><x/>'], ['unreadable', 'no'], ['no-provider', '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>'], ['no-entry-point', entity(key(idp.certificate))],
    ['insecure', entity(key(idp.certificate) + entry('http://idp.example/sso'))], ['insecure', entity(key(idp.certificate) + entry('javascript:alert(1)'))], ['no-certificate', entity(entry())],
    ['over', entity(key(idp.certificate) + entry()).replace('entityID', 'validUntil="2020-01-01T00:00:00Z" entityID')],
    ['several', `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${entity(entry())}${entity(entry(), 'https://other.example/')}</EntitiesDescriptor>`],
  ])('says %s of metadata that cannot be used', async (reason, xml) => {
    const worker = new SamlWorkerClient()
    expect(await worker.run({ kind: 'metadata', xml, options })).toEqual({ ok: false, reason })
    await worker.close()
  })

  it('gives up a message that takes too long, and takes the next one in a thread of its own', async () => {
    const worker = new SamlWorkerClient({ jobMs: 0 })
    await expect(worker.run({ kind: 'metadata', xml: entity(key(idp.certificate).repeat(300) + entry()), options })).rejects.toThrow('busy')
    const patient = new SamlWorkerClient()
    expect(await patient.run({ kind: 'metadata', xml: entity(key(idp.certificate) + entry()), options })).toMatchObject({ ok: true })
    await Promise.all([worker.close(), patient.close()])
  })

  it('lets only so many wait', async () => {
    const worker = new SamlWorkerClient({ waiting: 2 })
    const xml = entity(key(idp.certificate) + entry())
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => worker.run({ kind: 'metadata', xml, options })))
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(3)
    await worker.close()
  })
})
