/**
 * Names of containers and groups as directories compare them: letter case and the blanks after a comma do not count, and
 * a distinguished name may write the same character in several ways (RFC 4514 section 3). Pure.
 */

/** Splits a distinguished name (or a path) at its unescaped commas, each part as written, without outer blanks. */
export function splitName(name: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < name.length; at++) {
    if (name[at] === '\\') at++
    else if (name[at] === ',') {
      parts.push(trimmed(name.slice(start, at)))
      start = at + 1
    }
  }
  parts.push(trimmed(name.slice(start)))
  return parts
}

/** Without outer blanks; an escaped one at the end belongs to the name. */
function trimmed(part: string): string {
  const bare = part.trim()
  return /(?:^|[^\\])(?:\\\\)*\\$/.test(bare) && part.trimStart().length > bare.length ? `${bare} ` : bare
}

/** One form for all spellings of a name: two names are the same container or group when their folded forms are equal. */
export function foldName(name: string): string {
  return splitName(name).map(part => JSON.stringify(unescapePart(part).normalize('NFC').toLowerCase())).join(',')
}

/** True when both spell the same container or group. */
export function sameName(a: string, b: string): boolean {
  return a === b || foldName(a) === foldName(b)
}

/** True when `name` is `base` itself or lies beneath it; for distinguished names. */
export function liesUnder(name: string, base: string): boolean {
  const folded = foldName(name)
  const foldedBase = foldName(base)
  return folded === foldedBase || folded.endsWith(`,${foldedBase}`)
}

/** The first part of a distinguished name, `CN=Ada Byron`, and the container that holds it. */
export function splitFirst(name: string): { first: string; container: string } {
  const [first = '', ...rest] = splitName(name)
  return { first, container: rest.join(',') }
}

/** `\2C` is the byte 2C of a UTF-8 text, `\,` is the comma itself. */
function unescapePart(part: string): string {
  if (!part.includes('\\')) return part
  return part.replace(/(?:\\[0-9a-f]{2})+|\\(.)/giu, (escape, single: string | undefined) =>
    single === undefined ? Buffer.from(escape.replaceAll('\\', ''), 'hex').toString('utf8') : single)
}
