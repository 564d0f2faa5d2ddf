import type { AffiliationFact, GroupFact, PersonFact, RosterFact } from '../../adapters/sources/source.ts'
import type { PlanLine } from '../../db/plan-store.ts'
import { chunks } from '../../shared/chunks.ts'
import type { PersonFields } from '../people/people-store.ts'
import { type ApplyContext, applyRows, factsBefore, factsOf, ofKind, yieldsOf } from './apply-context.ts'
import { changeYearOfPerson, heldYears, type HeldYears, yearColumns } from './apply-years.ts'
import { factKey } from './fact-changes.ts'
import { holdAlone, isHeldByOwner } from './apply-owned.ts'
import type { StagedEnd } from './judge-endings.ts'

/** Writes one batch of plan lines into people, affiliations and groups, inside the caller's transaction. Links come later. */
export async function applyBatch(context: ApplyContext, items: PlanLine[]): Promise<void> {
  const { sources, source } = context
  const subjects = [...new Set(items.flatMap((item) => [item.subject, ...[...factsOf(item), ...factsBefore(item)].map((fact) => fact.personKey)]))]
  const persons = await sources.personIds(source.id, subjects)
  await applyPeople(context, items, persons)
  await applyAffiliations(context, items, persons)
  await applyDeletionMarks(context, items, persons)
  await applyGroups(context, items, persons)
  // A row counts as applied only when its links are: a crash in between makes the next run look at it again.
  await applyRows(context, items.filter((item) => item.phase === 0))
}

async function applyPeople(context: ApplyContext, items: PlanLine[], persons: Map<string, string>): Promise<void> {
  const fresh: PersonFact[] = []
  for (const item of items) {
    for (const fact of ofKind(factsOf(item), 'person')) {
      const id = persons.get(fact.personKey)
      if (!id && context.matched.has(fact.personKey)) await adopt(context, item, fact, persons)
      else if (!id) fresh.push(fact)
      else if (!hasSame(item, fact)) await updatePerson(context, item, fact, id)
    }
  }
  const ids = await context.people.insert(fresh.map(personFields))
  fresh.forEach((fact, at) => persons.set(fact.personKey, ids[at] as string))
  await context.sources.insertPeople(fresh.map((fact, at) => sourcePerson(context, fact, ids[at] as string)))
}

/** Only what the source newly says is written: what a person has put right or undone since stays until the source speaks of it again (U1). */
async function updatePerson(context: ApplyContext, item: PlanLine, fact: PersonFact, id: string): Promise<void> {
  const was = ofKind(factsBefore(item), 'person').find((before) => before.personKey === fact.personKey)
  await context.people.update(id, unowned(item, was ? newlySaid(personFields(was), personFields(fact)) : personFields(fact)))
  if (fact.yearCode === undefined || was?.yearCode === fact.yearCode || yieldsOf(item).has('year')) return
  await context.sources.setStatedYear(context.source.id, fact.personKey, fact.yearCode)
  await changeYearOfPerson(context, fact, id)
}

/** R1: without what another source owns. */
function unowned(item: PlanLine, fields: Partial<PersonFields>): Partial<PersonFields> {
  const yields = yieldsOf(item)
  const rest = { ...fields }
  if (yields.has('name')) for (const name of ['preferredForename', 'surname'] as const) delete rest[name]
  if (yields.has('email')) delete rest.email
  if (yields.has('username')) for (const name of ['username', 'feedDisabled'] as const) delete rest[name]
  return rest
}

function newlySaid(was: PersonFields, is: PersonFields): Partial<PersonFields> {
  const { preferredForename, surname } = is
  return {
    ...(was.preferredForename === preferredForename && was.surname === surname ? {} : { preferredForename, surname }),
    ...(was.email === is.email ? {} : { email: is.email }), ...(was.username === is.username ? {} : { username: is.username }),
    ...(was.feedDisabled === is.feedDisabled ? {} : { feedDisabled: is.feedDisabled }),
  }
}

/** R6: a new identifier of somebody already known. */
async function adopt(context: ApplyContext, item: PlanLine, fact: PersonFact, persons: Map<string, string>): Promise<void> {
  const id = context.matched.get(fact.personKey) as string
  persons.set(fact.personKey, id)
  await context.sources.insertPeople([sourcePerson(context, fact, id)])
  await context.people.update(id, unowned(item, personFields(fact)))
}

const sourcePerson = (context: ApplyContext, fact: PersonFact, personId: string) => ({
  sourceId: context.source.id, externalId: fact.personKey, personId,
  admissionNumber: fact.admissionNumber, misId: fact.misId, upn: fact.upn,
  yearCode: fact.yearCode ?? null,
})

const personFields = (fact: PersonFact): PersonFields => ({
  preferredForename: fact.preferredForename, surname: fact.surname, email: fact.email, username: fact.username, feedDisabled: !fact.enabled,
})

function hasSame(item: PlanLine, fact: RosterFact): boolean {
  const before = factsBefore(item).find((candidate) => factKey(candidate) === factKey(fact))
  return before !== undefined && JSON.stringify(before) === JSON.stringify(fact)
}

async function applyAffiliations(context: ApplyContext, items: PlanLine[], persons: Map<string, string>): Promise<void> {
  const now = context.clock.now()
  const added: object[] = []
  const years = await statedYears(context, items)
  const held = await heldYears(context, pupilsSaved(context, items, persons))
  for (const item of items) {
    const facts = ofKind(factsOf(item), 'affiliation')
    for (const raw of facts) {
      const fact = withYear(raw, years)
      const personId = persons.get(fact.personKey)
      if (!personId) continue
      const brandNew = item.action === 'add' && !context.matched.has(fact.personKey)
      if (brandNew && !isKnown(context, item)) added.push(affiliationRow(context, fact, personId, now))
      else if (await isHeldByOwner(context, item, { fact, raw, personId, held })) continue
      else if (item.action === 'return' || !hasSame(item, fact)) await saveAffiliation(context, { fact, was: saidBefore(item, fact), sameYear: saidBefore(item, fact)?.yearCode === raw.yearCode, yearYields: yieldsOf(item).has('year'), personId, held }, now)
    }
    await loseAffiliations(context, item, facts, persons, now)
    const end = (item.after as Partial<StagedEnd> | null)?.end
    const personId = persons.get(item.subject)
    if (end && personId) await endAffiliation(context, personId, end.schoolKey, end.on, now)
  }
  // A person new to this source may hold the same place through another one; the unique key tells.
  await context.db.insertNew('affiliations', added)
}

/** Only sources that state the year apart from the role need the look-up. */
async function statedYears(context: ApplyContext, items: PlanLine[]): Promise<Map<string, string>> {
  const open = items.flatMap((item) => ofKind(factsOf(item), 'affiliation')).filter((fact) => fact.role === 'pupil' && fact.yearCode === null)
  return open.length === 0 ? new Map() : context.sources.statedYears(context.source.id, [...new Set(open.map((fact) => fact.personKey))])
}

const withYear = (fact: AffiliationFact, years: Map<string, string>): AffiliationFact =>
  (fact.role === 'pupil' && fact.yearCode === null && years.has(fact.personKey) ? { ...fact, yearCode: years.get(fact.personKey) ?? null } : fact)

/** R5: a user the source marks as to be deleted is proposed as a leaver; the office answers. */
async function applyDeletionMarks(context: ApplyContext, items: PlanLine[], persons: Map<string, string>): Promise<void> {
  for (const item of items) {
    for (const fact of ofKind(factsOf(item), 'person')) {
      const was = ofKind(factsBefore(item), 'person').some((before) => before.toBeDeleted)
      const personId = persons.get(fact.personKey)
      if (!personId || fact.toBeDeleted === was) continue
      const now = context.clock.now()
      await context.db.sql('affiliations').where({ person_id: personId, source_id: context.source.id })
        .update({ deleted_in_source: fact.toBeDeleted ? 1 : 0, missing_since: fact.toBeDeleted ? now : null, missing_runs: 0, updated_at: now })
    }
  }
}

/** A role row of its own (OneRoster 1.2) may be new for somebody long known. */
function isKnown(context: ApplyContext, item: PlanLine): boolean {
  return factsOf(item).every((fact) => fact.kind !== 'person') && context.source.lastGoodRunId !== null
}

function affiliationRow(context: ApplyContext, fact: AffiliationFact, personId: string, now: number): object {
  return {
    id: context.ids.next(), person_id: personId, school_id: context.schools.get(fact.schoolKey) ?? '', role: fact.role,
    year_code: fact.yearCode, reg_group: null, start_date: fact.startDate, end_date: fact.endDate,
    end_reason: fact.endDate ? 'roster' : null, source_id: context.source.id, missing_since: null, missing_runs: 0,
    created_at: now, updated_at: now,
  }
}

/** What the row said of this place before; nothing of somebody who comes back. */
const saidBefore = (item: PlanLine, fact: AffiliationFact): AffiliationFact | undefined =>
  (item.action === 'return' ? undefined : ofKind(factsBefore(item), 'affiliation').find((before) => factKey(before) === factKey(fact)))

/** Pupils known before whose place a line may write. */
function pupilsSaved(context: ApplyContext, items: PlanLine[], persons: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>()
  for (const item of items) {
    if (item.action === 'add' && context.source.lastGoodRunId === null && context.matched.size === 0) continue
    for (const fact of ofKind(factsOf(item), 'affiliation')) {
      const id = fact.role === 'pupil' && !hasSame(item, fact) ? persons.get(fact.personKey) : undefined
      if (id) found.add(id)
    }
  }
  return [...found]
}

/** Writes what the source newly says: an end that a list, the office or an undo has set stays until the source speaks of ends again. */
async function saveAffiliation(
  context: ApplyContext, { fact, was, sameYear, yearYields, personId, held }: { fact: AffiliationFact; was: AffiliationFact | undefined; sameYear: boolean; yearYields: boolean; personId: string; held: HeldYears }, now: number,
): Promise<void> {
  const where = { person_id: personId, school_id: context.schools.get(fact.schoolKey) ?? '', role: fact.role, source_id: context.source.id }
  const ends = was?.endDate !== fact.endDate ? { end_date: fact.endDate, end_reason: fact.endDate ? 'roster' : null } : {}
  const saying = {
    ...(sameYear || yearYields ? {} : yearColumns(context, fact, personId, held)),
    ...(was && was.startDate === fact.startDate ? {} : { start_date: fact.startDate }),
    ...ends, missing_since: null, missing_runs: 0, updated_at: now,
  }
  const changed = await context.db.sql('affiliations').where(where).update(saying)
  if (await holdAlone(context, where, { saying, ends, now, mine: changed > 0 })) return
  if (changed === 0) await context.db.insertNew('affiliations', [affiliationRow(context, fact, personId, now)])
}

/** What the row no longer says, or a row or person that is gone: missing, never ended (R4). */
async function loseAffiliations(context: ApplyContext, item: PlanLine, kept: AffiliationFact[], persons: Map<string, string>, now: number): Promise<void> {
  const keys = new Set(kept.map(factKey))
  const lost = ofKind(factsBefore(item), 'affiliation').filter((fact) => !keys.has(factKey(fact)))
  for (const fact of lost) {
    const personId = persons.get(fact.personKey)
    if (!personId || (fact.role === 'guardian' && await hasOtherChild(context, item, personId))) continue
    await context.db.sql('affiliations')
      .where({ person_id: personId, school_id: context.schools.get(fact.schoolKey) ?? '', role: fact.role, source_id: context.source.id })
      .whereNull('missing_since').update({ missing_since: now, missing_runs: 1, updated_at: now })
  }
  const personId = persons.get(item.subject)
  if (item.action !== 'missing' || !personId) return
  await context.db.sql('affiliations').where({ person_id: personId, source_id: context.source.id }).whereNull('missing_since')
    .update({ missing_since: now, missing_runs: 1, updated_at: now })
}

/** A list with a line per pupil and contact states a guardian's place once for each child. */
async function hasOtherChild(context: ApplyContext, item: PlanLine, guardianId: string): Promise<boolean> {
  const links = ofKind(factsBefore(item), 'link')
  if (links.length === 0) return false
  const pupils = await context.sources.personIds(context.source.id, links.map((link) => link.personKey))
  const others = await context.db.sql('guardian_links').where({ guardian_id: guardianId }).whereNull('ended_at').whereNotIn('pupil_id', [...pupils.values()]).first('id')
  return others !== undefined
}

async function endAffiliation(context: ApplyContext, personId: string, schoolKey: string, on: string, now: number): Promise<void> {
  await context.db.sql('affiliations')
    .where({ person_id: personId, school_id: context.schools.get(schoolKey) ?? '', role: 'pupil', source_id: context.source.id })
    .update({ end_date: on, end_reason: 'inferred', updated_at: now })
}

async function applyGroups(context: ApplyContext, items: PlanLine[], persons: Map<string, string>): Promise<void> {
  const rows: GroupRow[] = []
  const touched = new Set<string>()
  for (const item of items) {
    const after = ofKind(factsOf(item), 'group')
    const keys = new Set(after.map((fact) => fact.groupKey))
    const lost = item.action === 'missing' || (item.action === 'gone' && item.rank === 1) ? []
      : ofKind(factsBefore(item), 'group').filter((fact) => !keys.has(fact.groupKey))
    const changed = yieldsOf(item).has('groups') ? [] : after.filter((fact) => !hasSame(item, fact))
    const personId = persons.get([...lost, ...changed][0]?.personKey ?? '')
    if (!personId) continue
    touched.add(personId)
    const stale = [...lost, ...(item.before ? changed : [])].map((fact) => fact.groupKey)
    if (stale.length > 0) {
      await context.db.sql('group_memberships').where({ person_id: personId, source_id: context.source.id }).whereIn('group_key', stale).del()
    }
    rows.push(...changed.map((fact) => groupRow(context, fact, personId)))
  }
  await context.db.insertNew('group_memberships', rows)
  await bringBack(context, rows)
  await refreshRegistrationGroups(context, [...touched])
}

/** Somebody inferred to have left who is in a class that goes on has not left. */
async function bringBack(context: ApplyContext, rows: GroupRow[]): Promise<void> {
  if (context.inferredEnded.size === 0) return
  for (const row of rows.filter(({ person_id: id, end_date: end }) => context.inferredEnded.has(id) && (end === null || end >= context.on))) {
    await context.db.sql('affiliations').where({ person_id: row.person_id, school_id: row.school_id, role: 'pupil', source_id: context.source.id, end_reason: 'inferred' })
      .update({ end_date: null, end_reason: null, updated_at: context.clock.now() })
  }
}

interface GroupRow { person_id: string; school_id: string; end_date: string | null }

function groupRow(context: ApplyContext, fact: GroupFact, personId: string): GroupRow {
  return {
    person_id: personId, school_id: context.schools.get(fact.schoolKey) ?? '', group_key: fact.groupKey, name: fact.name,
    registration: fact.registration ? 1 : 0, start_date: fact.startDate, end_date: fact.endDate,
    end_is_session: fact.endIsSession ? 1 : 0, source_id: context.source.id,
  } as GroupRow
}

/** One statement for a batch: the registration group that lasts longest. */
async function refreshRegistrationGroups(context: ApplyContext, personIds: string[]): Promise<void> {
  for (const part of chunks(personIds)) {
    await context.db.sql('affiliations').whereIn('person_id', part).where({ role: 'pupil' }).update({
      reg_group: context.db.sql.raw(
        `(select g.name from group_memberships g where g.person_id = affiliations.person_id and g.school_id = affiliations.school_id
          and g.registration = 1 order by coalesce(g.end_date, '9999-12-31') desc, g.name limit 1)`),
    })
  }
}
