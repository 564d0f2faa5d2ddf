import type { School } from '../schools/school-store.ts'
import { type AgreementText, type AgreementVersion, editDraft } from './agreement.ts'
import { AUDIENCE, standing } from './authoring-words.ts'
import { clausesOf, writeClauses } from './clauses.ts'
import { pictureFor } from './pictures.ts'
import { type ReadingStep, readingSteps } from './reading-steps.ts'
import { renderMarkdown } from './render-markdown.ts'
import { previewRendition } from './rendition.ts'
import type { Slot } from './requirement.ts'
import type { SayInRecord } from './say-in-record.ts'
import type { SchoolPart } from './school-part.ts'
import { directionOf, nameOf, textKey } from './shown-as.ts'
import { symbolsOf, usualSymbol } from './symbols.ts'

export interface PreviewQuestion {
  version: AgreementVersion
  text: AgreementText
  slot: Slot
  slots: readonly Slot[]
  school: School | null
  schools: readonly School[]
  part: SchoolPart | undefined
  trustName: string
  say: SayInRecord
  young: boolean
  path: string
  /** The version the address asks for; null: whatever is newest. */
  asked: number | null
}

/** How a version reads to one audience: the same steps as on the page where they sign. Pure. */
export function previewData(q: PreviewQuestion): object {
  const { version, text, slot, school } = q
  const rendition = previewRendition(version, text, { school: school ?? { name: q.trustName }, trust: { name: q.trustName }, say: q.say, ...q.part ? { part: q.part } : {} })
  const symbols = text.variant === 'symbols' ? symbolsOf(text) : {}
  const steps = readingSteps({ young: q.young, rendition, questions: text.questions, signatory: { slot } })
  return {
    title: rendition.title, number: version.number, state: standing(version), versionLabel: rendition.versionLabel, textLang: text.language, textDir: directionOf(text.language), young: q.young,
    steps: steps.map((step) => shownStep(step, symbols)), statement: rendition.statements[slot] ?? '', path: q.path, ...q.asked === null ? {} : { asked: q.asked },
    filters: [
      { id: 'as', label: 'Seen by', value: slot, options: q.slots.map((one) => ({ value: one, text: AUDIENCE[one] })) },
      { id: 'text', label: 'Text', value: textKey(text), options: version.texts.map((one) => ({ value: textKey(one), text: nameOf(one) })) },
      ...q.schools.length > 1 ? [{ id: 'school', label: 'School', value: school?.id ?? '', options: q.schools.map(({ id, name }) => ({ value: id, text: name })) }] : [],
    ],
  }
}

function shownStep(step: ReadingStep, symbols: Readonly<Record<string, string>>): object {
  if (step.kind !== 'idea') return step.kind === 'question' ? { ...step, ...step.question } : step
  return { ...step, picture: pictureFor(step.clause), symbol: step.clause === null ? null : symbols[step.clause] ?? null }
}

/** One clause as it would read, from what is being typed. Pure. */
export function clausePreview(version: AgreementVersion, text: AgreementText, typed: { heading: string; markdown: string; line: string; symbol: string }, id: string, who: { schoolName: string; trustName: string }): { title: string; html: string; line: string; symbol: string } {
  const alone: AgreementText = { ...text, markdown: writeClauses('', [{ id: 'clause', heading: typed.heading.replace(/\s+/g, ' ') || ' ', markdown: typed.markdown }]) }
  const draft = editDraft(version, { texts: [alone] })
  const rendition = previewRendition(draft.ok ? draft.value : version, alone, { school: { name: who.schoolName }, trust: { name: who.trustName } })
  const [clause] = clausesOf(rendition.markdown)
  return { title: clause?.heading ?? '', html: renderMarkdown(clause?.markdown ?? ''), line: typed.line, symbol: typed.symbol || usualSymbol(id) }
}
