import { type AgreementText, type AgreementVersion, governingText, lacksCheck } from './agreement.ts'
import { clausesOf, openingOf } from './clauses.ts'
import { missingIn } from './draft-text.ts'
import { unpublishable } from './placeholders.ts'
import { slotsOf } from './requirement.ts'
import { reviewMismatch } from './review-cycle.ts'
import { fieldKeys } from './school-part.ts'

/** Something the author should know. `stops`: the version cannot go to review before it is mended. */
export interface DraftNote {
  stops: boolean
  text: string
  /** Which text, and the clause of it to open; null for what stands outside the clauses. */
  where: { language: string; variant: string; clause: string | null }
}

const MONITORING = /\b(?:monitor|filter)\w*/i
const CONSENT = /\bconsent\w*/i
const NO_CONSENT = /\b(?:not|never|no|nor|without)\b/i
const BIOMETRIC = /\bbiometric\w*|\bfingerprints?\b|\bface (?:recognition|scan)/i

/** Everything that stops a draft or should be looked at, in the order of the texts; `before` is the version in force. Pure (G1, G2, G5, G6). */
export function draftNotes(version: AgreementVersion, setReviewMonths: number, before: AgreementVersion | null = null): DraftNote[] {
  const governing = governingText(version)
  return [
    ...(version.changeNote.trim() === '' ? [note(governing, null, true, 'Say in one sentence what is new. It stands in the version table.')] : []),
    ...version.texts.flatMap((text) => [...holes(version, text), ...others(version, text, governing), ...leftBehind(text, governing, before), ...words(text)]),
    ...reviewMismatch(governing.markdown, setReviewMonths).map((months) =>
      note(governing, null, false, `The text says it is looked at every ${months} months, and the review cycle is set to ${setReviewMonths}. Make them agree.`)),
  ]
}

function holes(version: AgreementVersion, text: AgreementText): DraftNote[] {
  const fields = fieldKeys(version.schoolPart)
  const of = (words: string, clause: string | null) => unpublishable(words, fields).map((hole) =>
    note(text, clause, true, `"${hole}" still waits for words. Write them, or take it out.`))
  const questions = text.questions.flatMap(({ ask, answers, because }) => [ask, ...answers, because]).join('\n')
  return [
    ...of([text.title, openingOf(text.markdown), ...Object.values(text.statements), questions].join('\n'), null),
    ...clausesOf(text.markdown).flatMap(({ id, heading, markdown }) => of([heading, markdown, text.clauses[id ?? ''] ?? ''].join('\n'), id)),
    ...(text.title.trim() === '' ? [note(text, null, true, 'The text has no title.')] : []),
    ...slotsOf({ act: 'sign', signerRule: version.signerRule }).filter(({ slot }) => !text.statements[slot]?.trim())
      .map(({ slot }) => note(text, null, true, `There is no sentence beside the button for: ${slot}.`)),
  ]
}

function others(version: AgreementVersion, text: AgreementText, governing: AgreementText): DraftNote[] {
  if (text === governing) return []
  const missing = missingIn(text, governing)
  const order = (one: AgreementText) => clausesOf(one.markdown).map(({ id }) => id).join(' ')
  return [
    ...missing.map((id) => note(text, id, true, `The clause "${id}" has no words here yet. Everybody agrees to the same clauses.`)),
    ...(missing.length === 0 && order(text) !== order(governing) ? [note(text, null, true, 'The clauses stand in another order than in the text that governs.')] : []),
    ...(lacksCheck(text, version.texts) ? [note(text, null, true, 'Say who translated it and who checked it. The English text governs.')] : []),
    ...(text.translation?.shipped && !text.translation.checkedBy.trim() && !lacksCheck(text, version.texts)
      ? [note(text, null, false, 'This translation came with Assent and nobody here has checked it; readers are told so. Who reads it through is named under "Title, beginning and sentences".')] : []),
  ]
}

/** Clauses whose governing words are new while this text still says what it said: a translation or short text that was forgotten. */
function leftBehind(text: AgreementText, governing: AgreementText, before: AgreementVersion | null): DraftNote[] {
  const earlier = before?.texts.find((one) => one.language === text.language && one.variant === text.variant)
  const [earlierGoverning] = before?.texts ?? []
  if (text === governing || !earlier || !earlierGoverning) return []
  const wordsOf = (one: AgreementText) => new Map(clausesOf(one.markdown).map(({ id, heading, markdown }) => [id, `${heading}\n${markdown}`]))
  const [now, was, nowHere, wasHere] = [wordsOf(governing), wordsOf(earlierGoverning), wordsOf(text), wordsOf(earlier)]
  return [...now].flatMap(([id, words]) => {
    const stale = was.has(id) && was.get(id) !== words && nowHere.has(id) && nowHere.get(id) === wasHere.get(id)
    return stale ? [note(text, id, false, `The full English words of "${id}" have changed and these have not. Look whether they still say the same.`)] : []
  })
}

/** G5: the text tells of filtering and monitoring; it never asks for consent to them. */
function words(text: AgreementText): DraftNote[] {
  return clausesOf(text.markdown).flatMap(({ id, markdown }) => {
    const sentences = markdown.split(/(?<=[.!?])\s+/)
    const asked = sentences.find((sentence, n) =>
      CONSENT.test(sentence) && !NO_CONSENT.test(sentence) && (MONITORING.test(sentence) || MONITORING.test(sentences[n - 1] ?? '')))
    return [
      ...(asked ? [note(text, id, false, `"${asked.trim()}" reads as if people consent to filtering or monitoring. Tell them about it instead: it is not a question.`)] : []),
      ...(BIOMETRIC.test(markdown) ? [note(text, id, false, 'Consent for fingerprints or other biometrics does not belong here: it needs a form of its own.')] : []),
    ]
  })
}

const note = (text: AgreementText, clause: string | null, stops: boolean, words: string): DraftNote =>
  ({ stops, text: words, where: { language: text.language, variant: text.variant, clause } })
