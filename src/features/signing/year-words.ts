const WORDS: Readonly<Record<string, string>> = { E1: 'Early years', E2: 'Early years', N1: 'Nursery', N2: 'Nursery', R: 'Reception' }

/** "Reception", "Year 4"; null for codes that name no year (M, X). */
export function yearWords(code: string | null): string | null {
  if (code === null) return null
  return WORDS[code] ?? (/^\d+$/.test(code) ? `Year ${code}` : null)
}
