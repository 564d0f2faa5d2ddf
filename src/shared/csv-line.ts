/**
 * One line of an exported CSV (RFC 4180), safe to open in a spreadsheet: a cell that would be read as a formula gets a
 * leading apostrophe (OWASP CSV injection; ASVS 1.2.10).
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => quoted(formulaSafe(cell === null ? '' : String(cell)))).join(',')}\r\n`
}

/** Leading signs by which spreadsheets know a formula, full-width forms included. */
function formulaSafe(text: string): string {
  return /^[=+\-@\t\r\n\0＝＋－＠]/.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text
}
