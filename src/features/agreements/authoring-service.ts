import { createHash } from 'node:crypto'
import { today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { Database } from '../../db/database.ts'
import type { Result } from '../../shared/result.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import {
  type AgreementText, type AgreementVersion, type Approval, approve, draftVersion, editDraft, governingText, nextDraft, publish, renumber, rewritten, sendBack, submitForReview,
  type VersionRefusal, withdraw,
} from './agreement.ts'
import type { AgreementService } from './agreement-service.ts'
import type { Agreement, StoredVersion } from './agreement-store.ts'
import { type Band, familyOf } from './band.ts'
import type { ClauseRefusal } from './draft-text.ts'
import { type InForceDeps, putInForce } from './put-in-force.ts'
import { mustStep } from './refusals.ts'
import type { SignerRule } from './requirement.ts'
import { stillToFill } from './school-part.ts'

export interface AuthoringDeps extends InForceDeps { db: Database; schools: SchoolStore; agreements: AgreementService }

export interface NewAgreement {
  key: string
  title: string
  band: Band
  signerRule: SignerRule
  owner: string
  ownerId: string | null
  reviewMonths: number
  /** Null: of the whole trust. */
  schoolId: string | null
  texts: readonly AgreementText[]
}

/** One change of a draft. `part` gives what the form showed of the draft, so that a change by somebody else is noticed. */
export interface DraftEdit {
  what: string
  /** Digest of the part as the form showed it; null where nothing can be overwritten. */
  seen: string | null
  part: (version: AgreementVersion) => unknown
  apply: (version: AgreementVersion) => Result<AgreementVersion, VersionRefusal | ClauseRefusal>
}

/** Saved, or somebody changed the same part meanwhile: nothing is written, and both texts can be shown. */
export type EditOutcome = { kind: 'saved'; version: AgreementVersion } | { kind: 'overtaken'; version: AgreementVersion }

/** What a form carries to say which state of a part it showed. */
export function digestOf(part: unknown): string {
  return createHash('sha256').update(canonicalJson(part ?? null)).digest('hex').slice(0, 32)
}

/** Drafts from the first word to the version in force (G1, G2). */
export class AuthoringService {
  readonly #deps: AuthoringDeps
  constructor(deps: AuthoringDeps) {
    this.#deps = deps
  }

  /** A new agreement with its first draft; nobody is asked to sign it before it is published and required. */
  async create(input: NewAgreement, actor: string): Promise<void> {
    const { db, store, audit } = this.#deps
    await db.transaction(async () => {
      if (await store.byKey(input.key)) throw new Refused({ what: 'There is an agreement with that key already.', where: input.key, remedy: 'Choose another title, or another key.' })
      const agreementId = await store.add({ ...input, family: familyOf(input.band) })
      await store.addVersion(agreementId, draftVersion({
        agreementKey: input.key, band: input.band, signerRule: input.signerRule, owner: input.owner, origin: 'trust', change: 'major', changeNote: 'First version.',
        reviewCycleMonths: input.reviewMonths, texts: input.texts,
      }))
      await audit.record({ actor, event: 'agreement.begun', subject: `agreement:${agreementId}`, payload: { key: input.key, band: input.band, school: input.schoolId } })
    })
  }

  /** A draft from the version in force (or the newest, where none is). @throws Refused when somebody works on one already. */
  async begin(key: string, change: { change: 'minor' | 'major'; changeNote: string }, actor: string): Promise<void> {
    await this.#inTurn(key, async (agreement, open) => {
      const { store, drafts, audit } = this.#deps
      if (open) throw new Refused({ what: 'There is a draft of this agreement already.', where: key, remedy: 'Work on that one, or throw it away first.' })
      const from = await store.current(agreement.id) ?? (await drafts.versionsOf(agreement.id))[0]
      if (!from) throw new NotFound()
      const number = await drafts.highestNumber(agreement.id) + 1
      const version = mustStep(nextDraft(from.version, { number, ...change }), key)
      const versionId = await store.addVersion(agreement.id, version)
      await audit.record({ actor, event: 'agreement.draft-begun', subject: `agreement:${agreement.id}`, payload: { key, number, versionId, ...change } })
    })
  }

  /** Changes one part of the draft; loses nothing when two people work on it at once. */
  async edit(key: string, edit: DraftEdit, actor: string): Promise<EditOutcome> {
    return this.#inTurn(key, async (agreement, open) => {
      const { version, id } = draftOf(open, key)
      if (edit.seen !== null && digestOf(edit.part(version)) !== edit.seen) return { kind: 'overtaken', version }
      const next = mustStep(edit.apply(version), key)
      await this.#deps.drafts.saveOpen(id, next)
      await this.#deps.audit.record({ actor, event: 'agreement.draft-changed', subject: `agreement:${agreement.id}`, payload: { key, number: next.number, what: edit.what } })
      return { kind: 'saved', version: next }
    })
  }

  async submit(key: string, actor: string): Promise<void> {
    await this.#step(key, actor, 'agreement.sent-to-review', (version) => submitForReview(version))
  }

  async sendBack(key: string, actor: string): Promise<void> {
    await this.#step(key, actor, 'agreement.sent-back', (version) => sendBack(version))
  }

  async approve(key: string, approval: Approval, actor: string): Promise<void> {
    await this.#step(key, actor, 'agreement.approved', (version) => approve(version, approval), { ...approval })
  }

  /** Approved -> in force. @throws Refused while a school has not filled in what it must (G2). */
  async publish(key: string, actor: string): Promise<void> {
    const unfilled = await this.unfilled(key)
    if (unfilled.length > 0) {
      throw new Refused({ what: `Some schools have not filled in their part: ${unfilled.map(({ school }) => school.name).join(', ')}.`, where: key, remedy: 'Open "School parts" and fill them in, or let the neutral words stand.' })
    }
    await this.#inTurn(key, async (agreement, open) => {
      const { clock, store, drafts } = this.#deps
      const { version, id } = draftOf(open, key)
      const others = (await drafts.versionsOf(agreement.id)).filter((one) => one.id !== id)
      const number = Math.max(version.number, ...others.map((one) => one.version.number + 1))
      const next = mustStep(publish(mustStep(renumber(version, number), key), { at: clock.now(), on: today(clock.now()) }), key)
      await putInForce(this.#deps, agreement.id, next, id, await store.current(agreement.id), actor)
    })
  }

  /** Throws the open draft away; the log remembers that there was one. */
  async discard(key: string, actor: string): Promise<void> {
    await this.#inTurn(key, async (agreement, open) => {
      const { version, id } = draftOf(open, key)
      await this.#deps.drafts.removeOpen(id)
      await this.#deps.audit.record({ actor, event: 'agreement.draft-thrown-away', subject: `agreement:${agreement.id}`, payload: { key, number: version.number } })
    })
  }

  /** Takes a version back that should not have gone out; what was signed stays and says so. */
  async withdraw(key: string, number: number, reason: string, actor: string): Promise<void> {
    await this.#inTurn(key, async (agreement) => {
      const { clock, store, drafts, audit } = this.#deps
      const stored = (await drafts.versionsOf(agreement.id)).find(({ version }) => version.number === number)
      if (!stored) throw new NotFound()
      await store.setStanding(stored.id, mustStep(withdraw(stored.version, { at: clock.now(), reason }), key))
      await audit.record({ actor, event: 'agreement.withdrawn', subject: `agreement:${agreement.id}`, payload: { key, number, reason } })
    })
  }

  /** Starters as they are, approved by the trust: a new version with the same words, for which nobody signs again (G2). Returns how many. */
  async approveStarters(keys: readonly string[], approval: Approval, actor: string): Promise<number> {
    let done = 0
    for (const key of keys) {
      const agreement = await this.#deps.store.byKey(key)
      const current = agreement ? await this.#deps.store.current(agreement.id) : null
      if (!current || !isUnapprovedStarter(current.version)) continue
      await this.#deps.agreements.publishNext({ key, change: 'minor', changeNote: 'The starter text, approved as it is.', approval, actor })
      done += 1
    }
    return done
  }

  /** Schools that keep the open draft from being published, and what each lacks. */
  async unfilled(key: string): Promise<{ school: School; lacks: string[] }[]> {
    const { store, drafts, schools } = this.#deps
    const agreement = await store.byKey(key)
    const open = agreement ? await drafts.openVersion(agreement.id) : null
    if (!agreement || !open?.version.schoolPart) return []
    const found = []
    for (const school of await schools.all()) {
      if (agreement.schoolId !== null && agreement.schoolId !== school.id) continue
      const lacks = stillToFill(open.version.schoolPart, (await drafts.part(agreement.id, school.id)).part, governingText(open.version))
      if (lacks.length > 0) found.push({ school, lacks })
    }
    return found
  }

  async #step(key: string, actor: string, event: string, apply: (version: AgreementVersion) => Result<AgreementVersion, VersionRefusal>, more: object = {}): Promise<void> {
    await this.#inTurn(key, async (agreement, open) => {
      const { version, id } = draftOf(open, key)
      const next = mustStep(apply(version), key)
      await this.#deps.drafts.saveOpen(id, next)
      await this.#deps.audit.record({ actor, event, subject: `agreement:${agreement.id}`, payload: { key, number: next.number, ...more } })
    })
  }

  /** One at a time per agreement. */
  async #inTurn<T>(key: string, work: (agreement: Agreement, open: StoredVersion | null) => Promise<T>): Promise<T> {
    const { db, store, drafts } = this.#deps
    const agreement = await store.byKey(key)
    if (!agreement) throw new NotFound()
    return db.transaction(async () => work(agreement, await drafts.lockOpen(agreement.id)))
  }
}

/** True for shipped text that no board has approved (G2). */
export const isUnapprovedStarter = (version: AgreementVersion): boolean => version.origin === 'starter' && version.approval === null

/** Writes a text of the version in the place of the one of the same language and variant. */
export function withText(version: AgreementVersion, text: AgreementText): Result<AgreementVersion, VersionRefusal> {
  return editDraft(version, { texts: version.texts.map((one) => (one.language === text.language && one.variant === text.variant ? rewritten(one, text) : one)) })
}

function draftOf(open: StoredVersion | null, key: string): StoredVersion {
  if (!open) throw new Refused({ what: 'There is no draft of this agreement.', where: key, remedy: 'Begin one from the version in force.' })
  return open
}
