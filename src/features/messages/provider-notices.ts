import type { Clock } from '../../adapters/clock.ts'
import { longDate, today } from '../../shared/dates.ts'
import { expiryWarning } from '../identity/identity-provider.ts'
import type { ProviderStore } from '../identity/provider-store.ts'
import type { RoleStore } from '../identity/role-store.ts'
import { metadataPath } from '../identity/sign-in-paths.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { MailService } from './mail-service.ts'

export interface ProviderNoticesParts { clock: Clock; mail: MailService; people: PeopleQueries; providers: ProviderStore; roles: RoleStore; trustName: () => string; baseUrl: string }

/** Tells the trust's administrators 60, 30 and 7 days before nobody could sign in by a provider any more, and once it is so. */
export class ProviderNotices {
  readonly #parts: ProviderNoticesParts
  constructor(parts: ProviderNoticesParts) {
    this.#parts = parts
  }

  /** Looked at daily; each step is told once to each administrator. */
  async send(): Promise<void> {
    const { clock, providers, roles, people } = this.#parts
    const now = clock.now()
    const due = (await providers.active()).flatMap((provider) => {
      const warning = expiryWarning(provider, now)
      return warning ? [{ provider, warning }] : []
    })
    if (due.length === 0) return
    const holders = await roles.holdersOf('trust-admin', now)
    const administrators = await people.people([...new Set(holders.filter(({ schoolId }) => schoolId === null).map(({ personId }) => personId))])
    for (const { provider, warning } of due) {
      const ends = warning.until === null ? null : today(warning.until)
      for (const { id, email } of administrators.values()) {
        if (email === null) continue
        await this.#parts.mail.send({
          dedupeKey: `certificate:${provider.id}:${ends ?? today(now).slice(0, 7)}:${warning.level}:${id}`, personId: id, to: email, template: 'certificate-ends',
          variables: async () => ({
            schoolName: this.#parts.trustName(), providerLabel: provider.label, link: `${this.#parts.baseUrl}${metadataPath(provider.name)}`, ...(ends === null ? {} : { endsOn: longDate(ends) }),
          }),
        })
      }
    }
  }
}
