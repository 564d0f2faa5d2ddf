import { z } from 'zod'
import type { SessionHandle } from '../../http/session-handle.ts'

const schema = z.object({ text: z.string(), answers: z.array(z.object({ ask: z.string(), answer: z.string() })) })

/** A friendly question and what was chosen, in the words that were shown. Whether it fits is nobody's to count. */
export interface Answered {
  ask: string
  answer: string
}

const keyOf = (signatoryId: string): string => `understood:${signatoryId}`

/** Keeps the last answer to a question until the signature takes it along; answers about another text are forgotten. */
export function keepAnswer(session: SessionHandle, signatoryId: string, text: string, ask: string, answer: string): void {
  const before = understoodOf(session, signatoryId, text).filter((one) => one.ask !== ask)
  session.set(keyOf(signatoryId), { text, answers: [...before, { ask, answer }] })
}

export function understoodOf(session: SessionHandle, signatoryId: string, text: string): Answered[] {
  const found = schema.safeParse(session.get(keyOf(signatoryId)))
  return found.success && found.data.text === text ? found.data.answers : []
}

export function forgetAnswers(session: SessionHandle, signatoryId: string): void {
  session.delete(keyOf(signatoryId))
}
