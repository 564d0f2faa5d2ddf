import { emptyReport, type RunReport } from '../../src/features/roster/roster-run.ts'
import { grantedRoles, timeBoxedRoles, type GrantedRole } from '../../src/features/identity/permissions.ts'
import { type Browser, tokenIn } from '../http/browser.ts'
import { smallTrust } from '../support/small-trust.ts'
import { startTestApp, type TestApp } from '../support/test-app.ts'
import { openSlots, signAs, work } from '../features/signing/signing-walk.ts'
import { isGroupRole } from './role-table.ts'
import { type Cast, type SomeThings, someThings, type Things } from './things.ts'

/** Somebody who asks. */
export interface Asker {
  name: string
  /** A role that was given, `nobody` or what the records say. */
  role: string
  /** Where the role counts; null for those without one. */
  at: 'trust' | 'school' | null
  personId: string | null
  browser: Browser
  token: string
}

export interface MatrixWorld extends SomeThings {
  app: TestApp
  askers: Asker[]
  schools: Things
  people: Things
  parents: Things
  signers: Things
  /** A choice that the parent among the askers made. */
  answer: string
  accessPlans: Things
  rosterRuns: Things
  /** A reading that was refused for new identifiers (B3). */
  refusedRun: string
  /** Closed days of the other school, another one at each look. */
  otherPeriod: string
  missing: Things
  records: Things
  /** Roles that may be taken, and people with nothing but a session. */
  grants: Things
  sleepers: Things
  /** Slots and signatures of the pupil among the askers, and of somebody else. */
  mySlot: string
  othersSlot: string
  mySignature: string
  othersSignature: string
  signIn(asker: Pick<Asker, 'personId'>): Promise<Browser>
}

/** A small trust with one thing of every kind at each school, and somebody for every role; all staff have a child at our school. */
export async function matrixWorld(): Promise<MatrixWorld> {
  const app = await startTestApp()
  const { db } = app
  const trust = await smallTrust(app)
  const pupil = await trust.add({ name: 'Cleo Rowan', role: 'pupil', year: '4', group: '4K', email: 'cleo@larkmoor.example' })
  const guardian = await trust.add({ name: 'Maria Rowan', role: 'guardian', email: 'rowan@families.example' })
  await trust.link(pupil, guardian)
  const child = await trust.add({ name: 'Child Ofstaff', role: 'pupil', year: '4', group: '4K' })
  const far = await trust.add({ name: 'Far Away', role: 'pupil', school: trust.high, year: '8', group: '8B' })
  const farParent = await trust.add({ name: 'Faye Away', role: 'guardian', school: trust.high })
  await trust.link(far, farParent)
  // Not one of the askers: the other parent of their child.
  const coParent = await trust.add({ name: 'Paul Otherparent', role: 'guardian' })
  await trust.link(child, coParent)
  const teacher = await trust.add({ name: 'Amara Okafor', role: 'teacher', email: 'amara@larkmoor.example' })
  const highTeacher = await trust.add({ name: 'Idris Bello', role: 'teacher', school: trust.high, email: 'idris@ashbeck.example' })
  const visitor = await trust.add({ name: 'Vera Visitor', role: 'volunteer' })
  await trust.issue()
  for (const [id, name] of [[teacher, 'Amara Okafor'], [highTeacher, 'Idris Bello'], [child, 'Child Ofstaff']] as const) {
    const browser = await app.as(id)
    const [slot = ''] = await openSlots(browser)
    await signAs(browser, slot, name)
  }
  await work(app)
  const signatureOf = async (id: string) => (await db.read('signatures').where({ subject_id: id }).first('id') as { id: string }).id
  const slotOf = async (id: string) => (await openSlots(await app.as(id)))[0] ?? ''

  const parentSlotOf = async (id: string) => {
    const requests = await app.services.issuing.store.ofPeople([id])
    return [...(await app.services.issuing.store.signatoriesOf(requests.map((request) => request.id))).values()].flat().find(({ slot }) => slot === 'guardian')?.id ?? ''
  }

  const asker = async (name: string, role: string, at: Asker['at'], personId: string | null): Promise<Asker> => {
    const browser = personId === null ? app.browser() : await app.as(personId)
    return { name, role, at, personId, browser, token: tokenIn(await browser.get('/ask')) }
  }
  const cast: Cast = {
    people: { own: pupil, otherSchool: far, conflict: child }, parents: { own: guardian, otherSchool: farParent, conflict: coParent }, signers: { own: teacher, otherSchool: highTeacher, conflict: child },
    records: { own: await signatureOf(teacher), otherSchool: await signatureOf(highTeacher), conflict: await signatureOf(child) },
    parentSlots: { own: await parentSlotOf(pupil), otherSchool: await parentSlotOf(far), conflict: await parentSlotOf(child) },
  }
  const things = await someThings(app, trust, cast)
  const askers: Asker[] = [
    await asker('a stranger', 'stranger', null, null),
    await asker('a pupil', 'pupil', null, pupil), await asker('a parent', 'guardian', null, guardian),
    await asker('a teacher', 'staff', null, teacher), await asker('a volunteer', 'visitor', null, visitor),
  ]
  for (const role of grantedRoles) {
    for (const at of isGroupRole(role) ? ['school'] as const : ['trust', 'school'] as const) {
      const id = await trust.add({ name: `${role} ${at}`, role: 'teacher' })
      await grant(app, id, role, at === 'school' ? trust.primary.id : null)
      await trust.link(child, id)
      askers.push(await asker(`${role} of the ${at}`, role, at, id))
    }
  }
  // P7 and ASVS 6.3.4: what a mailed link opens carries none of its owner's roles.
  const byLink = await trust.add({ name: 'Admin Bylink' })
  await grant(app, byLink, 'trust-admin', null)
  const linked = await app.as(byLink, 'link')
  askers.push({ name: 'a trust administrator by signing link', role: 'staff', at: null, personId: byLink, browser: linked, token: tokenIn(await linked.get('/ask')) })

  const schools = { own: trust.primary.id, otherSchool: trust.high.id, conflict: trust.primary.id }
  const takeable: string[] = []
  for (let n = 0; n < 4; n += 1) takeable.push(await officeGrant(app, await trust.add({ name: `Taken ${n}` }), trust.primary.id))
  const periods: string[] = []
  for (let n = 0; n < 50; n += 1) periods.push(await app.services.calendar.add({ schoolId: trust.high.id, kind: 'closure', name: 'Boiler', from: '2026-11-02', to: '2026-11-02' }, 'os:test'))
  const otherGrant = await officeGrant(app, highTeacher, trust.high.id)
  // What was taken is gone, so every one who asks gets another.
  const grants: Things = { get own() { return takeable.pop() ?? '' }, otherSchool: otherGrant, conflict: '' }
  const each = async (make: (personId: string, schoolId: string, n: number) => Promise<string>): Promise<Things> =>
    ({ own: await make(pupil, trust.primary.id, 1), otherSchool: await make(far, trust.high.id, 2), conflict: await make(child, trust.primary.id, 3) })
  return {
    ...things, ...cast, app, askers, schools, answer: await choose(app, things.questions.own, pupil, guardian),
    accessPlans: await each((personId, schoolId, n) => accessPlan(app, personId, schoolId, n)),
    rosterRuns: await each((personId, schoolId, n) => rosterRun(app, personId, schoolId, n)),
    refusedRun: await rosterRun(app, pupil, trust.primary.id, 4, { state: 'refused', refused: ['B3: 9 new identifiers look like people known already.'] }),
    get otherPeriod() { return periods.pop() ?? '' },
    missing: await each((personId) => missingPlace(app, personId)),
    sleepers: { own: teacher, otherSchool: highTeacher, conflict: teacher }, grants,
    mySlot: await slotOf(pupil), othersSlot: await slotOf(guardian), mySignature: await signatureOf(teacher), othersSignature: await signatureOf(highTeacher),
    signIn: async ({ personId }) => (personId === null ? app.browser() : app.as(personId)),
  }
}

async function grant({ services }: TestApp, personId: string, role: GrantedRole, schoolId: string | null): Promise<void> {
  const until = timeBoxedRoles.has(role) ? services.clock.now() + 86_400_000 : null
  const groupName = role === 'class-teacher' || role === 'cover' ? '4K' : null
  await services.roles.grant({ personId, role, schoolId, groupName, yearCode: role === 'head-of-year' ? '4' : null, until, grantedBy: 'os:test' })
}

async function officeGrant({ services }: TestApp, personId: string, schoolId: string): Promise<string> {
  return (await services.roles.grant({ personId, role: 'office', schoolId, groupName: null, until: null, grantedBy: 'os:test' })).id
}

async function choose({ services }: TestApp, questionId: string, subjectId: string, signerId: string): Promise<string> {
  const asked = (await services.consents.about(subjectId, signerId, 'en-GB'))?.questions.find(({ question }) => question.id === questionId)
  const { kept: [answer] } = await services.consents.answer(subjectId, [{ questionId, hash: asked?.said.hash ?? '', answer: 'yes' }], { signerId, actor: `person:${signerId}`, assurance: 'session' })
  return answer?.id ?? ''
}

async function accessPlan({ services }: TestApp, personId: string, schoolId: string, n: number): Promise<string> {
  const id = services.ids.next()
  await services.plans.create({
    id, kind: 'access', about: `leavers ${n}`, state: 'held', createdBy: 'system', createdAt: services.clock.now(), expiresAt: services.clock.now() + 86_400_000,
    brake: { held: [{ rule: 'B1', text: 'Held.', schoolId }], secondPerson: true, typedCount: true, count: 1 },
  })
  await services.plans.addItems(id, [{
    seq: 0, itemKey: `${personId}:1`, subject: personId, action: 'suspend', rank: 2, population: `${schoolId}|pupil`, state: 'held', before: { enabled: true },
    after: { username: 'x', directory: 'school', level: 'suspended' }, file: null, line: null, reason: 'left',
  }])
  return id
}

async function rosterRun({ services, db }: TestApp, personId: string, schoolId: string, n: number, more: Partial<RunReport> = {}): Promise<string> {
  const [id, planId, sourceId] = [services.ids.next(), services.ids.next(), services.ids.next()]
  const now = services.clock.now()
  await db.sql('sources').insert({ id: sourceId, name: `mis-${n}`, format: 'csv', mode: 'propose', profile: null, slots: 0, last_good_run_id: id, took_access_away: 0, created_at: now })
  await db.sql('source_schools').insert({ source_id: sourceId, school_key: `key-${n}`, school_id: schoolId })
  await db.sql('source_people').insert({ source_id: sourceId, external_id: `X${n}`, person_id: personId })
  await services.plans.create({ id: planId, kind: 'roster', about: sourceId, state: 'held', createdBy: 'system', createdAt: now, brake: { held: [], secondPerson: false, typedCount: true, count: 1 } })
  await services.plans.addItems(planId, [{
    seq: 0, itemKey: `X${n}:1`, subject: `X${n}`, action: 'end', rank: 9, population: `${schoolId}|pupil`, state: 'held', before: [{ schoolKey: `key-${n}` }], after: null, file: 'f.csv', line: 2, reason: null,
  }])
  await db.sql('roster_runs').insert({
    id, source_id: sourceId, plan_id: planId, state: more.state ?? 'held', actor: 'system', started_at: now, finished_at: now, read_count: 1,
    report: JSON.stringify({ ...emptyReport(id, `mis-${n}`), state: 'held', heldPeople: 1, ...more }), proof: JSON.stringify({ files: [], people: 1, schoolKeys: [`key-${n}`] }),
  })
  return id
}

async function missingPlace({ services, db }: TestApp, personId: string): Promise<string> {
  const { source_id: source } = await db.read('source_people').where({ person_id: personId }).first('source_id') as { source_id: string }
  await db.sql('affiliations').where({ person_id: personId }).update({ source_id: source, missing_since: services.clock.now() - 5 * 86_400_000, missing_runs: 3 })
  return (await db.read('affiliations').where({ person_id: personId }).first('id') as { id: string }).id
}
