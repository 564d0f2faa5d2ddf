import type { CheckQuestion } from './agreement-file.ts'
import { clausesOf, openingOf } from './clauses.ts'
import { renderMarkdown } from './render-markdown.ts'
import type { Slot } from './requirement.ts'

/** What decides how a text is laid out for one reader. */
export interface Reading {
  young: boolean
  rendition: { title: string; markdown: string }
  questions: readonly CheckQuestion[]
  signatory: { slot: Slot }
}

/** One page on the way through a text. Together the steps hold the whole rendition and nothing else, then the questions. */
export type ReadingStep =
  | { kind: 'whole'; html: string }
  | { kind: 'idea'; titleHtml: string; html: string; clause: string | null; forAdults: boolean }
  | { kind: 'question'; question: CheckQuestion; clauseHtml: string | null }

/** Clauses in a young child's agreement that speak to the adult at home. */
const FOR_ADULTS: ReadonlySet<string> = new Set(['grown-ups'])

/** What was cut up before, by text: a class that reads one idea at a time asks for the same steps ten times a pupil. */
const cut = new WeakMap<object, Map<string, { title: string; markdown: string; questions: readonly CheckQuestion[]; steps: ReadingStep[] }>>()

/** The steps of a page: one idea at a time up to Year 6, the whole text for everyone else; then the friendly questions. Equal input, equal answer. */
export function readingSteps(page: Reading): ReadingStep[] {
  const { title, markdown } = page.rendition
  const known = cut.get(page.rendition) ?? new Map()
  cut.set(page.rendition, known)
  const who = `${page.young} ${page.signatory.slot === 'guardian'}`
  const before = known.get(who)
  if (before?.title === title && before.markdown === markdown && before.questions === page.questions) return before.steps
  const steps = stepsOf(page)
  known.set(who, { title, markdown, questions: page.questions, steps })
  return steps
}

function stepsOf(page: Reading): ReadingStep[] {
  const { markdown, title } = page.rendition
  const clauses = clausesOf(markdown)
  const asked = page.signatory.slot === 'guardian' ? [] : page.questions
  const questions = asked.map((question): ReadingStep => {
    const clause = clauses.find(({ id }) => id === question.clause)
    return { kind: 'question', question, clauseHtml: clause ? renderMarkdown(clause.markdown) : null }
  })
  if (!page.young || clauses.length === 0) return [{ kind: 'whole', html: renderMarkdown(markdown) }, ...questions]
  const opening = openingOf(markdown)
  return [
    ...(opening ? [{ kind: 'idea' as const, titleHtml: inline(title), html: renderMarkdown(opening), clause: null, forAdults: false }] : []),
    ...clauses.map((clause): ReadingStep => ({
      kind: 'idea', titleHtml: inline(clause.heading), html: renderMarkdown(clause.markdown), clause: clause.id, forAdults: FOR_ADULTS.has(clause.id ?? ''),
    })),
    ...questions,
  ]
}

/** A line of Markdown as HTML without its paragraph. */
function inline(text: string): string {
  return renderMarkdown(text).trim().replace(/^<p>([\s\S]*)<\/p>$/, '$1')
}

/** Minutes to read aloud calmly, at 180 words a minute; at least one. */
export function readingMinutes(markdown: string): number {
  return Math.max(1, Math.round(markdown.split(/\s+/u).length / 180))
}
