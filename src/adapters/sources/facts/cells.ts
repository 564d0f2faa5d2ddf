/** A comma list inside one cell, as OneRoster writes several values. */
export function splitList(cell: string): string[] {
  if (cell === '') return []
  if (!cell.includes(',')) {
    const one = cell.trim()
    return one === '' ? [] : [one]
  }
  return cell.split(',').map((part) => part.trim()).filter((part) => part !== '')
}

/** A value as a fact carries it: trimmed, composed (NFC), null when empty. */
export function valueOf(cell: string | undefined): string | null {
  const text = (cell ?? '').trim()
  return text === '' ? null : text.normalize('NFC')
}

const YES = new Set(['true', 't', 'yes', 'y', '1'])
const NO = new Set(['false', 'f', 'no', 'n', '0'])

/** Returns null for an empty cell, undefined for a word that is neither yes nor no. */
export function parseYesNo(cell: string): boolean | null | undefined {
  const text = cell.trim().toLowerCase()
  if (text === '') return null
  return YES.has(text) ? true : NO.has(text) ? false : undefined
}
