import type { Clock } from '../../adapters/clock.ts'
import type { Words } from '../../adapters/words/words.ts'
import type { Database } from '../../db/database.ts'
import type { Outbox } from '../../db/outbox.ts'
import { type Instant, today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { School } from '../schools/school-store.ts'
import { type AgreementText, type Approval, approve, draftVersion, editDraft, governingText, lacksCheck, nextDraft, publish, publishStarter, publishWithTexts, submitForReview } from './agreement.ts'
import type { AgreementFile } from './agreement-file.ts'
import type { AgreementTranslation } from './agreement-translation.ts'
import { AgreementStore, type StoredVersion } from './agreement-store.ts'
import type { AuthoringStore, StoredPart } from './authoring-store.ts'
import { putInForce } from './put-in-force.ts'
import { mustStep } from './refusals.ts'
import { makeRendition, type Rendition } from './rendition.ts'
import { NO_PART } from './school-part.ts'
import { type SayInRecord, sayInRecord } from './say-in-record.ts'
import { starterTexts, translatedTexts } from './starter-variants.ts'

export interface AgreementDeps {
  db: Database; clock: Clock; audit: AuditLog; outbox: Outbox; store: AgreementStore; drafts: AuthoringStore
  trustName: () => string
  words: Words
}

/** A version to follow the one in force. */
export interface NextVersion {
  key: string
  /** Major: everybody is asked again, and who has the old text open is told (G1, I2). */
  change: 'major' | 'minor'
  changeNote: string
  /** The whole texts; absent, the wording stays and only the approval is new. */
  texts?: readonly AgreementText[]
  approval: Approval
  actor: string
}

const LANGUAGE_NOTES: Readonly<Record<string, string>> = { cy: 'Welsh' }

/** Publishes agreements and makes what each audience sees. */
export class AgreementService {
  readonly #deps: AgreementDeps
  readonly store: AgreementStore
  /** Puts what we write on a text into its language. */
  readonly say: SayInRecord
  /** Renditions are immutable, so they may be kept; a trust has a few dozen. */
  readonly #renditions = new Map<string, Rendition>()
  readonly #shownAs = new Map<string, { language: string; variant: string }>()

  constructor(deps: AgreementDeps) {
    this.#deps = deps
    this.store = deps.store
    this.say = sayInRecord(deps.words)
  }

  /**
   * G2: publishes the shipped set as version 1 with its default requirements, and with its translations where the trust wants them; what is there
   * already is left alone. Returns the new keys.
   */
  async seedStarters(files: readonly AgreementFile[], actor: string, translations: readonly AgreementTranslation[] = []): Promise<string[]> {
    const { db, clock, audit } = this.#deps
    const added: string[] = []
    for (const file of files) {
      await db.transaction(async () => {
        if (await this.store.byKey(file.key)) return
        const agreementId = await this.store.add({
          key: file.key, title: file.title, band: file.band, family: file.family, schoolId: null, owner: file.owner, reviewMonths: file.reviewCycleMonths,
        })
        const published = publishStarter(draftVersion({
          agreementKey: file.key, band: file.band, signerRule: file.requirement.signerRule, owner: file.owner, origin: 'starter',
          change: 'major', changeNote: 'First version, from the starter set.', reviewCycleMonths: file.reviewCycleMonths,
          texts: [...starterTexts(file), ...translations.filter(({ translates }) => translates === file.key).flatMap((words) => translatedTexts(file, words))],
        }), { at: clock.now(), on: today(clock.now()) })
        if (!published.ok) throw new Error(`Starter agreement ${file.key} cannot be published: ${published.reason} ${published.detail ?? ''}`)
        const versionId = await this.store.addVersion(agreementId, published.value)
        await this.store.addRequirement({ agreementId, schoolId: null, band: file.band, ...file.requirement })
        await audit.record({ actor, event: 'agreement.published', subject: `agreement:${agreementId}`, payload: { key: file.key, number: 1, versionId, origin: 'starter' } })
        added.push(file.key)
      })
    }
    return added
  }

  /**
   * G6: gives agreements that are in force already the shipped texts of a language switched on later, as a minor version for which nobody signs again
   * (G1). Left alone: where the trust's English says anything else than the shipped one, which the translation does not translate, and where any
   * version ever had a text in that language, so that one that was taken out or written by the trust stays the trust's. Returns the keys.
   */
  async addTranslations(files: readonly AgreementFile[], translations: readonly AgreementTranslation[], actor: string): Promise<string[]> {
    const added: string[] = []
    for (const words of translations) {
      const file = files.find(({ key }) => key === words.translates)
      if (file && await this.#addTranslation(file, words, actor)) added.push(file.key)
    }
    return added
  }

  async #addTranslation(file: AgreementFile, words: AgreementTranslation, actor: string): Promise<boolean> {
    const { db, clock, drafts } = this.#deps
    const agreement = await this.store.byKey(file.key)
    if (!agreement || await this.#everHad(agreement.id, words.language)) return false
    return db.transaction(async () => {
      await drafts.lockOpen(agreement.id)
      // Another process may have been faster.
      const current = await this.store.current(agreement.id)
      if (!current || await this.#everHad(agreement.id, words.language)) return false
      const texts = translatedTexts(file, words).filter((text) => !lacksCheck(text, current.version.texts))
      if (!texts.some(({ variant }) => variant === governingText(current.version).variant)) return false
      const version = mustStep(publishWithTexts(current.version, {
        texts, number: await drafts.highestNumber(agreement.id) + 1, changeNote: `${LANGUAGE_NOTES[words.language] ?? words.language} text added, from the starter set. The English text is the same.`,
      }, { at: clock.now(), on: today(clock.now()) }), file.key)
      await putInForce(this.#deps, agreement.id, version, null, current, actor)
      return true
    })
  }

  async #everHad(agreementId: string, language: string): Promise<boolean> {
    return (await this.#deps.drafts.versionsOf(agreementId)).some(({ version }) => version.texts.some((text) => text.language === language))
  }

  /**
   * Publishes the next version and supersedes the one in force, in one transaction (G1). Requests that nobody has begun
   * show the new text at once, because a version is pinned by the first signature only (I2).
   * @throws NotFound for an unknown agreement; Refused when the text is not finished.
   */
  async publishNext(next: NextVersion): Promise<{ versionId: string; number: number }> {
    const { db, clock, drafts } = this.#deps
    const agreement = await this.store.byKey(next.key)
    if (!agreement) throw new NotFound('There is no such agreement in force.')
    return db.transaction(async () => {
      await drafts.lockOpen(agreement.id)
      const current = await this.store.current(agreement.id)
      if (!current) throw new NotFound('There is no such agreement in force.')
      const when = { at: clock.now(), on: today(clock.now()) }
      const number = await drafts.highestNumber(agreement.id) + 1
      const draft = mustStep(nextDraft(current.version, { number, change: next.change, changeNote: next.changeNote }), next.key)
      const edited = next.texts ? mustStep(editDraft(draft, { texts: next.texts }), next.key) : draft
      const version = mustStep(publish(mustStep(approve(mustStep(submitForReview(edited), next.key), next.approval), next.key), when), next.key)
      const versionId = await putInForce(this.#deps, agreement.id, version, null, current, next.actor)
      return { versionId, number }
    })
  }

  /**
   * What a person of this school sees of a version; kept, so that it can be sealed later exactly as shown (S1). The text that governs
   * unless another is named. `asOf`: with the school's own words as they were then (I2).
   */
  async renditionFor(stored: StoredVersion, school: School, language?: string, variant?: string, asOf: Instant | null = null): Promise<Rendition> {
    const governing = governingText(stored.version)
    const shown = { language: language ?? governing.language, variant: variant ?? governing.variant }
    const { revision, part } = await this.#partOf(stored, school.id, asOf)
    const key = [stored.id, school.id, school.name, this.#deps.trustName(), shown.language, shown.variant, revision].join('|')
    const known = this.#renditions.get(key)
    if (known) return known
    const rendition = makeRendition({ version: stored.version, school, trust: { name: this.#deps.trustName() }, ...shown, part, say: this.say })
    await this.store.keepRendition(stored.id, school.id, rendition)
    // Kept is what was committed.
    this.#deps.db.afterCommit(() => this.#renditions.set(key, rendition))
    this.#shownAs.set(rendition.hash, shown)
    return rendition
  }

  /** Language and variant of what was shown under a hash; null when nothing was. */
  async shownAs(hash: string): Promise<{ language: string; variant: string } | null> {
    const known = this.#shownAs.get(hash) ?? (await this.store.rendition(hash))?.rendition
    return known ? { language: known.language, variant: known.variant } : null
  }

  /** The same for reading only: nothing is kept. */
  async textInForce(stored: StoredVersion, school: School, language: string, variant: string): Promise<Rendition> {
    const { part } = await this.#partOf(stored, school.id, null)
    return makeRendition({ version: stored.version, school, trust: { name: this.#deps.trustName() }, language, variant, part, say: this.say })
  }

  async #partOf(stored: StoredVersion, schoolId: string, asOf: Instant | null): Promise<StoredPart> {
    // Most texts leave nothing to schools; they cost no look.
    return stored.version.schoolPart ? this.#deps.drafts.part(stored.agreementId, schoolId, asOf) : { revision: 0, part: NO_PART }
  }
}
