import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { SCOPES } from '../../../src/features/machines/scopes.ts'
import { textOf, withRole } from '../../support/it-people.ts'
import { type MachineWorld, machineWorld } from './machine-world.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`tokens of one’s own [${kind}]`, () => {
    let world: MachineWorld
    beforeAll(async () => { world = await machineWorld({ kind, mariadbUrl: inject('mariadbUrl') }) })
    afterAll(() => world.app.close())

    it('B8: a person makes one for what they may do by hand, it is shown once, opens no address of the interface, and ends with them', async () => {
      const { app } = world
      const { id, browser: plain } = await withRole(app, 'it-admin')
      expect((await plain.get('/security/tokens')).status).toBe(200)
      const browser = await app.as(id, 'passkey')
      const page = textOf((await browser.get('/security/tokens')).text)
      expect(page).toContain(SCOPES['access:approve'].text)
      // Limiting a person is not IT's; neither offered nor given.
      expect(page).not.toContain(SCOPES['restrictions:place'].text)
      const ask = (more: object = {}) => browser.submit('/security/tokens', { name: 'idris-laptop', scopes: ['access:approve', 'access:report'], school: 'trust', days: '7', ...more })
      await ask({ name: 'too-much', scopes: ['restrictions:place'] })
      expect(textOf((await browser.get('/security/tokens')).text)).toContain('You may not do all of this there yourself')
      expect((await ask()).location).toBe('/security/tokens/shown')
      const token = /assent_[\w-]{43}/.exec((await browser.get('/security/tokens/shown')).text)?.[0] ?? ''
      expect(token).not.toBe('')
      expect((await browser.get('/security/tokens/shown')).location).toBe('/security/tokens')
      expect(textOf((await browser.get('/security/tokens')).text)).toContain('idris-laptop')
      expect((await world.call('/requests', token)).status).toBe(403)
      const { tokens } = app.services.machines
      const caller = await tokens.caller(`Bearer ${token}`)
      expect(caller.actor.personId).toBe(id)
      expect(caller.schools('access:approve')).toBe('all')
      expect(() => caller.schools('access:undo')).toThrow(/lacks the scope/)

      // An administrator sees and may revoke it; somebody else does not.
      const other = (await withRole(app, 'it-admin', { name: 'Otis' })).browser
      const [row] = await app.db.read('api_tokens').where({ name: 'idris-laptop' })
      expect((await other.submit('/security/tokens/revoke', { token: row.id }, '/security/tokens/revoke')).status).toBe(404)
      expect(textOf((await (await app.as(world.admin, 'passkey')).get('/settings/api')).text)).toContain('idris-laptop')
      await app.db.sql('role_grants').where({ person_id: id }).del()
      await expect(tokens.caller(`Bearer ${token}`).then((who) => who.schools('access:approve'))).rejects.toThrow(/lacks the scope/)
      await tokens.revoke(row.id, (await app.services.actors.actorFor(world.admin, null)) ?? (() => { throw new Error('nobody') })())
      await expect(tokens.caller(`Bearer ${token}`)).rejects.toThrow(/needs a token that counts/)
    })

    it('who may do nothing of the kind has no such page, and a token is never for both', async () => {
      const { app } = world
      const teacher = await app.as(world.staff)
      expect((await teacher.get('/security/tokens')).status).toBe(404)
      const actor = await app.services.actors.actorFor(world.admin, null)
      if (!actor) throw new Error('nobody')
      const issue = (scopes: ('access:approve' | 'requests:read')[]) => app.services.machines.tokens.issue({ name: 'both', scopes, schoolId: null, expiresAt: app.clock.now() + 1000 }, actor)
      await expect(issue(['access:approve', 'requests:read'])).rejects.toThrow(/not for both/)
      await expect(issue([])).rejects.toThrow(/without a scope/)
    })
  })
}
