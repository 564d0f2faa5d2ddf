import type { AgreementText } from './agreement.ts'
import type { AgreementFile } from './agreement-file.ts'
import { isPupilBand } from './band.ts'
import { clausesOf, writeClauses } from './clauses.ts'

/**
 * The texts a starter agreement is published with: the standard one, and for pupils a short one and one with symbols, made of the
 * one-line version of every clause. What speaks to the adult at home stays in full.
 */
export function starterTexts(file: AgreementFile): AgreementText[] {
  const statements = Object.fromEntries(Object.entries(file.statements).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const standard: AgreementText = {
    language: file.language, variant: 'standard', title: file.title, markdown: file.markdown, statements, clauses: file.clauses, questions: file.questions, translation: null,
  }
  if (!isPupilBand(file.band)) return [standard]
  return [standard, { ...standard, variant: 'easy-read', markdown: shortMarkdown(file) }, { ...standard, variant: 'symbols', markdown: shortMarkdown(file) }]
}

function shortMarkdown(file: AgreementFile): string {
  return writeClauses('', clausesOf(file.markdown).map((clause) => {
    const line = clause.id === null || file.adultClauses.includes(clause.id) ? undefined : file.clauses[clause.id]
    return { ...clause, markdown: line ?? clause.markdown }
  }))
}
