import { createHmac } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeResponse } from '../../../src/adapters/identity/saml-response.ts'
import type { Answer } from '../../http/browser.ts'
import { rsaCertificate } from '../../support/rsa-certificate.ts'
import { encode, RSA_SHA256, SHA256, signedResponse, signElement, writeResponse, type Statement } from '../../support/saml-idp.ts'
import { commentInDigest, EVIL, swapAlgorithm, twoSignedInfos, wrappings } from '../../support/saml-wrapping.ts'
import { ISSUER, startSsoWorld, whoIs, type SsoWorld } from './sso-world.ts'

/**
 * Accepted means: exactly the identity that the provider signed, for this provider, for this request of this browser, once. Whatever is
 * refused gets one clear page and one line of the log that names nobody.
 */
describe('attacks on the SAML consumer', () => {
  let world: SsoWorld
  const CONFIGS = { both: 'google', assertion: 'entra', response: 'signed-response' } as const
  beforeAll(async () => {
    world = await startSsoWorld()
    await world.trust.add({ name: 'Head Teacher', role: 'teacher', email: EVIL })
    for (const signed of ['assertion', 'response'] as const) {
      await world.provider(CONFIGS[signed], (provider) => ({ ...provider, settings: { ...provider.settings, signed } }))
    }
  })
  afterAll(() => world.app.close())

  /** Posts in a browser of its own what an attacker made of a right answer, and says who is signed in then. */
  async function attack(make: (xml: string) => string, change: Partial<Statement> = {}): Promise<{ answer: Answer; who: string | null; reason: string | undefined }> {
    const signed = change.signed ?? 'both'
    const name = signed === 'none' ? 'google' : CONFIGS[signed]
    const browser = world.app.browser()
    const requestId = await world.begin(browser, name)
    const before = world.refusals().length
    const answer = await world.post(browser, make(signedResponse(world.statement(requestId, { nameId: 'opaque-1', attributes: { uid: ['pupil1'] }, ...change }, name), world.idp)), name)
    return { answer, who: await whoIs(world.app, browser), reason: world.refusals().slice(before).join(' | ') || undefined }
  }

  /** Refused, one clear page, one line of the log, nobody signed in, nothing personal told. */
  function expectRefused({ answer, who, reason }: Awaited<ReturnType<typeof attack>>): void {
    expect(who).toBeNull()
    expect(answer.status).toBe(403)
    expect(answer.text.match(/<h1>/g)).toHaveLength(1)
    expect(answer.text).not.toMatch(/pupil1|opaque-1|head-teacher|idp\.example/)
    expect(reason).toMatch(/^[a-z-]+: [a-z-]+$/)
  }

  /** The whole judgement without the app around it, for hundreds of tries: who it is, or that it is refused. */
  const judgeFor = (name: string, requestId: string, signed: 'both' | 'assertion') => (xml: string): Promise<string> => judgeResponse({
    message: encode(xml), us: world.us(name), now: Date.now(), requests: [[requestId, Date.now()]],
    trust: { entityId: ISSUER, entryPoint: 'https://idp.example/sso', certificates: [world.idp.certificate], signed, allowSha1: false, clockSkewMs: 90_000 },
  }).then(({ identity }) => JSON.stringify([identity.subject, [...identity.attributes], identity.requestId]), () => 'refused')

  it('lets the right answer in, in each of the three ways of signing', async () => {
    for (const signed of ['both', 'assertion', 'response'] as const) {
      expect((await attack((xml) => xml, { signed })).who).toBe('Pupil One')
    }
  })

  const wrapped = Object.entries(wrappings).flatMap(([title, { of, wrap }]) => (['both', of === 'Response' ? 'response' : 'assertion'] as const).map((signed) => ({ title, signed, wrap })))
  it.each(wrapped)('refuses $title (the provider signs $signed)', async ({ signed, wrap }) => {
    expectRefused(await attack(wrap, { signed }))
  })

  it.each(['both', 'assertion', 'response'] as const)('refuses two SignedInfo and a comment in the digest (%s)', async (signed) => {
    expectRefused(await attack((xml) => twoSignedInfos(xml, 'before'), { signed }))
    expectRefused(await attack((xml) => twoSignedInfos(xml, 'after'), { signed }))
    expectRefused(await attack(commentInDigest, { signed }))
  })

  it('refuses a changed algorithm, also HMAC with the public key as its secret', async () => {
    for (const to of ['http://www.w3.org/2000/09/xmldsig#rsa-sha1', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', '']) {
      expectRefused(await attack((xml) => swapAlgorithm(xml, RSA_SHA256, to)))
    }
    expectRefused(await attack((xml) => swapAlgorithm(xml, SHA256, 'http://www.w3.org/2000/09/xmldsig#sha1')))
    expectRefused(await attack((xml) => swapAlgorithm(xml, RSA_SHA256, 'http://www.w3.org/2000/09/xmldsig#hmac-sha1')
      .replace(/SignatureValue>[^<]*</g, () => `SignatureValue>${createHmac('sha1', world.idp.certificate).update('x').digest('base64')}<`)))
    expectRefused(await attack((xml) => xml.replaceAll('http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/TR/1999/REC-xslt-19991116')))
    expectRefused(await attack((xml) => xml.replace(/URI="#[^"]*"/, 'URI=""')))
    expectRefused(await attack((xml) => xml.replace(/SignatureValue>[^<]*</g, 'SignatureValue><')))
    expectRefused(await attack((xml) => xml.replace(/<(\w+:)?Signature[ >][\s\S]*?<\/(\w+:)?Signature>/g, '')))
  })

  it('refuses what another key signed, although the answer brings its certificate', async () => {
    const evil = rsaCertificate('evil')
    for (const signed of ['both', 'assertion', 'response'] as const) {
      const name = CONFIGS[signed]
      const browser = world.app.browser()
      const requestId = await world.begin(browser, name)
      const answer = await world.post(browser, signedResponse(world.statement(requestId, { signed }, name), evil), name)
      expect(answer.status).toBe(403)
      expect(await whoIs(world.app, browser)).toBeNull()
    }
  })

  it('reads a name with a comment in it not at all, and a longer name whole', async () => {
    expectRefused(await attack((xml) => xml.replace('opaque-1<', 'opaque-1<!---->.evil<')))
    const answer = await attack((xml) => xml, { nameId: 'opaque-1.evil', attributes: {} })
    expect(answer.who).toBeNull()
    expect(answer.reason).toBe('google: not-known')
  })

  it('refuses document types, entities, instructions, more than one root and what is no XML', async () => {
    const before = [
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', '<?xml-stylesheet href="x"?>', '<!-- x -->', '<x/>',
    ]
    for (const head of before) expectRefused(await attack((xml) => head + xml))
    expectRefused(await attack((xml) => `${xml}<x/>`))
    expectRefused(await attack((xml) => xml + xml))
    expectRefused(await attack((xml) => xml.replace('opaque-1', '&e;')))
    expectRefused(await attack((xml) => xml.slice(0, -20)))
    expectRefused(await attack(() => 'not xml'))
    expectRefused(await attack((xml) => xml.replace('<saml:Subject>', '<saml:Subject><![CDATA[x]]>')))
  })

  it('accepts no change of any field, wherever it is: what is signed stays what it was', async () => {
    const browser = world.app.browser()
    const requestId = await world.begin(browser, 'entra')
    const right = signedResponse(world.statement(requestId, { signed: 'assertion', nameId: 'opaque-1', attributes: { uid: ['pupil1'] } }, 'entra'), world.idp)
    const spots = [...right.matchAll(/"[^"]+"|>[^<]+</g)].map((match) => ({ at: match.index + 1, length: match[0].length - 2 }))
    const judge = judgeFor('entra', requestId, 'assertion')
    const whole = await judge(right)
    expect(whole).toContain('opaque-1')
    await fc.assert(fc.asyncProperty(
      fc.nat(spots.length - 1), fc.oneof(
        fc.string({ maxLength: 30 }).map((text) => text.replace(/[<>&"]/g, '')),
        fc.constantFrom(EVIL, 'https://evil.example', '_evil', '2099-01-01T00:00:00Z', '', 'urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress'),
      ), async (spot, text) => {
        const { at, length } = spots[spot] as { at: number; length: number }
        const outcome = await judge(right.slice(0, at) + text + right.slice(at + length))
        // A change outside the signed bytes (the envelope's own identifier) may be let through; the identity never changes.
        expect(['refused', whole]).toContain(outcome)
      }), { numRuns: 150 })
  }, 60_000)

  it('accepts no move, copy or loss of any element', async () => {
    const browser = world.app.browser()
    const requestId = await world.begin(browser)
    const right = signedResponse(world.statement(requestId, { nameId: 'opaque-1', attributes: { uid: ['pupil1'] } }), world.idp)
    const elements = [...right.matchAll(/<([\w:]+)(?:\s[^<>]*)?\/>|<([\w:]+)(?:\s[^<>]*)?>[^<]*<\/\2>/g)].map((match) => ({ at: match.index, text: match[0] }))
    const judge = judgeFor('google', requestId, 'both')
    const whole = await judge(right)
    await fc.assert(fc.asyncProperty(fc.nat(elements.length - 1), fc.nat(elements.length - 1), fc.constantFrom('copy', 'move', 'lose'), async (from, to, kind) => {
      const [a, b] = [elements[from], elements[to]] as [{ at: number; text: string }, { at: number; text: string }]
      fc.pre(kind === 'lose' || from !== to)
      let xml = right
      if (kind !== 'lose') xml = xml.slice(0, b.at) + a.text + xml.slice(b.at)
      if (kind !== 'copy') xml = (kind === 'move' && b.at < a.at) ? xml.slice(0, a.at + a.text.length) + xml.slice(a.at + 2 * a.text.length) : xml.replace(a.text, '')
      fc.pre(xml !== right)
      // The certificate that a signature brings is no part of what is signed, and may go; who it is never changes.
      expect(['refused', whole]).toContain(await judge(xml))
    }), { numRuns: 120 })
  }, 60_000)

  it('lets one of fifty posts of one answer in, and says of the others that it was used', async () => {
    const browser = world.app.browser()
    const requestId = await world.begin(browser)
    const xml = signedResponse(world.statement(requestId, { nameId: 'opaque-1', attributes: { uid: ['pupil1'] } }), world.idp)
    const mark = browser.cookies.get('assent-return') ?? ''
    const answers = await Promise.all(Array.from({ length: 50 }, () => {
      const same = world.app.browser()
      same.cookies.set('assent-return', mark)
      return world.post(same, xml)
    }))
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(answers.filter(({ status, text }) => status === 403 && text.includes('used already'))).toHaveLength(49)
  })

  it('takes a statement once, also for another request of the same browser', async () => {
    const browser = world.app.browser()
    const [one, two] = [await world.begin(browser), await world.begin(browser)]
    const change = { assertionId: '_same', nameId: 'opaque-1', attributes: { uid: ['pupil1'] } }
    expect((await world.post(browser, signedResponse(world.statement(one, change), world.idp))).status).toBe(303)
    const again = await world.post(browser, signedResponse(world.statement(two, { ...change, responseId: '_other' }), world.idp))
    expect(again.text).toContain('used already')
  })

  it('belongs to the browser that began it', async () => {
    const [mine, theirs] = [world.app.browser(), world.app.browser()]
    const requestId = await world.begin(mine)
    await world.begin(theirs)
    const xml = signedResponse(world.statement(requestId, { nameId: 'opaque-1' }), world.idp)
    expect((await world.post(theirs, xml)).status).toBe(403)
    expect((await world.post(world.app.browser(), xml)).status).toBe(403)
    expect(world.refusals().slice(-2)).toEqual(['google: request', 'google: no-attempt'])
  })

  it('belongs to the provider it was asked of: not to another school’s with the same key, nor to one that nobody asked', async () => {
    await world.provider('other-school', (provider) => ({ ...provider, schoolId: world.trust.primary.id }))
    const browser = world.app.browser()
    const requestId = await world.begin(browser)
    const xml = signedResponse(world.statement(requestId, { nameId: 'opaque-1' }), world.idp)
    expect((await world.post(browser, xml, 'other-school')).status).toBe(403)
    await world.begin(browser, 'other-school')
    expect((await world.post(browser, xml, 'other-school')).status).toBe(403)
    expect(world.refusals().slice(-2)).toEqual(['other-school: no-attempt', 'other-school: destination'])
    // A pupil of the other school is nobody at this one's provider.
    const stranger = await world.signIn(world.app.browser(), { nameId: 'opaque-1', attributes: { uid: ['pupil1'] } }, 'other-school')
    expect(stranger.text).toContain('We do not know you yet')
    expect((await world.post(browser, xml, 'nobodys')).status).toBe(404)
  })

  it('asks which organisation it is where a provider serves many, and believes only the signed word', async () => {
    await world.provider('rm-unify', (provider) => ({ ...provider, organisation: { attribute: 'organisation_code', values: ['100002'] } }))
    const said = (codes: string[]) => world.signIn(world.app.browser(), { nameId: 'rm-1', attributes: { uid: ['pupil1'], ...(codes.length > 0 ? { organisation_code: codes } : {}) } }, 'rm-unify')
    expect((await said(['999999'])).text).toContain('for other schools')
    expect((await said(['100002', '999999'])).status).toBe(403)
    expect((await said([])).status).toBe(403)
    expect((await said(['100002'])).location).toBe('/me')
  })

  it('refuses a provider without a usable certificate: none, too short, ended', async () => {
    const weak = rsaCertificate('weak', { bits: 1024 })
    const ended = rsaCertificate('ended', { until: new Date(Date.now() - 86_400_000) })
    for (const [name, identity] of [['no-certificate', null], ['weak-key', weak], ['ended', ended]] as const) {
      await world.provider(name, (provider) => ({ ...provider, settings: { ...provider.settings, certificates: identity ? [identity.certificate] : [] } }))
      const browser = world.app.browser()
      expect((await browser.get(`/sign-in/${name}`)).status).toBe(403)
      // Also when the certificate ended while somebody was on the way.
      const { store } = world.app.services.signIn.providers
      const provider = await store.named(name)
      if (provider?.kind !== 'saml') throw new Error('a SAML provider')
      await store.save({ ...provider, settings: { ...provider.settings, certificates: [world.idp.certificate] } })
      const requestId = await world.begin(browser, name)
      await store.save(provider)
      const answer = await world.post(browser, signedResponse(world.statement(requestId, {}, name), identity ?? world.idp), name)
      expect(answer.status).toBe(403)
      expect(world.refusals().at(-1)).toBe(`${name}: certificate`)
    }
  })

  it('forgets what is ten minutes old, and refuses clocks that are off by more than ninety seconds', async () => {
    const browser = world.app.browser()
    const requestId = await world.begin(browser)
    const real = world.app.clock.now()
    try {
      world.app.clock.set(real + 11 * 60_000)
      expectRefused({ answer: await world.post(browser, signedResponse(world.statement(requestId), world.idp)), who: null, reason: world.refusals().at(-1) })
    } finally {
      world.app.clock.set(real)
    }
    const now = Date.now()
    expectRefused(await attack((xml) => xml, { issued: now + 180_000, notBefore: now + 150_000 }))
    expectRefused(await attack((xml) => xml, { notOnOrAfter: now - 120_000, confirmationUntil: now - 120_000 }))
  })

  it('refuses oversized, deep, wide and compressed bodies without stalling anybody', async () => {
    const browser = world.app.browser()
    const requestId = await world.begin(browser)
    const right = signedResponse(world.statement(requestId), world.idp)
    const wide = right.replace('<saml:AttributeStatement>', `<saml:AttributeStatement>${'<a/>'.repeat(7_000)}`)
    const deep = right.replace('<saml:AttributeStatement>', `<saml:AttributeStatement>${'<a>'.repeat(1_000)}${'</a>'.repeat(1_000)}`)
    const attributes = right.replace('<saml:AttributeStatement>', `<saml:AttributeStatement ${Array.from({ length: 3_000 }, (_, n) => `a${n}=""`).join(' ')}>`)
    const bomb = deflateRawSync(Buffer.alloc(20_000_000, 0x20)).toString('base64')
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    for (const xml of [wide, deep, attributes]) expect((await world.post(browser, xml)).status).toBe(403)
    expect((await browser.post('/saml/google/acs', { SAMLResponse: 'A'.repeat(99_000) }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await browser.get(`/saml/google/logout?SAMLRequest=${encodeURIComponent(bomb.slice(0, 12_000))}`)).status).toBe(403)
    expect((await browser.post('/saml/google/acs', { SAMLResponse: 'A'.repeat(600_000) }, { 'sec-fetch-site': 'cross-site' })).status).toBe(413)
    delay.disable()
    expect(delay.max / 1e6).toBeLessThan(100)
    // The browser's own sign-in is still under way.
    expect((await world.post(browser, signedResponse(world.statement(requestId, { nameId: 'opaque-1', attributes: { uid: ['pupil1'] } }), world.idp))).status).toBe(303)
  })

  it('ignores attributes that are called like parts of the statement', async () => {
    const { who } = await attack((xml) => xml, { nameId: 'opaque-1', attributes: { uid: ['pupil1'], nameID: [EVIL], nameid: [EVIL], issuer: ['https://evil.example'], __proto__: [EVIL] as never, constructor: [EVIL] } })
    expect(who).toBe('Pupil One')
    const twice = await attack((xml) => signElement(signElement(
      writeResponse(world.statement(/InResponseTo="([^"]+)"/.exec(xml)?.[1] ?? '', { nameId: 'opaque-1', attributes: { uid: ['pupil1'] } }))
        .replace('</saml:AttributeStatement>', '<saml:Attribute Name="uid"><saml:AttributeValue>head-teacher</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>'),
      'Assertion', world.idp, { signatureAlgorithm: RSA_SHA256, digestAlgorithm: SHA256 }), 'Response', world.idp, { signatureAlgorithm: RSA_SHA256, digestAlgorithm: SHA256 }))
    expectRefused(twice)
  })

  it('has told the log nothing of anybody', () => {
    expect(world.app.log.join('\n')).not.toMatch(/opaque-1|pupil1|head-teacher|Pupil One/)
  })
})
