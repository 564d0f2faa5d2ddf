import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { makeCode, readCode } from '../../../src/features/classes/class-code.ts'
import { classNames, groupWords, leadOf } from '../../../src/features/classes/class-group.ts'
import { endOfDay } from '../../../src/features/classes/class-session.ts'
import type { Actor } from '../../../src/http/actor.ts'
import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp } from '../../support/test-app.ts'
import { count, work } from '../signing/signing-walk.ts'
import { answerAs, answerFields, answerQuestions, join, pressName, readInClass, startSession, waitingOn, witness } from './class-walk.ts'

const SCRIBBLE = JSON.stringify([[{ x: 100, y: 100 }, { x: 300, y: 200 }, { x: 500, y: 90 }]])

for (const kind of ['sqlite', 'mariadb'] as const) {
  describe.skipIf(kind === 'mariadb' && inject('mariadbUrl') === null)(`class sessions [${kind}]`, () => {
    let app: TestApp
    let trust: SmallTrust
    let teacher: Browser
    let group: { schoolId: string; kind: string; name: string }
    const pupils: Record<string, string> = {}
    let teacherId: string
    beforeAll(async () => {
      app = await startTestApp({ kind, mariadbUrl: inject('mariadbUrl') })
      trust = await smallTrust(app)
      for (const [name, year, reg] of [['Amira Hassan', '4', '4B'], ['Ben Foster', '4', '4B'], ['Ben Fraser', '4', '4B'], ['Cai Rees', '4', '4B'], ['Dina Levy', '4', '4B'], ['Ewa Nowak', '5', '5A'], ['Finn Moor', 'R', 'Owls']] as const) {
        pupils[name] = await trust.add({ name, role: 'pupil', year, group: reg })
      }
      teacherId = await trust.add({ name: 'Tess Marlow', role: 'teacher' })
      await trust.link(pupils['Dina Levy'] ?? '', teacherId)
      await app.services.roles.grant({ personId: teacherId, role: 'class-teacher', schoolId: trust.primary.id, groupName: '4B', until: null, grantedBy: 'system' })
      await trust.issue()
      teacher = await app.as(teacherId)
      group = { schoolId: trust.primary.id, kind: 'group', name: '4B' }
    })
    afterAll(async () => app.close())

    it('S6: a pupil picks the own name, answers, and it is a signature only when the teacher says who it was', async () => {
      const { id, code } = await startSession(teacher, group)
      const tablet = app.browser()
      const names = await join(tablet, code)
      expect(names.text).toContain('>Amira<')
      expect(names.text).toContain('>Ben Foster<')
      expect(names.text).not.toMatch(/Hassan|Ewa|Finn|Marlow/)
      const slot = await pressName(tablet, code, 'Amira')
      expect((await tablet.get(`/class/${code}/${slot}`)).text).toContain('Are you <bdi>Amira</bdi>?')
      const chosen = await answerQuestions(tablet, code, slot)
      expect(chosen).toHaveLength(2)
      const { sent } = await answerAs(tablet, code, 'Amira', { answer: 'yes', signatureDrawn: SCRIBBLE })
      expect(sent.location).toBe(`/class/${code}/${slot}/sent`)
      const kept = await tablet.get(sent.location ?? '')
      expect(kept.text).toContain('We have it.')
      expect(/<main[\s\S]*<\/main>/.exec(kept.text)?.[0]).not.toMatch(/signed/i)
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
      expect((await tablet.get(`/class/${code}`)).text).toContain('Change an answer')

      const answered = await witness(teacher, id, 'Amira')
      expect(answered.location).toBe(`/class/sessions/${id}`)
      const row = await app.db.read('signatures').where({ signatory_id: slot }).first()
      expect(row).toMatchObject({ method: 'witnessed-mark', actor: `person:${teacherId}`, signer_id: pupils['Amira Hassan'] })
      // The friendly questions are kept as elsewhere: in the words shown, and not judged.
      expect(JSON.parse(row.evidence).understanding.map(({ answer }: { answer: string }) => answer)).toEqual(chosen)
      expect(JSON.parse(row.evidence)).toMatchObject({
        assurance: 'class-session', circumstance: { kind: 'class', witnessId: teacherId, witnessName: 'Tess Marlow', group: 'Class 4B', sessionId: id },
      })
      await work(app)
      const file = await app.services.sealing.file(row.id)
      expect(await app.services.verify.verify(file?.bytes ?? Buffer.alloc(0))).toMatchObject({ valid: true, status: 'current' })
      expect((await tablet.get(sent.location ?? '')).text).toContain('Your teacher has seen it')
      // The drawing stays in the signature only.
      expect(await app.db.read('class_answers').where({ signatory_id: slot }).first()).toMatchObject({ state: 'witnessed', typed: null, drawn: null, understanding: null, waiting: null })
    })

    it('S2: twenty sends of one form at once are one answer, and witnessing twice is one signature', async () => {
      const { id, code } = await startSession(teacher, group)
      const device = app.browser()
      await join(device, code)
      const slot = await pressName(device, code, 'Ben Foster')
      const sign = await readInClass(device, code, slot)
      const fields = await answerFields(device, sign, { answer: 'yes', signature: 'Ben' })
      const sent = await Promise.all(Array.from({ length: 20 }, () => device.post(sign, fields)))
      expect(new Set(sent.map((one) => one.location))).toEqual(new Set([`/class/${code}/${slot}/sent`]))
      expect(await count(app, 'class_answers', { signatory_id: slot })).toBe(1)
      const page = await teacher.get(`/class/sessions/${id}`)
      const answer = waitingOn(page).get('Ben Foster') ?? ''
      const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
      await Promise.all(Array.from({ length: 5 }, () => teacher.post(`/class/sessions/${id}/witness`, { _csrf: token, yes: answer })))
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(1)
    })

    it('a script gets told where to go; a dot is no signature; a change before the witness replaces; another device finds the name taken', async () => {
      const { id, code } = await startSession(teacher, group)
      const device = app.browser()
      await join(device, code)
      const slot = await pressName(device, code, 'Ben Fraser')
      const sign = await readInClass(device, code, slot)
      const fields = await answerFields(device, sign, { answer: 'yes', signatureDrawn: '[[{"x":5,"y":5}]]', by: 'script' })
      const dot = await device.post(sign, fields)
      expect(JSON.parse(dot.text)).toEqual({ kept: false, to: sign })
      expect((await device.get(sign)).text).toContain('That looks like a dot')
      const other = app.browser()
      await join(other, code)
      const theirs = await answerFields(other, sign, { answer: 'no', by: 'script' })
      expect(JSON.parse((await device.post(sign, { ...fields, signatureDrawn: '', signature: 'Ben' })).text)).toEqual({ kept: true, to: `/class/${code}/${slot}/sent` })
      expect(JSON.parse((await other.post(sign, theirs)).text)).toEqual({ kept: false, to: `/class/${code}/${slot}/taken` })
      expect((await other.get(`/class/${code}/${slot}/taken`)).text).toContain('Somebody has used this name already')
      // The one who answered may think again until the teacher has looked.
      const again = await answerFields(device, sign, { answer: 'no' })
      expect((await device.post(sign, again)).location).toBe(`/class/${code}/${slot}/sent`)
      expect(await count(app, 'class_answers', { signatory_id: slot, waiting: 1 })).toBe(1)
      await witness(teacher, id, 'Ben Fraser')
      expect(await app.db.read('signatories').where({ id: slot }).first()).toMatchObject({ state: 'declined' })
      expect((await device.get(`/class/${code}/${slot}/sent`)).text).toContain('You said no. That is all right.')
      expect((await app.services.auditQueries.bySubject(`person:${pupils['Ben Fraser']}`, { before: null, limit: 20 })).entries.find((entry) => entry.event === 'signature.declined')?.payload)
        .toMatchObject({ signer: pupils['Ben Fraser'], staff: teacherId })
    })

    it('P7: nobody witnesses a child of their own family, and a colleague can', async () => {
      const { id, code } = await startSession(teacher, group)
      const device = app.browser()
      await join(device, code)
      const { slot } = await answerAs(device, code, 'Dina')
      const page = await teacher.get(`/class/sessions/${id}`)
      expect(page.text).toContain('A colleague confirms')
      expect(waitingOn(page).has('Dina')).toBe(false)
      const { id: answer } = await app.db.read('class_answers').where({ signatory_id: slot, waiting: 1 }).first('id')
      expect((await teacher.submit(`/class/sessions/${id}`, { yes: answer }, `/class/sessions/${id}/witness`)).status).toBe(403)
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
      const office = await trust.add({ name: 'Gwen Hughes', role: 'support' })
      await app.services.roles.grant({ personId: office, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      await witness(await app.as(office), id, 'Dina')
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(1)
    })

    it('"no, that was not them" frees the name; one of another class is not there; a text that changed is read again', async () => {
      const { id, code } = await startSession(teacher, group)
      const device = app.browser()
      await join(device, code)
      const { slot } = await answerAs(device, code, 'Cai')
      const answer = waitingOn(await teacher.get(`/class/sessions/${id}`)).get('Cai') ?? ''
      await teacher.submit(`/class/sessions/${id}`, { no: answer }, `/class/sessions/${id}/witness`)
      expect(await pressName(device, code, 'Cai')).toBe(slot)
      const foreign = await app.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where({ 'r.person_id': pupils['Ewa Nowak'], 's.slot': 'pupil' }).first('s.id')
      expect((await device.get(`/class/${code}/${foreign.id}`)).status).toBe(404)
      const { slot: again } = await answerAs(device, code, 'Cai')
      expect(again).toBe(slot)
      await app.services.agreements.publishNext({ actor: 'system', key: 'pupil-ks2', change: 'major', changeNote: 'More about phones.', approval: { by: 'Board', board: 'Board', on: '2026-09-07' },
        texts: (await app.services.agreements.store.current((await app.services.agreements.store.byKey('pupil-ks2'))?.id ?? ''))?.version.texts.map((text) => ({ ...text, markdown: `${text.markdown}\n\nOne more line.` })) ?? [] })
      const told = await witness(teacher, id, 'Cai')
      expect((await teacher.get(told.location ?? '')).text).toContain('could not be kept, because the words changed')
      expect(await count(app, 'signatures', { signatory_id: slot })).toBe(0)
      expect(await pressName(device, code, 'Cai')).toBe(slot)
    })

    it('a request that closes while the form is open: nothing is kept, and the pupil is told so; a browser that lapsed joins again and loses nothing', async () => {
      const { code } = await startSession(teacher, group)
      const late = await trust.add({ name: 'Lara Late', role: 'pupil', year: '4', group: '4B' })
      await trust.issue()
      const device = app.browser()
      await join(device, code)
      const slot = await pressName(device, code, 'Lara')
      const sign = await readInClass(device, code, slot)
      const fields = await answerFields(device, sign, { answer: 'yes', signature: 'Lara' })
      await app.db.sql('requests').where({ person_id: late }).update({ state: 'excused' })
      expect(JSON.parse((await device.post(sign, { ...fields, by: 'script' })).text)).toEqual({ kept: false, to: `/class/${code}/${slot}` })
      const told = await device.get((await device.post(sign, fields)).location ?? '')
      expect([told.status, told.text.includes('There is nothing to do here now')]).toEqual([404, true])
      expect(await count(app, 'class_answers', { signatory_id: slot })).toBe(0)
      await app.db.sql('requests').where({ person_id: late }).update({ state: 'open' })
      // The session of this browser lapsed while it had no connection: the answer waits on the device until it has joined again.
      device.cookies.delete('assent-session')
      expect(JSON.parse((await device.post(sign, { ...fields, by: 'script' })).text)).toEqual({ kept: false, joinAgain: true, to: `/class/${code}` })
      await join(device, code)
      expect(JSON.parse((await device.post(sign, { ...fields, by: 'script' })).text)).toEqual({ kept: true, to: `/class/${code}/${slot}/sent` })
      await app.db.sql('affiliations').where({ person_id: late }).delete()
    })

    it('a code is worth nothing after the end, by press or by midnight; whoever is left comes again, and the ledger knows the absentees', async () => {
      const { id, code } = await startSession(teacher, group)
      const device = app.browser()
      await join(device, code)
      const sign = await readInClass(device, code, await pressName(device, code, 'Cai'))
      const fields = await answerFields(device, sign, { answer: 'yes', signature: 'Cai', by: 'script' })
      await teacher.submit(`/class/sessions/${id}`, {}, `/class/sessions/${id}/end`)
      const late = await app.browser().get(`/class/${code}`)
      const never = await app.browser().get('/class/ACD346')
      expect(late.status).toBe(404)
      expect(late.text.replace(/nonce[^ >]+|value="[^"]*"|'nonce-[^']*'/g, '')).toBe(never.text.replace(/nonce[^ >]+|value="[^"]*"|'nonce-[^']*'/g, ''))
      expect(JSON.parse((await device.post(sign, fields)).text)).toEqual({ kept: false, to: '/class/over' })
      expect((await device.get('/class/over')).text).toContain('This class session is over')
      const next = await startSession(teacher, group)
      expect(next.id).not.toBe(id)
      expect((await teacher.get(`/class/sessions/${next.id}`)).text).toContain('left over from Monday 7 September 2026')
      app.clock.set(Date.parse('2026-09-08T07:00:00Z'))
      expect((await app.browser().get(`/class/${next.code}`)).status).toBe(404)
      teacher = await app.as(teacherId)
      const morning = await startSession(teacher, group)
      expect(morning.id).not.toBe(next.id)
      const ended = await app.db.read('class_sessions').where({ id: next.id }).first()
      expect(ended).toMatchObject({ code: null })
      expect(JSON.parse(ended.left_over)).toEqual([pupils['Cai Rees']])
    })

    it('S6: the discussion is recorded; a Reception class records "we agree" with who was there, and nobody has signed by it', async () => {
      const office = await app.as(await trust.add({ name: 'Hal Oke', role: 'support' }).then(async (personId) => {
        await app.services.roles.grant({ personId, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
        return personId
      }))
      const owls = await startSession(office, { ...group, name: 'Owls' })
      await office.submit(`/class/sessions/${owls.id}`, { ledBy: 'Mrs Oke', on: '2026-09-08' }, `/class/sessions/${owls.id}/discussion`)
      expect((await office.get(`/class/sessions/${owls.id}`)).text).toContain('Led by Mrs Oke, on Tuesday 8 September 2026')
      const agree = await office.get(`/class/sessions/${owls.id}/agree`)
      const text = /name="text" value="(\w{64})"/.exec(agree.text)?.[1] ?? ''
      expect(agree.text).not.toMatch(/checked/)
      const before = await count(app, 'signatures')
      for (let n = 0; n < 2; n += 1) await office.submit(`/class/sessions/${owls.id}/agree`, { ledBy: 'Mrs Oke', text, absent: pupils['Finn Moor'] ?? '' })
      expect(await count(app, 'class_agreements', { session_id: owls.id })).toBe(1)
      expect(JSON.parse((await app.db.read('class_agreements').where({ session_id: owls.id }).first()).absent)).toEqual([pupils['Finn Moor']])
      expect(await count(app, 'signatures')).toBe(before)
    })

    it('a teacher leads the own classes only, cover one session of the day, and a way in by mail none', async () => {
      expect((await teacher.submit('/class', { ...group, name: '5A' }, '/class/sessions')).status).toBe(404)
      const cover = await trust.add({ name: 'Sam Cover', role: 'supply' })
      await app.services.roles.grant({ personId: cover, role: 'cover', schoolId: trust.primary.id, groupName: '5A', until: app.clock.now() + 6 * 3_600_000, grantedBy: 'system' })
      const browser = await app.as(cover)
      const { id } = await startSession(browser, { ...group, name: '5A' })
      await browser.submit(`/class/sessions/${id}`, {}, `/class/sessions/${id}/end`)
      expect((await browser.submit('/class', { ...group, name: '5A' }, '/class/sessions')).status).toBe(409)
      const byMail = await app.as(teacherId, 'link')
      expect((await byMail.submit('/class', group, '/class/sessions')).status).toBe(404)
      expect((await app.browser().submit('/class', group, '/class/sessions')).status).toBe(403)
      const pupil = await app.as(pupils['Ewa Nowak'] ?? '')
      expect((await pupil.get(`/class/sessions/${id}`)).status).toBe(404)
    })

    it('a whole school behind one address joins and answers in the same minute', async () => {
      const office = await trust.add({ name: 'Ola Busy', role: 'support' })
      await app.services.roles.grant({ personId: office, role: 'office', schoolId: trust.primary.id, groupName: null, until: null, grantedBy: 'system' })
      const { code } = await startSession(await app.as(office), { ...group, name: '5A' })
      const device = app.browser()
      await join(device, code)
      const sign = await readInClass(device, code, await pressName(device, code, 'Ewa'))
      const fields = await answerFields(device, sign, { answer: 'yes', signature: 'Ewa', by: 'script' })
      const statuses = new Set<number>()
      for (let n = 0; n < 16; n += 1) for (const sent of await Promise.all(Array.from({ length: 20 }, () => device.post(sign, fields)))) statuses.add(sent.status)
      expect(statuses).toEqual(new Set([200]))
    })

    it('guesses are slowed down, whatever they look like', async () => {
      const guesser = app.browser()
      const statuses = []
      for (let n = 0; n < 210; n += 1) statuses.push((await guesser.get(`/class/${n % 2 ? 'ACDEF' + 'GHJKMN'[n % 6] : 'nonsense'}`)).status)
      expect(statuses.slice(0, 20)).toEqual(Array(20).fill(404))
      expect(statuses.at(-1)).toBe(429)
    })
  })
}

describe('class words', () => {
  it('codes are six easy signs, read however they are typed', () => {
    const made = Array.from({ length: 200 }, (_, n) => makeCode((size) => Buffer.alloc(size, (n * 37) % 250)))
    for (const code of made) expect(code).toMatch(/^[ACDEFGHJKMNPQRTUVWXY34679]{6}$/)
    expect(readCode(' acd-346 ')).toBe('ACD346')
    expect(readCode('ACD34')).toBeNull()
    expect(readCode('ACD3460')).toBeNull()
  })

  it('names are as short as they can be told apart', () => {
    const person = (id: string, preferredForename: string, surname: string) => ({ id, preferredForename, surname })
    expect([...classNames([person('1', 'Ben', 'Foster'), person('2', 'Ben', 'Adams'), person('3', 'Zoë', 'Ray'), person('4', 'Al', 'Fox'), person('5', 'Al', 'Fry')]).values()])
      .toEqual(['Ben F', 'Ben A', 'Zoë', 'Al Fox', 'Al Fry'])
    expect([groupWords({ kind: 'year', name: '7' }), groupWords({ kind: 'year', name: 'R' }), groupWords({ kind: 'group', name: '7K' })]).toEqual(['Year 7', 'Reception', 'Class 7K'])
  })

  it('the day ends at midnight of the school, in summer and in winter', () => {
    expect(new Date(endOfDay(Date.parse('2026-09-07T08:30:00Z'), 'Europe/London')).toISOString()).toBe('2026-09-07T23:00:00.000Z')
    expect(new Date(endOfDay(Date.parse('2026-12-07T23:59:59Z'), 'Europe/London')).toISOString()).toBe('2026-12-08T00:00:00.000Z')
  })

  it('a grant for a year covers its classes; one for nothing covers what the roster gives', () => {
    const actor = (roles: Actor['roles']) => ({ roles }) as Actor
    const seven = { schoolId: 'S', kind: 'group' as const, name: '7K', years: ['7'], pupils: 20 }
    const grant = (role: string, groupName: string | null, schoolId = 'S') => actor([{ role, schoolId, groupName }])
    expect(leadOf(grant('head-of-year', 'Year 7'), seven, new Set())).toBe('lead')
    expect(leadOf(grant('head-of-year', 'Year 8'), seven, new Set())).toBeNull()
    expect(leadOf(grant('class-teacher', null), seven, new Set())).toBeNull()
    expect(leadOf(grant('class-teacher', null), seven, new Set(['S|7K']))).toBe('lead')
    expect(leadOf(grant('office', null, 'OTHER'), seven, new Set())).toBeNull()
    expect(leadOf(grant('governor', null), seven, new Set(['S|7K']))).toBeNull()
    expect(leadOf(grant('cover', '7K'), seven, new Set())).toBe('cover')
  })
})
