import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { type LetterCode, makeLetterCode, readLetterCode, sameHash, slowHash } from './letter-code.ts'
import { hashToken, type PersonalLink, type Visitor } from './personal-link.ts'
import type { PersonalLinks } from './personal-links.ts'

const MOST_TRIES = 5
const LETTER_DAYS = 28
/** Hashed when there is nothing to compare, so that an unknown number takes as long as a wrong secret. */
const NOBODY = { salt: '00000000000000000000000000000000', hash: '00'.repeat(32) }

/** What stands on one letter; kept nowhere else. */
export interface IssuedLetter { code: LetterCode; path: string; expiresAt: number }

/** Codes on printed letters: a second key to a personal link, for those without e-mail (F4). */
export class LetterCodes {
  readonly #deps: { db: Database; clock: Clock; ids: Ids; links: PersonalLinks }
  constructor(deps: { db: Database; clock: Clock; ids: Ids; links: PersonalLinks }) {
    this.#deps = deps
  }

  /** Makes a letter's link and code; every earlier link and letter of this person ends with it. */
  async issue(personId: string): Promise<IssuedLetter> {
    const { db, clock, ids, links } = this.#deps
    const code = makeLetterCode(ids.random)
    const salt = ids.random(16).toString('hex')
    const hash = await slowHash(code.secret, salt)
    return db.transaction(async () => {
      const { token, path, expiresAt } = await links.issueLink({ personId, purpose: 'sign', route: 'letter', ttl: LETTER_DAYS * 86_400_000 })
      await db.sql('letter_codes').insert({ number: code.number, token_hash: hashToken(token), salt, code_hash: hash, tries: 0, created_at: clock.now() })
      return { code, path, expiresAt }
    })
  }

  /** Opens the letter of a typed code for this browser. Null for every code that does not, whatever the reason. */
  async open(typed: string, visitor: Visitor): Promise<PersonalLink | null> {
    const { db, links } = this.#deps
    const code = readLetterCode(typed)
    const row = code ? await db.read('letter_codes').where({ number: code.number }).first() : undefined
    const hash = await slowHash(code?.secret ?? '', row?.salt ?? NOBODY.salt)
    if (!code || !row) return null
    // One statement counts the try, so that many at once are not more than five.
    const counted = await db.sql('letter_codes').where({ number: code.number }).where('tries', '<', MOST_TRIES).update({ tries: db.sql.raw('tries + 1') })
    if (counted !== 1 || !sameHash(hash, row.code_hash)) return null
    const opened = await links.openByHash(row.token_hash, visitor)
    if (!opened.ok) return null
    await db.sql('letter_codes').where({ number: code.number }).update({ tries: 0 })
    return opened.link
  }

  /** Codes whose links are gone. */
  async removeOrphans(): Promise<number> {
    const { db } = this.#deps
    return db.sql('letter_codes').whereNotIn('token_hash', db.sql('personal_links').select('token_hash')).delete()
  }
}
