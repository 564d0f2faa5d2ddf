import type { ScanType } from '../../adapters/qr/scan-type.ts'
import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import { chunks } from '../../shared/chunks.ts'

/** One printed agreement. */
export interface PaperSlip { code: string; printId: string; signatoryId: string; renditionHash: string; printedBy: string; printedAt: Instant }
export interface PaperBatch { id: string; schoolId: string; enteredBy: string; enteredAt: Instant; undoneAt: Instant | null }

/** Slips printed, scans kept, and what was entered from paper. */
export class PaperStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  async insertSlips(slips: readonly PaperSlip[]): Promise<void> {
    await this.#db.insertMany('paper_slips', slips.map((slip) => ({
      code: slip.code, print_id: slip.printId, signatory_id: slip.signatoryId, rendition_hash: slip.renditionHash, printed_by: slip.printedBy, printed_at: slip.printedAt,
    })))
  }

  async slip(code: string): Promise<PaperSlip | null> {
    const row = await this.#db.read('paper_slips').where({ code }).first()
    return row ? slipFromRow(row) : null
  }

  async slipsOfPrint(printId: string): Promise<PaperSlip[]> {
    return (await this.#db.read('paper_slips').where({ print_id: printId }).orderBy('signatory_id')).map(slipFromRow)
  }

  /** The newest slip of each slot: what its paper says. */
  async newestSlips(signatoryIds: readonly string[]): Promise<Map<string, PaperSlip>> {
    const found = new Map<string, PaperSlip>()
    for (const part of chunks(signatoryIds)) {
      for (const row of await this.#db.read('paper_slips').whereIn('signatory_id', part).orderBy('printed_at').orderBy('print_id')) found.set(row.signatory_id, slipFromRow(row))
    }
    return found
  }

  /** The same scan twice is one. */
  async keepScan(scan: { sha256: string; type: ScanType; bytes: Buffer; uploadedBy: string; at: Instant }): Promise<void> {
    await this.#db.insertNew('paper_scans', [{ sha256: scan.sha256, content_type: scan.type, content: scan.bytes, uploaded_by: scan.uploadedBy, uploaded_at: scan.at }])
  }

  async scan(sha256: string): Promise<{ type: ScanType; bytes: Buffer; uploadedBy: string } | null> {
    const row = await this.#db.read('paper_scans').where({ sha256 }).first()
    return row ? { type: row.content_type, bytes: Buffer.from(row.content), uploadedBy: row.uploaded_by } : null
  }

  async scanExists(sha256: string): Promise<boolean> {
    return (await this.#db.read('paper_scans').where({ sha256 }).first('sha256')) !== undefined
  }

  /** Schools of the signatures that this scan stands behind. */
  async schoolsOfScan(sha256: string): Promise<string[]> {
    const rows = await this.#db.read('paper_entries as e').join('paper_batches as b', 'b.id', 'e.batch_id').where('e.scan_sha256', sha256).distinct('b.school_id')
    return rows.map((row) => row.school_id as string)
  }

  /** Scans that no signature came of. */
  async removeStrayScans(before: Instant): Promise<number> {
    return this.#db.sql('paper_scans').where('uploaded_at', '<', before).whereNotIn('sha256', this.#db.sql('paper_entries').whereNotNull('scan_sha256').select('scan_sha256')).delete()
  }

  async insertBatch(batch: Omit<PaperBatch, 'undoneAt'>): Promise<void> {
    await this.#db.insertNew('paper_batches', [{ id: batch.id, school_id: batch.schoolId, entered_by: batch.enteredBy, entered_at: batch.enteredAt }])
  }

  async addEntry(batchId: string, signatureId: string, scanSha256: string | null): Promise<void> {
    await this.#db.insertNew('paper_entries', [{ batch_id: batchId, signature_id: signatureId, scan_sha256: scanSha256 }])
  }

  async batch(id: string): Promise<PaperBatch | null> {
    const row = await this.#db.read('paper_batches').where({ id }).first()
    return row ? { id: row.id, schoolId: row.school_id, enteredBy: row.entered_by, enteredAt: Number(row.entered_at), undoneAt: row.undone_at === null ? null : Number(row.undone_at) } : null
  }

  async batchOfSignature(signatureId: string): Promise<string | null> {
    return (await this.#db.read('paper_entries').where({ signature_id: signatureId }).first('batch_id'))?.batch_id ?? null
  }

  async entries(batchId: string): Promise<{ signatureId: string; scanSha256: string | null }[]> {
    return (await this.#db.read('paper_entries').where({ batch_id: batchId }).orderBy('signature_id')).map((row) => ({ signatureId: row.signature_id, scanSha256: row.scan_sha256 }))
  }

  /** False when it was undone before. */
  async undo(id: string, by: string, at: Instant): Promise<boolean> {
    return await this.#db.sql('paper_batches').where({ id }).whereNull('undone_at').update({ undone_at: at, undone_by: by }) === 1
  }
}

function slipFromRow(row: Record<string, unknown>): PaperSlip {
  return {
    code: row['code'] as string, printId: row['print_id'] as string, signatoryId: row['signatory_id'] as string, renditionHash: row['rendition_hash'] as string,
    printedBy: row['printed_by'] as string, printedAt: Number(row['printed_at']),
  }
}
