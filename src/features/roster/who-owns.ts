import type { OwnedField } from '../../adapters/sources/source-claims.ts'

/** Who is believed where several sources supply one school (R1). */
export interface Ownership {
  /** What this source owns. */
  mine: ReadonlySet<OwnedField>
  /** Sources of the same schools that own something. */
  others: { sourceId: string; name: string; fields: readonly OwnedField[] }[]
  /** Sources of the same schools that do not own places: what this one says of a place it owns holds for theirs too. */
  lesser: readonly string[]
}

/** Where nothing is declared: whoever says something new last is believed. */
export const noOwnership: Ownership = { mine: new Set(), others: [], lesser: [] }
