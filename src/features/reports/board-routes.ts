import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Actor, Scope } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import { academicYear, today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import type { CalendarStore } from '../schools/calendar-store.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import { boardCsv } from './board-csv.ts'
import { agreementsFor, cellsOf, countOf, countsOnce } from './board-figures.ts'
import { type BoardFilter, boardHref, boardQuery } from './board-filter.ts'
import type { BoardQueries } from './board-queries.ts'
import type { BoardQuestion } from './board-sql.ts'
import { BOARD_PATH, boardView, PAGE_SIZE } from './board-views.ts'
import type { ChaseReport, ChaseService } from './chase-service.ts'
import { TRAININGS_PATH } from './training-board-routes.ts'

export interface BoardPagesDeps {
  clock: Clock
  board: BoardQueries
  chase: ChaseService
  schools: SchoolStore
  agreements: AgreementStore
  calendar: CalendarStore
}

const SEARCH_PATH = `${BOARD_PATH}/search`

/** `/office/board`: who has signed and who has not; its CSV file and its chase button. */
export function boardPages(deps: BoardPagesDeps): Page[] {
  return [
    definePage({
      name: 'board', path: BOARD_PATH, permission: 'office.board.view', query: boardQuery,
      get: async (ctx) => view('pages/office/board.njk', await boardData(deps, ctx.actor, ctx.session, ctx.query)),
    }),
    nameSearchPage({ list: 'board', path: SEARCH_PATH, permission: 'office.board.view', listPath: BOARD_PATH }),
    definePage({
      name: 'board as csv', path: `${BOARD_PATH}.csv`, permission: 'office.board.export', query: boardQuery, stepUp: true,
      get: async (ctx) => {
        const asked = await askedFor(deps, ctx.actor, ctx.session, ctx.query, 'office.board.export')
        const rows = boardCsv(deps.board.all(asked.question), { schools: asked.schools, agreements: asked.agreements })
        return download({ filename: `who-has-signed-${today(ctx.now)}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(rows) })
      },
    }),
    definePage({
      name: 'chase', path: `${BOARD_PATH}/chase`, permission: 'requests.chase', query: boardQuery,
      post: {
        body: z.strictObject({}), audit: 'requests.chase-asked',
        handle: async (ctx) => {
          const { question } = await askedFor(deps, ctx.actor, ctx.session, ctx.query, 'requests.chase')
          const { school, year, group, who, agreement, status } = ctx.query
          const report = await deps.chase.chase(question, { actor: ctx.actor.label, what: { school, year, group, who, agreement, status, named: ctx.query.named } })
          return redirect(boardHref(BOARD_PATH, ctx.query), { kind: report.mails > 0 ? 'success' : 'info', text: chaseWords(report) })
        },
      },
    }),
  ]
}

/** How many will get a mail, and how many no mail can reach. */
function chaseWords({ mails, already, unreached }: ChaseReport): string {
  const people = (count: number) => `${count.toLocaleString('en-GB')} ${count === 1 ? 'person' : 'people'}`
  return [
    mails > 0 ? `${people(mails)} will get a mail in the next minutes.` : 'Nobody gets a new mail.',
    ...(already > 0 ? [`${people(already)} had one today already, or since the last school day.`] : []),
    ...(unreached > 0 ? [`${unreached.toLocaleString('en-GB')} ${unreached === 1 ? 'agreement' : 'agreements'} no mail can reach: nobody who has to sign has an e-mail address. Pupils with a school login see it when they sign in.`] : []),
  ].join(' ')
}

/** True where any part of the school is in the scope. */
const isIn = (scope: Scope, schoolId: string): boolean => scope === 'all' || scope.some((place) => place.schoolId === schoolId)

interface Asked {
  question: BoardQuestion
  schools: School[]
  agreements: Awaited<ReturnType<AgreementStore['all']>>
  agreementIds: string[] | null
  name: string
}

/** A filter as a question within what the actor may see. @throws NotFound for a school that is not theirs. */
async function askedFor(deps: BoardPagesDeps, actor: Actor, session: SessionHandle, filter: BoardFilter, permission: string): Promise<Asked> {
  const scope = actor.scope(permission)
  const schools = (await deps.schools.all()).filter((school) => isIn(scope, school.id))
  if (filter.school && !isIn(scope, filter.school)) throw new NotFound()
  const agreements = await deps.agreements.all()
  const agreementIds = agreementsFor(filter, agreements)
  const name = filter.named ? keptSearch(session, 'board') : ''
  const on = today(deps.clock.now())
  const years = schools.map((school) => academicYear(on, school.yearStart)).sort()
  const question: BoardQuestion = {
    schools: scope, today: on, fromYear: years[0] ?? academicYear(on), agreements: agreementIds, once: countsOnce(filter),
    ...(filter.school ? { school: filter.school } : {}), ...(filter.year ? { year: filter.year } : {}), ...(filter.group ? { group: filter.group } : {}),
    ...(filter.status ? { status: filter.status } : {}), ...(name ? { name } : {}),
  }
  return { question, schools, agreements, agreementIds, name }
}

async function boardData(deps: BoardPagesDeps, actor: Actor, session: SessionHandle, filter: BoardFilter): Promise<object> {
  const { question, schools, agreements, agreementIds, name } = await askedFor(deps, actor, session, filter, 'office.board.view')
  const cells = await deps.board.cells(question)
  const listed = cellsOf(cells, filter, agreementIds)
  const total = name ? await deps.board.count(question) : countOf(listed)
  const page = Math.min(filter.page, Math.max(1, Math.ceil(total / PAGE_SIZE)))
  const lines = await deps.board.page(question, { sort: filter.sort, offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE })
  const calendarOf = await deps.calendar.around(question.today, schools)
  const signed = lines.filter((line) => line.status === 'signed').map((line) => line.requestId)
  return boardView({
    filter: { ...filter, page }, name, schools, agreements, cells, chosen: cellsOf(cells, { ...filter, status: '' }, agreementIds), places: cellsOf(cells, { ...filter, status: '' }, agreementIds, true), lines, total,
    records: actor.can('records.view') ? await deps.board.recordsOf(signed) : new Map(),
    trainingsHref: actor.can('trainings.manage') ? TRAININGS_PATH : null, mayOpen: actor.can('person.view'), schoolDaysBetween: (schoolId, from, to) => calendarOf(schoolId).schoolDaysBetween(from, to),
    now: deps.clock.now(), mayExport: actor.can('office.board.export'), mayChase: actor.can('requests.chase'), searchAction: SEARCH_PATH,
  })
}
