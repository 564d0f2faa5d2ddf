const WORDS: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, twelve: 12, eighteen: 18 }
const CYCLE = /\b(?:look|looks|looked|review|reviews|reviewed)\b[^.\n]*?\b(?:(?:every|each)\s+(?:(\w+)\s+)?(year|month)s?|once\s+a\s+(year|month)|(annually|yearly))\b/gi

/** The months between reviews that the text itself states, each once: "we look at this again every year" states 12. */
export function statedReviewMonths(markdown: string): number[] {
  const stated = [...markdown.matchAll(CYCLE)].map((match) => {
    const count = match[1] === undefined ? 1 : (WORDS[match[1].toLowerCase()] ?? Number(match[1]))
    const unit = (match[2] ?? match[3] ?? 'year').toLowerCase()
    return unit === 'month' ? count : count * 12
  })
  return [...new Set(stated.filter((months) => Number.isInteger(months) && months > 0))]
}

/** The stated cycles that differ from the set one; the editor points them out (G1). */
export function reviewMismatch(markdown: string, reviewCycleMonths: number): number[] {
  return statedReviewMonths(markdown).filter((months) => months !== reviewCycleMonths)
}
