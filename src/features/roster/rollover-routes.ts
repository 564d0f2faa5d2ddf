import { z } from 'zod'
import { ensureCan } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import { longDate, today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import type { CalendarPeriod } from '../schools/calendar-period.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import { yearWords } from './change-words.ts'
import type { ExpectedLeavers, LeavingYear } from './expected-leavers.ts'

export interface RolloverPageDeps { schools: SchoolStore; calendar: CalendarStore; expectedLeavers: ExpectedLeavers }

const PATH = '/rosters/rollover'
const ORDER = ['E1', 'E2', 'N1', 'N2', 'R', ...Array.from({ length: 14 }, (_, n) => String(n + 1)), 'M', 'X']
const params = z.strictObject({ school: z.string().length(26), year: z.enum(ORDER as [string, ...string[]]) })

/** `/rosters/rollover`: the lists of leavers and movers, confirmed before the years change (R8). */
export function rolloverPages({ schools, calendar, expectedLeavers }: RolloverPageDeps): Page[] {
  return [
    definePage({
      name: 'new school year', path: PATH, permission: 'roster.view',
      get: async ({ actor, now }) => {
        const on = today(now)
        const periods = (await calendar.periods(on)).filter(({ kind }) => kind === 'rollover')
        const mine = (await schools.all()).filter(({ id }) => actor.can('roster.view', id))
        return view('pages/roster/rollover.njk', {
          crumbs: [{ text: 'Rosters', href: '/rosters' }],
          schools: await Promise.all(mine.map(async (school) => ({
            name: school.name, window: windowWords(periods.find(({ schoolId }) => schoolId === null || schoolId === school.id)),
            years: (await expectedLeavers.years(school, on)).toSorted((a, b) => ORDER.indexOf(b.yearCode) - ORDER.indexOf(a.yearCode)).map((year) => yearRow(school, year)),
          }))),
        })
      },
    }),
    definePage({
      name: 'leavers of a year', path: `${PATH}/:school/:year`, permission: 'roster.view', params,
      get: async ({ actor, now, params: { school: id, year }, path }) => {
        ensureCan(actor, 'roster.view', id)
        const school = await theSchool(id)
        const pupils = await expectedLeavers.pupils(school, year, today(now))
        const confirmed = pupils.filter(({ expected }) => expected).length
        return view('pages/roster/rollover-year.njk', {
          crumbs: [{ text: 'Rosters', href: '/rosters' }, { text: 'New school year', href: PATH }],
          title: `Leavers of ${yearWords(year)}, ${school.name}`, action: path, confirmed: confirmed > 0, mayConfirm: actor.can('roster.approve', id),
          sentence: confirmed > 0 ? `${count(confirmed)} of ${count(pupils.length)} are expected to leave at the end of ${expectedLeavers.endingYear(school, today(now))}.`
            : `${count(pupils.length)} are in this year. Nobody has said yet who leaves.`,
          pupils: pupils.map(({ personId, name, regGroup, expected }) => ({ id: personId, name, group: regGroup, stays: confirmed > 0 && !expected })),
        })
      },
      post: {
        body: z.strictObject({ answer: z.enum(['confirm', 'withdraw']), stay: listOf(z.string().length(26)) }), audit: 'roster.leavers-confirmed', permission: 'roster.approve',
        handle: async ({ actor, body, now, params: { school: id, year }, path }) => {
          ensureCan(actor, 'roster.approve', id)
          const school = await theSchool(id)
          if (body.answer === 'withdraw') {
            await expectedLeavers.withdraw(school, year, today(now), actor.label)
            return redirect(PATH, `Taken back: nobody of ${yearWords(year)} is expected to leave.`)
          }
          const leaving = await expectedLeavers.confirm(school, year, new Set(body.stay), today(now), actor.label)
          return redirect(path, `Confirmed: ${count(leaving)} leave with ${yearWords(year)}.`)
        },
      },
    }),
  ]

  async function theSchool(id: string): Promise<School> {
    const school = await schools.get(id)
    if (!school) throw new NotFound()
    return school
  }
}

const count = (n: number): string => n.toLocaleString('en-GB')

function yearRow(school: School, { yearCode, pupils, expected }: LeavingYear): object {
  return {
    name: yearWords(yearCode), href: `${PATH}/${school.id}/${yearCode}`, detail: `${count(pupils)} ${pupils === 1 ? 'pupil' : 'pupils'}`,
    status: expected === 0 ? { status: 'quiet', text: 'Nobody expected to leave' } : { status: 'signed', text: `${count(expected)} expected to leave` },
  }
}

function windowWords(period: CalendarPeriod | undefined): string {
  return period ? `The years change between ${longDate(period.from)} and ${longDate(period.to)}.` : 'No days for the new school year are in the calendar yet, so nothing passes without a question.'
}
