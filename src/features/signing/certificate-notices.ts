import type { Clock } from '../../adapters/clock.ts'
import type { Sealer } from '../../adapters/pdf/pdf-records.ts'
import { DAY_MS, type Instant, longDate, today } from '../../shared/dates.ts'
import type { GrantedRole } from '../identity/permissions.ts'
import type { MailService } from '../messages/mail-service.ts'
import type { PeopleQueries } from '../people/people-queries.ts'

/** Days before the end of the sealing certificate at which it is announced (D4). */
const DAYS = [60, 30, 7] as const

export interface ExpiryNotice {
  /** The announcement that is due: 60, 30 or 7 days before; 0 once it has ended. */
  step: number
  /** Whole days left. */
  left: number
  endsAt: Instant
}

/** What is to be said about the end of a certificate; null while it is further away. Pure. */
export function expiryNotice(sealer: Pick<Sealer, 'notAfter'>, now: Instant): ExpiryNotice | null {
  const left = Math.floor((sealer.notAfter - now) / DAY_MS)
  if (left >= DAYS[0]) return null
  const step = left < 0 ? 0 : DAYS.findLast((days) => left < days) ?? DAYS[0]
  return { step, left: Math.max(0, left), endsAt: sealer.notAfter }
}

export interface CertificateNoticesDeps {
  clock: Clock; sealer: Sealer; people: PeopleQueries; mail: MailService
  roles: { holdersOf(role: GrantedRole, now: Instant): Promise<{ personId: string }[]> }
  /** True: the school's own certificate, which Assent cannot renew. */
  pkcs12: boolean
  /** Stands in the subject. */
  trustName: () => string
}

/** Tells the trust's administrators before the sealing certificate ends, once at each step. */
export class CertificateNotices {
  readonly #deps: CertificateNoticesDeps
  constructor(deps: CertificateNoticesDeps) {
    this.#deps = deps
  }

  /** Of today, for the home page. */
  current(): ExpiryNotice | null {
    return expiryNotice(this.#deps.sealer, this.#deps.clock.now())
  }

  async send(): Promise<void> {
    const { clock, roles, sealer, people, mail, pkcs12, trustName } = this.#deps
    const notice = this.current()
    if (!notice) return
    const holders = new Set((await roles.holdersOf('trust-admin', clock.now())).map((holder) => holder.personId))
    for (const person of (await people.people([...holders])).values()) {
      if (!person.email) continue
      await mail.send({
        dedupeKey: `certificate:${sealer.certificateId.slice(0, 32)}:${notice.step}:${person.id}`, personId: person.id, to: person.email, template: 'certificate',
        variables: async () => ({ schoolName: trustName(), recipientName: person.name, endsOn: longDate(today(notice.endsAt)), left: notice.left, ended: notice.step === 0, own: pkcs12 }),
      })
    }
  }
}
