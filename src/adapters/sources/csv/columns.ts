import { UnusableInput } from '../../../shared/errors.ts'

/** What one kind of file must and may hold; the allow-list of its columns (R7). */
export interface ColumnSpec<F extends string> {
  required: readonly F[]
  optional: readonly F[]
  /** Misspelt headers seen in the wild -> the right name. */
  misspelt?: Readonly<Record<string, F>>
  /** False: headers may differ in capitals, with a warning. */
  caseSensitive: boolean
}

/** Where each field stands; -1 when the file lacks an optional column. */
export type ColumnIndexes<F extends string> = Record<F, number>

/**
 * Finds the columns of a file, once. Other columns are never looked at.
 * @throws UnusableInput when a required column is missing or a column we read stands there twice.
 */
export function resolveColumns<F extends string>(spec: ColumnSpec<F>, header: readonly string[], file: string, warn: (text: string) => void): ColumnIndexes<F> {
  const cleaned = header.map((name) => cleanHeader(name))
  const wanted = [...spec.required, ...spec.optional]
  const byName = new Map<string, F>(wanted.map((name) => [spec.caseSensitive ? name : name.toLowerCase(), name]))
  const indexes = Object.fromEntries(wanted.map((name) => [name, -1])) as ColumnIndexes<F>
  cleaned.forEach((name, index) => {
    const field = byName.get(spec.caseSensitive ? name : name.toLowerCase()) ?? spec.misspelt?.[name]
    if (field === undefined) return
    if (indexes[field] !== -1) {
      throw new UnusableInput({ what: `The column ${field} is in ${file} twice.`, where: `${file}, line 1`, remedy: 'Remove one of the two columns.' })
    }
    if (header[index] !== field) warn(`${file}: the header "${printable(header[index] ?? '')}" was read as ${field}.`)
    indexes[field] = index
  })
  if (cleaned.at(-1) === '') warn(`${file}: the header ends in empty columns.`)
  const missing = spec.required.filter((name) => indexes[name] === -1)
  if (missing.length > 0) throw missingColumns(missing, cleaned, file, wanted.some((name) => indexes[name] !== -1))
  for (const name of spec.optional) {
    const near = indexes[name] === -1 ? nearest(name, cleaned.filter((found) => !byName.has(found) && !byName.has(found.toLowerCase()))) : null
    if (near !== null) warn(`${file}: there is no column ${name}; did the sender mean it by "${near}"?`)
  }
  return indexes
}

/** A file without a header line has people's data where names of columns should be: then nothing of it is repeated. */
export function describeFound(found: readonly string[], recognised: boolean): string {
  if (!recognised) return `The first line (${found.length} values) does not look like a header.`
  return `Found: ${found.filter((name) => name !== '').slice(0, 40).map(printable).join(', ')}.`
}

function missingColumns(missing: readonly string[], found: readonly string[], file: string, recognised: boolean): UnusableInput {
  const hints = missing.flatMap((name) => {
    const near = nearest(name, found)
    return near === null ? [] : [`"${printable(near)}" may be meant as ${name}`]
  })
  return new UnusableInput({
    what: `${file} lacks the ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}. ${describeFound(found, recognised || hints.length > 0)}`,
    where: `${file}, line 1`,
    remedy: hints.length > 0 ? `${hints.join('; ')}. Mend the header or export the file again.` : 'Export the file again with its header line.',
  })
}

/** Takes off what cannot be seen: spaces around the name, and zero-width characters inside it. */
export function cleanHeader(name: string): string {
  return name.replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '').replace(/\u00a0/g, ' ').trim()
}

function printable(name: string): string {
  return name.replace(/[^\x20-\x7e\u00a1-\u024f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).slice(0, 60)
}

/** The most similar name, or null when none is similar. */
export function nearest(name: string, found: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.max(2, Math.ceil(name.length / 4)) + 1
  for (const candidate of found) {
    if (candidate === '' || Math.abs(candidate.length - name.length) >= least) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
