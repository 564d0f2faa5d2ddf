import { type Sentence, sentence } from '../../shared/sentence.ts'

/** Codes of years, youngest first (P1); `M` (a class of several years) and `X` (none) last. */
export const YEAR_CODES = ['E1', 'E2', 'N1', 'N2', 'R', ...Array.from({ length: 14 }, (_, year) => String(year + 1)), 'M', 'X']

/** Those that are no plain number. "Reception" is a desk too, and Welsh has two words for the two. */
const NAMED: Readonly<Record<string, Sentence>> = {
  E1: sentence('Early years 1'), E2: sentence('Early years 2'), N1: sentence('Nursery 1'), N2: sentence('Nursery 2'), R: sentence('Reception', { context: 'year' }), M: sentence('Mixed years'), X: sentence('No year'),
}

/** A year by its code in the reader's language: "Year 9", "Reception", "Nursery 1". */
export const saidYear = (code: string): Sentence => NAMED[code] ?? sentence('Year {{year}}', { year: code })

/** The same in English, for pages of people who work here. */
export const yearName = (code: string): string => saidYear(code).toString()

/** Sorts codes, youngest first; one that nobody knows comes before all. */
export const byYear = (a: string, b: string): number => YEAR_CODES.indexOf(a) - YEAR_CODES.indexOf(b)
