import type { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { type Instant, today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AccessService } from '../accounts/access-service.ts'
import type { RestrictionCause } from '../accounts/desired-access.ts'
import { neutralReason } from '../accounts/neutral-words.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import { placesInCharge } from '../people/affiliation.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { ChaseService } from '../reports/chase-service.ts'
import { AnswerOnce } from './answer-once.ts'
import { ApiQueries } from './api-queries.ts'
import type { figures, personAccess, reminderAnswer, requestsPage, requestsQuery } from './api-schemas.ts'
import type { Caller } from './token-service.ts'

/** Nothing that somebody typed: causes in fixed words. */
const CAUSES: Partial<Record<RestrictionCause, string>> = {
  leaver: 'Has left', 'school-leaver': 'Has left a school', unsigned: 'An agreement is not signed', 'guest-expired': 'The visit has ended', manual: 'Access changed by the school',
}

type Parts = ConstructorParameters<typeof ApiQueries>[0] & {
  db: Database
  clock: Clock
  audit: AuditLog
  people: PeopleQueries
  access: Pick<AccessService, 'accessOf'>
  requests: Pick<RequestStore, 'get' | 'signatoriesOf'>
  chase: Pick<ChaseService, 'chaseOne'>
}

/** What `/api/v1` does for a caller; each call asks for its scope first. */
export class ApiService {
  readonly #parts: Parts
  readonly #queries: ApiQueries
  readonly once: AnswerOnce
  constructor(parts: Parts) {
    this.#parts = parts
    this.#queries = new ApiQueries(parts)
    this.once = new AnswerOnce(parts.db, parts.clock)
  }

  async requests(caller: Caller, query: z.output<typeof requestsQuery>): Promise<z.output<typeof requestsPage>> {
    return this.#queries.requests(caller.schools('requests:read'), query)
  }

  async figures(caller: Caller, now: Instant): Promise<z.output<typeof figures>> {
    return this.#queries.figures(caller.schools('figures:read'), now)
  }

  /** A5: level and reasons in neutral words. The look is logged before it is given (V3). @throws NotFound for nobody of the caller's schools. */
  async access(caller: Caller, personId: string, request: { now: Instant; id: string }): Promise<z.output<typeof personAccess>> {
    const { db, audit, people, access } = this.#parts
    const schools = caller.schools('access:read')
    const on = today(request.now)
    const places = placesInCharge((await people.affiliationsOf([personId])).get(personId) ?? [], on)
    if (!await people.person(personId) || (schools !== 'all' && !places.some(({ schoolId }) => schools.includes(schoolId)))) throw new NotFound('There is no such person.')
    await db.transaction(() => audit.record({
      actor: caller.label, event: 'page.viewed', subject: `person:${personId}`, payload: { page: 'api access', method: 'GET', result: 'viewed', request: request.id },
    }))
    const { desired, restrictions } = await access.accessOf(personId, on, { reveal: false })
    return {
      personId, level: desired.level, profiles: desired.profiles,
      reasons: restrictions.map(({ id, cause, untilDate }) => ({ text: (cause && CAUSES[cause]) ?? neutralReason(id), until: untilDate })),
    }
  }

  /** Reminds whoever has still to sign this request. @throws NotFound when it is not of the caller's schools; Refused when nobody is to be reminded. */
  async remind(caller: Caller, requestId: string, reference: string | undefined): Promise<z.output<typeof reminderAnswer>> {
    const schools = caller.schools('requests:remind')
    const { requests, chase } = this.#parts
    const request = await requests.get(requestId)
    if (!request || (schools !== 'all' && !schools.includes(request.schoolId))) throw new NotFound('There is no such request.')
    const slots = (await requests.signatoriesOf([requestId])).get(requestId) ?? []
    if (request.state !== 'open' || !request.compulsory || slots.some(({ required, state }) => required && state === 'declined')) {
      throw new Refused({ what: 'Nobody is reminded of this request.', where: `It is ${request.compulsory ? request.state : 'optional'}.`, remedy: 'Requests that are open, compulsory and not declined can be chased.' })
    }
    const { mails, already, unreached } = await chase.chaseOne(requestId, { actor: caller.label, what: { request: requestId, ...(reference === undefined ? {} : { reference }) } })
    return { mails, already, unreached: unreached > 0 }
  }
}
