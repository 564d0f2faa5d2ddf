import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Plan } from '../../db/plan-store.ts'
import type { Actor } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import { academicYear, today } from '../../shared/dates.ts'
import { Forbidden } from '../../shared/errors.ts'
import { reviewsOf } from '../accounts/restricting/restrict-routes.ts'
import type { SingleRestrictions } from '../accounts/restricting/single-restrictions.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { isProposedLeaver, missingPlaces } from '../roster/missing-places.ts'
import type { RosterQueries } from '../roster/roster-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { figuresOf } from './board-figures.ts'
import type { BoardQueries } from './board-queries.ts'
import { HomeQueries } from './home-queries.ts'
import { type HomeData, homeView } from './home-views.ts'

export interface HomePagesDeps {
  db: Database
  clock: Clock
  board: BoardQueries
  schools: SchoolStore
  accounts: { queries: { plans(limit: number): Promise<{ waiting: Plan[]; done: Plan[] }> }; single: SingleRestrictions }
  people: PeopleQueries
  rosters: RosterQueries
  certificateNotices: { current(): { left: number; endsAt: number } | null }
}

/** `/office`: what needs somebody now, how things stand, what happened lately. */
export function homePages(deps: HomePagesDeps): Page[] {
  return [definePage({
    name: 'office home', path: '/office', permission: 'signed-in',
    get: async (ctx) => {
      if (!['office.board.view', 'roster.view', 'access.view', 'restriction.place'].some((permission) => ctx.actor.can(permission))) throw new Forbidden()
      return view('pages/home/office-home.njk', homeView(await homeData(deps, ctx.actor)))
    },
  })]
}

async function homeData(deps: HomePagesDeps, actor: Actor): Promise<HomeData> {
  const now = deps.clock.now()
  const on = today(now)
  const home = new HomeQueries(deps.db)
  const reader = { schools: actor.schools('roster.view'), label: actor.label }
  const roster = actor.can('roster.view')
  const { runs } = roster ? await deps.rosters.runs(reader, {}, { offset: 0, limit: 6 }) : { runs: [] }
  const held = roster ? await deps.rosters.runs(reader, { state: 'held' }, { offset: 0, limit: 10 }) : { runs: [] }
  const missing = roster ? (await missingPlaces(deps.db, { on, schools: reader.schools })).filter(isProposedLeaver) : []
  const plans = actor.can('access.view') ? await plansOf(deps, actor, home) : { waiting: [], done: [] }
  return {
    name: actor.name, now, runs,
    board: actor.can('office.board.view') ? await boardOf(deps, actor) : null,
    heldRuns: held.runs,
    reviews: actor.can('restriction.place') ? await reviewsOf({ single: deps.accounts.single, people: deps.people }, actor, now) : [],
    waitingPlans: plans.waiting, donePlans: plans.done,
    proposedLeavers: new Set(missing.map((place) => place.personId)).size,
    sealsOverdue: actor.can('records.view') ? await home.sealsOverdue(actor.schools('records.view'), now) : 0,
    sealEnds: actor.can('audit.view') && actor.schools('audit.view') === 'all' ? deps.certificateNotices.current() : null,
    // Of the trust's issues, who sees one group only would learn the size of the others.
    issues: actor.schools('office.board.view').length > 0 ? await home.issues(3) : [],
  }
}

async function plansOf(deps: HomePagesDeps, actor: Actor, home: HomeQueries): Promise<{ waiting: Plan[]; done: Plan[] }> {
  const { waiting, done } = await deps.accounts.queries.plans(5)
  const theirs = await home.plansTouching([...waiting, ...done].map((plan) => plan.id), actor.schools('access.view'))
  return { waiting: waiting.filter((plan) => theirs.has(plan.id)), done: done.filter((plan) => theirs.has(plan.id)) }
}

async function boardOf(deps: HomePagesDeps, actor: Actor): Promise<HomeData['board']> {
  const scope = actor.scope('office.board.view')
  const schools = (await deps.schools.all()).filter((school) => scope === 'all' || scope.some((place) => place.schoolId === school.id))
  const on = today(deps.clock.now())
  const fromYear = schools.map((school) => academicYear(on, school.yearStart)).sort()[0] ?? academicYear(on)
  const cells = await deps.board.cells({ schools: scope, today: on, fromYear })
  return { figures: figuresOf(cells.filter((cell) => cell.first)), cells, schools: new Map(schools.map((school) => [school.id, school.name])) }
}
