import { z } from 'zod'
import type { Actor } from '../http/actor.ts'
import { backToForm, backWithErrors } from '../http/back-to-form.ts'
import { definePage, type Page } from '../http/define-page.ts'
import { download, redirect, view } from '../http/page-result.ts'
import { reasonWords } from '../features/accounts/access-words.ts'
import { formatWords } from '../features/roster/run-words.ts'
import type { PeopleQueries } from '../features/people/people-queries.ts'
import { actorNames } from '../features/people/actor-names.ts'
import type { SchoolStore } from '../features/schools/school-store.ts'
import { csvLine } from '../shared/csv-line.ts'
import { longDate, longInstant } from '../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../shared/errors.ts'
import { type ReplayedPerson, type ReplayedReading, whyNobodyLeft } from './replay-rosters.ts'
import type { StoredReplay } from './replay-store.ts'
import { FILE_LIMIT_BYTES, MOST_FILES, type Replays } from './replays.ts'

const PATH = '/rosters/replays'
const SHOWN = 100
const FORMATS = ['oneroster-csv', 'sds-csv', 'csv'] as const
const params = z.strictObject({ id: z.string().length(26) })

const STATES = {
  gathering: { status: 'outstanding', text: 'Files wanted' }, waiting: { status: 'outstanding', text: 'Running' }, done: { status: 'signed', text: 'Done' }, failed: { status: 'attention', text: 'Failed' },
} as const

interface ReplayPageDeps { replays: Replays; schools: SchoolStore; people: PeopleQueries }

/** `/rosters/replays`: earlier exports, and whom Assent would have suspended (R10: before anything is enforced). For the whole trust only. */
export function replayPages(deps: ReplayPageDeps): Page[] {
  return [listPage(deps), replayPage(deps), filesPage(deps), takeOutPage(deps), removePage(deps), csvPage(deps)]
}

function listPage({ replays, schools, people }: ReplayPageDeps): Page {
  return definePage({
    name: 'replays', path: PATH, permission: 'roster.run',
    get: async ({ actor, values }) => {
      ofTrust(actor)
      const all = await replays.store.newest(20)
      const by = await actorNames(people, all.map(({ startedBy }) => startedBy))
      return view('pages/replay/list.njk', {
        crumbs: [{ text: 'Rosters', href: '/rosters' }], action: PATH, keepDays: replays.keepDays, values: { format: 'auto', ...values },
        formats: [{ value: 'auto', text: 'Work it out' }, ...FORMATS.map((value) => ({ value, text: formatWords(value) }))],
        schools: [{ value: '', text: 'The files say it themselves' }, ...(await schools.all()).map(({ id, name }) => ({ value: id, text: name }))],
        replays: all.map((replay) => ({
          title: longInstant(replay.createdAt), href: `${PATH}/${replay.id}`, hint: `${replay.files.length} ${replay.files.length === 1 ? 'file' : 'files'}, begun by ${by(replay.startedBy)}; removed on ${longDate(day(replay.removeAt))}`,
          status: STATES[replay.state].status, statusText: STATES[replay.state].text,
        })),
      })
    },
    post: {
      body: z.strictObject({ format: z.enum(['auto', ...FORMATS]), school: z.string().max(26).default('') }), audit: 'replay.begin-asked',
      handle: async (ctx) => {
        const { actor, body } = ctx
        ofTrust(actor)
        if (body.school !== '' && !await schools.get(body.school)) throw new NotFound()
        try {
          return redirect(`${PATH}/${await replays.begin({ format: body.format === 'auto' ? null : body.format, schoolId: body.school || null, actor: actor.label })}`)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'format', `${error.what} ${error.remedy}`)
        }
      },
    },
  })
}

function replayPage({ replays }: ReplayPageDeps): Page {
  return definePage({
    name: 'replay', path: `${PATH}/:id`, permission: 'roster.run', params, query: z.object({ refresh: z.enum(['off']).optional().catch(undefined) }),
    get: async ({ actor, params: { id }, query, values }) => {
      ofTrust(actor)
      const replay = await replays.get(id)
      return view('pages/replay/replay.njk', { ...replayView(replay, replays.keepDays), values, still: query.refresh === 'off' })
    },
    post: {
      body: z.strictObject({}), audit: 'replay.start-asked',
      handle: async (ctx) => {
        ofTrust(ctx.actor)
        try {
          await replays.start(ctx.params.id, ctx.actor.label)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'start', `${error.what} ${error.remedy}`)
        }
        return redirect(ctx.path)
      },
    },
  })
}

function filesPage({ replays }: ReplayPageDeps): Page {
  return definePage({
    name: 'file of a replay', path: `${PATH}/:id/files`, permission: 'roster.run', params,
    post: {
      body: z.strictObject({ day: z.string().trim().max(10).default('') }), audit: 'replay.file-sent', upload: { field: 'file', maxBytes: FILE_LIMIT_BYTES },
      handle: async (ctx) => {
        ofTrust(ctx.actor)
        const path = `${PATH}/${ctx.params.id}`
        if (!ctx.file) return backWithErrors(ctx, { file: 'Choose the file. If you chose one, it was empty.' }, path)
        try {
          await replays.add(ctx.params.id, ctx.file, ctx.body.day)
        } catch (error) {
          if (!(error instanceof UnusableInput) && !(error instanceof Refused)) throw error
          return backToForm(ctx, error.where === 'day' ? 'day' : 'file', `${error.what} ${error.remedy}`.trim(), path)
        }
        return redirect(path)
      },
    },
  })
}

function takeOutPage({ replays }: ReplayPageDeps): Page {
  return definePage({
    name: 'take a file out of a replay', path: `${PATH}/:id/take-out`, permission: 'roster.run', params,
    post: {
      body: z.strictObject({ file: z.string().length(26) }), audit: 'replay.file-taken-out',
      handle: async (ctx) => {
        ofTrust(ctx.actor)
        try {
          await replays.takeOut(ctx.params.id, ctx.body.file)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'start', `${error.what} ${error.remedy}`, `${PATH}/${ctx.params.id}`)
        }
        return redirect(`${PATH}/${ctx.params.id}`)
      },
    },
  })
}

function removePage({ replays }: ReplayPageDeps): Page {
  return definePage({
    name: 'remove a replay', path: `${PATH}/:id/remove`, permission: 'roster.run', params,
    post: {
      body: z.strictObject({}), audit: 'replay.remove-asked',
      handle: async (ctx) => {
        ofTrust(ctx.actor)
        try {
          await replays.remove(ctx.params.id, ctx.actor.label)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'start', `${error.what} ${error.remedy}`, `${PATH}/${ctx.params.id}`)
        }
        return redirect(PATH, 'Removed: files and result.')
      },
    },
  })
}

function csvPage({ replays }: ReplayPageDeps): Page {
  return definePage({
    name: 'people of a replay', path: `${PATH}/:id/people.csv`, permission: 'roster.run', params, stepUp: true,
    get: async ({ actor, params: { id } }) => {
      ofTrust(actor)
      const { result } = await replays.get(id)
      if (!result) throw new NotFound('There is no result yet.')
      const line = (reading: ReplayedReading, how: string) => (one: ReplayedPerson) => csvLine([reading.date, reading.file, how, one.id, one.name, one.reason, one.file, one.line])
      return download({
        filename: `replay-${id}.csv`, contentType: 'text/csv; charset=utf-8',
        body: `\uFEFF${csvLine(['Day', 'Export', 'Would have been suspended', 'Id in the source', 'Name', 'Why', 'File', 'Line'])}${result.readings.map((reading) => [
          ...reading.atOnce.map(line(reading, 'at once')), ...reading.afterApproval.map(line(reading, 'after a person approved')), ...(reading.leftAlone ?? []).map(line(reading, 'left alone: protected')),
          ...[...reading.refused, ...reading.held].map((text) => csvLine([reading.date, reading.file, reading.refused.includes(text) ? 'refused' : 'held', null, null, text, null, null])),
        ].join('')).join('')}`,
      })
    },
  })
}

function replayView(replay: StoredReplay, keepDays: number): object {
  const path = `${PATH}/${replay.id}`
  const size = (bytes: number) => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`)
  const { result } = replay
  return {
    crumbs: [{ text: 'Rosters', href: '/rosters' }, { text: 'Replays', href: PATH }], title: `Replay of ${longInstant(replay.createdAt)}`, path, state: replay.state, tag: STATES[replay.state],
    keepDays, removeOn: longDate(day(replay.removeAt)), mostFiles: MOST_FILES, done: replay.doneFiles, trouble: replay.trouble, mayStart: replay.files.length > 1, full: replay.files.length >= MOST_FILES,
    files: replay.files.map((file) => ({ id: file.id, name: file.name, day: longDate(file.day), size: size(file.bytes) })),
    ...(result ? {
      csvHref: `${path}/people.csv`, atOnce: result.atOnce, afterApproval: result.afterApproval, left: result.left, known: result.known, whyNobodyLeft: whyNobodyLeft(result),
      readings: result.readings.map((reading) => ({
        title: longDate(reading.date), file: reading.file, counts: `${reading.read} people read: ${reading.joiners} new, ${reading.leavers} leaving, ${reading.missing} missing`,
        refused: reading.refused.map(plain), held: reading.held.map(plain),
        atOnce: peopleView(reading.atOnce), afterApproval: peopleView(reading.afterApproval), leftAlone: peopleView(reading.leftAlone ?? []), exempt: reading.exempt ?? 0, inGrace: reading.inGrace ?? 0,
      })),
    } : {}),
  }
}

function peopleView(people: readonly ReplayedPerson[]): { count: number; rows: object[]; more: number } {
  return {
    count: people.length, more: Math.max(0, people.length - SHOWN),
    rows: people.slice(0, SHOWN).map((one) => ({ name: one.name, id: one.id, why: reasonWords(one.reason).text, row: one.line === null ? '' : `${one.file ?? 'file'}, line ${one.line}` })),
  }
}

/** "roster: B1: ..." as "Reading people: ...". */
const plain = (text: string): string => text.replace(/^roster: /, 'Reading people: ').replace(/^access: /, 'Suspending: ').replace(/: [A-Z]\d+: /, ': ')

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** Earlier exports name everybody of every school in them. @throws NotFound */
function ofTrust(actor: Actor): void {
  if (actor.schools('roster.run') !== 'all') throw new NotFound()
}
