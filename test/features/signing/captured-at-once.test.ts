import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { SignCommand } from '../../../src/features/signing/sign-command.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`signatures that come at once [${kind}]`, { retry: 0 }, () => {
    let app: TestApp
    let trust: SmallTrust
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
    })
    afterAll(async () => app.close())

    async function commandOf(signatoryId: string, signerId: string, formKey: string): Promise<SignCommand> {
      const page = await app.services.signingQueries.page(signatoryId, signerId)
      if (!page) throw new Error('nothing to sign')
      return {
        signatoryId, signerId, actor: `person:${signerId}`, method: 'typed', typed: 'A Name', drawn: null, renditionHash: page.rendition.hash, formKey, assurance: 'session', address: null, userAgent: null,
      }
    }
    const slotsOf = async (personId: string) => await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where({ 'r.person_id': personId, 'r.state': 'open' })
      .select('s.id', 's.slot', 's.request_id') as { id: string; slot: string; request_id: string }[]

    it('S2: each hears its own answer; two slots of one request complete it once; a double is captured once; a refusal takes nobody with it', async () => {
      const parent = await trust.add({ name: 'Maria Kowalska', email: 'maria@kowalski.example' })
      const children = await Promise.all(['Ada', 'Ben', 'Cem', 'Dot'].map(async (name) => {
        const id = await trust.add({ name: `${name} Kowalska`, role: 'pupil', year: '4', group: '4B' })
        await trust.link(id, parent)
        return id
      }))
      await trust.issue()
      const commands: SignCommand[] = []
      const requests: string[] = []
      for (const child of children) {
        for (const { id, slot, request_id: request } of await slotsOf(child)) {
          requests.push(request)
          commands.push(await commandOf(id, slot === 'guardian' ? parent : child, `${kind}-${id}`))
        }
      }
      const [first, second] = commands
      if (!first || !second) throw new Error('there is nothing to sign')
      const double = { ...first }
      const otherTab = { ...second, formKey: `${kind}-another-tab` }
      const stranger = { ...second, formKey: `${kind}-stranger`, signerId: children[3] === second.signerId ? children[2] ?? '' : children[3] ?? '' }
      const oldText = { ...(commands.at(-1) as SignCommand), formKey: `${kind}-old`, renditionHash: '0'.repeat(64) }
      const outcomes = await Promise.all([oldText, ...commands, double, otherTab, stranger].map((command) => app.services.signing.sign(command)))
      expect(outcomes.map(({ kind: what }) => what)).toEqual(['text-changed', ...commands.map(() => 'signed'), 'already-signed', 'already-signed', 'not-yours'])
      const captured = outcomes.slice(1, -3).map((outcome) => (outcome.kind === 'signed' ? outcome : null))
      expect(captured.map((one) => one?.signature.signatoryId)).toEqual(commands.map((command) => command.signatoryId))
      expect(captured.map((one) => one?.signature.formKey)).toEqual(commands.map((command) => command.formKey))
      // D1: complete when every required slot holds a signature, and said by one of them only.
      for (const request of new Set(requests)) {
        const of = captured.filter((one) => one?.signature.requestId === request)
        expect(of.filter((one) => one?.complete)).toHaveLength(1)
        expect(await app.db.read('requests').where({ id: request }).first('state', 'live')).toEqual({ state: 'complete', live: 1 })
      }
      const [{ n }] = await app.db.rows('select count(*) as n from signatures', []) as [{ n: number }]
      expect(Number(n)).toBe(commands.length)
      const logged = await app.db.read('audit_entries').where({ event: 'signature.captured' }).orWhere({ event: 'acknowledgement.captured' })
      expect(logged).toHaveLength(commands.length)
      expect(await app.db.read('outbox').where({ kind: 'signing.seal' })).toHaveLength(commands.length)
    })

    it('S2: what cannot be written takes no other signature with it', async () => {
      const people = await Promise.all(['Ann', 'Bob', 'Cat'].map((name) => trust.add({ name: `${name} Teacher`, role: 'teacher', email: `${name.toLowerCase()}@larkmoor.example` })))
      await trust.issue()
      const commands = await Promise.all(people.map(async (id) => commandOf((await slotsOf(id))[0]?.id ?? '', id, `${kind}-same-key`)))
      // One form key for three slots: the second and the third meet the rule that a form signs once.
      const outcomes = await Promise.all(commands.map((command) => app.services.signing.sign(command)))
      expect(outcomes.map(({ kind: what }) => what).toSorted()).toEqual(['closed', 'closed', 'signed'])
      const left = outcomes.findIndex(({ kind: what }) => what === 'closed')
      expect(await app.services.signing.sign({ ...commands[left] as SignCommand, formKey: `${kind}-own-key` })).toMatchObject({ kind: 'signed' })
    })
  })
}
