import type { SourceLimits } from './source.ts'

const MIB = 1024 * 1024

/** Far above what a trust of a hundred schools sends, far below what would hurt the machine. */
export const DEFAULT_LIMITS: SourceLimits = {
  maxEntryBytes: 1024 * MIB,
  maxTotalBytes: 4096 * MIB,
  maxEntries: 200,
  maxCompressionRatio: 200,
  maxRecordBytes: MIB / 4,
}

/** The limits in force: the defaults where the caller says nothing. */
export function limitsOf(given: Partial<SourceLimits> | undefined): SourceLimits {
  return { ...DEFAULT_LIMITS, ...given }
}
