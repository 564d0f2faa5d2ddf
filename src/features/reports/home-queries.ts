import type { Database } from '../../db/database.ts'
import { type Instant, longDate } from '../../shared/dates.ts'

/** Something that happened lately, without anybody's name. */
export interface RecentEvent { at: Instant; title: string; text: string; by: string; status?: 'signed' | 'held' | 'suspended' }

/** Small questions of the office's home page. */
export class HomeQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Signatures older than a minute whose seal is still missing. */
  async sealsOverdue(schools: 'all' | readonly string[], now: Instant): Promise<number> {
    if (schools !== 'all' && schools.length === 0) return 0
    const query = this.#db.read('signatures as s').join('requests as r', 'r.id', 's.request_id').whereIn('s.seal_state', ['pending', 'failed']).where('s.signed_at', '<', now - 60_000)
    if (schools !== 'all') void query.whereIn('r.school_id', [...schools])
    return Number((await query.count({ n: '*' }).first())?.['n'] ?? 0)
  }

  /** Of these plans, those with a line about somebody at one of the schools. */
  async plansTouching(planIds: readonly string[], schools: 'all' | readonly string[]): Promise<Set<string>> {
    if (schools === 'all') return new Set(planIds)
    if (planIds.length === 0 || schools.length === 0) return new Set()
    const rows = await this.#db.read('plan_items').whereIn('plan_id', [...planIds])
      .where((any) => { for (const school of schools) void any.orWhere('population', 'like', `${school}|%`) }).distinct('plan_id')
    return new Set(rows.map((row) => row.plan_id as string))
  }

  /** The newest issues of requests. */
  async issues(limit: number): Promise<RecentEvent[]> {
    const rows = await this.#db.read('plans').where({ kind: 'issue', state: 'applied' }).orderBy('created_at', 'desc').limit(limit).select('created_at', 'created_by', 'counts', 'about')
    return rows.map((row) => {
      const created = Number((JSON.parse(row.counts as string) as Record<string, number>)['created'] ?? 0)
      return {
        at: Number(row.created_at), title: `${created.toLocaleString('en-GB')} ${created === 1 ? 'agreement was' : 'agreements were'} put to people`,
        text: row.about ? `For ${longDate(row.about as string)}` : '', by: byWords(row.created_by as string), status: 'signed' as const,
      }
    })
  }
}

/** "by the schedule", "at the command line": who did it, without a name. */
export function byWords(actor: string): string {
  if (actor === 'system') return 'by the schedule'
  return actor.startsWith('os:') ? 'at the command line' : 'by one of the staff'
}
