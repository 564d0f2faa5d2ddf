import { createHash } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { addDays, type CalendarDate, today } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { TrainingStore } from './training-store.ts'

/** The largest certificate that is taken. */
export const CERTIFICATE_BYTES = 5_000_000
const TEN_YEARS = 3653

/** Keeps that a training was done (I7). It never holds back an account. */
export class TrainingService {
  readonly #deps: { db: Database; clock: Clock; audit: AuditLog; store: TrainingStore }
  constructor(deps: { db: Database; clock: Clock; audit: AuditLog; store: TrainingStore }) {
    this.#deps = deps
  }

  /**
   * The person says when it was done, with a certificate or its reference. A second answer takes the place of the first.
   * @returns false when it is not theirs. @throws UnusableInput, its `what` to be shown at the field `where`, for an impossible day, no proof, or a file that is no certificate.
   */
  async complete(id: string, personId: string, proof: { doneOn: CalendarDate; reference: string; file: { filename: string; bytes: Buffer } | null }, actor: string): Promise<boolean> {
    const { db, clock, audit, store } = this.#deps
    const on = today(clock.now())
    if (proof.doneOn > on) throw new UnusableInput({ what: 'That day lies ahead. Write the day on which you completed it.', where: 'done' })
    if (proof.doneOn < addDays(on, -TEN_YEARS)) throw new UnusableInput({ what: 'That is more than ten years ago. Look at the year again.', where: 'done' })
    const type = proof.file ? typeOf(proof.file.bytes) : null
    if (proof.file && !type) throw new UnusableInput({ what: 'This file is not a PDF, PNG or JPEG. Choose another file, or write the reference.', where: 'file' })
    const reference = proof.reference.trim()
    if (!proof.file && reference === '') throw new UnusableInput({ what: 'Add the certificate, or write its reference.', where: 'reference' })
    return db.transaction(async () => {
      const training = await store.get(id)
      if (training?.personId !== personId || training.state === 'cancelled') return false
      const sha256 = proof.file ? createHash('sha256').update(proof.file.bytes).digest('hex') : null
      await store.complete(id, {
        doneOn: proof.doneOn, reference: reference === '' ? null : reference,
        file: proof.file && type && sha256 ? { name: proof.file.filename.slice(0, 190), type, sha256, bytes: proof.file.bytes } : null,
      }, actor)
      await audit.record({
        actor, event: 'training.completed', subject: `person:${personId}`, payload: { training: id, requirement: training.requirementId, doneOn: proof.doneOn, reference, certificate: sha256 },
      })
      return true
    })
  }
}

/** What a file is, by its first bytes, whatever its name says. */
function typeOf(bytes: Buffer): string | null {
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf'
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff ? 'image/jpeg' : null
}
