import { type AgreementText, digestOfWords } from './agreement.ts'
import type { AgreementFile } from './agreement-file.ts'
import type { AgreementTranslation } from './agreement-translation.ts'
import { isPupilBand } from './band.ts'
import { clausesOf, writeClauses } from './clauses.ts'

/**
 * The texts a starter agreement is published with: the standard one, and for pupils a short one and one with symbols, made of the
 * one-line version of every clause. What speaks to the adult at home stays in full.
 */
export function starterTexts(file: AgreementFile): AgreementText[] {
  return inEveryVariant(file, file, null)
}

/** The same in another language. Nobody of the trust has checked it, and it says so until somebody has (G6). */
export function translatedTexts(file: AgreementFile, words: AgreementTranslation): AgreementText[] {
  const english = starterTexts(file)
  return inEveryVariant(file, words, { translatedBy: words.translatedBy, checkedBy: '' }).map((text, n) => {
    const of = english[n]
    return of && text.translation ? { ...text, translation: { ...text.translation, shipped: digestOfWords(of) } } : text
  })
}

function inEveryVariant(file: AgreementFile, words: AgreementFile | AgreementTranslation, translation: AgreementText['translation']): AgreementText[] {
  const statements = Object.fromEntries(Object.entries(words.statements).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const { language, title, markdown, clauses, questions } = words
  const standard: AgreementText = { language, variant: 'standard', title, markdown, statements, clauses, questions, translation }
  if (!isPupilBand(file.band)) return [standard]
  const short = shortMarkdown(words, file.adultClauses)
  return [standard, { ...standard, variant: 'easy-read', markdown: short }, { ...standard, variant: 'symbols', markdown: short }]
}

function shortMarkdown({ markdown, clauses }: Pick<AgreementFile, 'markdown' | 'clauses'>, adultClauses: readonly string[]): string {
  return writeClauses('', clausesOf(markdown).map((clause) => {
    const line = clause.id === null || adultClauses.includes(clause.id) ? undefined : clauses[clause.id]
    return { ...clause, markdown: line ?? clause.markdown }
  }))
}
