import type { PeopleQueries } from './people-queries.ts'

/** Says who stands behind the labels of the log (`person:ULID`, `os:user`, `system`): preferred names, for pages only (V4). */
export async function actorNames(people: PeopleQueries, labels: readonly (string | null)[]): Promise<(label: string | null) => string> {
  const ids = labels.flatMap((label) => (label?.startsWith('person:') ? [label.slice('person:'.length)] : []))
  const found = await people.people([...new Set(ids)])
  return (label) => {
    if (label === null) return ''
    if (label === 'system') return 'Assent'
    if (label.startsWith('os:')) return `the command line (${label.slice('os:'.length)})`
    return found.get(label.replace(/^person:/, ''))?.name ?? label
  }
}
