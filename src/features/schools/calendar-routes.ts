import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { dateFromParts, datePartsSchema } from '../../http/date-parts.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { today } from '../../shared/dates.ts'
import { Forbidden, NotFound } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { decidePeriod, periodKinds } from './calendar-period.ts'
import type { CalendarStore } from './calendar-store.ts'
import { calendarView, PROBLEM_WORDS, TRUST } from './calendar-views.ts'
import type { SchoolStore } from './school-store.ts'

export interface CalendarPageDeps { db: Database; audit: AuditLog; schools: SchoolStore; calendar: CalendarStore }

const PATH = '/settings/calendar'
const PERMISSION = 'calendar.edit'

/** `/settings/calendar`: holidays, closed days, exams and the roll-over window, of the trust and of each school (I6, B6, R8). */
export function calendarPages({ db, audit, schools, calendar }: CalendarPageDeps): Page[] {
  return [
    definePage({
      name: 'calendar', path: PATH, permission: PERMISSION,
      get: async ({ actor, now, values }) => {
        const mine = (await schools.all()).filter(({ id }) => actor.can(PERMISSION, id))
        const shown = new Set([null, ...mine.map(({ id }) => id)])
        const periods = (await calendar.periods(today(now))).filter(({ schoolId }) => shown.has(schoolId))
        return view('pages/settings/calendar.njk', calendarView({ action: PATH, periods, schools: mine, mayEdit: (schoolId) => mayEdit(actor, schoolId), values }))
      },
      post: {
        body: z.strictObject({
          school: z.string().max(26), kind: z.enum(periodKinds, 'Say what these days are'), name: z.string().trim().max(120, 'Use at most 120 characters').default(''),
          ...datePartsSchema('from'), ...datePartsSchema('to'),
        }),
        audit: 'calendar.added',
        handle: async (ctx) => {
          const { actor, body } = ctx
          const schoolId = body.school === TRUST ? null : body.school
          await ensureMayEdit(actor, schoolId)
          const from = dateFromParts(body, 'from') ?? ''
          const decided = decidePeriod({ schoolId, kind: body.kind, name: body.name, from, to: dateFromParts(body, 'to') || from })
          if (!decided.ok) return backToForm(ctx, ...PROBLEM_WORDS[decided.reason])
          await db.transaction(async () => {
            const id = await calendar.add(decided.value, actor.label)
            await audit.record({ actor: actor.label, event: 'calendar.added', subject: `calendar:${id}`, payload: { ...decided.value } })
          })
          return redirect(PATH, 'Added to the calendar.')
        },
      },
    }),
    definePage({
      name: 'remove from calendar', path: `${PATH}/remove`, permission: PERMISSION,
      post: {
        body: z.strictObject({ period: z.string().length(26) }),
        audit: 'calendar.removed',
        handle: async ({ actor, body }) => {
          const period = await calendar.get(body.period)
          if (period) {
            await ensureMayEdit(actor, period.schoolId)
            const { schoolId, kind, name, from, to } = period
            await db.transaction(async () => {
              if (await calendar.remove(period.id)) await audit.record({ actor: actor.label, event: 'calendar.removed', subject: `calendar:${period.id}`, payload: { schoolId, kind, name, from, to } })
            })
          }
          return redirect(PATH, 'Removed from the calendar.')
        },
      },
    }),
  ]

  async function ensureMayEdit(actor: Actor, schoolId: string | null): Promise<void> {
    if (schoolId === null && !mayEdit(actor, null)) throw new Forbidden('The days of every school are entered by the trust.')
    if (schoolId !== null && (!mayEdit(actor, schoolId) || !await schools.get(schoolId))) throw new NotFound()
  }
}

const mayEdit = (actor: Actor, schoolId: string | null): boolean => (schoolId === null ? actor.schools(PERMISSION) === 'all' : actor.can(PERMISSION, schoolId))
