import { z } from 'zod'
import { type Said, sentence } from '../../shared/sentence.ts'
import type { AskedQuestion, GivenAnswer } from './consent-service.ts'

/** At most so many questions on one page. */
const MOST = 20
const NAMES = Array.from({ length: MOST }, (_, n) => `choice-${n + 1}`)

const one = z.enum(['yes', 'no'], 'Choose yes or no, or leave it empty').optional()

/** The fields of optional questions in a form: which were shown (identifier and hash of the words), and the answers. */
export const choiceFields: Record<string, z.ZodOptional<z.ZodType<string>>> = {
  asked: z.string().max(MOST * 100).optional() as z.ZodOptional<z.ZodType<string>>,
  ...Object.fromEntries(NAMES.map((name) => [name, one as unknown as z.ZodOptional<z.ZodType<string>>])),
}

/** What a page shows: radios that look alike, with an answer only where this person gave one (S5). */
export interface ChoiceView {
  asked: string
  options: { id: string; legend: string; hint: string; wordsLang: string; value: string; items: { value: string; text: Said }[] }[]
}

/** Questions as fields. `answers`: what was filled in and not sent, by question; else what was answered before. Pure. */
export function choiceView(questions: readonly AskedQuestion[], answers: Readonly<Record<string, 'yes' | 'no'>> | null): ChoiceView {
  const shown = questions.slice(0, MOST)
  return {
    asked: shown.map(({ question, said }) => `${question.id}.${said.hash}`).join(','),
    options: shown.map(({ question, said, answer }, n) => ({
      id: `choice-${n + 1}`, legend: said.question, hint: said.hint, wordsLang: said.language, value: answers ? answers[question.id] ?? '' : answer?.answer ?? '',
      items: [{ value: 'yes', text: sentence('Yes') }, { value: 'no', text: sentence('No') }],
    })),
  }
}

/** The answers of a form, with the words each was given to; nothing for what was left empty. Pure. */
export function readChoices(body: Readonly<Record<string, unknown>>): GivenAnswer[] {
  const asked = typeof body['asked'] === 'string' ? body['asked'].split(',') : []
  return asked.slice(0, MOST).flatMap((text, n) => {
    const [questionId = '', hash = ''] = text.split('.')
    const answer = body[`choice-${n + 1}`]
    return questionId && hash && (answer === 'yes' || answer === 'no') ? [{ questionId, hash, answer }] : []
  })
}
