import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { dateFromParts, datePartsSchema } from '../../http/date-parts.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { type CalendarDate, longDate, today } from '../../shared/dates.ts'
import { NotFound, UnusableInput } from '../../shared/errors.ts'
import { CERTIFICATE_BYTES, type TrainingService } from '../issuing/training-service.ts'
import type { Training, TrainingStore } from '../issuing/training-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import { type TrainingCount, type TrainingLine, TrainingQueries } from './training-queries.ts'

export interface TrainingBoardDeps { db: Database; schools: SchoolStore; people: PeopleQueries; trainings: TrainingService; issuing: { trainings: TrainingStore } }

/** The list of the office. */
export const TRAININGS_PATH = '/office/trainings'
const PERMISSION = 'trainings.manage'
const SHOWN = 400
const params = z.strictObject({ trainingId: ulid })
const query = z.object({ school: z.union([z.literal(''), ulid]).default(''), training: z.union([z.literal(''), ulid]).default(''), state: z.enum(['', 'open', 'complete']).default('open') })

/** `/office/trainings`: who has completed which training, and entering it for somebody with the day and the certificate (I7). */
export function trainingBoardPages(deps: TrainingBoardDeps): Page[] {
  const queries = new TrainingQueries(deps.db)
  return [
    definePage({
      name: 'trainings', path: TRAININGS_PATH, permission: PERMISSION, query,
      get: async ({ actor, query: asked, now }) => {
        const schools = (await deps.schools.all()).filter((school) => actor.can(PERMISSION, school.id))
        if (asked.school && !schools.some(({ id }) => id === asked.school)) throw new NotFound()
        const within = asked.school ? [asked.school] : schools.map(({ id }) => id)
        const on = today(now)
        const counts = await queries.counts(within, on)
        const lines = await queries.lines({ schools: within, ...asked.training ? { requirementId: asked.training } : {}, ...asked.state ? { state: asked.state } : {} }, on, SHOWN)
        return view('pages/office/trainings.njk', listView(schools, asked, counts, lines, on))
      },
    }),
    definePage({
      name: 'training of one', path: `${TRAININGS_PATH}/:trainingId`, permission: PERMISSION, params, looksAt: async (ctx) => (await theirs(deps, ctx.actor, ctx.params.trainingId)).personId,
      get: async ({ actor, params: { trainingId }, values }) => {
        const training = await theirs(deps, actor, trainingId)
        return view('pages/office/training.njk', {
          crumbs: [{ text: 'Trainings', href: TRAININGS_PATH }], heading: training.title, name: (await deps.people.person(training.personId))?.name ?? '', action: `${TRAININGS_PATH}/${trainingId}`, values,
          done: training.doneOn ? longDate(training.doneOn) : null, due: training.dueOn ? longDate(training.dueOn) : null, reference: training.reference,
          certificate: training.fileName ? { text: training.fileName, href: `/requirements/trainings/${trainingId}/certificate` } : null,
        })
      },
      post: {
        body: z.strictObject({ ...datePartsSchema('done'), reference: z.string().trim().max(190, 'Use at most 190 characters').default('') }), audit: 'training.entered', upload: { field: 'file', maxBytes: CERTIFICATE_BYTES },
        handle: async (ctx) => {
          const training = await theirs(deps, ctx.actor, ctx.params.trainingId)
          const doneOn = dateFromParts(ctx.body, 'done')
          if (!doneOn) return backToForm(ctx, 'done', 'Write the day on which it was completed, such as 31 8 2026')
          try {
            if (!await deps.trainings.complete(training.id, training.personId, { doneOn, reference: ctx.body.reference, file: ctx.file }, ctx.actor.label)) throw new NotFound()
          } catch (error) {
            if (!(error instanceof UnusableInput)) throw error
            return backToForm(ctx, error.where, `${error.what} ${error.remedy}`.trim())
          }
          return redirect(TRAININGS_PATH, 'Kept.')
        },
      },
    }),
  ]
}

/** @throws NotFound for a training of no school of this actor. */
async function theirs(deps: TrainingBoardDeps, actor: Actor, id: string): Promise<Training> {
  const training = await deps.issuing.trainings.get(id)
  if (!training || training.state === 'cancelled' || !actor.can(PERMISSION, training.schoolId)) throw new NotFound()
  return training
}

function listView(schools: readonly School[], asked: z.output<typeof query>, counts: readonly TrainingCount[], lines: readonly TrainingLine[], on: CalendarDate): object {
  const name = new Map(schools.map((school) => [school.id, school.shortName]))
  const left = counts.reduce((sum, count) => sum + count.asked - count.done, 0)
  return {
    crumbs: [{ text: 'Who has signed', href: '/office/board' }], left, overdue: counts.reduce((sum, count) => sum + count.overdue, 0),
    filters: {
      action: TRAININGS_PATH, label: 'Choose what to see', clearHref: TRAININGS_PATH,
      fields: [
        ...(schools.length > 1 ? [{ id: 'school', label: 'School', value: asked.school, options: [{ value: '', text: 'All schools' }, ...schools.map((school) => ({ value: school.id, text: school.name }))] }] : []),
        { id: 'training', label: 'Training', value: asked.training, options: [{ value: '', text: 'All trainings' }, ...counts.map((count) => ({ value: count.requirementId, text: count.title }))] },
        { id: 'state', label: 'Standing', value: asked.state, options: [{ value: 'open', text: 'Not completed' }, { value: 'complete', text: 'Completed' }, { value: '', text: 'All' }] },
      ],
    },
    counts: {
      caption: 'Each training', columns: [{ text: 'Training' }, { text: 'Asked', numeric: true }, { text: 'Completed', numeric: true }, { text: 'Not completed', numeric: true }, { text: 'Overdue', numeric: true }],
      rows: counts.map((count) => [{ text: count.title }, { text: String(count.asked) }, { text: String(count.done) }, { text: String(count.asked - count.done) }, { text: String(count.overdue) }]),
    },
    table: {
      caption: asked.state === 'complete' ? 'Completed' : asked.state === 'open' ? 'Not completed' : 'Everybody', columns: [{ text: 'Name' }, { text: 'School' }, { text: 'Training' }, { text: 'Standing' }, { text: 'Date' }, { text: 'Proof' }],
      rows: lines.map((line) => [
        { text: line.name, href: `${TRAININGS_PATH}/${line.id}` }, { text: name.get(line.schoolId) ?? '' }, { text: line.title },
        { tag: line.doneOn ? { status: 'signed', text: 'Completed' } : line.dueOn && line.dueOn < on ? { status: 'attention', text: 'Overdue' } : { status: 'outstanding', text: 'Not yet' } },
        { text: line.doneOn ? longDate(line.doneOn) : line.dueOn ? `Due ${longDate(line.dueOn)}` : '' },
        line.fileName ? { text: 'Certificate', href: `/requirements/trainings/${line.id}/certificate` } : { text: line.reference ?? '' },
      ]),
    },
    more: lines.length === SHOWN,
  }
}
