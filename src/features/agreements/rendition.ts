import { createHash } from 'node:crypto'
import { shortDate } from '../../shared/dates.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { AgreementText, AgreementVersion } from './agreement.ts'
import { IN_ENGLISH, languageOfRecord, type SayInRecord } from './say-in-record.ts'
import { versionLabel } from './version-label.ts'
import { fillPlaceholders, fillPlainText, unfilledPlaceholders } from './placeholders.ts'
import type { Slot } from './requirement.ts'
import { fieldValues, NO_PART, type SchoolPart, withSchoolClauses } from './school-part.ts'
import { symbolsOf } from './symbols.ts'

/** A version as one audience sees it: exactly this is shown, hashed and sealed (S1). */
export interface Rendition {
  readonly title: string
  /** As printed: "Version 1, published 1 September 2026", and what else the reader must know about its standing. */
  readonly versionLabel: string
  /** BCP 47. */
  readonly language: string
  /** "Shown as", never why (G6). */
  readonly variant: string
  readonly schoolName: string
  readonly trustName: string
  /** Filled in; headings still carry their `{#id}`. */
  readonly markdown: string
  /** The sentence beside the button, for each slot. */
  readonly statements: Readonly<Partial<Record<Slot, string>>>
  /** Clause id -> symbol, where the reader chose the text with symbols; absent otherwise. */
  readonly symbols?: Readonly<Record<string, string>>
  /** SHA-256 hex over the canonical JSON of all the above. */
  readonly hash: string
}

export interface RenditionRequest {
  version: AgreementVersion
  school: { name: string }
  trust: { name: string }
  language: string
  variant: string
  /** What the school filled in (G2). */
  part?: SchoolPart
  /** Puts the label into the language of the text; English where absent. */
  say?: SayInRecord
}

/**
 * Makes the rendition of a published version for one school.
 * @throws UnusableInput when the version is not out yet, has no such text, or a field stays unfilled (G2).
 */
export function makeRendition({ version, school, trust, language, variant, part = NO_PART, say = IN_ENGLISH }: RenditionRequest): Rendition {
  const where = `${version.agreementKey}, version ${version.number}`
  const text = version.texts.find((candidate) => candidate.language === language && candidate.variant === variant)
  if (!text) {
    throw new UnusableInput({ what: `There is no text in ${language} shown as "${variant}".`, where, remedy: 'Offer only the languages and variants the version has.' })
  }
  if (version.publishedOn === null) {
    throw new UnusableInput({ what: 'Only a published version can be shown for signing.', where, remedy: 'Publish the version first.' })
  }
  const seen = fillText(text, version, { school, trust, published: shortDate(version.publishedOn, languageOfRecord(language)), part, say })
  const [leftover] = unfilledPlaceholders([seen.title, seen.markdown, ...Object.values(seen.statements)].join('\n'))
  if (leftover !== undefined) {
    throw new UnusableInput({ what: `The text still has "${leftover}".`, where, remedy: 'Fill in the names of the school and the trust in the settings.' })
  }
  return Object.freeze({ ...seen, statements: Object.freeze(seen.statements), hash: hashRendition(seen) })
}

/**
 * The text of a version that is not out yet, as it would read: for its authors only. A hole is shown as it is, so that it is seen.
 * Its hash is no rendition's.
 */
export function previewRendition(version: AgreementVersion, text: AgreementText, who: { school: { name: string }; trust: { name: string }; part?: SchoolPart; say?: SayInRecord }): Rendition {
  const say = who.say ?? IN_ENGLISH
  const seen = fillText(text, version, { ...who, published: say(text.language, 'on the day it is published'), part: who.part ?? NO_PART, say })
  return { ...seen, hash: hashRendition(seen) }
}

function fillText(
  text: AgreementText, version: AgreementVersion, { school, trust, published, part, say }: { school: { name: string }; trust: { name: string }; published: string; part: SchoolPart; say: SayInRecord },
): Omit<Rendition, 'hash'> {
  const values = {
    ...fieldValues(version.schoolPart, part),
    'school.name': school.name,
    'trust.name': trust.name,
    'version.number': String(version.number),
    'version.published': published,
  }
  const statements = Object.fromEntries(Object.entries(text.statements).map(([slot, sentence]) => [slot, fillPlainText(sentence, values)]))
  return {
    title: fillPlainText(text.title, values),
    versionLabel: versionLabel(version, text, say),
    language: text.language,
    variant: text.variant,
    schoolName: school.name,
    trustName: trust.name,
    markdown: fillPlaceholders(withSchoolClauses(text, version.schoolPart, part), values),
    statements,
    ...text.variant === 'symbols' ? { symbols: symbolsOf(text) } : {},
  }
}

/** SHA-256 hex over the canonical JSON; a `hash` that is already there is left out, so a stored rendition can be checked. */
export function hashRendition(rendition: Omit<Rendition, 'hash'> & { hash?: string }): string {
  const { hash: _, ...seen } = rendition
  return createHash('sha256').update(canonicalJson(seen), 'utf8').digest('hex')
}
