import { afterAll, beforeAll, expect, it } from 'vitest'
import { rsaCertificate } from '../../support/rsa-certificate.ts'
import { startSsoWorld, type SsoWorld } from '../identity/sso-world.ts'

const DAY = 86_400_000
let world: SsoWorld
beforeAll(async () => { world = await startSsoWorld() })
afterAll(() => world.app.close())

it('tells administrators 60, 30 and 7 days before a certificate ends, once each, and when none counts', async () => {
  const { app, trust } = world
  const admin = await trust.add({ name: 'Ada Admin', role: 'support', email: 'ada@school.example' })
  await app.services.roles.grant({ personId: admin, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: 'system' })
  const start = app.clock.now()
  const ending = rsaCertificate('ending', { until: new Date(start + 70 * DAY) })
  await world.provider('ending', (provider) => ({ ...provider, label: 'Ending account', settings: { ...provider.settings, certificates: [ending.certificate] } }))
  const told: number[] = []
  for (let day = 0; day <= 75; day += 1) {
    app.clock.set(start + day * DAY)
    await app.services.providerNotices.send()
    await app.services.providerNotices.send()
    const mails = await app.db.read('captured_mails').orderBy('id')
    while (told.length < mails.length) told.push(day)
  }
  expect(told.slice(0, 4)).toEqual([10, 40, 63, 70])
  const [first] = await app.db.read('captured_mails').orderBy('id')
  expect(first).toMatchObject({ recipient: 'ada@school.example' })
  expect(first.body_text).toContain('/settings/sign-in/providers/ending/metadata')
  expect(first.subject).toContain('certificate ends soon')
  expect(first.body_text).toContain('Ending account')
})
