import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, Browser, tokenIn } from '../../http/browser.ts'
import { officeWorld, type OfficeWorld } from '../reports/office-world.ts'
import { bytesOf } from './signing-walk.ts'

describe('checking a PDF', () => {
  let world: OfficeWorld
  let file: Buffer
  beforeAll(async () => {
    world = await officeWorld()
    const sealed = await world.app.services.sealing.file(world.recordA)
    file = sealed?.bytes ?? Buffer.alloc(0)
  })
  afterAll(async () => world.app.close())

  /** A stranger's browser sends a file. */
  async function check(bytes: Buffer | null, name = 'agreement.pdf'): Promise<Answer> {
    const stranger = world.app.browser()
    const form = new FormData()
    form.append('_csrf', tokenIn(await stranger.get('/verify')))
    if (bytes) form.append('file', new Blob([new Uint8Array(bytes)], { type: 'application/pdf' }), name)
    const answer = await stranger.send('POST', '/verify', { body: form, headers: { 'sec-fetch-site': 'same-origin' } })
    return answer.location ? stranger.get(answer.location) : answer
  }

  it('D6: says of a whole and current record that it is, and never names anybody it is about', async () => {
    const answer = await check(file)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('This PDF is ours, whole and current')
    expect(answer.text).toContain('Fellside Learning Trust')
    expect(answer.text).not.toMatch(/Amara|Okafor|Larkmoor/)
  })

  it('D6: says of a changed, a cut and a foreign file that it is not ours', async () => {
    const changed = Buffer.from(file)
    changed[Math.floor(changed.length / 2)] = (changed[Math.floor(changed.length / 2)] ?? 0) ^ 1
    for (const bytes of [changed, file.subarray(0, file.length - 20), Buffer.concat([file, Buffer.from('\n%more')]), Buffer.from('%PDF-1.4\n%%EOF'), Buffer.from('hello')]) {
      const answer = await check(bytes)
      expect(answer.text).toContain('This is not a PDF that we sealed')
      expect(answer.text).not.toMatch(/Amara|Okafor/)
    }
  })

  it('asks for a file where none was sent, and refuses one that is too large', async () => {
    expect((await check(null)).text).toContain('Choose the PDF that you want to check.')
    expect((await check(Buffer.alloc(10_000_001, 'x'))).text).toContain('larger than 10 MB')
  })

  it('gives the certificate of the trust that a PDF reader needs', async () => {
    const stranger = world.app.browser()
    const got = await bytesOf(world.app, stranger, '/verify/certificate')
    expect(got.type).toBe('application/pkix-cert')
    const authority = new X509Certificate(got.bytes)
    expect(authority.ca).toBe(true)
    expect(new X509Certificate(world.app.services.sealer.certificatePem).verify(authority.publicKey)).toBe(true)
    expect((await stranger.get('/verify')).text).toContain(authority.fingerprint256.replaceAll(':', ' '))
  })

  it('D6: a reference says where the record stands and nothing else; unknown ones read alike', async () => {
    const stranger = world.app.browser()
    const known = await stranger.get(`/verify/${world.recordA.toLowerCase()}`)
    expect(known.text).toContain('This reference is ours, and the record counts')
    expect(known.text).not.toMatch(/Amara|Okafor|Larkmoor/)
    for (const reference of ['01K6ZZZZZZZZZZZZZZZZZZZZZZ', 'nonsense', '%3Cscript%3E']) {
      const answer = await stranger.get(`/verify/${reference}`)
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('We have no record of this reference')
      expect(answer.text).not.toContain('<script>alert')
    }
  })

  it('D6: superseded and withdrawn are told apart', async () => {
    const { services } = world.app
    await services.signing.withdraw(world.recordA, world.teacher, `person:${world.teacher}`)
    expect((await check(file)).text).toContain('Ours and whole, but taken back')
    expect((await world.app.browser().get(`/verify/${world.recordA}`)).text).toContain('but the record was taken back')
    const other = await services.sealing.file(world.recordB)
    const signature = await services.signingStore.byId(world.recordB)
    const found = await services.agreements.store.rendition(signature?.renditionHash ?? '')
    const version = await services.agreements.store.version(found?.versionId ?? '')
    if (!version) throw new Error('no version')
    const approval = { by: 'The chair', board: 'Trust board', on: '2026-09-01' }
    const next = { key: version.version.agreementKey, changeNote: 'Clearer.', approval, actor: 'system' }
    await services.agreements.publishNext({ ...next, change: 'minor' })
    expect((await check(other?.bytes ?? null)).text).toContain('This PDF is ours, whole and current')
    await services.agreements.publishNext({ ...next, change: 'major' })
    expect((await check(other?.bytes ?? null)).text).toContain('Ours and whole, but a newer text is in force')
    expect((await world.app.browser().get(`/verify/${world.recordB}`)).text).toContain('but a newer text is in force')
  })

  it('stops who tries references one after the other', async () => {
    const stranger = new Browser(world.app.url)
    world.app.clock.advance(11 * 60_000)
    const statuses: number[] = []
    for (let n = 0; n < 31; n += 1) statuses.push((await stranger.get(`/verify/try${n}`)).status)
    expect(statuses.slice(0, 30).every((status) => status === 200)).toBe(true)
    expect(statuses[30]).toBe(429)
    world.app.clock.advance(11 * 60_000)
    expect((await stranger.get('/verify/again')).status).toBe(200)
  })
})
