import type { Database } from '../../db/database.ts'
import type { CalendarDate, Instant } from '../../shared/dates.ts'
import { placedAt } from '../people/placed-at.ts'

/** One look at somebody's record (V3). */
export interface Look {
  id: string
  at: Instant
  /** Label of the reader, such as `person:<ulid>`. */
  reader: string
  personId: string
  /** Name of the page that was shown. */
  page: string
}

export interface LooksQuestion {
  schools: 'all' | readonly string[]
  on: CalendarDate
  /** Only looks at this person. */
  about: string | null
  /** Only looks by this person. */
  by: string | null
}

const PART = 1_000

/** Reads of the looks that the ledger holds. */
export class LooksQueries {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** Newest first, older than `before`; `next` is where the following page begins. */
  async page(question: LooksQuestion, before: string | null, limit: number): Promise<{ looks: Look[]; next: string | null }> {
    const looks = await this.#rows(question, before === null ? null : ['<', before], 'desc', limit + 1)
    return { looks: looks.slice(0, limit), next: looks.length > limit ? looks[limit - 1]?.id ?? null : null }
  }

  async count(question: LooksQuestion): Promise<number> {
    const where = conditions(question)
    return Number((await this.#db.rows(`select count(*) as n from audit_entries e where ${where.sql}`, where.values))[0]?.['n'] ?? 0)
  }

  /** Every look, oldest first, a batch at a time. */
  async* all(question: LooksQuestion): AsyncIterable<Look[]> {
    let after = ''
    for (;;) {
      const looks = await this.#rows(question, ['>', after], 'asc', PART)
      if (looks.length > 0) yield looks
      if (looks.length < PART) return
      after = looks.at(-1)?.id ?? ''
    }
  }

  async #rows(question: LooksQuestion, edge: ['<' | '>', string] | null, order: 'asc' | 'desc', limit: number): Promise<Look[]> {
    const where = conditions(question)
    const rows = await this.#db.rows(
      `select e.id, e.at, e.actor, e.subject, p.payload from audit_entries e left join audit_payloads p on p.entry_id = e.id
       where ${where.sql}${edge === null ? '' : ` and e.id ${edge[0]} ?`} order by e.id ${order} limit ?`, [...where.values, ...(edge === null ? [] : [edge[1]]), limit])
    return rows.map((row) => ({
      id: row['id'] as string, at: Number(row['at']), reader: row['actor'] as string, personId: (row['subject'] as string).slice('person:'.length), page: pageOf(row['payload']),
    }))
  }
}

function conditions({ schools, on, about, by }: LooksQuestion): { sql: string; values: string[] } {
  const place = schools === 'all' ? { sql: '1 = 1', values: [] } : placedAt('substr(e.subject, 8)', schools, on)
  return {
    sql: [`e.event = 'page.viewed'`, about === null ? `e.subject like 'person:%'` : 'e.subject = ?', ...(by === null ? [] : ['e.actor = ?']), place.sql].join(' and '),
    values: [...(about === null ? [] : [`person:${about}`]), ...(by === null ? [] : [`person:${by}`]), ...place.values],
  }
}

/** Empty once the entry's particulars were erased. */
function pageOf(payload: unknown): string {
  const page = typeof payload === 'string' ? (JSON.parse(payload) as Record<string, unknown>)['page'] : null
  return typeof page === 'string' ? page : ''
}
