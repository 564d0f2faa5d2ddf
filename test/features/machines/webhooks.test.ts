import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { guardedRequest, isInside } from '../../../src/adapters/guarded-request.ts'
import { signatureOf } from '../../../src/features/machines/webhook-signature.ts'
import { createSecretBox, type SecretBox } from '../../../src/features/identity/secret-box.ts'
import { WebhookService } from '../../../src/features/machines/webhook-service.ts'
import { WebhookStore } from '../../../src/features/machines/webhook-store.ts'
import { webhookDelivery } from '../../../src/features/machines/webhook-schemas.ts'
import type { Config } from '../../../src/config.ts'
import { must } from '../../support/must.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { signEverything } from '../../support/sign-everything.ts'
import { type Received, startReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts'
import { machineWorld, type MachineWorld } from './machine-world.ts'

const PATH = '/settings/webhooks'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const EVENTS = ['request.changed', 'signature.made', 'signature.ended', 'access.changed', 'access-plan.changed']
const doc = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8')
const code = (language: string) => must(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(doc)?.[1])

type Check = (secret: string, headers: Record<string, unknown>, body: string, now: number) => boolean

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`webhooks [${kind}]`, () => {
    let world: MachineWorld
    let receiver: WebhookReceiver
    let fromAssent: Check
    beforeAll(async () => {
      receiver = await startReceiver()
      // Loopback and http are for a trial on this computer: the test app has no public address.
      world = await machineWorld({ kind, mariadbUrl: inject('mariadbUrl'), config: { webhooks: { allowedHosts: ['127.0.0.1', 'localhost'] } } as Partial<Config> })
      fromAssent = (await import(`data:text/javascript,${encodeURIComponent(code('js'))}`) as { isFromAssent: Check }).isFromAssent
    })
    afterAll(async () => {
      await world.app.close()
      await receiver.close()
    })
    beforeEach(async () => {
      for (const { id } of await rows()) await press('delete', id)
      receiver.got.length = 0
      receiver.answer = 204
    })

    const rows = () => world.app.db.read('webhook_targets').orderBy('id')
    const entries = async (event: string) => (await world.app.db.read('audit_entries').where({ event })).length
    const shown = async (browser: { get(path: string): Promise<{ text: string }> }) => /whsec_[\w-]{43}/.exec((await browser.get(`${PATH}/shown`)).text)?.[0] ?? ''
    const add = async (wanted: { name?: string; url?: string; events?: string[]; school?: string; by?: string } = {}) => {
      const browser = await world.app.as(wanted.by ?? world.admin, 'passkey')
      const answer = await browser.submit(PATH, { name: wanted.name ?? 'helpdesk', url: wanted.url ?? `${receiver.url}/take?key=in-the-address`, events: wanted.events ?? EVENTS, school: wanted.school ?? 'trust' })
      if (answer.location !== `${PATH}/shown`) throw new Error(`${answer.status} ${answer.location} ${(await browser.get(PATH)).text.match(/error-summary[\s\S]{0,600}/)?.[0] ?? ''}`)
      const secret = await shown(browser)
      const row = must((await world.app.db.read('webhook_targets').where({ name: wanted.name ?? 'helpdesk' }))[0])
      return { id: row.id as string, secret }
    }
    const press = async (act: string, id: string, by = world.admin) => {
      const browser = await world.app.as(by, 'passkey')
      return { answer: await browser.submit(PATH, { webhook: id }, `${PATH}/${act}`), browser }
    }
    /** As the worker does once a minute, some minutes after the change. */
    const deliver = async () => {
      world.app.clock.advance(3 * MINUTE)
      await world.app.services.machines.webhooks.sender.collect()
      return world.app.services.worker.runUntilIdle()
    }
    const place = (personId: string, cause: 'manual' | 'safeguarding' | 'misuse' = 'manual') =>
      world.app.services.accounts.access.place({ personId, cause, level: 'restricted', reason: 'Typed about somebody by name', actor: 'system', advice: 'not-needed' })
    const eventsOf = (received: Received[]) => received.flatMap(({ body }) => webhookDelivery.parse(JSON.parse(body)).events)

    it('keeps the secret and the address closed, and shows the secret once', async () => {
      const { id, secret } = await add()
      expect(Buffer.from(secret.slice('whsec_'.length), 'base64url')).toHaveLength(32)
      const kept = JSON.stringify([await rows(), await world.app.db.read('sessions'), await world.app.db.read('audit_payloads').catch(() => [])])
      expect(kept).not.toContain(secret)
      expect(kept).not.toContain('in-the-address')
      const browser = await world.app.as(world.admin, 'passkey')
      expect((await browser.get(`${PATH}/shown`)).location).toBe(PATH)
      const page = (await browser.get(PATH)).text
      expect(page).toContain('127.0.0.1')
      expect(page).not.toContain('in-the-address')
      expect(world.app.log.join('\n')).not.toContain(secret)
      expect(await entries('webhook.added')).toBeGreaterThan(0)
      expect(id).toHaveLength(26)
    })

    it('signs timestamp and body, as the receivers of the manual check it; a replay, another body and another secret are found out', async () => {
      const { secret } = await add()
      await place(world.staff)
      await deliver()
      const { headers, body, path } = must(receiver.got[0])
      expect(path).toBe('/take?key=in-the-address')
      const second = String(Math.floor(world.app.clock.now() / 1000))
      expect(headers).toMatchObject({ 'assent-timestamp': second, 'assent-signature': `v1=${signatureOf(secret, Number(second), body)}`, 'content-type': 'application/json', 'assent-delivery': (JSON.parse(body) as { id: string }).id })
      const now = world.app.clock.now()
      expect(fromAssent(secret, headers, body, now)).toBe(true)
      expect(fromAssent(secret, headers, body, now + 6 * MINUTE)).toBe(false)
      expect(fromAssent(secret, headers, body.replace('access', 'Access'), now)).toBe(false)
      expect(fromAssent(`${secret}x`, headers, body, now)).toBe(false)
      expect(fromAssent(secret, { ...headers, 'assent-timestamp': String(Number(second) + 1) }, body, now)).toBe(false)
      const python = (text: string) => execFileSync('python3', ['-c', `${code('python')}\nimport json, sys\nargs = json.load(sys.stdin)\nprint(is_from_assent(args["secret"], args["headers"], args["body"].encode(), args["now"]))`], {
        input: JSON.stringify({ secret, headers, body: text, now: now / 1000 }), encoding: 'utf8',
      }).trim()
      expect([python(body), python(`${body} `)]).toEqual(['True', 'False'])
    })

    it('A5: tells identifiers only; misuse and safeguarding read like everything else', async () => {
      await add()
      await place(world.pupil, 'manual')
      await place(world.pupil, 'misuse')
      await place(world.pupil, 'safeguarding')
      await world.issue()
      await deliver()
      const events = eventsOf(receiver.got).filter(({ type }) => type === 'access.changed')
      expect(events).toHaveLength(3)
      for (const event of events) expect(event.data).toEqual({ personId: world.pupil })
      // Nor by the way: an event's identifier says neither what was done nor by which row.
      await world.app.services.accounts.access.exempt({ personId: world.pupil, floorLevel: 'full', untilDate: '2099-01-01', reason: 'Typed about somebody by name', actor: 'system' })
      const [row] = await world.app.db.sql('restrictions').where({ person_id: world.pupil, cause: 'manual' })
      await world.app.services.accounts.access.releaseById(row.id, 'system')
      await deliver()
      const ids = eventsOf(receiver.got).filter(({ type }) => type === 'access.changed').map((event) => event.id)
      expect(new Set(ids).size).toBe(5)
      expect(ids.filter((one) => !/^[0-9a-f]{32}$/.test(one))).toEqual([])
      const all = receiver.got.map(({ body }) => body).join('')
      expect(all).not.toMatch(/safeguarding|misuse|Typed about|Rowan|Pike|@x\.example|restricted/)
      const document = (await world.call('/openapi.json', null)).body as { webhooks: { changes: { post: { requestBody: { content: { 'application/json': { schema: { $ref: string } } } } } } }; components: { schemas: Record<string, object> } }
      const { $ref } = document.webhooks.changes.post.requestBody.content['application/json'].schema
      const schema = z.fromJSONSchema(must(document.components.schemas[$ref.split('/').at(-1) ?? '']) as Parameters<typeof z.fromJSONSchema>[0])
      for (const { body } of receiver.got) expect(schema.safeParse(JSON.parse(body)).error?.issues ?? []).toEqual([])
      expect(schema.safeParse({ ...JSON.parse(must(receiver.got[0]).body) as object, surplus: 1 }).success).toBe(false)
    })

    it('tells requests, signatures and plans once each and in order, and nothing of before', async () => {
      await world.add({ name: 'Vera Holt', role: 'teacher', email: `vera-${kind}-1@x.example` })
      await deliver()
      await add()
      await deliver()
      expect(receiver.got).toEqual([])
      await world.issue()
      await deliver()
      const asked = eventsOf(receiver.got)
      expect(asked.length).toBeGreaterThan(0)
      expect(asked.every(({ type, data }) => type === 'request.changed' && data.state === 'open')).toBe(true)
      receiver.got.length = 0
      const signatures = await signEverything(world.app)
      const plan = world.app.services.ids.next()
      await world.app.services.plans.create({ id: plan, kind: 'access', about: null, state: 'planned', createdBy: 'system', createdAt: world.app.clock.now() })
      await deliver()
      await deliver()
      const told = eventsOf(receiver.got)
      expect(told.filter(({ type }) => type === 'signature.made').map(({ data }) => (data as { signatureId: string }).signatureId).sort()).toEqual([...signatures].sort())
      const states = new Map((await world.app.db.read('requests').select('id', 'state')).map(({ id, state }) => [id, state]))
      const changed = told.flatMap((event) => (event.type === 'request.changed' ? [event.data] : []))
      expect(changed.map(({ requestId, state }) => [requestId, state])).toEqual(changed.map(({ requestId }) => [requestId, states.get(requestId)]))
      expect(changed.some(({ state }) => state === 'complete')).toBe(true)
      expect(told.filter(({ type }) => type === 'access-plan.changed').map(({ data }) => data)).toEqual([{ planId: plan, step: 'made' }])
      expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
      expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).sort())
    })

    it('tells what is still being written only once it has settled', async () => {
      await add()
      await place(world.staff)
      world.app.clock.advance(MINUTE)
      await world.app.services.machines.webhooks.sender.collect()
      await world.app.services.worker.runUntilIdle()
      expect(receiver.got).toEqual([])
      await deliver()
      expect(eventsOf(receiver.got)).toHaveLength(1)
    })

    it('catches up in parts of a hundred, without waiting for the next minute', async () => {
      await add()
      const at = world.app.clock.now()
      await world.app.db.insertMany('restrictions', Array.from({ length: 250 }, (_, n) => ({
        id: world.app.services.ids.next(), person_id: world.pupil, cause: 'manual', level: 'restricted', profile: null, reason: 'x', from_date: '2026-09-07', until_date: null, emergency: 0, placed_by: 'system',
        // Many at the same instant, around the border of a part.
        placed_at: at + Math.floor(n / 90), release_key: null, released_at: null, released_by: null, plan_id: null,
      })))
      await deliver()
      expect(receiver.got.map(({ body }) => webhookDelivery.parse(JSON.parse(body)).events.length)).toEqual([100, 100, 50])
      expect(new Set(eventsOf(receiver.got).map(({ id }) => id)).size).toBe(250)
    })

    it('a webhook of one school hears of that school only', async () => {
      await add({ school: world.high.id, by: world.highAdmin })
      await place(world.staff)
      await place(world.highStaff)
      await deliver()
      expect(eventsOf(receiver.got).map(({ data }) => data)).toEqual([{ personId: world.highStaff }])
      receiver.got.length = 0
      await place(world.staff)
      await deliver()
      expect(receiver.got).toEqual([])
      await place(world.pupil)
      await deliver()
      expect(eventsOf(receiver.got).map(({ data }) => data)).toEqual([{ personId: world.pupil }])
    })

    it('tries again with the same id, later each time; after a day it is paused, and resuming leaves nothing out', async () => {
      const { id } = await add()
      receiver.answer = 503
      await place(world.staff)
      await deliver()
      expect(receiver.got).toHaveLength(1)
      world.app.clock.advance(13_000)
      await world.app.services.worker.runUntilIdle()
      expect(receiver.got).toHaveLength(2)
      expect(receiver.got[0]?.headers['assent-delivery']).toBe(receiver.got[1]?.headers['assent-delivery'])
      expect(receiver.got[0]?.headers['assent-timestamp']).not.toBe(receiver.got[1]?.headers['assent-timestamp'])
      // What happens meanwhile waits behind it.
      await place(world.highStaff)
      const before = await entries('webhook.paused')
      for (let hours = 0; hours < 24; hours += 1) {
        expect((await rows())[0]).toMatchObject({ paused_at: null })
        world.app.clock.advance(HOUR + 16 * MINUTE)
        await deliver()
        if ((await rows())[0].paused_at !== null) break
      }
      expect((await rows())[0]).toMatchObject({ paused_why: 'failing' })
      expect(await entries('webhook.paused')).toBe(before + 1)
      // Whoever answers for it is told once, and reads it on the settings page.
      const mails = () => world.app.db.read('mails').where({ template: 'webhook-paused' }).orderBy('id')
      await world.app.services.worker.runUntilIdle()
      expect((await mails()).map(({ person_id: to, subject }) => [to, subject])).toEqual([[world.admin, expect.stringMatching(/: another system is not told of changes any more$/)]])
      expect((await (await world.app.as(world.admin, 'passkey')).get('/settings')).text).toContain('Paused: helpdesk')
      expect((await (await world.app.as(world.highAdmin, 'passkey')).get('/settings')).text).not.toContain('Paused: helpdesk')
      const tries = receiver.got.length
      expect(tries).toBeGreaterThan(15)
      world.app.clock.advance(5 * HOUR)
      await deliver()
      expect(receiver.got).toHaveLength(tries)
      const { browser } = await press('test', id)
      expect((await browser.get(PATH)).text).toMatch(/took nothing for a day/)
      receiver.answer = 200
      receiver.got.length = 0
      await press('resume', id)
      await deliver()
      expect(eventsOf(receiver.got).map(({ data }) => data)).toEqual([{ personId: world.staff }, { personId: world.highStaff }])
      expect((await rows())[0]).toMatchObject({ failing_since: null, paused_at: null })
    })

    it('a slow system keeps no other one waiting, nor anything else', async () => {
      await add({ name: 'slow', events: ['access.changed'] })
      const other = await startReceiver()
      await add({ name: 'quick', url: `${other.url}/`, events: ['access.changed'] })
      receiver.answer = 'silence'
      await place(world.staff)
      world.app.clock.advance(3 * MINUTE)
      const { services } = world.app
      await services.machines.webhooks.sender.collect()
      const jobs = services.outbox.drain(services.machines.handlers, { worker: 'test' })
      await expect.poll(() => other.got.length, { timeout: 5_000 }).toBe(1)
      expect(receiver.got).toHaveLength(1)
      await receiver.close()
      await jobs
      await other.close()
      receiver = await startReceiver()
    })

    it('follows no redirect, and stops for good at 410', async () => {
      const { id } = await add()
      receiver.answer = 302
      await place(world.staff)
      await deliver()
      expect(receiver.got.map(({ path }) => path)).toEqual(['/take?key=in-the-address'])
      expect((await world.app.db.read('webhook_deliveries').where({ target_id: id }))[0]).toMatchObject({ problem: 'redirect', waiting: 1, delivered_at: null })
      receiver.answer = 410
      world.app.clock.advance(MINUTE)
      await world.app.services.worker.runUntilIdle()
      expect((await rows())[0]).toMatchObject({ paused_why: 'gone' })
    })

    it('both secrets sign for a day after one was replaced, and no longer', async () => {
      const { id, secret } = await add()
      const { answer, browser } = await press('rotate', id)
      expect(answer.location).toBe(`${PATH}/shown`)
      const fresh = await shown(browser)
      expect(fresh).not.toBe(secret)
      const sent = async () => {
        receiver.got.length = 0
        await place(world.staff)
        await deliver()
        const { headers, body } = must(receiver.got[0])
        return [secret, fresh].map((one) => fromAssent(one, headers, body, world.app.clock.now()))
      }
      expect(await sent()).toEqual([true, true])
      world.app.clock.advance(24 * HOUR)
      expect(await sent()).toEqual([false, true])
      expect(await entries('webhook.secret-replaced')).toBeGreaterThan(0)
    })

    it('counts only while its person manages the settings; whoever resumes it answers for it', async () => {
      const other = await world.add({ name: 'Ada Moor', email: `ada-${kind}@x.example` })
      const grant = await world.app.services.roles.grant({ personId: other, role: 'trust-admin', schoolId: null, yearCode: null, groupName: null, until: null, grantedBy: 'system' })
      const { id } = await add({ by: other })
      await world.app.services.roles.takeAway(grant.id, 'system')
      await place(world.staff)
      await deliver()
      expect(receiver.got).toEqual([])
      expect((await rows())[0]).toMatchObject({ paused_why: 'person' })
      await press('resume', id)
      await deliver()
      expect(receiver.got).toHaveLength(1)
      expect((await rows())[0]).toMatchObject({ person_id: world.admin })
    })

    it('is added, changed and tested by whoever decides there, with a fresh proof, and its name is given once', async () => {
      const { id } = await add()
      expect((await press('delete', id, world.highAdmin)).answer.status).toBe(404)
      const stale = await world.app.as(world.admin, 'saml', { proven: false })
      for (const act of ['test', 'resume', 'rotate', 'delete']) expect([act, (await stale.submit(PATH, { webhook: id }, `${PATH}/${act}`)).location]).toEqual([act, '/confirm'])
      expect(await rows()).toHaveLength(1)
      await expect(add()).rejects.toThrow(/name|taken/)
      const { browser } = await press('test', id)
      expect((await browser.get(PATH)).text).toMatch(/The test was taken: answered 204/)
      expect(eventsOf(receiver.got).map(({ type }) => type)).toEqual(['test'])
      await press('pause', id)
      await place(world.staff)
      await deliver()
      expect(receiver.got).toHaveLength(1)
    })

    it.each(['http://hooks.example/', 'https://hooks.example/', 'https://127.0.0.1.hooks.example/', 'ftp://127.0.0.1/', 'https://user:word@127.0.0.1/'])('refuses the address %s before it is kept', async (url) => {
      const browser = await world.app.as(world.admin, 'passkey')
      expect((await browser.submit(PATH, { name: 'wrong', url, events: 'access.changed', school: 'trust' })).location).toBe(PATH)
      expect((await browser.get(PATH)).text).toContain('Assent may not send to this address.')
      expect(await rows()).toEqual([])
    })

    it('ASVS 11.2.2: address and secrets are closed anew under a new secret of the installation, which alone opens them then', async () => {
      const { id, secret } = await add()
      await press('rotate', id)
      const { db, services: { ids } } = world.app
      const purpose = 'secrets of other systems'
      const [both, fresh] = [['another secret of the tests, long enough', 'a secret of the tests, long enough'], ['another secret of the tests, long enough']].map((secrets) => createSecretBox(secrets, ids, purpose)) as [SecretBox, SecretBox]
      const kept = async () => must((await rows())[0]) as { url: string; secret: string; old_secret: string }
      expect(fresh.open((await kept()).secret)).toBeNull()
      await new WebhookService({ db, box: both, store: new WebhookStore(db) } as unknown as ConstructorParameters<typeof WebhookService>[0]).reclose()
      const { url, secret: closed, old_secret: old } = await kept()
      expect([fresh.open(url), fresh.open(old), fresh.open(closed)?.startsWith('whsec_')]).toEqual([`${receiver.url}/take?key=in-the-address`, secret, true])
      // Where the old secret was thrown away by hand, nothing is sent unsigned: it is paused.
      await place(world.staff)
      await deliver()
      expect(receiver.got).toEqual([])
      expect((await rows())[0]).toMatchObject({ paused_why: 'secret' })
    })

    it('forgets what was delivered after thirty days, and what waits never', async () => {
      const { id } = await add()
      await press('test', id)
      receiver.answer = 500
      await place(world.staff)
      await deliver()
      world.app.clock.advance(31 * 24 * HOUR)
      await world.app.services.machines.tidy()
      expect(await world.app.db.read('webhook_deliveries').where({ target_id: id }).select('waiting', 'is_test')).toEqual([expect.objectContaining({ waiting: 1 })])
    })
  })
}

describe('webhooks, the guard', () => {
  it('asks nothing inside the network once people reach us by https, and only the hosts that are named', async () => {
    const receiver = await startReceiver()
    const port = new URL(receiver.url).port
    const ask = guardedRequest({ hosts: ['127.0.0.1', 'localhost', '10.0.0.1', '[::1]'], mayBePlain: false, mostBytes: 0 })
    for (const url of ['https://127.0.0.1/', 'https://10.0.0.1/', 'https://[::1]/']) await expect(ask(url, { method: 'POST' })).rejects.toMatchObject({ problem: 'inside' })
    // A name is judged by where it leads when it is asked.
    await expect(ask('https://localhost/', { method: 'POST' })).rejects.toMatchObject({ problem: 'inside' })
    for (const url of [`https://127.0.0.1:${port}/`, `http://127.0.0.1:${port}/`, 'https://elsewhere.example/']) await expect(ask(url, { method: 'POST' })).rejects.toMatchObject({ problem: expect.stringMatching(/inside|not-allowed/) as string })
    expect(receiver.got).toEqual([])
    await receiver.close()
  })

  it('knows an address inside by any way of writing it', () => {
    const written = ['127.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:0:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::7f00:1', '2001::1', '2002:7f00:1::', 'fec0::1', 'fe80::1', 'fe80::1%eth0', 'fd00::1', '5f00::1', '192.88.99.1', '0.0.0.0', '::', 'localhost', '']
    expect(written.filter((address) => !isInside(address))).toEqual([])
    expect(['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '2a00:1450:4009:81f::200e'].filter(isInside)).toEqual([])
  })

  it('believes no certificate that it does not know, and gives up a system that does not answer', async () => {
    const { key, certificate } = selfSigned('localhost')
    const receiver = await startReceiver({ key, cert: certificate })
    const ask = guardedRequest({ hosts: ['localhost'], mayBePlain: true, mostBytes: 0, timeMs: 500 })
    await expect(ask(`${receiver.url}/`, { method: 'POST', body: '{}' })).rejects.toMatchObject({ problem: 'certificate' })
    expect(receiver.got).toEqual([])
    const before = tls.getCACertificates('default')
    tls.setDefaultCACertificates([...before, certificate])
    try {
      expect(await ask(`${receiver.url}/`, { method: 'POST', body: '{}' })).toMatchObject({ status: 204 })
      receiver.answer = 'silence'
      await expect(ask(`${receiver.url}/`, { method: 'POST', body: '{}' })).rejects.toMatchObject({ problem: 'too-late' })
    } finally {
      tls.setDefaultCACertificates(before)
      await receiver.close()
    }
  })
})
