import type { Database } from '../../db/database.ts'
import type { LinkState, PersonalLink, Visitor } from './personal-link.ts'
import type { IssuedLink, PersonalLinks } from './personal-links.ts'
import type { AdministratorPort, NewAdministrator } from './ports.ts'
import type { RoleService } from './role-service.ts'
import { DAY_MS } from '../../shared/dates.ts'


export type SetUpResult = { ok: true; personId: string; link: PersonalLink } | { ok: false; state: LinkState }

/** Makes the first administrator through a link that only whoever started the server has seen: no default password. */
export class SetupLink {
  readonly #parts: { db: Database; links: PersonalLinks; roles: RoleService; people: AdministratorPort }

  constructor(parts: { db: Database; links: PersonalLinks; roles: RoleService; people: AdministratorPort }) {
    this.#parts = parts
  }

  /** At first start: a link while there is no administrator, else null. */
  async ifNeeded(): Promise<IssuedLink | null> {
    return await this.#parts.roles.hasAdministrator() ? null : this.issue()
  }

  /** What the page should show. Changes nothing. */
  look(token: string, visitor: Visitor): Promise<LinkState> {
    return this.#parts.links.look(token, visitor, 'nobody')
  }

  /** A new link; an earlier one ends. For the first start and the command line only: no page calls this. */
  issue(): Promise<IssuedLink> {
    return this.#parts.links.issueLink({ personId: null, purpose: 'administrator', route: 'setup', ttl: DAY_MS })
  }

  /** The link, the person and the role in one transaction: if one fails, the link can be used again. */
  async setUp(token: string, visitor: Visitor, administrator: NewAdministrator): Promise<SetUpResult> {
    const { db, links, roles, people } = this.#parts
    return db.transaction(async () => {
      const before = await links.look(token, visitor, 'nobody')
      if (before !== 'unopened') return { ok: false, state: before }
      const opened = await links.open(token, visitor, 'nobody')
      if (!opened.ok) return opened
      const personId = await people.addAdministrator(administrator)
      // Somebody who lost their proofs comes by such a link too, and holds the role already.
      if (!await roles.isAdministrator(personId)) await roles.grant({ personId, role: 'trust-admin', schoolId: null, groupName: null, until: null, grantedBy: `person:${personId}` })
      return { ok: true, personId, link: opened.link }
    })
  }
}
