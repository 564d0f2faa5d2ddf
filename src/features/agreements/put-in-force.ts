import type { Clock } from '../../adapters/clock.ts'
import type { Outbox } from '../../db/outbox.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type AgreementVersion, governingText, supersede } from './agreement.ts'
import type { AgreementStore, StoredVersion } from './agreement-store.ts'
import type { AuthoringStore } from './authoring-store.ts'
import { mustStep } from './refusals.ts'

/** Job put when a major version takes the place of another: who signed the old text is asked anew (G1, I2). */
export const MAJOR_IN_FORCE = 'agreements.major-in-force'

export interface InForceDeps { clock: Clock; audit: AuditLog; outbox: Outbox; store: AgreementStore; drafts: AuthoringStore }

/**
 * Puts a published version in the place of the one in force, in the open transaction. `rowId` is the draft it was; null for one that was
 * never stored. Returns the id of its row.
 */
export async function putInForce(deps: InForceDeps, agreementId: string, version: AgreementVersion, rowId: string | null, current: StoredVersion | null, actor: string): Promise<string> {
  const { clock, store, drafts, audit, outbox } = deps
  if (current) await store.setStanding(current.id, mustStep(supersede(current.version, { number: version.number, at: clock.now() }), version.agreementKey))
  if (rowId) await drafts.saveOpen(rowId, version)
  const versionId = rowId ?? await store.addVersion(agreementId, version)
  const { title } = governingText(version)
  if (!title.includes('{{')) await drafts.setTitle(agreementId, title)
  await drafts.endReviews(agreementId, { on: version.publishedOn ?? '', actor, outcome: `Version ${version.number} was published.` })
  await audit.record({
    actor, event: 'agreement.published', subject: `agreement:${agreementId}`,
    payload: {
      key: version.agreementKey, number: version.number, versionId, change: version.change, supersedes: current?.id ?? null,
      approvedBy: version.approval?.by ?? null, board: version.approval?.board ?? null, approvedOn: version.approval?.on ?? null,
    },
  })
  if (version.change === 'major' && current) await outbox.put(MAJOR_IN_FORCE, { versionId }, { dedupeKey: `${MAJOR_IN_FORCE}:${versionId}` })
  return versionId
}
