import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import { ensureNotFamily } from '../../http/actor.ts'
import { type CalendarDate, type Instant, today } from '../../shared/dates.ts'
import { Forbidden, NotFound, Refused } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { AnswerDraft } from '../signing/answer-draft.ts'
import type { SigningQueries } from '../signing/signing-queries.ts'
import type { SigningService } from '../signing/signing-service.ts'
import type { Answered } from '../signing/understanding.ts'
import { makeCode } from './class-code.ts'
import { type ClassGroup, groupWords, type KnownGroup, leadOf } from './class-group.ts'
import type { ClassQueries } from './class-queries.ts'
import { type ClassAnswer, type ClassSession, endOfDay, isOver } from './class-session.ts'
import type { ClassStore } from './class-store.ts'

export interface ClassDeps {
  db: Database; clock: Clock; ids: Ids; audit: AuditLog; schools: SchoolStore
  store: ClassStore; queries: ClassQueries; signing: SigningService; signingQueries: SigningQueries
}

/** What an answer came to. `taken`: somebody else answered under this name and waits for the teacher. */
export type KeepOutcome = 'kept' | 'text-changed' | 'closed' | 'taken'
/** `stale`: it can no longer count, because the text changed or the request closed; the pupil is asked again where it is open. */
export type WitnessOutcome = 'signed' | 'declined' | 'stale' | 'settled-before'

/** Class sessions: start, answer, witness, end (S6). */
export class ClassService {
  readonly #deps: ClassDeps
  constructor(deps: ClassDeps) {
    this.#deps = deps
  }

  /** @throws NotFound for a group that is not this person's to lead. */
  async groupFor(actor: Actor, wanted: ClassGroup): Promise<{ group: KnownGroup; lead: 'lead' | 'cover' }> {
    const { queries } = this.#deps
    const group = await queries.group(wanted)
    const lead = group && actor.personId !== null ? leadOf(actor, group, await queries.ownGroups(actor.personId)) : null
    if (!group || !lead) throw new NotFound()
    return { group, lead }
  }

  /** The session of this group today: the one that runs, or a new one. @throws Refused when cover has had its session of the day. */
  async start(actor: Actor, wanted: ClassGroup): Promise<ClassSession> {
    const { db, clock, ids, store, audit, schools } = this.#deps
    const { group, lead } = await this.groupFor(actor, wanted)
    await this.endOverdue()
    const now = clock.now()
    const running = (await store.ofGroup(group, 1)).find((session) => !isOver(session, now))
    if (running && lead === 'cover' && running.startedBy !== actor.personId) {
      throw new Refused({ what: 'A session of this class is running already.', remedy: 'Ask whoever started it to end it, then start yours.' })
    }
    if (running) return running
    const timeZone = (await schools.get(group.schoolId))?.timezone ?? 'Europe/London'
    if (lead === 'cover') await this.#refuseSecondCover(actor, now, timeZone)
    for (;;) {
      const session: ClassSession = {
        id: ids.next(), group: { schoolId: group.schoolId, kind: group.kind, name: group.name }, code: makeCode(ids.random), startedBy: actor.personId ?? '',
        startedAt: now, endsAt: endOfDay(now, timeZone), endedAt: null, discussion: null, leftOver: [],
      }
      try {
        await db.transaction(async () => {
          await store.insert(session)
          await audit.record({ actor: actor.label, event: 'class-session.started', subject: `school:${group.schoolId}`, payload: { session: session.id, kind: group.kind, group: group.name } })
        })
        return session
      } catch (error) {
        // The code stands on another board just now: take another.
        if (!db.dialect.isDuplicate(error)) throw error
      }
    }
  }

  async #refuseSecondCover(actor: Actor, now: Instant, timeZone: string): Promise<void> {
    const day = today(now, timeZone)
    const earlier = (await this.#deps.store.startedBySince(actor.personId ?? '', now - 26 * 3_600_000)).some((session) => today(session.startedAt, timeZone) === day)
    if (earlier) throw new Refused({ what: 'Cover leads one class session a day, and you have had yours.', remedy: 'Ask the class teacher or the office to start this one.' })
  }

  /** A session of a group that this person leads. @throws NotFound otherwise. */
  async sessionFor(actor: Actor, id: string): Promise<ClassSession> {
    const session = await this.#deps.store.get(id)
    if (!session) throw new NotFound()
    const { lead } = await this.groupFor(actor, session.group)
    if (lead === 'cover' && session.startedBy !== actor.personId) throw new NotFound()
    return session
  }

  /** The session whose code stands on a board now; null for every other code, whatever the reason. */
  async running(code: string): Promise<ClassSession | null> {
    const session = await this.#deps.store.byCode(code)
    return session && !isOver(session, this.#deps.clock.now()) ? session : null
  }

  /** Ends the session: its code is worth nothing from here on, and who is left is carried over. */
  async end(session: ClassSession, actor: string): Promise<void> {
    const { db, clock, store, queries, audit } = this.#deps
    const left = (await queries.pupils(session.group)).filter((pupil) => pupil.standing === 'left').map((pupil) => pupil.person.id)
    await db.transaction(async () => {
      if (!await store.end(session.id, Math.min(clock.now(), session.endsAt), left)) return
      await audit.record({ actor, event: 'class-session.ended', subject: `school:${session.group.schoolId}`, payload: { session: session.id, left: left.length, absentees: left } })
    })
  }

  /** Ends what the day has ended. */
  async endOverdue(): Promise<void> {
    for (const session of await this.#deps.store.notEnded({ endsBefore: this.#deps.clock.now() })) await this.end(session, 'system')
  }

  /** Keeps what a pupil did until a teacher says who it was. The same form again is the same answer (S2). `mine`: answers of this browser. */
  async keep(session: ClassSession, pupilId: string, draft: AnswerDraft & { answer: 'yes' | 'no' }, form: { formKey: string; signatoryId: string; mine: readonly string[]; understanding?: Answered[] }):
    Promise<{ kind: KeepOutcome; answerId: string | null }> {
    const { db, clock, ids, store, signingQueries } = this.#deps
    const again = await store.answerByFormKey(form.formKey)
    if (again) return { kind: again.signatoryId === form.signatoryId ? 'kept' : 'closed', answerId: again.id }
    const page = await signingQueries.page(form.signatoryId, pupilId, { text: draft.text })
    if (page?.standing.kind !== 'open') return { kind: 'closed', answerId: null }
    if (page.rendition.hash !== draft.text) return { kind: 'text-changed', answerId: null }
    const answer: ClassAnswer = {
      id: ids.next(), sessionId: session.id, signatoryId: form.signatoryId, pupilId, answer: draft.answer, typed: draft.typed, drawn: draft.drawn,
      renditionHash: draft.text, understanding: form.understanding ?? [], formKey: form.formKey, answeredAt: clock.now(), state: 'waiting',
    }
    try {
      return await db.transaction(async () => {
        const earlier = await store.waitingOf(form.signatoryId)
        if (earlier?.formKey === form.formKey) return { kind: 'kept', answerId: earlier.id }
        if (earlier && !form.mine.includes(earlier.id)) return { kind: 'taken', answerId: null }
        if (earlier) await store.settle(earlier.id, 'replaced', { personId: null, at: clock.now() })
        await store.insertAnswer(answer)
        return { kind: 'kept', answerId: answer.id }
      })
    } catch (error) {
      if (!db.dialect.isDuplicate(error)) throw error
      // Twenty sends at once: one was first, and the others are it.
      const first = await store.answerByFormKey(form.formKey)
      return first ? { kind: 'kept', answerId: first.id } : { kind: 'taken', answerId: null }
    }
  }

  /** "Yes, that was Amira": the answer becomes a signature or a no, with the witness in its evidence. @throws Forbidden for one's own child (P7). */
  async witness(actor: Actor, session: ClassSession, answerId: string): Promise<WitnessOutcome> {
    const { db, clock, store, signing, signingQueries } = this.#deps
    const answer = await this.#answerFor(session, answerId)
    if (answer.state !== 'waiting') return 'settled-before'
    ensureNotFamily(actor, answer.pupilId)
    const witnessId = actor.personId ?? ''
    const page = await signingQueries.page(answer.signatoryId, answer.pupilId)
    return db.transaction(async () => {
      if (!await store.settle(answer.id, 'witnessed', { personId: witnessId, at: clock.now() })) return 'settled-before'
      const common = { signatoryId: answer.signatoryId, signerId: answer.pupilId, actor: actor.label, renditionHash: answer.renditionHash }
      const outcome = answer.answer === 'yes'
        ? await signing.sign({
            ...common, method: page?.signatory.act === 'acknowledge' ? 'clicked' : answer.drawn ? 'witnessed-mark' : 'typed', typed: answer.typed, drawn: answer.drawn,
            formKey: answer.formKey, assurance: 'class-session', address: null, userAgent: null, understanding: answer.understanding,
            circumstance: { kind: 'class', witnessId, witnessName: actor.name, answeredAt: answer.answeredAt, group: groupWords(session.group), sessionId: session.id },
          })
        : await signing.decline({ ...common, reason: null, wantsCall: false, staffId: witnessId })
      switch (outcome.kind) {
        case 'signed': case 'already-signed': return 'signed'
        case 'declined': return 'declined'
        case 'conflict': throw new Forbidden('You have a family link to this pupil, so a colleague must do this.')
        default:
          await store.setAnswerState(answer.id, 'stale')
          return 'stale'
      }
    })
  }

  /** "No, that was not Amira": the answer is put aside and the name is free again. */
  async refuse(actor: Actor, session: ClassSession, answerId: string): Promise<void> {
    const { db, clock, store, audit } = this.#deps
    const answer = await this.#answerFor(session, answerId)
    await db.transaction(async () => {
      if (!await store.settle(answer.id, 'refused', { personId: actor.personId, at: clock.now() })) return
      await audit.record({ actor: actor.label, event: 'class-answer.refused', subject: `person:${answer.pupilId}`, payload: { session: session.id, answer: answer.id, signatory: answer.signatoryId } })
    })
  }

  /** An answer of this session, or one that an earlier session of the same class left waiting. */
  async #answerFor(session: ClassSession, answerId: string): Promise<ClassAnswer> {
    const answer = await this.#deps.store.answer(answerId)
    const from = answer ? await this.#deps.store.get(answer.sessionId) : null
    const same = from && from.group.schoolId === session.group.schoolId && from.group.kind === session.group.kind && from.group.name === session.group.name
    if (!answer || !same) throw new NotFound()
    return answer
  }

  /** Who talked about the rules with the class, and when. */
  async recordDiscussion(actor: Actor, session: ClassSession, discussion: { ledBy: string; on: CalendarDate }): Promise<void> {
    const { db, store, audit } = this.#deps
    await db.transaction(async () => {
      await store.setDiscussion(session.id, discussion)
      await audit.record({ actor: actor.label, event: 'class-discussion.recorded', subject: `school:${session.group.schoolId}`, payload: { session: session.id, ...discussion } })
    })
  }

  /** The class said "we agree" together; nobody's signature. False when it is recorded already. */
  async recordAgreement(actor: Actor, session: ClassSession, what: { renditionHash: string; ledBy: string; on: CalendarDate; absent: readonly string[] }): Promise<boolean> {
    const { db, clock, ids, store, queries, audit } = this.#deps
    const all = (await queries.pupils(session.group)).map((pupil) => pupil.person.id)
    const absent = all.filter((id) => what.absent.includes(id))
    const present = all.filter((id) => !what.absent.includes(id))
    return db.transaction(async () => {
      const added = await store.insertAgreement(ids.next(), session.id, {
        renditionHash: what.renditionHash, ledBy: what.ledBy, heldOn: what.on, present, absent, recordedBy: actor.personId ?? '', recordedAt: clock.now(),
      })
      if (!added) return false
      await store.setDiscussion(session.id, { ledBy: what.ledBy, on: what.on })
      await audit.record({
        actor: actor.label, event: 'class-agreement.recorded', subject: `school:${session.group.schoolId}`,
        payload: { session: session.id, rendition: what.renditionHash, ledBy: what.ledBy, on: what.on, present, absent },
      })
      return true
    })
  }
}
