import type { Database } from '../../db/database.ts'
import { chunks } from '../../shared/chunks.ts'
import type { EndedPerson } from './ended-people.ts'

/** Where an ending came from: the source, and the row of its run where that is still known. */
export interface EndingOrigin {
  source: string
  run: string | null
  file: string | null
  line: number | null
}

interface Run { id: string; plan_id: string; source_id: string; started_at: number }

/** Looks up, for a batch of people at once, the feed and the row that ended their last place. */
export async function endingOrigins(db: Database, ended: readonly EndedPerson[]): Promise<Map<string, EndingOrigin>> {
  const sourceIds = [...new Set(ended.flatMap(({ last }) => last.sourceId ?? []))]
  const found = new Map<string, EndingOrigin>()
  if (sourceIds.length === 0) return found
  const names = new Map((await db.read('sources').whereIn('id', sourceIds).select('id', 'name')).map((row) => [row.id as string, row.name as string]))
  const runs = await db.read('roster_runs').whereIn('source_id', sourceIds).whereIn('state', ['applied', 'held']).whereNotNull('plan_id')
    .orderBy('started_at', 'desc').limit(2000).select('id', 'plan_id', 'source_id', 'started_at') as Run[]
  const written = await lastWritten(db, ended)
  const keys = await externalIds(db, ended.map(({ personId }) => personId))
  const byRun = new Map<Run, EndedPerson[]>()
  for (const person of ended) {
    const { sourceId, id } = person.last
    if (sourceId === null) continue
    found.set(person.personId, { source: names.get(sourceId) ?? sourceId, run: null, file: null, line: null })
    const run = runs.find((each) => each.source_id === sourceId && Number(each.started_at) <= (written.get(id) ?? 0))
    if (run) byRun.set(run, [...byRun.get(run) ?? [], person])
  }
  for (const [run, people] of byRun) await addRows(db, run, people, keys, found)
  return found
}

async function addRows(db: Database, run: Run, people: EndedPerson[], keys: Map<string, string>, found: Map<string, EndingOrigin>): Promise<void> {
  const subjects = new Map(people.flatMap((person) => {
    const key = keys.get(`${run.source_id}|${person.personId}`)
    return key === undefined ? [] : [[key, person] as const]
  }))
  for (const part of chunks([...subjects.keys()])) {
    const rows = await db.read('plan_items').where({ plan_id: run.plan_id }).whereIn('subject', part).whereNotNull('population').select('subject', 'population', 'file', 'line')
    for (const row of rows) {
      const person = subjects.get(row.subject)
      const origin = person && found.get(person.personId)
      if (!origin || row.population !== `${person.last.schoolId}|${person.last.role}`) continue
      Object.assign(origin, { run: run.id, file: row.file ?? origin.file, line: row.line ?? origin.line })
    }
  }
}

async function lastWritten(db: Database, ended: readonly EndedPerson[]): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const part of chunks(ended.map(({ last }) => last.id))) {
    for (const row of await db.read('affiliations').whereIn('id', part).select('id', 'updated_at')) found.set(row.id, Number(row.updated_at))
  }
  return found
}

async function externalIds(db: Database, personIds: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const part of chunks(personIds)) {
    for (const row of await db.read('source_people').whereIn('person_id', part).select('source_id', 'person_id', 'external_id')) {
      found.set(`${row.source_id}|${row.person_id}`, row.external_id)
    }
  }
  return found
}
