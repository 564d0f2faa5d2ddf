import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { signEverything } from '../../support/sign-everything.ts'
import { type ApiAnswer, machineWorld, type MachineWorld } from './machine-world.ts'

interface Item { id: string; state: string; schoolId: string; person: { id: string; externalIds: { source: string; id: string }[] }; changedAt: string; completedAt: string | null }
const itemsOf = (answer: ApiAnswer) => answer.body['items'] as Item[]

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`/api/v1 [${kind}]`, () => {
    let world: MachineWorld
    let token: string
    beforeAll(async () => {
      world = await machineWorld({ kind, mariadbUrl: inject('mariadbUrl') })
      token = await world.token()
      await world.app.db.sql('sources').insert({ id: world.app.services.ids.next(), name: 'mis', format: 'x', mode: 'observe', profile: null, slots: 1, last_good_run_id: null, took_access_away: 0, created_at: 1 })
      const [source] = await world.app.db.read('sources').select('id')
      await world.app.db.sql('source_people').insert(await sourcePerson(world, source.id))
    })
    afterAll(() => world.app.close())

    it('keeps the hash of 256 random bits and shows the text once', async () => {
      const rows = await world.app.db.read('api_tokens').where({ name: 'system-1' })
      expect(rows[0]).toMatchObject({ token_hash: createHash('sha256').update(token).digest('hex'), person_id: world.admin })
      expect(Buffer.from(token.slice('assent_'.length), 'base64url')).toHaveLength(32)
      const browser = await world.app.as(world.admin, 'passkey')
      expect((await browser.get('/settings/api/shown')).location).toBe('/settings/api')
      expect(JSON.stringify([await world.app.db.read('sessions'), await world.app.db.read('audit_items').catch(() => [])])).not.toContain(token)
      expect(world.app.log.join('\n')).not.toContain(token)
    })

    it('answers everything that does not count alike, with a challenge', async () => {
      const ended = await world.token({ days: '30' })
      const revoked = await world.token({ name: 'revoked' })
      const [row] = await world.app.db.read('api_tokens').where({ name: 'revoked' }).select('id')
      const admin = await world.app.as(world.admin, 'passkey')
      expect((await admin.submit('/settings/api', { token: row.id }, '/settings/api/revoke')).status).toBe(303)
      await world.app.db.sql('api_tokens').where({ token_hash: createHash('sha256').update(ended).digest('hex') }).update({ expires_at: world.app.clock.now() })
      const answers = await Promise.all([null, 'nonsense', `assent_${'a'.repeat(43)}`, ended, revoked].map((one) => world.call('/requests', one)))
      for (const answer of answers) {
        expect(answer.status).toBe(401)
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="assent"')
        expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
        expect(answer.headers.get('cache-control')).toBe('no-store')
      }
      const words = answers.map(({ body }) => JSON.stringify({ ...body, instance: '' }))
      expect(new Set(words).size).toBe(1)
    })

    it('reads no cookie, sets none, and lets no other site in', async () => {
      const browser = await world.app.as(world.admin, 'passkey')
      expect((await browser.get('/api/v1/requests')).status).toBe(401)
      const answer = await world.call('/requests', token, { headers: { origin: 'https://elsewhere.example' } })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('set-cookie')).toBeNull()
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect((await world.call('/requests', token, { method: 'OPTIONS' })).status).toBe(405)
      expect((await world.call('/nothing', token)).body).toMatchObject({ status: 404, type: 'about:blank' })
    })

    it('counts only while its person may, only for its scopes, and only in its school', async () => {
      const narrow = await world.token({ scopes: ['figures:read'] })
      expect((await world.call('/requests', narrow)).status).toBe(403)
      expect((await world.call('/figures', narrow)).status).toBe(200)
      const high = await world.token({ by: world.highAdmin, school: world.high.id })
      const seen = itemsOf(await world.call('/requests', high))
      expect(seen.length).toBeGreaterThan(0)
      expect(seen.every(({ schoolId }) => schoolId === world.high.id)).toBe(true)
      expect((await world.call(`/people/${world.staff}/access`, high)).status).toBe(404)
      expect((await world.call(`/people/${world.highStaff}/access`, high)).status).toBe(200)
      expect(itemsOf(await world.call(`/requests?school=${world.primary.id}`, high))).toEqual([])
      const [grant] = await world.app.services.roleStore.grantsOf(world.highAdmin, world.app.clock.now())
      await world.app.services.roles.takeAway(grant?.id ?? '', 'system')
      expect((await world.call('/requests', high)).status).toBe(401)
    })

    it('an administrator of one school gives no token for the trust, and no name is given twice', async () => {
      const again = await (await world.app.as(world.admin, 'passkey')).submit('/settings/api', { name: 'system-1', scopes: 'figures:read', school: 'trust', days: '30' })
      expect(again.location).toBe('/settings/api')
      const other = await world.add({ name: 'Ada Moor', email: 'ada@x.example' })
      await world.app.services.roles.grant({ personId: other, role: 'trust-admin', schoolId: world.high.id, yearCode: null, groupName: null, until: null, grantedBy: 'system' })
      expect((await (await world.app.as(other, 'passkey')).submit('/settings/api', { name: 'too-much', scopes: 'figures:read', school: 'trust', days: '30' })).status).toBe(404)
      expect(await world.app.db.read('api_tokens').where({ name: 'too-much' })).toEqual([])
    })

    it('walks requests by cursor, filters them, and tells what changed since', async () => {
      const all = itemsOf(await world.call('/requests', token))
      expect(all.length).toBe(Number((await world.app.db.read('requests').count({ n: '*' }))[0]?.['n']))
      expect(all.find(({ person }) => person.id === world.staff)?.person.externalIds).toEqual([{ source: 'mis', id: 'T-1' }])
      const walked: Item[] = []
      for (let next: string | null = ''; next !== null;) {
        const page = await world.call(`/requests?limit=1${next ? `&cursor=${next}` : ''}`, token)
        walked.push(...itemsOf(page))
        next = (page.body['next'] ?? null) as string | null
      }
      expect(walked).toEqual(all)
      world.app.clock.advance(60_000)
      const since = new Date(world.app.clock.now()).toISOString()
      expect(itemsOf(await world.call(`/requests?changedSince=${since}`, token))).toEqual([])
      const [one] = await signEverything(world.app)
      expect(one).toBeDefined()
      const changed = itemsOf(await world.call(`/requests?changedSince=${since}&state=complete`, token))
      expect(changed.length).toBeGreaterThan(0)
      expect(changed.every(({ completedAt, changedAt }) => completedAt === since && changedAt === since)).toBe(true)
      for (const wrong of ['limit=201', 'limit=0', 'cursor=x', 'changedSince=yesterday', 'nothing=1', 'state=gone']) {
        expect([wrong, (await world.call(`/requests?${wrong}`, token)).status]).toEqual([wrong, 400])
      }
    })

    it('A5: access in neutral words, and the look is logged under the token’s name', async () => {
      await world.app.services.accounts.access.place({ personId: world.highStaff, cause: 'safeguarding', level: 'suspended', reason: 'Something that nobody else may read', actor: 'system', advice: 'not-needed' })
      await world.app.services.accounts.access.place({ personId: world.highStaff, cause: 'manual', level: 'restricted', profile: 'no-internet', reason: 'Typed about somebody', actor: 'system' })
      const answer = await world.call(`/people/${world.highStaff}/access`, token)
      expect(answer.body).toMatchObject({ personId: world.highStaff, level: 'suspended', profiles: ['no-internet'] })
      expect(JSON.stringify(answer.body)).toMatch(/Access changed by the school; ask the DSL, reference/)
      expect(JSON.stringify(answer.body)).not.toMatch(/safeguarding|nobody else|Typed about/)
      expect(await world.app.db.read('audit_entries').where({ event: 'page.viewed', subject: `person:${world.highStaff}`, actor: 'token:system-1' })).toHaveLength(1)
      expect((await world.call(`/people/${'0'.repeat(26)}/access`, token)).status).toBe(404)
    })

    it('a reminder is sent once, however often it is asked for', async () => {
      const late = await world.add({ name: 'Vera Holt', role: 'teacher', email: 'vera@x.example' })
      await world.issue()
      const [open] = await world.app.db.read('requests').where({ person_id: late }).select('id')
      const path = `/requests/${open.id}/reminders`
      expect((await world.call(path, token, { method: 'POST', body: {} })).status).toBe(400)
      const both = await Promise.all([1, 2].map(() => world.call(path, token, { method: 'POST', key: 'k-1', body: { reference: 'case-7' } })))
      for (const answer of both) expect([answer.status, answer.body]).toEqual([200, { mails: 1, already: 0, unreached: false }])
      expect((await world.call(path, token, { method: 'POST', key: 'k-1', body: { reference: 'case-8' } })).status).toBe(422)
      expect((await world.call(path, token, { method: 'POST', key: 'k-2' })).body).toEqual({ mails: 0, already: 1, unreached: false })
      expect(await world.app.db.read('outbox').where({ kind: 'messages.remind' }).andWhere('payload', 'like', `%${late}%`)).toHaveLength(1)
      expect(await world.app.db.read('audit_entries').where({ event: 'requests.chased', actor: 'token:system-1' })).toHaveLength(2)
      const [done] = await world.app.db.read('requests').where({ state: 'complete' }).select('id')
      expect((await world.call(`/requests/${done.id}/reminders`, token, { method: 'POST', key: 'k-3' })).status).toBe(409)
      expect((await world.call(path, token, { method: 'POST', key: 'k-4', body: { nobody: 'asked' } })).status).toBe(400)
    })

    it('the description resolves, and every answer is as it says', async () => {
      const document = (await world.call('/openapi.json', null)).body
      expect(document['openapi']).toBe('3.1.0')
      for (const ref of refsOf(document)) expect([ref, typeof resolved(document, ref)]).toEqual([ref, 'object'])
      const [request] = await world.app.db.read('requests').where({ state: 'open' }).select('id')
      const live: [string, string, ApiAnswer][] = [
        ['/requests', 'get', await world.call('/requests', token)], ['/figures', 'get', await world.call('/figures', token)],
        ['/people/{id}/access', 'get', await world.call(`/people/${world.highStaff}/access`, token)],
        ['/requests/{id}/reminders', 'post', await world.call(`/requests/${request.id}/reminders`, token, { method: 'POST', key: 'k-9' })],
        ['/requests', 'get', await world.call('/requests', null)], ['/requests', 'get', await world.call('/requests?limit=x', token)],
      ]
      for (const [path, method, answer] of live) {
        const response = resolved(document, `#/paths/${path.replaceAll('/', '~1')}/${method}/responses/${answer.status}`) as { content: Record<string, { schema: { $ref: string } }> }
        const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
        const schema = resolved(document, response.content[type]?.schema.$ref ?? '') as Parameters<typeof z.fromJSONSchema>[0]
        const read = z.fromJSONSchema(schema)
        expect([path, answer.status, read.safeParse(answer.body).error?.issues ?? []]).toEqual([path, answer.status, []])
        expect(read.safeParse({ ...answer.body, surplus: 1 }).success).toBe(false)
      }
      expect(Object.keys(document['paths'] as object)).toHaveLength(4)
    })

    it('a token that asks too often has to wait', async () => {
      const busy = await world.token({ scopes: ['figures:read'] })
      const statuses: number[] = []
      for (let at = 0; at <= 300; at += 1) statuses.push((await world.call('/requests', busy)).status)
      expect(statuses.slice(0, 300).every((status) => status === 403)).toBe(true)
      expect(statuses.at(-1)).toBe(429)
    }, 60_000)
  })
}

async function sourcePerson(world: MachineWorld, sourceId: string): Promise<object> {
  const columns = Object.entries(await world.app.db.read('source_people').columnInfo() as Record<string, { nullable: boolean; defaultValue: unknown; type: string }>)
  const required = columns.filter(([, { nullable, defaultValue }]) => !nullable && defaultValue === null).map(([name, { type }]) => [name, /char|text/.test(type) ? '' : 0])
  return { ...Object.fromEntries(required), source_id: sourceId, external_id: 'T-1', person_id: world.staff }
}

function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === '$ref' ? [String(inner)] : refsOf(inner)))
}

function resolved(document: object, ref: string): unknown {
  return ref.replace(/^#\//, '').split('/').reduce((at: unknown, part) => (at as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}
