import { openFileSet } from './files/open-file-set.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { readHeader } from './csv/walk-csv.ts'

/**
 * Guesses the format of a path by its files and headers: `oneroster-csv`, `sds-csv`, `csv`, or null when it looks like
 * none of them.
 * @throws UnusableInput when the path cannot be read.
 */
export async function detectSource(path: string): Promise<string | null> {
  const files = await openFileSet(path, DEFAULT_LIMITS)
  try {
    const names = new Map(files.names.map((name) => [name.toLowerCase(), name]))
    if (files.kind === 'file') return /\.(csv|txt|tsv)$/i.test(files.label) ? 'csv' : null
    if (names.has('manifest.csv')) return 'oneroster-csv'
    const users = names.get('users.csv')
    if (users !== undefined && names.has('orgs.csv')) {
      const roles = names.get('roles.csv')
      if (roles === undefined) return 'oneroster-csv'
      const header = await readHeader(files, roles, { delimiter: ',', encoding: 'utf-8' }, DEFAULT_LIMITS)
      return header.some((name) => name.trim() === 'roleStartDate' || name.trim() === 'isPrimary') || !header.some((name) => name.trim() === 'sourcedId') ? 'sds-csv' : 'oneroster-csv'
    }
    return [...names.keys()].filter((name) => /\.(csv|txt|tsv)$/.test(name)).length === 1 ? 'csv' : null
  } finally {
    await files.close()
  }
}
