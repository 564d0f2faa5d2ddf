import { clausesOf, openingOf, writeClauses } from './clauses.ts'
import { unfilledPlaceholders } from './placeholders.ts'

/** What each school fills in itself (G2). Everything else of the text is the trust's and locked. */
export interface SchoolPartPlan {
  /** Words put in where the text says `{{field.KEY}}`. */
  readonly fields: readonly SchoolField[]
  /** Clauses for which a school may write its own text; the trust's words stand until it does. */
  readonly clauses: readonly SchoolClause[]
}

export interface SchoolField {
  readonly key: string
  readonly label: string
  /** Words that are right in every school, shown until a school gives its own: nobody ever reads a hole. */
  readonly neutral: string
  /** True: a version is not published while a school has not filled it in. */
  readonly required: boolean
}

export interface SchoolClause {
  readonly id: string
  readonly required: boolean
}

/** What one school has filled in. */
export interface SchoolPart {
  readonly fields: Readonly<Record<string, string>>
  /** `language/variant/clause` -> Markdown in place of the trust's. */
  readonly clauses: Readonly<Record<string, string>>
}

export const NO_PART: SchoolPart = { fields: {}, clauses: {} }

export const fieldKeys = (plan: SchoolPartPlan | undefined): string[] => plan?.fields.map(({ key }) => key) ?? []

/** Values for the placeholders: the school's words, else the neutral ones. */
export function fieldValues(plan: SchoolPartPlan | undefined, part: SchoolPart): Record<`field.${string}`, string> {
  return Object.fromEntries((plan?.fields ?? []).map(({ key, neutral }) => [`field.${key}`, part.fields[key]?.trim() || neutral]))
}

/** The text with the school's own clauses in their places; a clause that is not the school's to write stays as it is. */
export function withSchoolClauses(text: { language: string; variant: string; markdown: string }, plan: SchoolPartPlan | undefined, part: SchoolPart): string {
  const own = (id: string | null): string | undefined =>
    (plan?.clauses.some((clause) => clause.id === id) ? part.clauses[`${text.language}/${text.variant}/${id}`]?.trim() || undefined : undefined)
  if (!plan || !plan.clauses.some(({ id }) => own(id) !== undefined)) return text.markdown
  return writeClauses(openingOf(text.markdown), clausesOf(text.markdown).map((clause) => ({ ...clause, markdown: own(clause.id) ?? clause.markdown })))
}

/** What this school must still fill in: labels of fields and ids of clauses, in the order of the plan. */
export function stillToFill(plan: SchoolPartPlan | undefined, part: SchoolPart, governing: { language: string; variant: string }): string[] {
  if (!plan) return []
  return [
    ...plan.fields.filter(({ key, required }) => required && !part.fields[key]?.trim()).map(({ label }) => label),
    ...plan.clauses.filter(({ id, required }) => required && !part.clauses[`${governing.language}/${governing.variant}/${id}`]?.trim()).map(({ id }) => id),
  ]
}

/** What is wrong with a school's own words, or null: a hole, or a heading that would begin another clause. */
export function problemOfPart(part: SchoolPart): { at: string; text: string } | null {
  for (const [at, words] of [...Object.entries(part.fields), ...Object.entries(part.clauses)]) {
    const [leftover] = unfilledPlaceholders(words)
    if (leftover !== undefined) return { at, text: `"${leftover}" still waits for words. Write what your school says.` }
    if (/^##?[ \t]/m.test(words)) return { at, text: 'Use "###" for a heading inside a clause; "##" begins another clause.' }
  }
  return null
}
