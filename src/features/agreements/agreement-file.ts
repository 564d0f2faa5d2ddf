import { z } from 'zod'
import { BANDS, FAMILIES, familyOf, isPupilBand } from './band.ts'
import { clausesOf } from './clauses.ts'
import type { Clause } from './clauses.ts'
import { frontMatterProblem, readFrontMatter } from './front-matter.ts'
import { unpublishable } from './placeholders.ts'
import { requirementSchema, ruleFitsBand, slotsOf } from './requirement.ts'
import type { Slot } from './requirement.ts'

const sentence = z.string().trim().min(1)

const questionSchema = z.strictObject({
  /** The clause it is about; the page can show that clause again. */
  clause: z.string(),
  ask: sentence,
  answers: z.array(sentence).min(2).max(4),
  /** Index from 0 of the answer that fits. */
  right: z.int().min(0),
  /** Shown after any answer: explains, and never blocks. */
  because: sentence,
})

const frontMatterSchema = z.strictObject({
  key: z.string().regex(/^[a-z][a-z0-9-]{1,59}$/, 'use small letters, digits and hyphens'),
  title: sentence,
  band: z.enum(BANDS),
  family: z.enum(FAMILIES),
  owner: sentence,
  reviewCycleMonths: z.int().min(1).max(60),
  summary: sentence,
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'use a language tag such as en-GB or cy'),
  statements: z.strictObject({ pupil: sentence.optional(), guardian: sentence.optional(), self: sentence.optional() }),
  clauses: z.record(z.string(), sentence),
  adultClauses: z.array(z.string()).default([]),
  questions: z.array(questionSchema).max(3).default([]),
  requirement: requirementSchema,
})

/** A friendly question between reading and signing. */
export type CheckQuestion = Readonly<z.infer<typeof questionSchema>>

/** A starter agreement as it lies on disk: front matter, then the Markdown that people sign. */
export type AgreementFile = Readonly<z.infer<typeof frontMatterSchema>> & {
  /** Markdown after the front matter, placeholders not yet filled. */
  readonly markdown: string
  /** The sections of `markdown`, in order. */
  readonly sections: readonly Clause[]
}

/**
 * Reads and checks one agreement file.
 * @param name how to call the file in messages; lines are counted from 1.
 * @throws UnusableInput with `where` as `name:line`, listing every problem of the front matter at once.
 */
export function parseAgreementFile(text: string, name = 'agreement'): AgreementFile {
  const { settings, markdown, bodyStart, line } = readFrontMatter(text, name, frontMatterSchema)
  const file: AgreementFile = { ...settings, markdown, sections: clausesOf(markdown) }
  checkSense(file, name, bodyStart, line)
  return Object.freeze(file)
}

/** What the schema cannot say: the parts must agree with one another. */
function checkSense(file: AgreementFile, name: string, bodyStart: number, line: (path: PropertyKey[]) => number): void {
  const fail = (at: number, what: string, remedy: string): never => {
    throw frontMatterProblem(name, at, what, remedy)
  }
  if (familyOf(file.band) !== file.family) {
    fail(line(['family']), `The band ${file.band} does not belong to the family ${file.family}.`, `Write family: ${familyOf(file.band)}.`)
  }
  if (!ruleFitsBand(file.requirement.signerRule, file.band)) {
    fail(line(['requirement', 'signerRule']), 'An adult signs only for themselves.', 'Write signerRule: self.')
  }
  const slots = slotsOf(file.requirement).map((rule) => rule.slot)
  const given = Object.keys(file.statements) as Slot[]
  for (const slot of slots) {
    if (!given.includes(slot)) fail(line(['statements']), `The sentence for "${slot}" is missing.`, `Add statements.${slot}: the sentence beside that signatory's button.`)
  }
  for (const slot of given) {
    if (!slots.includes(slot)) fail(line(['statements', slot]), `Nobody signs as "${slot}" under this signer rule.`, `Remove statements.${slot}, or change the signer rule.`)
  }
  if (file.sections.length === 0) fail(bodyStart, 'The text has no clauses.', 'Write each clause under a heading such as: ## Be kind {#be-kind}')
  const seen = new Set<string>()
  for (const { id, heading, line: offset } of file.sections) {
    const at = bodyStart + offset - 1
    if (id === null) fail(at, `The clause "${heading}" has no id.`, 'Put a stable id behind the heading, such as {#be-kind}.')
    else if (seen.has(id)) fail(at, `The id "${id}" is used twice.`, 'Give each clause its own id.')
    else {
      seen.add(id)
      if (isPupilBand(file.band) && !(id in file.clauses)) fail(line(['clauses']), `The clause "${id}" has no line for children.`, `Add it under clauses: ${id}: one short sentence.`)
    }
  }
  for (const id of [...Object.keys(file.clauses), ...file.adultClauses]) {
    if (!seen.has(id)) fail(line(['clauses', id]), `There is no clause "${id}" in the text.`, 'Remove it, or correct the id.')
  }
  file.questions.forEach((question, index) => {
    const at = line(['questions', index])
    if (!seen.has(question.clause)) fail(at, `There is no clause "${question.clause}" in the text.`, 'Name the clause the question is about.')
    if (question.right >= question.answers.length) fail(at, 'The right answer is not among the answers.', 'Count the answers from 0.')
  })
  const asked = file.questions.flatMap((question) => [question.ask, ...question.answers, question.because])
  const spoken = [file.title, file.summary, ...Object.values(file.statements), ...Object.values(file.clauses), ...asked].join('\n')
  const [leftover] = unpublishable(`${spoken}\n${file.markdown}`)
  if (leftover !== undefined) {
    const row = file.markdown.split('\n').findIndex((text) => text.includes(leftover))
    fail(row < 0 ? 1 : bodyStart + row, `The text still has "${leftover}".`, 'Only the school name, trust name, version number and publication date may stay open.')
  }
}
