import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { SessionHandle } from '../../http/session-handle.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'

const schema = z.object({
  /** Hash of the text that was read (S1). */
  text: z.string(),
  answer: z.enum(['yes', 'no']).nullable(),
  typed: z.string().nullable(),
  drawn: z.array(z.array(z.object({ x: z.number(), y: z.number() }))).nullable(),
  /** Optional questions answered on the same page, with the hash of the words shown (G5). */
  choices: z.array(z.object({ questionId: z.string(), hash: z.string(), answer: z.enum(['yes', 'no']) })).default([]),
  /** Whole and free of mistakes, so that it may be checked and sent. */
  ready: z.boolean(),
})

/** What somebody has filled in and not sent yet. */
export type AnswerDraft = z.infer<typeof schema>

/** Kept under the slot, never under the browser: siblings in two tabs cannot mix (S2). */
const keyOf = (signatoryId: string): string => `answer:${signatoryId}`

export function readDraft(session: SessionHandle, signatoryId: string): AnswerDraft | null {
  const found = schema.safeParse(session.get(keyOf(signatoryId)))
  return found.success ? found.data : null
}

export function keepDraft(session: SessionHandle, signatoryId: string, draft: AnswerDraft): void {
  session.set(keyOf(signatoryId), draft)
}

export function dropDraft(session: SessionHandle, signatoryId: string): void {
  session.delete(keyOf(signatoryId))
}

/** Ties the check page to what it shows: an answer changed in another tab meanwhile is shown again, not signed unseen. */
export function draftMark(draft: AnswerDraft): string {
  return createHash('sha256').update(canonicalJson(draft)).digest('hex').slice(0, 24)
}
