/** What one of several sources of a school may be the owner of (R1). */
export const OWNED_FIELDS = ['name', 'email', 'username', 'places', 'year', 'groups', 'guardians'] as const
/** One of them; what each holds stands in docs/settings.md. */
export type OwnedField = (typeof OWNED_FIELDS)[number]

/** A source as the settings declare it. */
export interface SourceClaim { source: string; owns: readonly OwnedField[] }
