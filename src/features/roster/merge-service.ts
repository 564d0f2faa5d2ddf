import type { Clock } from '../../adapters/clock.ts'
import type { PersonFact, RosterFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import { withLease } from '../../db/lease.ts'
import type { PlanStore } from '../../db/plan-store.ts'
import { chunks } from '../../shared/chunks.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { factsBefore, factsOf } from './apply-context.ts'
import { findMergePairs, type MergeFindings, type StatedPerson } from './merge-pairs.ts'
import type { RosterRun } from './roster-run.ts'
import type { RunStore } from './run-store.ts'
import type { SourceStore } from './source-store.ts'

interface Parts { db: Database; clock: Clock; audit: AuditLog; plans: PlanStore; runs: RunStore; sources: SourceStore }

/** What a person says of the pairs they looked at. */
export interface MergeDecision {
  actor: string
  /** How many pairs, typed by the person who looked (B5). */
  count: number | null
  /** New identifiers that are somebody else after all. */
  leaveOut: readonly string[]
}

/**
 * The answer to a refusal by B3: new identifiers of people already known are noted as theirs, so that the next reading finds them. It
 * changes nobody's data and takes nothing away; undoing it is possible until a reading has used it.
 */
export class MergeService {
  readonly #parts: Parts
  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Pairs of a refused run; null where it was not refused for its new identifiers. */
  async findings(run: RosterRun): Promise<MergeFindings | null> {
    return this.offers(run) ? (await this.#look(run)).findings : null
  }

  /** True while a run's refusal can be answered by a merge: nothing newer has been read. */
  offers(run: RosterRun): boolean {
    return run.state === 'refused' && run.planId !== null && run.report.refused.some((reason) => reason.startsWith('B3') && reason.includes('new identifiers'))
  }

  /**
   * Notes the new identifiers; returns how many.
   * @throws NotFound without such a run; Refused when it needs no merge, was overtaken by a newer reading, or the count is wrong.
   */
  async merge(runId: string, { actor, count, leaveOut }: MergeDecision): Promise<number> {
    const { db, clock, audit, runs, sources } = this.#parts
    const run = await runs.get(runId)
    if (!run) throw new NotFound('There is no such reading.')
    if (!this.offers(run)) throw new Refused({ what: 'This reading was not refused for new identifiers, so there is nothing to merge.', remedy: 'Open the newest reading of the source.' })
    return withLease(db, clock, `source:${run.sourceId}`, actor, async () => {
      const [newest] = await runs.list(1, run.sourceId)
      if (newest?.id !== run.id) throw new Refused({ what: 'The source has been read again since.', remedy: 'Open the newest reading and look at its list.' })
      const { findings, facts } = await this.#look(run)
      const left = new Set(leaveOut)
      const pairs = findings.pairs.filter(({ newKey }) => !left.has(newKey))
      if (count !== pairs.length) {
        throw new Refused({ what: 'The number typed is not the number of pairs that are left.', remedy: 'Look at the list again and type how many pairs are the same people.' })
      }
      const persons = await sources.personIds(run.sourceId, pairs.map(({ oldKey }) => oldKey))
      const known = pairs.filter(({ oldKey }) => persons.has(oldKey))
      await db.transaction(async () => {
        for (const part of chunks(known, 500)) {
          await sources.insertPeople(part.map(({ oldKey, newKey }) => {
            const fact = facts.get(newKey)
            return {
              sourceId: run.sourceId, externalId: newKey, personId: persons.get(oldKey) as string,
              admissionNumber: fact?.admissionNumber ?? null, misId: fact?.misId ?? null, upn: fact?.upn ?? null, yearCode: fact?.yearCode ?? null,
            }
          }))
        }
        await audit.recordBulk({
          actor, event: 'roster.identifiers-merged', subject: `run:${run.id}`, items: known.map(({ oldKey, newKey }) => `${persons.get(oldKey)}|${oldKey}|${newKey}`),
          payload: { merged: known.length, leftOut: leaveOut.length, unclear: findings.unclear.length },
        })
      })
      return known.length
    })
  }

  /** Takes back what `merge` noted and no reading has used yet; returns how many. */
  async undo(runId: string, actor: string): Promise<number> {
    const { db, clock, audit, runs } = this.#parts
    const run = await runs.get(runId)
    if (!run) throw new NotFound('There is no such reading.')
    return withLease(db, clock, `source:${run.sourceId}`, actor, async () => {
      const { findings } = await this.#look(run)
      return db.transaction(async () => {
        let removed = 0
        for (const part of chunks(findings.pairs.map(({ newKey }) => newKey), 500)) {
          const used = new Set((await db.sql('source_rows').where({ source_id: run.sourceId }).whereIn('subject', part).distinct('subject')).map((row) => row.subject as string))
          removed += await db.sql('source_people').where({ source_id: run.sourceId }).whereIn('external_id', part.filter((key) => !used.has(key))).delete()
        }
        await audit.record({ actor, event: 'roster.merge-undone', subject: `run:${run.id}`, payload: { removed } })
        return removed
      })
    })
  }

  async #look(run: RosterRun): Promise<{ findings: MergeFindings; facts: ReadonlyMap<string, PersonFact> }> {
    const stated = new Map<string, RosterFact[]>()
    const missing = new Set<string>()
    for await (const batch of this.#parts.plans.itemsBySubject(run.planId ?? '', { state: 'planned' })) {
      for (const item of batch) {
        if (item.action === 'missing') missing.add(item.subject)
        if (!['add', 'missing', 'gone'].includes(item.action)) continue
        const own = (item.action === 'add' ? factsOf(item) : factsBefore(item)).filter((fact) => fact.personKey === item.subject && fact.kind !== 'link')
        stated.set(item.subject, [...stated.get(item.subject) ?? [], ...own])
      }
    }
    const people = [...stated].map<StatedPerson>(([key, facts]) => ({ key, facts }))
    const facts = new Map(people.flatMap(({ key, facts: list }) => list.flatMap((fact): [string, PersonFact][] => (fact.kind === 'person' ? [[key, fact]] : []))))
    return { findings: findMergePairs(people.filter(({ key }) => missing.has(key)), people.filter(({ key }) => !missing.has(key))), facts }
  }
}
