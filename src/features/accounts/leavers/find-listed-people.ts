import type { Database } from '../../../db/database.ts'
import { chunks } from '../../../shared/chunks.ts'
import { searchText } from '../../../shared/names.ts'
import type { ListLine } from './leaver-list.ts'

/** Whom a line could mean: by a key that belongs to one person, or by name only. */
export interface LineMatch {
  line: ListLine
  /** People found by a username, address, UPN, admission number or the source's own number. */
  byKey: string[]
  byName: string[]
}

const MOST_NAME_WORDS = 6

/** Looks up all lines at once: a few statements for each 900 keys. */
export async function findListedPeople(db: Database, lines: readonly ListLine[]): Promise<LineMatch[]> {
  const keys = new Set(lines.flatMap(({ text, cells }) => [text, ...cells].map(keyForm)))
  const names = new Set(lines.flatMap(namesIn))
  const byKey = await peopleByKey(db, [...keys])
  const byName = await peopleByName(db, [...names])
  const all = (wanted: readonly string[], found: ReadonlyMap<string, Set<string>>) => [...new Set(wanted.flatMap((one) => [...found.get(one) ?? []]))].toSorted()
  return lines.map((line) => ({ line, byKey: all([line.text, ...line.cells].map(keyForm), byKey), byName: all(namesIn(line), byName) }))
}

const keyForm = (text: string): string => text.trim().toLowerCase()

/** The ways in which these words can be a name as `people.name_search` writes it: "surname forename". */
function namesIn({ text, cells }: ListLine): string[] {
  const found = new Set<string>()
  for (const part of [...cells, cells.slice(0, 2).join(' '), text.replace(/[\t;,]/g, ' ')]) {
    const words = searchText(part).split(' ').filter(Boolean)
    if (words.length < 2 || words.length > MOST_NAME_WORDS) continue
    found.add(words.join(' '))
    for (let at = 1; at < words.length; at += 1) found.add([...words.slice(at), ...words.slice(0, at)].join(' '))
  }
  return [...found]
}

async function peopleByKey(db: Database, keys: readonly string[]): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  const note = (key: unknown, personId: string | null) => {
    if (typeof key === 'string' && personId !== null) put(found, keyForm(key), personId)
  }
  for (const part of chunks(keys, 400)) {
    const wanted = new Set(part)
    const upper = part.map((key) => key.toUpperCase())
    for (const row of await db.read('people').whereIn('email_norm', part).select('id', 'email_norm')) note(row.email_norm, row.id)
    for (const table of ['people', 'accounts'] as const) {
      const person = table === 'people' ? 'id' : 'person_id'
      for (const row of await db.read(table).whereRaw(`lower(username) in (${part.map(() => '?').join(', ')})`, part).select({ person }, 'username')) note(row.username, row.person)
    }
    for (const column of ['admission_number', 'mis_id', 'upn', 'external_id'] as const) {
      for (const row of await db.read('source_people').whereIn(column, [...part, ...upper]).select('person_id', { value: column })) {
        if (wanted.has(keyForm(row.value))) note(row.value, row.person_id)
      }
    }
  }
  return found
}

async function peopleByName(db: Database, names: readonly string[]): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  for (const part of chunks(names, 800)) {
    for (const row of await db.read('people').whereIn('name_search', part).select('id', 'name_search')) put(found, row.name_search, row.id)
  }
  return found
}

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key)
  if (set) set.add(value)
  else map.set(key, new Set([value]))
}
