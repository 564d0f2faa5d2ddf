import { beforeEach, expect, it } from 'vitest'
import { type AgreementVersion, editDraft, governingText } from '../../../src/features/agreements/agreement.ts'
import { digestOf, withText } from '../../../src/features/agreements/authoring-service.ts'
import { addClause, clauseForEdit, writeClause } from '../../../src/features/agreements/draft-text.ts'
import { MAJOR_IN_FORCE } from '../../../src/features/agreements/put-in-force.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { authoringWorld } from './authoring-world.ts'

const approval = { by: 'A. Chair', board: 'Trust board', on: '2026-09-01' }

onBothDatabases('authoring', (get) => {
  let w: Awaited<ReturnType<typeof authoringWorld>>
  beforeEach(async () => {
    w = await authoringWorld(get().db)
  })

  const clauseOf = (id: string) => (version: AgreementVersion) => clauseForEdit(governingText(version), id)
  /** One author's edit of a clause that they saw as `seen`. */
  const edit = (id: string, words: string, seen: string, actor: string) => w.authoring.edit('staff', {
    what: id, seen, part: clauseOf(id),
    apply: (version) => {
      const written = writeClause(governingText(version), id, { heading: 'As written', markdown: words, line: '', symbol: '' })
      return written.ok ? withText(version, written.value) : written
    },
  }, actor)
  const seen = async (id: string) => digestOf(clauseOf(id)(await w.openOf('staff') as AgreementVersion))
  const toReview = async (key: string) => {
    await w.authoring.submit(key, 'os:test')
    await w.authoring.approve(key, approval, 'os:test')
  }

  it('two people edit two clauses at once: both are kept; the same clause: the second is told and nothing is lost', async () => {
    await w.authoring.begin('staff', { change: 'minor', changeNote: 'Clearer.' }, 'os:a')
    const [phones, account] = [await seen('personal-phones'), await seen('your-account')]
    const both = await Promise.all([edit('personal-phones', 'Phones stay away.', phones, 'os:a'), edit('your-account', 'One login each.', account, 'os:b')])
    expect(both.map(({ kind }) => kind)).toEqual(['saved', 'saved'])
    const late = await edit('personal-phones', 'Phones may ring.', phones, 'os:b')
    expect(late.kind).toBe('overtaken')
    // What is saved now comes back, so that both can be shown.
    expect(clauseOf('personal-phones')(late.version)?.markdown).toBe('Phones stay away.')
    const now = await w.openOf('staff') as AgreementVersion
    expect([clauseOf('personal-phones')(now)?.markdown, clauseOf('your-account')(now)?.markdown]).toEqual(['Phones stay away.', 'One login each.'])
    expect((await edit('personal-phones', 'Phones may ring.', await seen('personal-phones'), 'os:b')).kind).toBe('saved')
  })

  it('one draft at a time, and the version in force stays until another is published', async () => {
    await w.authoring.begin('staff', { change: 'minor', changeNote: 'x' }, 'os:a')
    await expect(w.authoring.begin('staff', { change: 'major', changeNote: 'y' }, 'os:b')).rejects.toMatchObject({ status: 409 })
    expect((await w.currentOf('staff'))?.number).toBe(1)
    await w.authoring.discard('staff', 'os:a')
    expect(await w.openOf('staff')).toBeUndefined()
    await expect(w.authoring.submit('staff', 'os:a')).rejects.toMatchObject({ status: 409 })
    await w.authoring.begin('staff', { change: 'major', changeNote: 'y' }, 'os:b')
    expect((await w.openOf('staff'))?.number).toBe(2)
  })

  it('G1: review, approval with board and date, then in force; a major version is told to those who ask again, a minor one is not', async () => {
    await w.authoring.begin('staff', { change: 'minor', changeNote: 'Spelling.' }, 'os:a')
    await expect(w.authoring.publish('staff', 'os:a')).rejects.toMatchObject({ status: 409 })
    await toReview('staff')
    expect((await w.openOf('staff'))?.approval).toEqual(approval)
    // In review and after, nobody edits.
    await expect(edit('personal-phones', 'Changed.', await seen('personal-phones'), 'os:a')).rejects.toMatchObject({ status: 409 })
    await w.authoring.sendBack('staff', 'os:a')
    expect((await w.openOf('staff'))?.approval).toBeNull()
    await toReview('staff')
    await w.authoring.publish('staff', 'os:a')
    expect(await w.currentOf('staff')).toMatchObject({ number: 2, status: 'published', origin: 'trust', approval, publishedOn: '2026-09-07' })
    expect((await w.agreements.store.lastMajor(await w.idOf('staff')))?.version.number).toBe(1)
    const jobs = async () => (await w.db.read('outbox').where({ kind: MAJOR_IN_FORCE })).length
    expect(await jobs()).toBe(0)
    await w.authoring.begin('staff', { change: 'major', changeNote: 'New rules.' }, 'os:a')
    await toReview('staff')
    await w.authoring.publish('staff', 'os:a')
    expect(await jobs()).toBe(1)
    const versions = (await w.drafts.versionsOf(await w.idOf('staff'))).map(({ version }) => `${version.number} ${version.status}`)
    expect(versions).toEqual(['3 published', '2 superseded', '1 superseded'])
  })

  it('G1: a draft that another version overtook gets the next number', async () => {
    await w.authoring.begin('staff', { change: 'minor', changeNote: 'Slow.' }, 'os:a')
    await w.agreements.publishNext({ key: 'staff', change: 'minor', changeNote: 'Quick.', approval, actor: 'os:b' })
    expect((await w.currentOf('staff'))?.number).toBe(3)
    await toReview('staff')
    await w.authoring.publish('staff', 'os:a')
    expect(await w.currentOf('staff')).toMatchObject({ number: 4, changeNote: 'Slow.' })
  })

  it('G2: an unfilled placeholder stops the draft, and publishing waits until every school has filled in what it must', async () => {
    const [north, south] = [await w.schools.add({ name: 'North School' }), await w.schools.add({ name: 'South School' })]
    await w.authoring.begin('staff', { change: 'minor', changeNote: 'Names.' }, 'os:a')
    const words = (markdown: string) => w.authoring.edit('staff', {
      what: 'x', seen: null, part: () => null, apply: (version) => {
        const text = governingText(version)
        const done = clauseForEdit(text, 'who-helps') ? writeClause(text, 'who-helps', { heading: 'Who helps', markdown, line: '', symbol: '' }) : addClause(text, 'who-helps', { heading: 'Who helps', markdown, line: '', symbol: '' }, null)
        return done.ok ? withText(version, done.value) : done
      },
    }, 'os:a')
    await words('Ask {{field.lead}}.')
    await expect(w.authoring.submit('staff', 'os:a')).rejects.toMatchObject({ status: 409, what: expect.stringContaining('{{field.lead}}') })
    const plan = { fields: [{ key: 'lead', label: 'Who looks after online safety', neutral: 'the online-safety lead', required: true }], clauses: [{ id: 'who-helps', required: false }] }
    await w.authoring.edit('staff', { what: 'plan', seen: null, part: () => null, apply: (version) => editDraft(version, { schoolPart: plan }) }, 'os:a')
    await toReview('staff')
    await expect(w.authoring.publish('staff', 'os:a')).rejects.toMatchObject({ what: expect.stringContaining('North School, South School') })
    const agreementId = await w.idOf('staff')
    const fill = (schoolId: string, revision: number, part: { fields: Record<string, string>; clauses: Record<string, string> }) => w.parts.fill({ agreementId, schoolId, seen: revision, plan, part, actor: 'os:office' })
    expect(await fill(north.id, 0, { fields: { lead: 'Mrs North', other: 'never asked' }, clauses: { 'en-GB/standard/tell': 'not the school’s to write' } })).toEqual({ kind: 'saved' })
    await fill(south.id, 0, { fields: { lead: 'Mr South' }, clauses: { 'en-GB/standard/who-helps': 'At South, ask {{field.lead}} or the desk.'.replace('{{field.lead}}', 'Mr South') } })
    await w.authoring.publish('staff', 'os:a')
    const stored = await w.agreements.store.current(agreementId)
    if (!stored) throw new Error('nothing in force')
    const reads = async (school: typeof north, asOf: number | null = null) => (await w.agreements.renditionFor(stored, school, undefined, undefined, asOf)).markdown
    expect(await reads(north)).toContain('Ask Mrs North.')
    expect(await reads(south)).toContain('At South, ask Mr South or the desk.')
    // Schools differ in what they say, never in history: what somebody began to sign with stays to be read.
    const before = w.clock.now()
    w.clock.advance(60_000)
    expect(await fill(north.id, 0, { fields: { lead: 'Late' }, clauses: {} })).toMatchObject({ kind: 'overtaken', now: { revision: 1, part: { fields: { lead: 'Mrs North' }, clauses: {} } } })
    await fill(north.id, 1, { fields: { lead: 'Miss New' }, clauses: {} })
    expect(await reads(north)).toContain('Ask Miss New.')
    expect(await reads(north, before)).toContain('Ask Mrs North.')
    const fresh = await w.schools.add({ name: 'Fresh School' })
    expect(await reads(fresh)).toContain('Ask the online-safety lead.')
    await expect(fill(fresh.id, 0, { fields: { lead: '[insert name]' }, clauses: {} })).rejects.toMatchObject({ status: 409 })
  })

  it('G2: the starter set is approved as it is: same words, no mark, nobody asked again; what is approved already is left alone', async () => {
    const before = await w.currentOf('visitor')
    expect(await w.authoring.approveStarters(['visitor', 'volunteer', 'nothing'], approval, 'os:head')).toBe(2)
    const now = await w.currentOf('visitor')
    expect(now).toMatchObject({ number: 2, change: 'minor', approval, origin: 'trust' })
    expect(now?.texts).toEqual(before?.texts)
    expect(await w.authoring.approveStarters(['visitor'], approval, 'os:head')).toBe(0)
  })

  it('G1: withdrawn, with a reason; the text stays', async () => {
    await w.authoring.withdraw('staff', 1, 'Sent out by mistake.', 'os:head')
    expect(await w.currentOf('staff')).toBeUndefined()
    const [stored] = await w.drafts.versionsOf(await w.idOf('staff'))
    expect(stored?.version).toMatchObject({ status: 'withdrawn', withdrawn: { reason: 'Sent out by mistake.' } })
    await expect(w.authoring.withdraw('staff', 1, 'Again.', 'os:head')).rejects.toMatchObject({ status: 409 })
    await w.authoring.begin('staff', { change: 'major', changeNote: 'Anew.' }, 'os:a')
    expect((await w.openOf('staff'))?.number).toBe(2)
  })

  it('G1: the owner is written to a month before a review and on the day, once each; a look that found nothing begins the cycle again', async () => {
    await w.authoring.approveStarters((await w.agreements.store.all()).map(({ key }) => key).filter((key) => key !== 'staff'), approval, 'os:head')
    await w.reviews.setCare('staff', { owner: 'Ruth Larkin', ownerId: w.ownerId, reviewMonths: 12 }, 'os:head')
    const remind = async (now: string) => {
      w.clock.set(now)
      await w.reviews.remind()
      await w.reviews.remind()
      await w.drain()
      return w.sent.splice(0).filter(({ subject }) => subject.includes('looked at'))
    }
    expect(await remind('2027-07-01T06:10:00Z')).toEqual([])
    const ahead = (await remind('2027-08-20T06:10:00Z')).filter(({ to }) => to === 'ruth@school.example')
    expect(ahead).toHaveLength(1)
    expect(ahead[0]?.text).toContain('by Tuesday 7 September 2027')
    expect((await remind('2027-08-21T06:10:00Z'))).toEqual([])
    expect((await remind('2027-09-07T06:10:00Z')).filter(({ to }) => to === 'ruth@school.example')).toHaveLength(1)
    await w.reviews.done('staff', 'Still right.', 'os:head')
    expect(await w.reviews.next(await w.idOf('staff'))).toEqual({ on: '2028-09-07', because: null, askedId: null })
    await w.reviews.ask('staff', 'A new kind of device was misused.', 'os:head')
    await w.drain()
    const asked = w.sent.splice(0)
    expect(asked.map(({ to }) => to)).toEqual(['ruth@school.example'])
    expect(asked[0]?.text).toContain('A new kind of device was misused.')
    expect(await w.reviews.next(await w.idOf('staff'))).toMatchObject({ on: '2027-09-07', because: 'A new kind of device was misused.' })
  })
})
