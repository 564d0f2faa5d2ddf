import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import { academicYear, academicYearStart, longDate, today } from '../../shared/dates.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { ReviewService } from '../agreements/review-service.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import { countWords, figureRow } from './figures-words.ts'
import { RegistersQueries } from './registers-queries.ts'
import { TrainingQueries } from './training-queries.ts'

export interface RegistersPagesDeps { db: Database; clock: Clock; schools: SchoolStore; agreements: { store: AgreementStore }; reviews: ReviewService }

/** `/office/registers`: what a link governor asks about at a visit. Texts and their reviews, trainings, decisions about access; counts only, small ones held back. */
export function registersPages({ db, schools, agreements, reviews }: RegistersPagesDeps): Page[] {
  const queries = { registers: new RegistersQueries(db), trainings: new TrainingQueries(db) }
  return [definePage({
    name: 'registers', path: '/office/registers', permission: 'registers.view',
    get: async ({ actor, now }) => {
      const on = today(now)
      const theirs = (await schools.all()).filter((school) => actor.can('registers.view', school.id))
      return view('pages/office/registers.njk', {
        asOf: now, figuresHref: actor.can('figures.view') ? '/office/figures' : null,
        texts: {
          caption: 'Texts in force', captionHidden: true, columns: [{ text: 'Agreement' }, { text: 'In force since' }, { text: 'Approved' }, { text: 'Next review' }],
          rows: await textRows(agreements.store, reviews, on),
        },
        schools: await Promise.all(theirs.map((school) => schoolRegisters(queries, school, now))),
      })
    },
  })]
}

async function textRows(store: AgreementStore, reviews: ReviewService, on: string): Promise<object[]> {
  const rows: object[] = []
  for (const agreement of await store.all()) {
    const current = await store.current(agreement.id)
    if (!current) continue
    const { number, publishedOn, approval, origin } = current.version
    const next = await reviews.next(agreement.id)
    rows.push([
      { text: agreement.title, sub: `version ${number}` }, { text: publishedOn === null ? '' : longDate(publishedOn) },
      { text: approval ? `${approval.board}, ${longDate(approval.on)}` : origin === 'starter' ? 'starter set, not yet approved by your trust' : 'no approval on record' },
      next === null ? { text: '' } : next.on < on ? { tag: { status: 'attention', text: 'Overdue' }, sub: longDate(next.on) } : { text: longDate(next.on) },
    ])
  }
  return rows
}

async function schoolRegisters({ registers, trainings: ofStaff }: { registers: RegistersQueries; trainings: TrainingQueries }, school: School, now: number): Promise<object> {
  const on = today(now, school.timezone)
  const since = Date.parse(`${academicYearStart(academicYear(on, school.yearStart), school.yearStart)}T00:00:00Z`)
  const decisions = await registers.decisions(school.id, since, on)
  // The same people and trainings as the office's page counts.
  const trainings = (await ofStaff.counts([school.id], on)).toSorted((a, b) => a.title.localeCompare(b.title))
  return {
    name: school.name,
    access: [{ key: 'People whose access somebody decided about this school year', value: countWords(decisions.placed) }, { key: 'Of these, limited today', value: countWords(decisions.standing) }],
    trainings: trainings.length === 0 ? null : {
      caption: `Trainings at ${school.name}`, captionHidden: true, columns: [{ text: 'Training' }, { text: 'Asked of', numeric: true }, { text: 'Done' }],
      rows: trainings.map((training) => figureRow(training.title, { total: training.asked, signed: training.done })).map((row) => [{ text: row.label }, { text: row.asked }, { text: row.signed }]),
    },
  }
}
