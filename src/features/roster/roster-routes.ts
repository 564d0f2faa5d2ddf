import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { backToForm, backWithErrors } from '../../http/back-to-form.ts'
import { pageNumber } from '../../http/paging.ts'
import { redirect, view } from '../../http/page-result.ts'
import { NotFound, UnusableInput } from '../../shared/errors.ts'
import { today } from '../../shared/dates.ts'
import { isProposedLeaver, missingPlaces } from './missing-places.ts'
import { readerOf, type RosterPageDeps } from './roster-page-deps.ts'
import { UPLOAD_LIMIT_BYTES } from './roster-uploads.ts'
import { rostersView, RUNS_PER_PAGE } from './roster-views.ts'
import { rosterRunPages } from './roster-run-routes.ts'
import { rolloverPages } from './rollover-routes.ts'
import { mergePages } from './merge-routes.ts'
import { undoPages } from './undo/undo-routes.ts'
import { missingPages } from './missing-routes.ts'
import { formatWords } from './run-words.ts'

const FORMATS = ['oneroster-csv', 'sds-csv', 'csv'] as const

/** `/rosters`, its uploads, runs and missing people. */
export function rosterPages(deps: RosterPageDeps): Page[] {
  return [listPage(deps), uploadPage(deps), ...samplesPage(deps), ...rosterRunPages(deps), ...undoPages(deps), ...mergePages(deps), ...rolloverPages(deps), ...missingPages(deps)]
}

function listPage({ queries, db, samples }: RosterPageDeps): Page {
  return definePage({
    name: 'rosters', path: '/rosters', permission: 'roster.view',
    query: z.object({ source: z.string().max(26).optional(), state: z.string().max(12).optional(), page: pageNumber }),
    get: async ({ actor, query, now }) => {
      const reader = readerOf(actor)
      const { source, state, page } = query
      const filter = { source: source || undefined, state: state || undefined }
      const [sources, found] = [await queries.sources(reader), await queries.runs(reader, { sourceId: filter.source, state: filter.state }, { offset: (page - 1) * RUNS_PER_PAGE, limit: RUNS_PER_PAGE })]
      const missing = await missingPlaces(db, { on: today(now), schools: reader.schools })
      const proposed = missing.filter(isProposedLeaver).length
      const whole = new Set(sources.filter(({ schoolIds }) => reader.schools === 'all' || schoolIds.every((id) => reader.schools.includes(id))).map((each) => each.source.id))
      return view('pages/roster/runs.njk', { ...(actor.schools('roster.run') === 'all' ? { replaysHref: '/rosters/replays' } : {}), ...rostersView({
        sources, ...found, page, filter, actorName: await queries.actorNames(found.runs.map((run) => run.actor)),
        mayRun: actor.can('roster.run'), seesWhole: (id) => whole.has(id), proposed, newlyMissing: missing.length - proposed,
        samples: actor.schools('roster.run') === 'all' ? samples : [],
      }) })
    },
  })
}

const uploadBody = z.strictObject({
  source: z.string().max(60).default(''),
  'new-source': z.string().trim().toLowerCase().max(60).default(''),
  format: z.enum(['auto', ...FORMATS], 'Choose the format, or let us work it out'),
  school: z.string().max(26).default(''),
  decision: z.enum(['look', 'apply'], 'Choose what to do with the file'),
})

function uploadPage({ queries, uploads, schools }: RosterPageDeps): Page {
  return definePage({
    name: 'roster upload', path: '/rosters/upload', permission: 'roster.run',
    query: z.object({ source: z.string().max(60).optional() }),
    get: async ({ actor, query, values, path }) => {
      const own = actor.schools('roster.run')
      const known = (await queries.sources(readerOf(actor))).map(({ source }) => source)
      return view('pages/roster/upload.njk', {
        crumbs: [{ text: 'Rosters', href: '/rosters' }], action: path, values: { format: 'auto', ...(query.source ? { source: query.source } : {}), ...values },
        sources: known.length === 0 ? [] : [...known.map((source) => ({ value: source.name, text: `${source.name} (${formatWords(source.format)})` })), { value: '', text: 'A new source' }],
        schools: [{ value: '', text: 'The file says it itself' }, ...(await schools.all()).filter(({ id }) => own === 'all' || own.includes(id)).map(({ id, name }) => ({ value: id, text: name }))],
        formats: [
          { value: 'auto', text: 'Work it out', hint: 'By the names and headings of the files. This is right nearly always.' },
          { value: 'oneroster-csv', text: 'OneRoster 1.1 or 1.2', hint: 'A zip with users.csv, orgs.csv, enrollments.csv and others.' },
          { value: 'sds-csv', text: 'School Data Sync', hint: 'A zip with users.csv, orgs.csv and roles.csv of Microsoft’s format.' },
          { value: 'csv', text: 'One CSV', hint: 'A list of one line per pupil, as every MIS can export it.' },
        ],
        limit: '50 MB',
      })
    },
    post: {
      body: uploadBody, audit: 'roster.uploaded', upload: { field: 'file', maxBytes: UPLOAD_LIMIT_BYTES },
      handle: async (ctx) => {
        const { actor, body, file } = ctx
        const within = actor.schools('roster.run')
        const named = body.source !== '' || /^[a-z0-9][a-z0-9-]*$/.test(body['new-source'])
        if (!file || !named) {
          return backWithErrors(ctx, {
            ...(file ? {} : { file: 'Choose the file to read. If you chose one, it was empty.' }),
            ...(named ? {} : { 'new-source': 'Write a name for the source: small letters, figures and hyphens, such as mis' }),
          })
        }
        const school = body.school === '' ? null : await schools.get(body.school)
        if (body.school !== '' && (!school || !actor.can('roster.run', school.id))) throw new NotFound()
        try {
          const run = await uploads.take(file, {
            name: body.source || body['new-source'], format: body.format === 'auto' ? null : body.format, planOnly: body.decision === 'look',
            actor: actor.label, within, ...(school ? { schoolKey: school.name } : {}),
          })
          return redirect(`/rosters/runs/${run}`)
        } catch (error) {
          if (!(error instanceof UnusableInput)) throw error
          return backToForm(ctx, error.where === 'source' ? (body.source === '' ? 'new-source' : 'source') : 'file', `${error.what} ${error.remedy}`.trim())
        }
      },
    },
  })
}

/** The demo's own files; elsewhere there is no such page. */
function samplesPage({ samples, uploads }: RosterPageDeps): Page[] {
  if (samples.length === 0) return []
  return [definePage({
    name: 'roster samples', path: '/rosters/samples', permission: 'roster.run',
    post: {
      body: z.strictObject({ sample: z.string(), decision: z.enum(['look', 'apply']) }), audit: 'roster.sample-read',
      handle: async ({ actor, body }) => {
        const sample = samples.find(({ name }) => name === body.sample)
        if (!sample || actor.schools('roster.run') !== 'all') throw new NotFound()
        const run = await uploads.takeSample({ path: sample.path, name: sample.title }, {
          name: sample.source, format: sample.format, planOnly: body.decision === 'look', actor: actor.label, within: 'all',
        })
        return redirect(`/rosters/runs/${run}`)
      },
    },
  })]
}
