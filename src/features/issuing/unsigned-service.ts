import type { Clock } from '../../adapters/clock.ts'
import type { AffiliationRole } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import { chunks } from '../../shared/chunks.ts'
import { today } from '../../shared/dates.ts'
import { Refused } from '../../shared/errors.ts'
import type { AccessReport } from '../accounts/access-plans.ts'
import type { Wish, WishPlans } from '../accounts/life/wish-plans.ts'
import { bandOf, type PupilBand } from '../agreements/band.ts'
import type { Slot } from '../agreements/requirement.ts'
import { yearOnSql } from '../people/year-on.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { type Delivery, judgeUnsigned, type LeftOut, type OverdueRequest } from './judge-unsigned.ts'

export interface UnsignedDeps { db: Database; clock: Clock; calendar: CalendarStore; schools: SchoolStore; plans: WishPlans }

/** What enforcing would do now. */
export interface UnsignedPreview {
  proposed: { request: OverdueRequest; wish: Wish }[]
  leftOut: { request: OverdueRequest; why: LeftOut }[]
}

/** School days for which a joiner is provisional (I5). */
const PROVISIONAL_DAYS = 10

/** What is printed is taken home or posted: it counts as there after so long. */
const HANDED_OUT_MS = 3 * 86_400_000
/** The column that proves each way. */
const ROWS: Record<Delivery, string> = { mail: 'mailed', link: 'opened', class: 'in_class', paper: 'printed', letter: 'posted' }

/** The key under which a request's restriction stands; a signature releases it in its own transaction (A2). */
const keyOf = (requestId: string): string => `request:${requestId}`

/** Enforcing unsigned requests (I5): looked at, planned, approved on its own; never by itself. */
export class UnsignedService {
  readonly #deps: UnsignedDeps
  constructor(deps: UnsignedDeps) {
    this.#deps = deps
  }

  /** Everything overdue whose requirement proposes a restriction, with what would follow. Changes nothing. */
  async preview(): Promise<UnsignedPreview> {
    const { clock, calendar, schools, plans } = this.#deps
    const on = today(clock.now())
    const of = await calendar.around(on, await schools.all())
    const overdue = await this.#overdue(on)
    const before = await plans.everPlaced(overdue.map(({ request }) => keyOf(request.requestId)))
    const facts = {
      on, quiet: (schoolId: string) => of(schoolId).stillPeriod(on) !== null, provisionalUntil: (schoolId: string, start: string) => of(schoolId).addSchoolDays(start, PROVISIONAL_DAYS),
      before: new Set([...before].map((key) => key.slice('request:'.length))), supervised: plans.profiles().has('supervised'),
    }
    const found: UnsignedPreview = { proposed: [], leftOut: [] }
    for (const { request, place } of overdue) {
      const verdict = judgeUnsigned(request, facts)
      if ('leftOut' in verdict) found.leftOut.push({ request, why: verdict.leftOut })
      else {
        found.proposed.push({ request, wish: {
          personId: request.personId, schoolId: request.schoolId, ...place,
          place: { cause: 'unsigned', ...verdict.propose, reason: `has not signed "${request.title}", due ${request.dueOn}`, statement: '', releaseKey: keyOf(request.requestId) },
        } })
      }
    }
    return found
  }

  /** Makes the plan, which waits for a person. @throws Refused when nobody is to be proposed. */
  async plan(actor: string): Promise<AccessReport> {
    const { proposed } = await this.preview()
    if (proposed.length === 0) throw new Refused({ what: 'Nobody would be limited now.', remedy: 'Look at why each is left out.' })
    return this.#deps.plans.plan('unsigned', proposed.map(({ wish }) => wish), actor)
  }

  /** Of these release keys, those whose request still is open and whose school is not in exams or a holiday; asked when a plan runs. */
  async stillDue(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const { db, calendar, schools, clock } = this.#deps
    const on = today(clock.now())
    const of = await calendar.around(on, await schools.all())
    const found = new Set<string>()
    const ids = keys.filter((key) => key.startsWith('request:')).map((key) => key.slice('request:'.length))
    for (const part of chunks(ids)) {
      for (const row of await db.sql('requests').whereIn('id', part).where({ state: 'open' }).select('id', 'school_id')) if (of(row.school_id).stillPeriod(on) === null) found.add(keyOf(row.id))
    }
    return found
  }

  async #overdue(on: string): Promise<{ request: OverdueRequest; place: Pick<Wish, 'role' | 'yearCode' | 'regGroup'> }[]> {
    const { db, clock } = this.#deps
    const handed = clock.now() - HANDED_OUT_MS
    const rows = await db.rows(
      `select r.id, r.person_id, r.school_id, r.due_on, r.created_at, g.title, p.band_override, a.role, ${yearOnSql('a')} as year_code, a.reg_group, a.start_date,
         case when exists (select 1 from mails m where m.person_id = r.person_id and m.state = 'sent' and m.sent_at >= r.created_at and m.template in ('pupil-sign-link', 'staff-sign-link', 'own-link', 'reminder')) then 1 else 0 end as mailed,
         case when exists (select 1 from personal_links k where k.person_id = r.person_id and k.purpose = 'sign' and k.opened_at >= r.created_at) then 1 else 0 end as opened,
         case when exists (select 1 from class_answers c join signatories s on s.id = c.signatory_id where s.request_id = r.id and c.pupil_id = r.person_id) then 1 else 0 end as in_class,
         case when exists (select 1 from paper_slips t join signatories s on s.id = t.signatory_id where s.request_id = r.id and s.slot <> 'guardian' and t.printed_at >= r.created_at and t.printed_at <= ?) then 1 else 0 end as printed,
         case when exists (select 1 from letter_codes l join personal_links k on k.token_hash = l.token_hash where k.person_id = r.person_id and k.purpose = 'sign' and l.created_at >= r.created_at and l.created_at <= ?) then 1 else 0 end as posted
       from requests r join requirements q on q.id = r.requirement_id and q.if_unsigned = 'propose-restriction' and q.active = 1
       join agreements g on g.id = r.agreement_id join people p on p.id = r.person_id
       join affiliations a on a.person_id = r.person_id and a.school_id = r.school_id and a.role <> 'guardian' and (a.end_date is null or a.end_date >= ?)
       where r.state = 'open' and r.due_on < ? order by r.id`, [on, handed, handed, on, on])
    const byRequest = new Map(rows.map((row) => [row['id'] as string, row]))
    const slots = new Map<string, Slot[]>()
    for (const part of chunks([...byRequest.keys()])) {
      for (const row of await db.read('signatories').whereIn('request_id', part).where({ required: 1, state: 'open' }).select('request_id', 'slot')) slots.set(row.request_id, [...slots.get(row.request_id) ?? [], row.slot])
    }
    return [...byRequest].map(([requestId, row]) => {
      const role = row['role'] as AffiliationRole
      const yearCode = row['year_code'] as string | null
      return {
        request: {
          requestId, personId: row['person_id'] as string, schoolId: row['school_id'] as string, title: row['title'] as string, dueOn: row['due_on'] as string,
          band: bandOf({ role, yearCode, bandOverride: row['band_override'] as PupilBand | null }), openSlots: slots.get(requestId) ?? [],
          delivered: (Object.keys(ROWS) as Delivery[]).filter((way) => Number(row[ROWS[way]]) === 1), startDate: row['start_date'] as string | null,
        },
        place: { role, yearCode, regGroup: row['reg_group'] as string | null },
      }
    })
  }
}
