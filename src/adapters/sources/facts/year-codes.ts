/**
 * Words for a year group -> DfE year code. UK feeds put National Curriculum years where OneRoster asks for CEDS grade
 * levels, so numbers are NC years. CEDS words that clash are read the UK way: KG (five-year-olds in the United States,
 * Year 1 by age) and TK are Reception as UK exports mean them; PK, PR and plain "nursery" are N2, the year before
 * Reception; IT (infants) is E1; PS (after school) is 14; UG and Other (ungraded) are X, whose band a person decides (G3).
 */
const WORDS: Readonly<Record<string, string>> = {
  r: 'R', rec: 'R', reception: 'R', kg: 'R', k: 'R', kindergarten: 'R', tk: 'R', yr: 'R', '0': 'R', '00': 'R',
  n1: 'N1', n2: 'N2', n: 'N2', nur: 'N2', nursery: 'N2', nursery1: 'N1', nursery2: 'N2', pk: 'N2', pr: 'N2', '-1': 'N2', '-2': 'N1',
  e1: 'E1', e2: 'E2', it: 'E1',
  m: 'M', x: 'X', ug: 'X', other: 'X', ps: '14', ps1: '14', ps2: '14', ps3: '14', ps4: '14',
}

const NUMBER = /^(?:year|yr|y|nc|ncyear)?0?([1-9]|1[0-4])$/

/** Returns the code, null for an empty cell, undefined for a word we do not know. */
export function parseYearCode(cell: string): string | null | undefined {
  const text = cell.trim().toLowerCase().replace(/[\s._]+/g, '')
  if (text === '') return null
  return WORDS[text] ?? NUMBER.exec(text)?.[1] ?? WORDS[text.replace(/^(?:year|yr|nc)/, '')]
}

/** A list of year groups that means one year; undefined when it names several or an unknown one. */
export function parseYearCodes(cells: readonly string[]): string | null | undefined {
  let code: string | null = null
  for (const cell of cells) {
    const next = parseYearCode(cell)
    if (next === undefined || (next !== null && code !== null && next !== code)) return undefined
    code = next ?? code
  }
  return code
}
