import { clausesOf, openingOf } from '../../../src/features/agreements/clauses.ts'

export interface Readability {
  sentences: number
  words: number
  syllables: number
  /** Flesch-Kincaid grade: US school year; reading age is about five years more. */
  grade: number
  longestSentence: { words: number; text: string }
}

/** Flesch-Kincaid grade of a plain text: 0.39 words per sentence + 11.8 syllables per word - 15.59. */
export function readability(text: string): Readability {
  const sentences = text.split(/(?<=[.!?:])\s+|\n+/).map((part) => part.trim()).filter((part) => /\p{L}/u.test(part))
  let words = 0
  let syllables = 0
  let longestSentence = { words: 0, text: '' }
  for (const sentence of sentences) {
    const found = sentence.match(/[\p{L}][\p{L}'’-]*/gu) ?? []
    words += found.length
    for (const word of found) syllables += syllablesOf(word)
    if (found.length > longestSentence.words) longestSentence = { words: found.length, text: sentence }
  }
  const grade = 0.39 * (words / Math.max(1, sentences.length)) + 11.8 * (syllables / Math.max(1, words)) - 15.59
  return { sentences: sentences.length, words, syllables, grade, longestSentence }
}

/** Groups of vowels, less a silent ending; at least one. Simple, and within a few per cent on running text. */
export function syllablesOf(word: string): number {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '')
  if (letters.length <= 3) return 1
  const spoken = letters.replace(/(?:[^laeiouy]es|[^tdaeiouy]ed|[^laeiouy]e)$/, (end) => end.charAt(0)).replace(/^y/, '')
  return Math.max(1, (spoken.match(/[aeiouy]{1,2}/g) ?? []).length)
}

/** The words a reader meets: opening, headings and text of the chosen clauses, without marks and placeholders. */
export function plainWords(markdown: string, keep: (id: string | null) => boolean): string {
  const kept = clausesOf(markdown).filter((clause) => keep(clause.id))
  return [openingOf(markdown), ...kept.map((clause) => `${clause.heading}.\n${clause.markdown}`)]
    .join('\n\n')
    .replace(/\{\{\s*school\.name\s*\}\}/g, 'Hill School')
    .replace(/\{\{\s*trust\.name\s*\}\}/g, 'Vale Trust')
    .replace(/\{\{[^}]*\}\}/g, '1')
    .replace(/[*_#>`]|^[-+]\s/gm, '')
}
