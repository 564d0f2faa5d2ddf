import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { dateFromParts, datePartsSchema } from '../../http/date-parts.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { redirect, view } from '../../http/page-result.ts'
import { NotFound, UnusableInput } from '../../shared/errors.ts'
import { saidDay, sentence } from '../../shared/sentence.ts'
import type { Training } from '../issuing/training-store.ts'
import { CERTIFICATE_BYTES } from '../issuing/training-service.ts'
import { whoIs } from './my-task.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

const params = z.strictObject({ trainingId: z.string().regex(/^[0-9A-Z]{26}$/) })

/** A training that one is asked to complete: the day, and a certificate or its reference. */
export function trainingPages(deps: SigningPagesDeps): Page[] {
  return [definePage({
    name: 'my training', path: '/me/trainings/:trainingId', permission: 'signed-in', params,
    get: async (ctx) => {
      const training = await mine(deps, ctx)
      const school = (await deps.schools.all()).find((one) => one.id === training.schoolId) ?? null
      return view('pages/signing/training.njk', {
        brand: deps.brandOf(school), back: { href: '/me', text: sentence('Your list') }, action: ctx.path, title: training.title, done: training.doneOn ? saidDay(training.doneOn) : null,
        reference: training.reference, file: training.fileName, due: training.dueOn ? saidDay(training.dueOn) : null, values: ctx.values,
      })
    },
    post: {
      body: z.strictObject({ ...datePartsSchema('done'), reference: z.string().trim().max(190, 'Use at most 190 characters').default('') }),
      audit: 'training.sent', upload: { field: 'file', maxBytes: CERTIFICATE_BYTES },
      handle: async (ctx) => {
        const training = await mine(deps, ctx)
        const doneOn = dateFromParts(ctx.body, 'done')
        if (!doneOn) return backToForm(ctx, 'done', 'Write the day on which you completed it, such as 31 8 2026')
        try {
          if (!await deps.trainings.complete(training.id, whoIs(ctx), { doneOn, reference: ctx.body.reference, file: ctx.file }, ctx.actor.label)) throw new NotFound()
        } catch (error) {
          if (!(error instanceof UnusableInput)) throw error
          return backToForm(ctx, error.where, error.what)
        }
        return redirect('/me', 'Thank you. We have kept when you completed it.')
      },
    },
  })]
}

async function mine(deps: SigningPagesDeps, ctx: RequestParts & { params: { trainingId: string } }): Promise<Training> {
  const training = await deps.issuing.trainings.get(ctx.params.trainingId)
  if (training?.personId !== whoIs(ctx) || training.state === 'cancelled') throw new NotFound()
  return training
}
