import type { TableReader, TableWalk } from './csv/table-reader.ts'
import type { ColumnProfile, OpenSource, RejectedRow, SchoolFact, SourceItem, SourceProof } from './source.ts'

export interface SetParts {
  reader: TableReader
  schools: SchoolFact[]
  delta: boolean
  infersLeavers: boolean
  profile?: ColumnProfile
  /** The large files, read once per walk. */
  streamed: string[]
  walks: TableWalk[]
  /** Rows of the small tables that were refused when the set was opened. */
  rejected: RejectedRow[]
  birthDates?: OpenSource['birthDates']
}

/** An open source whose proof holds only after a walk came to its end (R2). */
export function openSet(parts: SetParts): OpenSource {
  const { reader } = parts
  let state: 'unread' | 'reading' | 'read' = 'unread'
  async function* rows(): AsyncGenerator<SourceItem[]> {
    state = 'reading'
    reader.forget(parts.streamed)
    if (parts.rejected.length > 0) yield parts.rejected
    for (const walk of parts.walks) yield* walk()
    state = 'read'
  }
  const proof = (): SourceProof => ({
    files: reader.filesRead(),
    complete: state === 'read',
    reasons: state === 'read' ? [] : ['The files were not read to their end.'],
    infersLeavers: parts.infersLeavers,
  })
  const open = { schools: parts.schools, delta: parts.delta, warnings: reader.warnings, rows, proof, close: () => reader.files.close(), ...parts.birthDates ? { birthDates: parts.birthDates } : {} }
  return parts.profile === undefined ? open : { ...open, profile: parts.profile }
}
