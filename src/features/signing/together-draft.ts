import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { SessionHandle } from '../../http/session-handle.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { textHash } from './my-task.ts'

const draftSchema = z.object({
  children: z.array(z.object({ slot: z.string(), text: z.string(), answer: z.enum(['yes', 'no']).nullable() })),
  typed: z.string().nullable(),
  ready: z.boolean(),
})
const resultsSchema = z.array(z.object({ slot: z.string(), outcome: z.enum(['signed', 'declined', 'text-changed', 'closed']) }))

/** Answers for several children, filled in and not sent. */
export type TogetherDraft = z.infer<typeof draftSchema>
/** What became of each child's answer. */
export type TogetherResults = z.infer<typeof resultsSchema>

/** Children in one sitting; who has more signs the rest in a second. */
export const MOST_CHILDREN = 12

const DRAFT = 'together'
const RESULTS = 'together-results'

export function readTogether(session: SessionHandle): TogetherDraft | null {
  const found = draftSchema.safeParse(session.get(DRAFT))
  return found.success ? found.data : null
}

export function keepTogether(session: SessionHandle, draft: TogetherDraft): void {
  session.set(DRAFT, draft)
}

export function readResults(session: SessionHandle): TogetherResults | null {
  const found = resultsSchema.safeParse(session.get(RESULTS))
  return found.success ? found.data : null
}

/** The draft is spent; what became of it stays for the last page. */
export function keepResults(session: SessionHandle, results: TogetherResults): void {
  session.delete(DRAFT)
  session.set(RESULTS, results)
}

/** Ties the check page to what it shows. */
export function togetherMark(draft: TogetherDraft): string {
  return createHash('sha256').update(canonicalJson(draft)).digest('hex').slice(0, 24)
}

const numbers = Array.from({ length: MOST_CHILDREN }, (_, n) => n)
const numbered = <T extends z.ZodType>(name: string, schema: T): Record<string, z.ZodOptional<T>> => Object.fromEntries(numbers.map((n) => [`${name}${n}`, schema.optional()]))

const slotId = z.string().regex(/^[0-9A-Z]{26}$/)

/** The form: `slot0`, `text0`, `answer0`, ... for each child in the order of the page, and one name. */
export const togetherBody = z.strictObject({ ...numbered('slot', slotId), ...numbered('text', textHash), ...numbered('answer', z.string().max(10)), signature: z.string().max(4000).optional() })

/** Fields whose names are counted, as the parsed form has them. */
type Fields = Readonly<Record<string, string | undefined>>

/** The children as the form names them; a child without a slot or text is none. */
export function childrenOfForm(body: Fields): TogetherDraft['children'] {
  return numbers.flatMap((n): TogetherDraft['children'] => {
    const [slot, text, answer] = [body[`slot${n}`], body[`text${n}`], body[`answer${n}`]]
    return slot !== undefined && text !== undefined ? [{ slot, text, answer: answer === 'yes' || answer === 'no' ? answer : null }] : []
  })
}
