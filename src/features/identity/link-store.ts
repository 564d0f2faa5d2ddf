import type { Database } from '../../db/database.ts'
import type { Instant } from '../../shared/dates.ts'
import type { LinkHolder, LinkPurpose, LinkRoute, PersonalLink } from './personal-link.ts'

interface LinkRow {
  token_hash: string
  purpose: string
  person_id: string | null
  created_at: number | string
  expires_at: number | string
  opened_at: number | string | null
  browser_hash: string | null
  revoked_at: number | string | null
  route: string
}

/** Rows of `personal_links`. */
export class LinkStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async insert(link: PersonalLink): Promise<void> {
    await this.#db.sql('personal_links').insert({
      token_hash: link.tokenHash, purpose: link.purpose, person_id: link.personId, created_at: link.createdAt,
      expires_at: link.expiresAt, opened_at: link.openedAt, browser_hash: link.browserHash, revoked_at: link.revokedAt, route: link.route,
    })
  }

  async find(tokenHash: string): Promise<PersonalLink | null> {
    const row = await this.#db.read<LinkRow>('personal_links').where({ token_hash: tokenHash }).first()
    return row ? fromRow(row) : null
  }

  /** One statement decides who opens it: true for exactly one of any number of browsers. */
  async open(tokenHash: string, browserHash: string, holder: LinkHolder, now: Instant): Promise<boolean> {
    const query = this.#db.sql('personal_links')
      .where({ token_hash: tokenHash }).whereNull('opened_at').whereNull('revoked_at').where('expires_at', '>', now)
    void (holder === 'person' ? query.whereNotNull('person_id') : query.whereNull('person_id'))
    return (await query.update({ opened_at: now, browser_hash: browserHash })) === 1
  }

  /** Ends what is not ended yet: of a person, or the links that name nobody. Returns how many. */
  async revoke(personId: string | null, purpose: LinkPurpose | null, now: Instant): Promise<number> {
    const query = this.#db.sql('personal_links').whereNull('revoked_at')
    void (personId === null ? query.whereNull('person_id') : query.where({ person_id: personId }))
    if (purpose !== null) void query.where({ purpose })
    return query.update({ revoked_at: now })
  }

  /** Housekeeping: rows whose time was over before `before`. */
  removeExpired(before: Instant): Promise<number> {
    return this.#db.sql('personal_links').where('expires_at', '<', before).delete()
  }
}

function fromRow(row: LinkRow): PersonalLink {
  const instant = (value: number | string | null) => (value === null ? null : Number(value))
  return {
    tokenHash: row.token_hash, purpose: row.purpose as LinkPurpose, route: row.route as LinkRoute, personId: row.person_id,
    createdAt: Number(row.created_at), expiresAt: Number(row.expires_at), openedAt: instant(row.opened_at),
    browserHash: row.browser_hash, revokedAt: instant(row.revoked_at),
  }
}
