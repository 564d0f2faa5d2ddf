import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'

/** A mail of the demo, as its list shows it. */
export interface CapturedMail { id: string; to: string; subject: string; at: Instant }

/** Reads the mails that the demo kept instead of sending. */
export class MailboxQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Newest first; to one address unless that is null. */
  async page(to: string | null, offset: number, limit: number): Promise<{ mails: CapturedMail[]; total: number }> {
    const where = to === null ? {} : { recipient: to }
    const rows = await this.#db.read('captured_mails').where(where).orderBy('id', 'desc').limit(limit).offset(offset).select('id', 'recipient', 'subject', 'sent_at')
    const all = await this.#db.read('captured_mails').where(where).count({ n: '*' }).first()
    return { mails: rows.map(fromRow), total: Number(all?.['n'] ?? 0) }
  }

  async mail(id: string): Promise<CapturedMail & { text: string; html: string } | null> {
    const row = await this.#db.read('captured_mails').where({ id }).first()
    return row ? { ...fromRow(row), text: row.body_text, html: row.body_html } : null
  }
}

function fromRow(row: Record<string, unknown>): CapturedMail {
  return { id: row['id'] as string, to: row['recipient'] as string, subject: row['subject'] as string, at: Number(row['sent_at']) }
}
