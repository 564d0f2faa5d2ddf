import { z } from 'zod'
import { fieldError } from '../../http/form-errors.ts'
import type { FieldError } from '../../http/view-types.ts'
import type { AnswerDraft } from './answer-draft.ts'
import { choiceFields, readChoices } from './choice-fields.ts'
import { parseStrokes, type Strokes } from './signature.ts'
import { textHash } from './my-task.ts'
import { parseTypedName } from './typed-name.ts'

/** What the sign page sends. Mistakes are judged by `readAnswer`, so that nothing typed is lost on the way back. */
export const answerBody = z.strictObject({
  text: textHash,
  answer: z.string().max(10).optional(),
  signature: z.string().max(4000).optional(),
  signatureDrawn: z.string().max(400_000).optional(),
  ...choiceFields,
})

/** The answer as far as it is given, and what is missing. Pure. */
export function readAnswer(body: z.output<typeof answerBody>, act: 'sign' | 'acknowledge', young: boolean): { draft: AnswerDraft; errors: FieldError[] } {
  const answer = body.answer === 'yes' || body.answer === 'no' ? body.answer : null
  const errors: FieldError[] = answer === null ? [fieldError('answer', young ? 'Choose yes or no. Both are fine.' : 'Choose yes or no. Both are possible.')] : []
  const named = parseTypedName(body.signature ?? '')
  const typed = named.ok ? named.name : (body.signature ?? '').slice(0, 400)
  let drawn: Strokes | null = null
  if (act === 'sign') {
    const drawing = drawingOf(body.signatureDrawn)
    if (drawing?.ok) drawn = drawing.strokes
    if (answer === 'yes') {
      if (!named.ok) errors.push(fieldError('signature', named.reason))
      // A finger that slipped beside a typed name is no mistake: the name is the signature.
      else if (drawing && !drawing.ok && typed === null) errors.push(fieldError('signature', drawing.reason))
      else if (typed === null && drawn === null) errors.push(fieldError('signature', young ? 'Write your name, or draw your mark.' : 'Write your name. It is your signature.'))
    }
  }
  return { draft: { text: body.text, answer, typed: act === 'sign' ? typed : null, drawn, choices: readChoices(body), ready: errors.length === 0 }, errors }
}

function drawingOf(text: string | undefined): ReturnType<typeof parseStrokes> | null {
  return text === undefined || text === '' || text === '[]' ? null : parseStrokes(text)
}
