import type { AffiliationFact, GroupFact, RosterFact } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { NewPlanItem, PlanItem, PlanStore } from '../../db/plan-store.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { keepsAccess } from '../people/affiliation.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { chunks } from '../../shared/chunks.ts'
import { rank } from './fact-changes.ts'
import { inferEnds, type InferredEnd } from './inferred-leaving.ts'
import type { Ownership } from './who-owns.ts'
import { keptBy } from './undo/after-undo.ts'
import type { Source, SourceStore } from './source-store.ts'
import type { Staged, StagedRow } from './stage-rows.ts'

export interface EndingContext {
  db: Database; plans: PlanStore; sources: SourceStore; people: PeopleQueries
  source: Source; planId: string; staged: Staged; on: CalendarDate; startsWithinDays: number
  schools: Map<string, string>
  expectedLeavers: (personIds: readonly string[], on: CalendarDate) => Promise<ReadonlySet<string>>
  ownership: Ownership
}

/** What an inferred ending's plan line holds in `after`. */
export interface StagedEnd {
  end: InferredEnd
}

/**
 * Settles, for everybody a line would end, whether they leave the trust or only a school of it (P3), and which population
 * the brake counts them in. Runs over endings only, so it costs nothing when nobody leaves.
 */
export async function judgeEndings(context: EndingContext): Promise<void> {
  const { db, planId } = context
  const subjects = (await db.read('plan_items').where({ plan_id: planId, rank: rank.leaver }).distinct('subject')).map((row) => row.subject as string)
  for (const part of chunks(subjects, 300)) {
    const after = await factsAfter(context, part)
    const ids = await context.sources.personIds(context.source.id, part)
    const elsewhere = await context.people.affiliationsOf([...ids.values()])
    const items = await context.plans.itemsOf(planId, part)
    await db.transaction(async () => {
      for (const subject of part) {
        const id = ids.get(subject)
        const mine = items.filter((item) => item.subject === subject && item.rank === rank.leaver)
        const ended = new Set(mine.flatMap((item) => endingOf(item, context.on) ?? []).map(({ schoolKey, role }) => `${context.schools.get(schoolKey)}|${role}`))
        // The owner's end holds whatever other sources still say of that place (R1).
        const others = (id ? elsewhere.get(id) ?? [] : []).filter((affiliation) => affiliation.sourceId !== context.source.id
          && !(context.ownership.mine.has('places') && context.ownership.lesser.includes(affiliation.sourceId ?? '') && ended.has(`${affiliation.schoolId}|${affiliation.role}`)))
        const staying = [...affiliationsAfter(after.get(subject) ?? [], mine), ...others]
          .some((affiliation) => keepsAccess(affiliation, context.on, context.startsWithinDays))
        await settle(context, mine, staying, id !== undefined)
      }
    })
  }
}

async function settle(context: EndingContext, items: PlanItem[], staying: boolean, known: boolean): Promise<void> {
  for (const item of items) {
    const ending = endingOf(item, context.on)
    if (!ending) continue
    const schoolId = context.schools.get(ending.schoolKey) ?? ending.schoolKey
    await context.db.sql('plan_items').where({ plan_id: item.planId, seq: item.seq }).update({
      rank: staying ? rank.mover : rank.leaver,
      // Somebody who was never here loses nothing.
      population: known ? `${schoolId}|${ending.role}` : null,
      reason: staying ? `${item.reason ?? ''}; stays at another school of the trust`.replace(/^; /, '').slice(0, 500) : item.reason,
    })
  }
}

function endingOf(item: PlanItem, on: CalendarDate): { schoolKey: string; role: string } | null {
  const after = item.after as Partial<StagedEnd & StagedRow>
  if (after.end) return { schoolKey: after.end.schoolKey, role: 'pupil' }
  const ended = after.facts?.find((fact): fact is AffiliationFact => fact.kind === 'affiliation' && fact.endDate !== null && fact.endDate < on)
  return ended ? { schoolKey: ended.schoolKey, role: ended.role } : null
}

function affiliationsAfter(facts: RosterFact[], items: PlanItem[]): Pick<AffiliationFact, 'startDate' | 'endDate'>[] {
  const inferred = items.flatMap((item) => ((item.after as Partial<StagedEnd>).end ? [(item.after as StagedEnd).end] : []))
  return facts.filter((fact): fact is AffiliationFact => fact.kind === 'affiliation').map((fact) => {
    const end = fact.role === 'pupil' ? inferred.find((candidate) => candidate.schoolKey === fact.schoolKey) : undefined
    return end ? { ...fact, endDate: end.on } : fact
  })
}

/** Everything the source says about these people once the run is applied. */
export async function factsAfter(context: EndingContext, subjects: string[]): Promise<Map<string, RosterFact[]>> {
  const byRow = new Map<string, { subject: string; facts: RosterFact[] }>()
  for (const row of await context.sources.rowsAbout(context.source.id, subjects)) byRow.set(row.rowKey, row)
  for (const item of await context.plans.itemsOf(context.planId, subjects)) {
    if (item.action === 'gone' || item.action === 'missing') byRow.delete(item.itemKey)
    else if ((item.after as Partial<StagedRow>).facts) byRow.set(item.itemKey, { subject: item.subject, facts: (item.after as StagedRow).facts })
  }
  const found = new Map<string, RosterFact[]>()
  // A row may speak of others too: a contact's line states the guardian's place beside the pupil's link.
  for (const { subject, facts } of byRow.values()) found.set(subject, [...found.get(subject) ?? [], ...facts.filter((fact) => fact.personKey === subject)])
  return found
}

/** Adds a held line for every pupil whose classes have all ended (R5). */
export async function inferLeavers(context: EndingContext): Promise<void> {
  const { db, planId } = context
  const touched = context.staged.notable === 0 ? [] : (await db.read('plan_items').where({ plan_id: planId, population: 'ended-group' }).distinct('subject')).map((row) => row.subject as string)
  const byTime = await endedByTime(context)
  for (const part of chunks([...new Set([...touched, ...byTime])], 300)) {
    const after = await factsAfter(context, part)
    const ids = await context.sources.personIds(context.source.id, part)
    const current = await context.people.affiliationsOf([...ids.values()])
    const lines = await context.plans.itemsOf(planId, part)
    const expected = await context.expectedLeavers([...ids.values()], context.on)
    const kept = await keptBy(db, context.source.id, [...ids.values()])
    const items: NewPlanItem[] = []
    for (const subject of part) {
      // Whose end an undo lifted is not inferred to have left again from the same rows (U1).
      if (kept.has(ids.get(subject) ?? '') && !lines.some((line) => line.subject === subject)) continue
      const facts = after.get(subject) ?? []
      const groups = facts.filter((fact): fact is GroupFact => fact.kind === 'group')
      for (const end of inferEnds(groups, context.on, (schoolKey) => expected.has(`${context.schools.get(schoolKey)}|${ids.get(subject)}`))) {
        const schoolId = context.schools.get(end.schoolKey)
        const stored = (current.get(ids.get(subject) ?? '') ?? []).find((affiliation) => affiliation.schoolId === schoolId && affiliation.role === 'pupil')
        if (stored && stored.endDate !== null && stored.endDate < context.on) continue
        if (context.ownership.others.some(({ sourceId, fields }) => fields.includes('places') && stored?.sourceId === sourceId)) continue
        const pupil = facts.some((fact) => fact.kind === 'affiliation' && fact.role === 'pupil' && fact.schoolKey === end.schoolKey && fact.endDate === null)
        if (pupil) items.push(inferredItem(context, subject, end, lines.find((line) => line.subject === subject && line.population === 'ended-group')))
      }
    }
    context.staged.notable += items.length
    await db.transaction(async () => { await context.plans.addItems(planId, items) })
  }
}

/** `row` is the line of this run that ended a class, where it was one; else only the calendar moved on. */
function inferredItem(context: EndingContext, subject: string, end: InferredEnd, row: PlanItem | undefined): NewPlanItem {
  const after: StagedEnd = { end }
  return {
    seq: context.staged.nextSeq++,
    keyed: false,
    itemKey: `leaver:${subject}|${end.schoolKey}`.slice(0, 190),
    subject,
    action: 'end',
    rank: rank.leaver,
    state: 'held',
    before: null,
    after,
    file: row?.file ?? null,
    line: row?.line ?? null,
    reason: `every class at this school has ended, the last on ${end.on} (inferred)`,
  }
}

/** Pupils whose stored classes have ended though no row of theirs changed: the calendar moved on. */
async function endedByTime(context: EndingContext): Promise<string[]> {
  const { db, source, on } = context
  // Nearly nobody's class has ended: the few are found first, so that not everybody is joined with everything.
  const some = await db.rows('select distinct person_id from group_memberships where source_id = ? and end_date < ?', [source.id, on])
  const rows = await db.rowsIn(
    `select s.external_id, max(coalesce(g.end_date, '9999-12-31')) as last_day from group_memberships g
     join source_people s on s.person_id = g.person_id and s.source_id = g.source_id
     join affiliations a on a.person_id = g.person_id and a.school_id = g.school_id
     where g.source_id = ? and a.role = 'pupil' and a.end_date is null and a.missing_since is null and g.person_id in (:list)
     group by s.external_id, g.school_id`,
    [source.id], some.map((row) => row['person_id'] as string))
  return rows.filter((row) => (row['last_day'] as string) < on).map((row) => row['external_id'] as string)
}
