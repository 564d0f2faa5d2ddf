import { createHash } from 'node:crypto'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import { ok, refuse } from '../../shared/result.ts'
import type { Result } from '../../shared/result.ts'
import type { CheckQuestion } from './agreement-file.ts'
import type { Band } from './band.ts'
import { clausesOf } from './clauses.ts'
import { unpublishable } from './placeholders.ts'
import { slotsOf } from './requirement.ts'
import type { SignerRule, Slot } from './requirement.ts'
import { fieldKeys, type SchoolPartPlan } from './school-part.ts'

/** The text of a version in one language and one variant; Markdown with the known placeholders still open. */
export interface AgreementText {
  /** BCP 47. English governs (G6). */
  readonly language: string
  /** `standard`, or for example `easy-read` or `symbols`. */
  readonly variant: string
  readonly title: string
  readonly markdown: string
  /** The sentence beside the button, for each slot. */
  readonly statements: Readonly<Partial<Record<Slot, string>>>
  /** Clause id -> one line in child's words. */
  readonly clauses: Readonly<Record<string, string>>
  /** Asked between reading and signing; not part of what is signed. */
  readonly questions: readonly CheckQuestion[]
  /** Who translated it and who checked it; null for the governing text (G6). */
  readonly translation: Translation | null
  /** Clause id -> name of the symbol beside it, where the usual one does not fit. */
  readonly symbols?: Readonly<Record<string, string>>
}

/** Who brought a text into another language, who checked it, and when (G6). */
export interface Translation {
  readonly translatedBy: string
  /** Empty: nobody of the trust has checked it yet. Only a text that shipped with Assent may go out so, and it says so. */
  readonly checkedBy: string
  readonly checkedOn?: CalendarDate
  /** The words shipped with Assent: digest of the English words they translate. Gone as soon as an author changes one. */
  readonly shipped?: string
}

/** Who said yes, where it was minuted, and the date of the decision (G1). */
export interface Approval {
  readonly by: string
  readonly board: string
  readonly on: CalendarDate
}

export type VersionStatus = 'draft' | 'review' | 'approved' | 'published' | 'superseded' | 'withdrawn'

/** One version of an agreement. Every transition gives a new value; from `published` on the text never changes (G1). */
export interface AgreementVersion {
  readonly agreementKey: string
  readonly band: Band
  readonly signerRule: SignerRule
  readonly owner: string
  /** Counts from 1 within the agreement. */
  readonly number: number
  /** `starter`: shipped with Assent, publishable without the trust's approval and marked so (G2). */
  readonly origin: 'starter' | 'trust'
  /** Minor: signatures stay good. Major: everybody is asked again (G1). */
  readonly change: 'minor' | 'major'
  /** What is new, for the version table. */
  readonly changeNote: string
  readonly reviewCycleMonths: number
  /** At least one; the governing English text first. */
  readonly texts: readonly AgreementText[]
  /** What each school fills in; all the rest is the trust's (G2). */
  readonly schoolPart?: SchoolPartPlan
  readonly status: VersionStatus
  readonly approval: Approval | null
  /** Both null until published. */
  readonly publishedAt: Instant | null
  readonly publishedOn: CalendarDate | null
  readonly supersededAt: Instant | null
  /** Number of the version that took its place. */
  readonly supersededBy: number | null
  readonly withdrawn: { readonly at: Instant; readonly reason: string } | null
}

/** What an author decides; the rest is history. */
export type DraftInput = Pick<
  AgreementVersion,
  'agreementKey' | 'band' | 'signerRule' | 'owner' | 'origin' | 'change' | 'changeNote' | 'reviewCycleMonths' | 'texts' | 'schoolPart'
>

/** Why a transition is refused. */
export type VersionRefusal =
  | 'not-a-draft' | 'not-in-review' | 'not-approved' | 'not-published' | 'already-withdrawn'
  | 'text-missing' | 'statement-missing' | 'unfilled-placeholder' | 'reason-missing' | 'not-a-later-version' | 'not-a-starter'
  | 'clauses-differ' | 'translation-unchecked' | 'note-missing'

type Step = Result<AgreementVersion, VersionRefusal>

/** A new draft; `number` is the first free one. */
export function draftVersion(input: DraftInput, number = 1): AgreementVersion {
  return frozen({
    ...input, number, status: 'draft', approval: null, publishedAt: null, publishedOn: null, supersededAt: null, supersededBy: null, withdrawn: null,
  })
}

/** Changes wording or settings; only a draft can be edited. */
export function editDraft(version: AgreementVersion, change: Partial<Omit<DraftInput, 'agreementKey' | 'origin'>>): Step {
  if (version.status !== 'draft') return refuse('not-a-draft')
  return ok(frozen({ ...version, ...change }))
}

/** Draft -> review. Refused while anything is unfinished, so that nobody approves half a text (G2). */
export function submitForReview(version: AgreementVersion): Step {
  if (version.status !== 'draft') return refuse('not-a-draft')
  return finished(version) ?? ok(frozen({ ...version, status: 'review' }))
}

/** Review -> draft, or approved -> draft: the approval falls, because the text may now change. */
export function sendBack(version: AgreementVersion): Step {
  if (version.status !== 'review' && version.status !== 'approved') return refuse('not-in-review')
  return ok(frozen({ ...version, status: 'draft', approval: null }))
}

/** Review -> approved. */
export function approve(version: AgreementVersion, approval: Approval): Step {
  if (version.status !== 'review') return refuse('not-in-review')
  return ok(frozen({ ...version, status: 'approved', approval: { ...approval } }))
}

/** Approved -> published. `on` is the date printed on the agreement: today in the trust's time zone. */
export function publish(version: AgreementVersion, when: { at: Instant; on: CalendarDate }): Step {
  if (version.status !== 'approved') return refuse('not-approved')
  return finished(version) ?? ok(frozen({ ...version, status: 'published', publishedAt: when.at, publishedOn: when.on }))
}

/** Draft of the shipped set -> published without an approval; its label says so until the trust approves one (G2). */
export function publishStarter(version: AgreementVersion, when: { at: Instant; on: CalendarDate }): Step {
  if (version.origin !== 'starter') return refuse('not-a-starter')
  if (version.status !== 'draft') return refuse('not-a-draft')
  return finished(version) ?? ok(frozen({ ...version, status: 'published', publishedAt: when.at, publishedOn: when.on }))
}

/** Published -> superseded by a later version; done in the transaction that publishes the later one. */
export function supersede(version: AgreementVersion, by: { number: number; at: Instant }): Step {
  if (version.status !== 'published') return refuse('not-published')
  if (by.number <= version.number) return refuse('not-a-later-version')
  return ok(frozen({ ...version, status: 'superseded', supersededAt: by.at, supersededBy: by.number }))
}

/** Published or superseded -> withdrawn: it should not have gone out. Signatures and records stay; verify says "withdrawn". */
export function withdraw(version: AgreementVersion, act: { at: Instant; reason: string }): Step {
  if (version.status === 'withdrawn') return refuse('already-withdrawn')
  if (version.status !== 'published' && version.status !== 'superseded') return refuse('not-published')
  if (act.reason.trim() === '') return refuse('reason-missing')
  return ok(frozen({ ...version, status: 'withdrawn', withdrawn: { at: act.at, reason: act.reason.trim() } }))
}

/** The draft of the next version, starting from the text of this one. The trust's from now on, also when this was a starter. */
export function nextDraft(version: AgreementVersion, change: { number: number; change: 'minor' | 'major'; changeNote: string }): Step {
  if (change.number <= version.number) return refuse('not-a-later-version')
  const { agreementKey, band, signerRule, owner, reviewCycleMonths, texts, schoolPart } = version
  const { number, ...what } = change
  return ok(draftVersion({ agreementKey, band, signerRule, owner, reviewCycleMonths, texts, ...schoolPart ? { schoolPart } : {}, ...what, origin: 'trust' }, number))
}

/**
 * The version in force with texts in a further language, and nothing else new: a minor version, for which nobody signs again (G1). What governs stays
 * word for word what it was, so a starter stays a starter, and an approval of those words goes on.
 */
export function publishWithTexts(version: AgreementVersion, add: { texts: readonly AgreementText[]; number: number; changeNote: string }, when: { at: Instant; on: CalendarDate }): Step {
  if (version.status !== 'published') return refuse('not-published')
  if (add.number <= version.number) return refuse('not-a-later-version')
  const { number, changeNote } = add
  const next = draftVersion({ ...inputOf(version), change: 'minor', changeNote, texts: [...version.texts, ...add.texts] }, number)
  return finished(next) ?? ok(frozen({ ...next, status: 'published', approval: version.approval, publishedAt: when.at, publishedOn: when.on }))
}

function inputOf({ agreementKey, band, signerRule, owner, origin, change, changeNote, reviewCycleMonths, texts, schoolPart }: AgreementVersion): DraftInput {
  return { agreementKey, band, signerRule, owner, origin, change, changeNote, reviewCycleMonths, texts, ...schoolPart ? { schoolPart } : {} }
}

/** Another version was published meanwhile and took the number: this one gets the next. Nothing signed knows it yet. */
export function renumber(version: AgreementVersion, number: number): Step {
  if (version.publishedAt !== null || number < version.number) return refuse('not-a-later-version')
  return ok(frozen({ ...version, number }))
}

/** The text that counts (G6). */
export function governingText(version: AgreementVersion): AgreementText {
  const [first] = version.texts
  if (!first) throw new Error(`${version.agreementKey} has no text`)
  return first
}

/** True for English in any of its kinds: every other language needs a translator and a checker. */
export const isEnglish = (language: string): boolean => /^en(-|$)/i.test(language)

/**
 * True for a translation that may not go out: nobody is named who made it or checked it. What shipped with Assent may go out unchecked, for as long as
 * it translates the English beside it (G6).
 */
export function lacksCheck({ language, variant, translation }: AgreementText, texts: readonly AgreementText[]): boolean {
  if (isEnglish(language)) return false
  if (!translation?.translatedBy.trim()) return true
  if (translation.checkedBy.trim() || translation.shipped === undefined) return !translation.checkedBy.trim()
  const english = texts.find((one) => isEnglish(one.language) && one.variant === variant)
  return !english || digestOfWords(english) !== translation.shipped
}

/** `next` in the place of `before`; changed words are no longer those that shipped, so that their author must name who checked them (G6). */
export function rewritten(before: AgreementText, next: AgreementText): AgreementText {
  if (next.translation?.shipped === undefined || digestOfWords(before) === digestOfWords(next)) return next
  const { shipped: _, ...translation } = next.translation
  return { ...next, translation }
}

/** SHA-256 hex of all that a text says, whoever translated it. */
export function digestOfWords({ title, markdown, statements, clauses, questions }: AgreementText): string {
  return createHash('sha256').update(canonicalJson({ title, markdown, statements, clauses, questions })).digest('hex')
}

function finished(version: AgreementVersion): { ok: false; reason: VersionRefusal; detail?: string } | null {
  const [first] = version.texts
  if (!first || version.texts.some((text) => text.title.trim() === '' || text.markdown.trim() === '')) return refuse('text-missing')
  if (version.changeNote.trim() === '') return refuse('note-missing')
  const slots = slotsOf({ act: 'sign', signerRule: version.signerRule })
  const order = clauseIds(first)
  for (const text of version.texts) {
    const missing = slots.find((rule) => (text.statements[rule.slot] ?? '').trim() === '')
    if (missing) return refuse('statement-missing', missing.slot)
    // Every reader agrees to the same clauses, whatever the words (G6).
    if (clauseIds(text) !== order) return refuse('clauses-differ', `${text.language}, ${text.variant}`)
    if (lacksCheck(text, version.texts)) return refuse('translation-unchecked', text.language)
    const asked = text.questions.flatMap((question) => [question.ask, ...question.answers, question.because])
    const words = [text.title, text.markdown, ...Object.values(text.statements), ...Object.values(text.clauses), ...asked].join('\n')
    const [leftover] = unpublishable(words, fieldKeys(version.schoolPart))
    if (leftover !== undefined) return refuse('unfilled-placeholder', leftover)
  }
  return null
}

const clauseIds = (text: AgreementText): string => clausesOf(text.markdown).map(({ id, heading }) => id ?? heading).join(' ')

// Each value is copied before it is frozen: a caller's own object must not freeze, nor change a version later.
function frozen(version: AgreementVersion): AgreementVersion {
  return deepFreeze(structuredClone(version))
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
