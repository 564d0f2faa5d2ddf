import { randomUUID } from 'node:crypto'
import { digestOf } from '../../src/features/agreements/authoring-service.ts'
import { editDraft } from '../../src/features/agreements/agreement.ts'
import type { SmallTrust } from '../support/small-trust.ts'
import type { TestApp } from '../support/test-app.ts'

/** Things at our school, at another, and about a child of whoever asks. */
export interface Things {
  own: string
  otherSchool: string
  conflict: string
}

/** Who is in the matrix, and slots and signatures of theirs. */
export interface Cast {
  people: Things
  /** A parent of each. */
  parents: Things
  /** Who has signed: two members of staff, and the child. */
  signers: Things
  /** Signatures of theirs. */
  records: Things
  /** An open slot of each pupil's parent. */
  parentSlots: Things
}

const DAY = 86_400_000
const ACTOR = 'os:test'

export type SomeThings = Awaited<ReturnType<typeof someThings>>

/** One thing of every kind that a route names. */
export async function someThings(app: TestApp, trust: SmallTrust, { people, parents, signers, records, parentSlots }: Cast) {
  const { services, db, clock } = app
  const schools: Things = { own: trust.primary.id, otherSchool: trust.high.id, conflict: trust.primary.id }
  const now = clock.now()
  const each = async (make: (target: keyof Things) => Promise<string>): Promise<Things> => ({ own: await make('own'), otherSchool: await make('otherSchool'), conflict: await make('conflict') })
  const requestOf = async (personId: string) => (await db.read('requests').where({ person_id: personId }).first('id') as { id: string }).id
  const { directories, accounts } = await directory(app, people)

  const slip = async (target: keyof Things, printId: string): Promise<string> => {
    const page = await services.signingQueries.page(parentSlots[target], parents[target])
    const code = `ACDEFG${{ own: '34', otherSchool: '46', conflict: '67' }[target]}`
    await services.paperStore.insertSlips([{ code, printId, signatoryId: parentSlots[target], renditionHash: page?.rendition.hash ?? '', printedBy: people.own, printedAt: now }])
    return code
  }
  const prints = await each(async () => services.ids.next())
  const batch = async (target: keyof Things, sha: string | null): Promise<string> => {
    const id = services.ids.next()
    await services.paperStore.insertBatch({ id, schoolId: schools[target], enteredBy: signers[target], enteredAt: now })
    if (sha !== null || target === 'conflict') await services.paperStore.addEntry(id, records[target], sha)
    return id
  }
  const requirements = await each((target) => services.agreements.store.requirementStore.add({
    agreementId: '', title: `Training ${target}`, schoolId: schools[target], band: 'staff', act: 'train', signerRule: 'self', cadence: 'academic-year', dueSchoolDays: 10, ifUnsigned: 'remind',
  }))
  return {
    requirements, directories, accounts,
    requests: await each((target) => requestOf(people[target])),
    directoryTasks: await each(async (target) => {
      const id = services.ids.next()
      await db.sql('directory_tasks').insert({
        id, directory_id: directories, immutable_id: target, username: target, change: '{}', state: 'open', open_key: target, created_at: now, due_at: now + DAY, decided_by: null, decided_at: null, remark: null, proof_sha256: null, reverses: null,
      })
      return id
    }),
    handovers: await each(async (target) => {
      await services.accounts.tasks.put([{ kind: 'handover', personId: people[target], accountId: null, what: 'Mail', dueOn: '2026-09-30', key: target }], { actor: ACTOR })
      return (await db.read('access_tasks').where({ task_key: target }).first('id') as { id: string }).id
    }),
    restrictions: await each((target) => services.accounts.access.place({ personId: people[target], cause: 'manual', level: 'restricted', reason: 'Why.', actor: ACTOR })),
    holds: await each((target) => services.accounts.holds.place(people[target], 'A case.', ACTOR)),
    lists: await each(async (target) => {
      const id = services.ids.next()
      await services.accounts.listed.store.insert({ id, schoolId: schools[target], lastDay: '2026-09-01', madeBy: ACTOR, madeAt: now, entries: [], planId: null })
      return id
    }),
    guests: await each((target) => services.guests.ask({
      forename: 'Gus', surname: 'Guest', email: null, kind: 'visitor', organisation: null, purpose: 'x', schoolId: schools[target], fromDate: '2026-09-08', untilDate: '2026-09-09', approverId: signers.own, actor: ACTOR,
    })),
    declines: await each(async (target) => {
      const id = services.ids.next()
      await services.declines.insert({
        id, requestId: await requestOf(people[target]), signatoryId: parentSlots[target], subjectId: people[target], signerId: parents[target], schoolId: schools[target], reason: 'No.', wantsCall: false, at: now,
      })
      return id
    }),
    questions: await each((target) => services.consentCatalogue.add({
      key: null, schoolId: schools[target], kind: 'images', title: `Photos ${target}`, question: 'May we?', hint: '', welsh: null, bands: ['KS2'], signerRule: 'guardian', position: 10, active: true,
    }, ACTOR)),
    drafts: await each(async (target) => {
      const key = `draft-${target.toLowerCase()}`
      await services.texts.authoring.create({
        key, title: `Draft ${target}`, band: 'staff', signerRule: 'self', owner: 'x', ownerId: null, reviewMonths: 12, schoolId: schools[target],
        texts: [{ language: 'en-GB', variant: 'standard', title: 'x', markdown: '', statements: { self: 'x' }, clauses: {}, questions: [], translation: null }],
      }, ACTOR)
      return key
    }),
    parts: await each(async (target) => {
      const key = `part-${target.toLowerCase()}`
      await services.texts.authoring.create({
        key, title: `Part ${target}`, band: 'staff', signerRule: 'self', owner: 'x', ownerId: null, reviewMonths: 12, schoolId: null,
        texts: [{ language: 'en-GB', variant: 'standard', title: 'x', markdown: '', statements: { self: 'x' }, clauses: {}, questions: [], translation: null }],
      }, ACTOR)
      const plan = { fields: [{ key: 'lead', label: 'Lead', neutral: 'the lead', required: false }], clauses: [] }
      await services.texts.authoring.edit(key, { what: 'part', seen: digestOf(undefined), part: () => undefined, apply: (draft) => editDraft(draft, { schoolPart: plan }) }, ACTOR)
      return `${key}/school-part/${schools[target]}`
    }),
    trainings: await each(async (target) => {
      const id = services.ids.next()
      await services.issuing.trainings.insert([{ id, requirementId: requirements[target], personId: signers[target], schoolId: schools[target], occasion: '2026', dueOn: null, planId: services.ids.next() }])
      await services.issuing.trainings.complete(id, { doneOn: '2026-09-01', reference: null, file: { name: 'c.pdf', type: 'application/pdf', sha256: 'b'.repeat(64), bytes: Buffer.from('%PDF-1.7') } }, ACTOR)
      return id
    }),
    sessions: await each(async (target) => {
      const id = services.ids.next()
      await services.classStore.insert({
        id, group: { schoolId: schools[target], kind: 'group', name: target === 'otherSchool' ? '8B' : '4K' }, code: { own: 'ACDEFG', otherSchool: 'ACDEFH', conflict: 'ACDEFJ' }[target], startedBy: signers[target], startedAt: now, endsAt: now + DAY / 4,
        endedAt: null, discussion: null, leftOver: [],
      })
      return id
    }),
    groups: { own: `${trust.primary.id}.group.4K`, otherSchool: `${trust.high.id}.group.8B`, conflict: '' },
    prints, slips: await each((target) => slip(target, prints[target])),
    batches: await each((target) => batch(target, null)),
    scans: await each(async (target) => {
      const sha = { own: 'c', otherSchool: 'd', conflict: 'e' }[target].repeat(64)
      await services.paperStore.keepScan({ sha256: sha, type: 'image/png', bytes: Buffer.from('x'), uploadedBy: ACTOR, at: now })
      await batch(target, sha)
      return sha
    }),
    behalfs: await each(async (target) => `${parents[target]}/${parentSlots[target]}`),
    tablets: await each(async (target) => {
      const id = services.ids.next()
      await services.visitStore.insertTablet({ id, schoolId: schools[target], code: null, codeUntil: now, startedBy: signers[target], startedAt: now, endsAt: now + DAY / 4, endedAt: null })
      return id
    }),
    visits: await each(async (target) => {
      const id = services.ids.next()
      await services.visitStore.insert({
        id, schoolId: schools[target], personId: null, name: 'Vi Sitor', organisation: null, host: null, kind: 'visitor', usesSystems: false, firstDay: '2026-09-07', lastDay: '2026-09-07', arrivedAt: null, arrangedBy: signers[target],
      }, randomUUID().replaceAll('-', ''), now)
      return id
    }),
  }
}

/** A directory that is not connected, with an account of everybody. */
async function directory({ services, db, clock }: TestApp, people: Things): Promise<{ directories: string; accounts: Things }> {
  const directories = services.ids.next()
  await db.sql('directories').insert({ id: directories, name: 'matrix', kind: 'simulated', paused: 0, created_at: clock.now() })
  const accounts: Things = { own: services.ids.next(), otherSchool: services.ids.next(), conflict: services.ids.next() }
  for (const target of ['own', 'otherSchool', 'conflict'] as const) {
    const observed = { immutableId: target, username: target, displayName: target, enabled: true, container: '', groups: [], protected: false, match: {} }
    await db.sql('accounts').insert({
      id: accounts[target], directory_id: directories, immutable_id: target, person_id: people[target], username: target, protected: 0, observed: JSON.stringify(observed), observed_at: clock.now(),
    })
  }
  return { directories, accounts }
}
