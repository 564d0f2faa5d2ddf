import { z } from 'zod'
import type { AgreementFile, CheckQuestion } from './agreement-file.ts'
import { type Clause, clausesOf } from './clauses.ts'
import { frontMatterProblem, readFrontMatter } from './front-matter.ts'
import { unpublishable } from './placeholders.ts'

const sentence = z.string().trim().min(1)

const translationSchema = z.strictObject({
  /** Key of the English agreement. */
  translates: z.string(),
  language: z.string().regex(/^(?!en\b)[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'use the tag of another language than English, such as cy'),
  title: sentence,
  summary: sentence,
  translatedBy: sentence,
  statements: z.record(z.string(), sentence),
  clauses: z.record(z.string(), sentence),
  questions: z.array(z.strictObject({ clause: z.string(), ask: sentence, answers: z.array(sentence), because: sentence })).default([]),
})

/** A starter agreement in another language, as it lies on disk beside the English: words only. Who signs, when and how often is said once, in English (G6). */
export type AgreementTranslation = Readonly<Omit<z.infer<typeof translationSchema>, 'questions'>> & {
  /** With the right answer of the English question. */
  readonly questions: readonly CheckQuestion[]
  readonly markdown: string
  readonly sections: readonly Clause[]
}

/**
 * Reads a translation and holds it against its English text: the same clauses in the same order, lines, statements, questions and places to fill.
 * @throws UnusableInput with `where` as `name:line`.
 */
export function parseAgreementTranslation(text: string, english: readonly AgreementFile[], name = 'translation'): AgreementTranslation {
  const { settings, markdown, bodyStart, line } = readFrontMatter(text, name, translationSchema)
  const fail = (at: number, what: string, remedy: string): never => { throw frontMatterProblem(name, at, what, remedy) }
  const original = english.find(({ key }) => key === settings.translates)
  if (!original) return fail(line(['translates']), `There is no agreement "${settings.translates}".`, 'Name the key of the English agreement.')
  const sections = clausesOf(markdown)
  same(original.sections.map(({ id }) => id), sections.map(({ id }) => id), (what) => fail(bodyStart, `The clauses differ from the English: ${what}.`, 'Every reader agrees to the same clauses, in the same order.'))
  for (const part of ['statements', 'clauses'] as const) {
    same(Object.keys(original[part]).sort(), Object.keys(settings[part]).sort(), (what) => fail(line([part]), `${part}: other than in English: ${what}.`, 'Give a sentence for each that the English has, and no other.'))
  }
  same(original.questions.map(shapeOf), settings.questions.map(shapeOf), (what) => fail(line(['questions']), `The questions differ from the English: ${what}.`, 'The same questions and as many answers, in the same order.'))
  const spoken = [settings.title, settings.summary, ...Object.values(settings.statements), ...Object.values(settings.clauses), ...settings.questions.flatMap(({ ask, answers, because }) => [ask, ...answers, because])].join('\n')
  const [leftover] = unpublishable(`${spoken}\n${markdown}`)
  if (leftover !== undefined) fail(bodyStart, `The text still has "${leftover}".`, 'Only the school name, trust name, version number and publication date may stay open.')
  same(placesOf(original.markdown), placesOf(markdown), (what) => fail(bodyStart, `Other places to fill than in English: ${what}.`, 'Name school, trust, version and date where the English does.'))
  const questions = settings.questions.map((question, index) => ({ ...question, right: original.questions[index]?.right ?? 0 }))
  return Object.freeze({ ...settings, questions, markdown, sections })
}

const shapeOf = (question: { clause: string; answers: readonly string[] }): string => `${question.clause} with ${question.answers.length} answers`
const placesOf = (markdown: string): string[] => [...markdown.matchAll(/\{\{\s*([\w.-]+)\s*\}\}/g)].map(([, name = '']) => name).sort()

function same(wanted: readonly (string | null)[], found: readonly (string | null)[], fail: (what: string) => void): void {
  const missing = wanted.filter((one) => !found.includes(one))
  const extra = found.filter((one) => !wanted.includes(one))
  if (missing.length > 0 || extra.length > 0) fail([...missing.map((one) => `${one} is missing`), ...extra.map((one) => `${one} is too much`)].join(', '))
  else if (wanted.join('\n') !== found.join('\n')) fail('another order or number')
}
