import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import { pageNumber } from '../../http/paging.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { changeWords } from './change-words.ts'
import { personClasses } from './person-classes.ts'
import { readerOf, type RosterPageDeps } from './roster-page-deps.ts'
import type { RosterQueries, RunView } from './roster-queries.ts'
import { firstTab, PEOPLE_PER_PAGE, type RunTab, runTabs, runView, schoolWords, shownFile } from './run-views.ts'
import { runTitle } from './run-words.ts'

const params = z.strictObject({ id: z.string().length(26) })

/** `/rosters/runs/:id`: progress while it is read, then the plan, its approval and its exports. */
export function rosterRunPages(deps: RosterPageDeps): Page[] {
  return [runPage(deps), rejectedCsv(deps), peopleCsv(deps)]
}

function runPage(deps: RosterPageDeps): Page {
  const { queries, roster, schools } = deps
  return definePage({
    name: 'roster run', path: '/rosters/runs/:id', permission: 'roster.view', params,
    query: z.object({ kind: z.enum(runTabs).optional().catch(undefined), page: pageNumber, refresh: z.enum(['off']).optional().catch(undefined) }),
    get: async (ctx) => {
      const { actor, query, now, path } = ctx
      const found = await theRun(queries, ctx.params.id, actor)
      if (found.run.state === 'reading') return reading(found, path, query.refresh === 'off')
      const rejectedAll = await mayReadRejections(found, actor)
      const counts = { ...await queries.classes(found), rejected: rejectedAll ? await queries.countRejections(found.run.id) : 0 }
      const tab: RunTab = query.kind ?? firstTab(counts)
      const page = { offset: (query.page - 1) * PEOPLE_PER_PAGE, limit: PEOPLE_PER_PAGE }
      return view('pages/roster/run.njk', runView({
        view: found, counts, tab, page: query.page, now, path,
        people: tab === 'rejected' ? [] : await queries.people(found, tab, page),
        rejections: tab === 'rejected' ? await queries.rejections(found.run.id, page) : null,
        schoolNames: new Map((await schools.all()).map(({ id, name }) => [id, name])),
        sees: seesOf(actor), actorName: await queries.actorNames([found.run.actor, found.plan.approvedBy]),
        personHref: actor.can('person.view') ? (id) => `/access/people/${id}` : null,
        approve: { mine: found.plan.createdBy === actor.label, may: actor.can('roster.approve'), othersHeld: await othersHeld(queries, found, actor) },
        mergeHref: actor.schools('roster.view') === 'all' && deps.merges.offers(found.run) ? `${path}/merge` : null,
        access: await deps.accessAfter(found.run, actor),
      }))
    },
    post: {
      body: z.strictObject({ count: z.string().trim().max(12).optional() }), audit: 'roster.approval-given', permission: 'roster.approve',
      handle: async (ctx) => {
        const found = await theRun(queries, ctx.params.id, ctx.actor)
        if (await othersHeld(queries, found, ctx.actor)) throw new NotFound()
        if (await queries.holdsOneOf(found, ctx.actor.relatedTo ?? [])) {
          return backToForm(ctx, 'approve', 'You have a family link to somebody in this reading, so a colleague must decide it.')
        }
        const { count } = ctx.body
        if (count !== undefined && !/^\d{1,9}$/.test(count)) return backToForm(ctx, 'count', 'Type the number of people in figures, such as 12')
        try {
          await roster.approve(found.run.id, { actor: ctx.actor.label, count: count === undefined ? null : Number(count) })
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, found.plan.brake.typedCount ? 'count' : 'approve', `${error.what} ${error.remedy}`.trim())
        }
        await deps.whenEnded(ctx.actor)
        return redirect(ctx.path, 'Approved. What this reading held is in.')
      },
    },
  })
}

/** @throws NotFound, alike for a run that does not exist and one that is not the reader's. */
async function theRun(queries: RosterQueries, id: string, actor: Actor): Promise<RunView> {
  const found = await queries.run(id, readerOf(actor))
  if (!found) throw new NotFound('There is no such reading.')
  return found
}

const seesOf = (actor: Actor) => (schoolId: string) => actor.can('roster.view', schoolId)

/** Approving counts where the right to approve does; seeing is not enough. */
async function othersHeld(queries: RosterQueries, found: RunView, actor: Actor): Promise<boolean> {
  const narrowed = await queries.run(found.run.id, { schools: actor.schools('roster.approve'), label: actor.label })
  return narrowed === null || queries.holdsOthers(narrowed)
}

/** Rejected rows name no school, so only those who see every school of the run read them. */
async function mayReadRejections({ schoolKeys, run }: RunView, actor: Actor): Promise<boolean> {
  return actor.schools('roster.view') === 'all' || run.actor === actor.label || [...schoolKeys.values()].every((id) => actor.can('roster.view', id))
}

function reading({ run, source }: RunView, path: string, still: boolean) {
  return view('pages/roster/reading.njk', {
    crumbs: [{ text: 'Rosters', href: '/rosters' }], title: runTitle(run.startedAt), source: source.name, file: run.report.file ?? null,
    planOnly: run.report.planOnly ?? false, lookHref: path, refresh: !still, stillHref: `${path}?refresh=off`,
  })
}

function rejectedCsv({ queries }: RosterPageDeps): Page {
  return definePage({
    name: 'rejected rows', path: '/rosters/runs/:id/rejected.csv', permission: 'roster.view', params,
    get: async ({ actor, params: { id } }) => {
      const found = await theRun(queries, id, actor)
      if (!await mayReadRejections(found, actor)) throw new NotFound()
      const lines = async function* () {
        yield csvLine(['file', 'line', 'reason'])
        for (let offset = 0; ; offset += 1000) {
          const rows = await queries.rejections(id, { offset, limit: 1000 })
          for (const row of rows) yield csvLine([shownFile(row.file, found), row.line, row.reason])
          if (rows.length < 1000) return
        }
      }
      return csvFile(`rejected-rows-${id}.csv`, lines())
    },
  })
}

function peopleCsv({ queries, schools }: RosterPageDeps): Page {
  return definePage({
    name: 'people of a roster run', path: '/rosters/runs/:id/people.csv', permission: 'roster.view', params, stepUp: true,
    query: z.object({ kind: z.enum(personClasses) }),
    get: async ({ actor, params: { id }, query, now }) => {
      const found = await theRun(queries, id, actor)
      const names = new Map((await schools.all()).map((school) => [school.id, school.name]))
      const context = { school: schoolWords({ view: found, schoolNames: names, sees: seesOf(actor) }), on: today(now) }
      const lines = async function* () {
        yield csvLine(['identifier', 'name', 'change', 'state', 'file', 'line'])
        for (let offset = 0; ; offset += 500) {
          const people = await queries.people(found, query.kind, { offset, limit: 500 })
          for (const { subject, name, items } of people) {
            for (const item of items) yield csvLine([subject, name, changeWords(item, context).join('; '), item.state, item.file === null ? null : shownFile(item.file, found), item.line])
          }
          if (people.length < 500) return
        }
      }
      return csvFile(`${query.kind}-${id}.csv`, lines())
    },
  })
}

/** A CSV that spreadsheets read as UTF-8. */
function csvFile(filename: string, lines: AsyncIterable<string>) {
  const body = Readable.from((async function* () {
    yield '\ufeff'
    yield* lines
  })(), { objectMode: false })
  return download({ filename, contentType: 'text/csv; charset=utf-8', body })
}
