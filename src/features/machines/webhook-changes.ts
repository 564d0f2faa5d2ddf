import { createHash } from 'node:crypto'
import type { Database } from '../../db/database.ts'
import { type Instant, today } from '../../shared/dates.ts'
import { placesInCharge } from '../people/affiliation.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { moment } from './api-queries.ts'
import type { WebhookEventBody } from './webhook-schemas.ts'
import type { Told, WebhookEvent, WebhookTarget } from './webhook-target.ts'

/**
 * What is being written counts from when it began, so a change is told once what began as early has been written: transactions are
 * short, and one that waits for a lock is given up within a minute.
 */
const SETTLED_AFTER_MS = 2 * 60_000
/** Events of one delivery. */
const MOST = 100

/** One kind of change, walked by when it happened. */
interface Walk {
  name: string
  event: WebhookEvent
  /** Select list and joins; the row's own identifier is `id`. */
  sql: string
  at: string
  id: string
  data(row: Record<string, string>): object
}

const REQUEST = 'select r.id, r.person_id, r.school_id, r.state, a.`key`, r.changed_at as at_ from requests r join agreements a on a.id = r.agreement_id where'
const signatures = (column: string) => `select s.id, s.request_id, s.subject_id as person_id, r.school_id, s.${column} as at_ from signatures s join requests r on r.id = s.request_id where`
const people = (table: string, column: string) => `select t.id, t.person_id, t.${column} as at_ from ${table} t where`
const plans = (column: string) => `select p.id, p.${column} as at_ from plans p where p.kind = 'access' and`

const signature = (row: Record<string, string>) => ({ signatureId: row['id'], requestId: row['request_id'], personId: row['person_id'], schoolId: row['school_id'] })
const person = (row: Record<string, string>) => ({ personId: row['person_id'] })
const step = (name: string) => (row: Record<string, string>) => ({ planId: row['id'], step: name })

const WALKS: readonly Walk[] = [
  { name: 'requests', event: 'request.changed', sql: REQUEST, at: 'r.changed_at', id: 'r.id', data: (row) => ({ requestId: row['id'], personId: row['person_id'], schoolId: row['school_id'], agreementKey: row['key'], state: row['state'] }) },
  { name: 'signed', event: 'signature.made', sql: signatures('signed_at'), at: 's.signed_at', id: 's.id', data: signature },
  { name: 'ended', event: 'signature.ended', sql: signatures('ended_at'), at: 's.ended_at', id: 's.id', data: signature },
  { name: 'placed', event: 'access.changed', sql: people('restrictions', 'placed_at'), at: 't.placed_at', id: 't.id', data: person },
  { name: 'released', event: 'access.changed', sql: people('restrictions', 'released_at'), at: 't.released_at', id: 't.id', data: person },
  { name: 'exempted', event: 'access.changed', sql: people('exemptions', 'placed_at'), at: 't.placed_at', id: 't.id', data: person },
  {
    name: 'exemption-ended', event: 'access.changed', at: 'e.ended_at', id: 'e.exemption_id', data: person,
    sql: 'select e.exemption_id as id, t.person_id, e.ended_at as at_ from ended_exemptions e join exemptions t on t.id = e.exemption_id where',
  },
  { name: 'planned', event: 'access-plan.changed', sql: plans('created_at'), at: 'p.created_at', id: 'p.id', data: step('made') },
  { name: 'approved', event: 'access-plan.changed', sql: plans('approved_at'), at: 'p.approved_at', id: 'p.id', data: step('approved') },
  { name: 'finished', event: 'access-plan.changed', sql: plans('finished_at'), at: 'p.finished_at', id: 'p.id', data: step('finished') },
]

/** Nothing before now is told. */
export const toldUpTo = (now: Instant): Record<string, Told> => Object.fromEntries(WALKS.map(({ name }) => [name, { at: now, id: '' }]))

interface Change { walk: Walk; at: Instant; row: Record<string, string> }

/** Reads what changed since a target was last told. */
export class WebhookChanges {
  readonly #db: Database
  readonly #people: Pick<PeopleQueries, 'affiliationsOf'>
  constructor(parts: { db: Database; people: Pick<PeopleQueries, 'affiliationsOf'> }) {
    this.#db = parts.db
    this.#people = parts.people
  }

  /** The next events in the order of their time, at most a hundred, and how far one has been told with them; `more`: ask again. */
  async after(target: WebhookTarget, now: Instant): Promise<{ events: WebhookEventBody[]; told: Record<string, Told>; more: boolean }> {
    const wanted = WALKS.filter(({ event }) => target.events.includes(event))
    const found: Change[] = []
    for (const walk of wanted) {
      const from = target.told[walk.name] ?? { at: target.createdAt, id: '' }
      const rows = await this.#db.rows(
        `${walk.sql} ${walk.at} >= ? and (${walk.at} > ? or ${walk.id} > ?) and ${walk.at} <= ? order by ${walk.at}, ${walk.id} limit ${MOST}`, [from.at, from.at, from.id, now - SETTLED_AFTER_MS])
      for (const row of rows) found.push({ walk, at: Number(row['at_']), row: row as Record<string, string> })
    }
    // Stable: within one walk the order stays that of its cursor.
    found.sort((a, b) => a.at - b.at)
    const taken = found.slice(0, MOST)
    const told = { ...target.told }
    for (const { walk, at, row } of taken) told[walk.name] = { at, id: row['id'] as string }
    return { events: (await this.#ofSchool(taken, target.schoolId, now)).map(eventOf), told, more: found.length >= MOST }
  }

  async #ofSchool(changes: Change[], schoolId: string | null, now: Instant): Promise<Change[]> {
    if (schoolId === null) return changes
    const asked = changes.filter(({ walk }) => walk.event === 'access.changed').map(({ row }) => row['person_id'] as string)
    const places = await this.#people.affiliationsOf([...new Set(asked)])
    const on = today(now)
    return changes.filter(({ walk, row }) => {
      // A plan is about many schools.
      if (walk.event === 'access-plan.changed') return false
      if (walk.event !== 'access.changed') return row['school_id'] === schoolId
      return placesInCharge(places.get(row['person_id'] as string) ?? [], on).some((place) => place.schoolId === schoolId)
    })
  }
}

function eventOf({ walk, at, row }: Change): WebhookEventBody {
  // A5: by a hash, since which walk found it would tell what was done. The identifiers in it cannot be guessed.
  const id = createHash('sha256').update(`${walk.name}-${row['id']}-${at}`).digest('hex').slice(0, 32)
  return { id, type: walk.event, at: moment(at), data: walk.data(row) } as WebhookEventBody
}
