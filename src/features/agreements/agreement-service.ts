import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { Result } from '../../shared/result.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { School } from '../schools/school-store.ts'
import { type AgreementText, type AgreementVersion, type Approval, approve, draftVersion, editDraft, nextDraft, publish, publishStarter, submitForReview, supersede } from './agreement.ts'
import type { AgreementFile } from './agreement-file.ts'
import { AgreementStore, type StoredVersion } from './agreement-store.ts'
import { makeRendition, type Rendition } from './rendition.ts'

export interface AgreementDeps {
  db: Database; clock: Clock; audit: AuditLog; store: AgreementStore
  trustName: () => string
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

/** Publishes agreements and makes what each audience sees. */
export class AgreementService {
  readonly #deps: AgreementDeps
  readonly store: AgreementStore
  /** Renditions are immutable, so they may be kept; a trust has a few dozen. */
  readonly #renditions = new Map<string, Rendition>()

  constructor(deps: AgreementDeps) {
    this.#deps = deps
    this.store = deps.store
  }

  /** G2: publishes the shipped set as version 1 with its default requirements; what is there already is left alone. Returns the new keys. */
  async seedStarters(files: AgreementFile[], actor: string): Promise<string[]> {
    const { db, clock, audit } = this.#deps
    const added: string[] = []
    for (const file of files) {
      await db.transaction(async () => {
        if (await this.store.byKey(file.key)) return
        const agreementId = await this.store.add({
          key: file.key, title: file.title, band: file.band, family: file.family, owner: file.owner, reviewMonths: file.reviewCycleMonths,
        })
        const published = publishStarter(draftVersion({
          agreementKey: file.key, band: file.band, signerRule: file.requirement.signerRule, owner: file.owner, origin: 'starter',
          change: 'major', changeNote: 'First version, from the starter set.', reviewCycleMonths: file.reviewCycleMonths,
          texts: [{
            language: file.language, variant: 'standard', title: file.title, markdown: file.markdown,
            statements: definedStatements(file), clauses: file.clauses, questions: file.questions, translation: null,
          }],
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
   * Publishes the next version and supersedes the one in force, in one transaction (G1). Requests that nobody has begun
   * show the new text at once, because a version is pinned by the first signature only (I2).
   * @throws NotFound for an unknown agreement; Refused when the text is not finished.
   */
  async publishNext(next: NextVersion): Promise<{ versionId: string; number: number }> {
    const { db, clock, audit } = this.#deps
    return db.transaction(async () => {
      const agreement = await this.store.byKey(next.key)
      const current = agreement ? await this.store.current(agreement.id) : null
      if (!agreement || !current) throw new NotFound('There is no such agreement in force.')
      const when = { at: clock.now(), on: today(clock.now()) }
      const number = current.version.number + 1
      const draft = must(nextDraft(current.version, { number, change: next.change, changeNote: next.changeNote }), next.key)
      const edited = next.texts ? must(editDraft(draft, { texts: next.texts }), next.key) : draft
      const version = must(publish(must(approve(must(submitForReview(edited), next.key), next.approval), next.key), when), next.key)
      await this.store.setStanding(current.id, must(supersede(current.version, { number, at: when.at }), next.key))
      const versionId = await this.store.addVersion(agreement.id, version)
      await audit.record({
        actor: next.actor, event: 'agreement.published', subject: `agreement:${agreement.id}`,
        payload: { key: next.key, number, versionId, change: next.change, supersedes: current.id, approvedBy: next.approval.by, board: next.approval.board, approvedOn: next.approval.on },
      })
      return { versionId, number }
    })
  }

  /** What a person of this school sees of a version; kept, so that it can be sealed later exactly as shown (S1). */
  async renditionFor(stored: StoredVersion, school: School, language = 'en-GB', variant = 'standard'): Promise<Rendition> {
    const key = [stored.id, school.id, school.name, this.#deps.trustName(), language, variant].join('|')
    const known = this.#renditions.get(key)
    if (known) return known
    const rendition = makeRendition({ version: stored.version, school, trust: { name: this.#deps.trustName() }, language, variant })
    await this.store.keepRendition(stored.id, school.id, rendition)
    // Kept is what was committed.
    this.#deps.db.afterCommit(() => this.#renditions.set(key, rendition))
    return rendition
  }
}

function must(step: Result<AgreementVersion, string>, key: string): AgreementVersion {
  if (step.ok) return step.value
  throw new Refused({ what: `The next version cannot be published: ${step.reason}${step.detail ? ` (${step.detail})` : ''}.`, where: key, remedy: 'Finish the text, then publish it again.' })
}

function definedStatements(file: AgreementFile): Record<string, string> {
  return Object.fromEntries(Object.entries(file.statements).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
