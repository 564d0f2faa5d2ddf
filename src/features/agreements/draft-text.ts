import { ok, refuse, type Result } from '../../shared/result.ts'
import type { AgreementText } from './agreement.ts'
import { type Clause, clausesOf, openingOf, writeClauses } from './clauses.ts'

/** One clause as its author sees it. */
export interface ClauseEdit {
  heading: string
  markdown: string
  /** One line in child's words; empty for none. */
  line: string
  /** Empty: the usual one. */
  symbol: string
}

export type ClauseRefusal = 'no-such-clause' | 'id-taken' | 'bad-id' | 'heading-missing' | 'text-missing' | 'heading-inside' | 'edge'

const ID = /^[a-z][a-z0-9-]{0,59}$/

/** A key from a heading: "Phones & watches" gives `phones-watches`. */
export function clauseKey(heading: string): string {
  return heading.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+|-+$/g, '').slice(0, 40).replace(/-+$/, '')
}

/** The clause as a form shows it; null when the text has none of that key. */
export function clauseForEdit(text: AgreementText, id: string): ClauseEdit | null {
  const clause = clausesOf(text.markdown).find((one) => one.id === id)
  return clause ? { heading: clause.heading, markdown: clause.markdown, line: text.clauses[id] ?? '', symbol: text.symbols?.[id] ?? '' } : null
}

/** What is wrong with a clause as written, or null. */
export function clauseProblem(edit: ClauseEdit): ClauseRefusal | null {
  if (edit.heading.trim() === '') return 'heading-missing'
  if (edit.markdown.trim() === '') return 'text-missing'
  return clausesOf(edit.markdown).length > 0 || /^#[ \t]/m.test(edit.markdown) ? 'heading-inside' : null
}

/** Writes a clause anew. */
export function writeClause(text: AgreementText, id: string, edit: ClauseEdit): Result<AgreementText, ClauseRefusal> {
  const clauses = clausesOf(text.markdown)
  if (!clauses.some((clause) => clause.id === id)) return refuse('no-such-clause')
  const problem = clauseProblem(edit)
  if (problem) return refuse(problem)
  return ok(withAside(rewritten(text, clauses.map((clause) => (clause.id === id ? { ...clause, ...trimmed(edit) } : clause))), id, edit))
}

/** Adds a clause behind another, or at the end. Its key stays for ever. */
export function addClause(text: AgreementText, id: string, edit: ClauseEdit, after: string | null): Result<AgreementText, ClauseRefusal> {
  const clauses = clausesOf(text.markdown)
  if (!ID.test(id)) return refuse('bad-id')
  if (clauses.some((clause) => clause.id === id)) return refuse('id-taken')
  const problem = clauseProblem(edit)
  if (problem) return refuse(problem)
  const at = clauses.findIndex((clause) => clause.id === after)
  const fresh = { id, ...trimmed(edit), line: 0 }
  return ok(withAside(rewritten(text, clauses.toSpliced(at < 0 ? clauses.length : at + 1, 0, fresh)), id, edit))
}

/** One place up or down. */
export function moveClause(text: AgreementText, id: string, by: -1 | 1): Result<AgreementText, ClauseRefusal> {
  const clauses = clausesOf(text.markdown)
  const from = clauses.findIndex((clause) => clause.id === id)
  const clause = clauses[from]
  if (!clause) return refuse('no-such-clause')
  if (from + by < 0 || from + by >= clauses.length) return refuse('edge')
  return ok(rewritten(text, clauses.toSpliced(from, 1).toSpliced(from + by, 0, clause)))
}

export function removeClause(text: AgreementText, id: string): Result<AgreementText, ClauseRefusal> {
  const clauses = clausesOf(text.markdown)
  if (!clauses.some((clause) => clause.id === id)) return refuse('no-such-clause')
  const { [id]: _, ...lines } = text.clauses
  return ok({ ...rewritten(text, clauses.filter((clause) => clause.id !== id)), clauses: lines, questions: text.questions.filter((question) => question.clause !== id) })
}

/** Puts the clauses in the order of the governing text; those it does not have go, those it has and this one lacks are named by `missingIn`. */
export function inOrderOf(text: AgreementText, governing: AgreementText): AgreementText {
  const clauses = clausesOf(text.markdown)
  return rewritten(text, clausesOf(governing.markdown).flatMap(({ id }) => clauses.find((clause) => clause.id === id) ?? []))
}

/** Keys of the governing text that this one has no words for. */
export function missingIn(text: AgreementText, governing: AgreementText): string[] {
  const has = new Set(clausesOf(text.markdown).map(({ id }) => id))
  return clausesOf(governing.markdown).flatMap(({ id }) => (id !== null && !has.has(id) ? [id] : []))
}

/** What stands before the first clause. */
export function writeOpening(text: AgreementText, opening: string): Result<AgreementText, ClauseRefusal> {
  if (clausesOf(opening).length > 0) return refuse('heading-inside')
  return ok({ ...text, markdown: writeClauses(opening, clausesOf(text.markdown)) })
}

const trimmed = ({ heading, markdown }: ClauseEdit) => ({ heading: heading.trim().replace(/\s+/g, ' '), markdown: markdown.replace(/\r\n?/g, '\n').trim() })

function rewritten(text: AgreementText, clauses: readonly Pick<Clause, 'id' | 'heading' | 'markdown'>[]): AgreementText {
  return { ...text, markdown: writeClauses(openingOf(text.markdown), clauses) }
}

function withAside(text: AgreementText, id: string, edit: ClauseEdit): AgreementText {
  const { [id]: _, ...lines } = text.clauses
  const { [id]: __, ...symbols } = text.symbols ?? {}
  return {
    ...text, clauses: edit.line.trim() === '' ? lines : { ...lines, [id]: edit.line.trim() },
    ...text.symbols || edit.symbol ? { symbols: edit.symbol === '' ? symbols : { ...symbols, [id]: edit.symbol } } : {},
  }
}
