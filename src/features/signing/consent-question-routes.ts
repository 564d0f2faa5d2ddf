import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { BANDS, type Band } from '../agreements/band.ts'
import { CONSENT_KINDS, CONSENT_SIGNERS, type ConsentKind, type ConsentQuestion, type ConsentSigner, type QuestionWords, sameWords, SUGGESTED_QUESTIONS } from '../agreements/consent-question.ts'
import type { ConsentQuestionStore } from '../agreements/consent-question-store.ts'
import { BAND_WORDS } from '../issuing/requirement-words.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { ConsentQuestionDraft, ConsentQuestionService } from './consent-question-service.ts'

export interface ConsentQuestionDeps { config: { languages: { welsh: boolean } }; consentQuestions: ConsentQuestionStore; consentCatalogue: ConsentQuestionService; schools: SchoolStore }

const PATH = '/consents/questions'
const params = z.strictObject({ id: z.string().regex(/^[0-9A-Z]{26}$/) })
const KIND_WORDS: Record<ConsentKind, string> = { images: 'Photos and films', publication: 'Publication of work', service: 'An additional online service' }
const SIGNER_WORDS: Record<ConsentSigner, string> = {
  guardian: 'A parent or carer with parental responsibility', 'guardian-and-pupil': 'A parent or carer, and the pupil too', pupil: 'The pupil', self: 'The adult it is about',
}

const body = z.strictObject({
  title: z.string().trim().min(1, 'Write a short name for lists').max(120, 'Use at most 120 characters'),
  question: z.string().trim().min(1, 'Write the question').max(400, 'Use at most 400 characters'),
  hint: z.string().trim().max(400, 'Use at most 400 characters').default(''),
  'title-cy': z.string().trim().max(120, 'Use at most 120 characters').default(''),
  'question-cy': z.string().trim().max(400, 'Use at most 400 characters').default(''),
  'hint-cy': z.string().trim().max(400, 'Use at most 400 characters').default(''),
  kind: z.enum(CONSENT_KINDS, 'Choose what it is about'),
  'signer-rule': z.enum(CONSENT_SIGNERS, 'Choose who answers'),
  bands: listOf(z.enum(BANDS)),
  school: z.string().max(26).default(''),
  position: z.string().trim().regex(/^\d{1,3}$/, 'Write a number').default('10'),
  active: z.enum(['yes', 'no'], 'Choose whether it is asked'),
  again: z.literal('yes').optional(),
  // In the form, since a form that comes back with errors has no query.
  like: z.string().max(60).default(''),
})

/** `/consents/questions`: what is asked beside the agreements, for the trust and for a school (G5). */
export function consentQuestionPages(deps: ConsentQuestionDeps): Page[] {
  return [
    definePage({
      name: 'consent questions', path: PATH, permission: 'consents.edit',
      get: async ({ actor }) => {
        const schools = new Map((await deps.schools.all()).map((school) => [school.id, school.name]))
        const all = (await deps.consentQuestions.all()).filter((one) => one.schoolId === null || actor.can('consents.edit', one.schoolId))
        return view('pages/consents/questions.njk', {
          crumbs: CRUMBS.slice(0, 1), addHref: `${PATH}/new`,
          table: {
            caption: 'Questions', captionHidden: true, columns: [{ text: 'Question' }, { text: 'For' }, { text: 'Who answers' }, { text: 'State' }],
            rows: all.map((one) => [
              { text: one.title, sub: one.question, href: `${PATH}/${one.id}` }, { text: one.bands.map((band) => BAND_WORDS[band]).join(', '), sub: one.schoolId === null ? 'Every school' : schools.get(one.schoolId) ?? '' },
              { text: SIGNER_WORDS[one.signerRule] }, { tag: one.active ? { status: 'signed', text: 'Asked' } : { status: 'quiet', text: 'Not asked' } },
            ]),
          },
          suggested: SUGGESTED_QUESTIONS.filter((one) => !all.some((known) => known.key === one.key)).map((one) => ({ title: one.title, href: `${PATH}/new?like=${one.key}` })),
        })
      },
    }),
    definePage({
      name: 'add consent question', path: `${PATH}/new`, permission: 'consents.edit', query: z.object({ like: z.string().max(60).optional() }),
      get: async ({ actor, query, values }) => {
        const like = suggested(values['like'] ?? query.like)
        const begun = { 'signer-rule': 'guardian', active: 'yes', kind: like?.kind ?? 'images', title: like?.title ?? '', question: like?.question ?? '', hint: like?.hint ?? '', ...welshFields(like?.welsh), position: '10', bands: ['EYFS', 'KS1', 'KS2', 'KS3-4'], like: like?.key ?? '' }
        return form(deps, actor, { values: { ...begun, ...values }, action: `${PATH}/new`, changing: false })
      },
      post: {
        body, audit: 'consent-question.add-asked',
        handle: async (ctx) => {
          const wrong = problem(ctx.actor, ctx.body)
          if (wrong) return backToForm(ctx, wrong.field, wrong.text)
          try {
            await deps.consentCatalogue.add(draftOf(ctx.body, suggested(ctx.body.like)?.key ?? null), ctx.actor.label)
          } catch (error) {
            if (!(error instanceof Refused)) throw error
            return backToForm(ctx, 'title', `${error.what} ${error.remedy}`)
          }
          return redirect(PATH, 'Added. It is asked with the next agreement, and stands on everybody’s own list.')
        },
      },
    }),
    definePage({
      name: 'change consent question', path: `${PATH}/:id`, permission: 'consents.edit', params,
      get: async ({ actor, params: { id }, values }) => {
        const one = await editable(deps, actor, id)
        const kept = { title: one.title, question: one.question, hint: one.hint, ...welshFields(one.welsh), kind: one.kind, 'signer-rule': one.signerRule, bands: [...one.bands], school: one.schoolId ?? '', position: String(one.position), active: one.active ? 'yes' : 'no' }
        return form(deps, actor, { values: { ...kept, ...values }, action: `${PATH}/${id}`, changing: true })
      },
      post: {
        body, audit: 'consent-question.change-asked',
        handle: async (ctx) => {
          const one = await editable(deps, ctx.actor, ctx.params.id)
          const wrong = problem(ctx.actor, ctx.body)
          if (wrong) return backToForm(ctx, wrong.field, wrong.text)
          const draft = draftOf(ctx.body, one.key)
          const again = ctx.body.again === 'yes'
          if (deps.config.languages.welsh && again && one.welsh && sameWords(one.welsh, draft.welsh) && !sameWords(one, draft)) {
            return backToForm(ctx, 'question-cy', 'The English means something else now. Change the Welsh too, or leave all of it empty')
          }
          // Where the trust offers English alone the form has no Welsh: what was written before stays while it means the same.
          const welsh = deps.config.languages.welsh ? draft.welsh : again && !sameWords(one, draft) ? null : one.welsh
          await deps.consentCatalogue.change(one.id, { ...draft, welsh, schoolId: one.schoolId }, again, ctx.actor.label)
          return redirect(PATH, 'Kept.')
        },
      },
    }),
  ]
}

const suggested = (key: unknown) => SUGGESTED_QUESTIONS.find((one) => one.key === key)
const CRUMBS = [{ text: 'Consents', href: '/consents' }, { text: 'Questions', href: PATH }]

function problem(actor: Actor, form: z.output<typeof body>): { field: string; text: string } | null {
  if (form.bands.length === 0) return { field: 'bands', text: 'Choose whom it is asked about.' }
  if (form.school === '' ? actor.schools('consents.edit') !== 'all' : !actor.can('consents.edit', form.school)) return { field: 'school', text: 'Choose your school.' }
  const welsh = welshOf(form)
  if (welsh?.title === '') return { field: 'title-cy', text: 'Write the short name in Welsh too, or leave all of the Welsh empty' }
  if (welsh?.question === '') return { field: 'question-cy', text: 'Write the question in Welsh too, or leave all of the Welsh empty' }
  if (welsh?.hint === '' && form.hint !== '') return { field: 'hint-cy', text: 'Write in Welsh too what it means, or leave all of the Welsh empty' }
  if (welsh && welsh.hint !== '' && form.hint === '') return { field: 'hint', text: 'Write in English too what it means, or leave it empty in Welsh' }
  return null
}

/** The Welsh words of the form; null where all of them are empty. */
function welshOf(form: z.output<typeof body>): QuestionWords | null {
  const words = { title: form['title-cy'], question: form['question-cy'], hint: form['hint-cy'] }
  return Object.values(words).every((text) => text === '') ? null : words
}

const welshFields = (words: QuestionWords | null | undefined) => ({ 'title-cy': words?.title ?? '', 'question-cy': words?.question ?? '', 'hint-cy': words?.hint ?? '' })

function draftOf(form: z.output<typeof body>, key: string | null): ConsentQuestionDraft {
  return {
    key, title: form.title, question: form.question, hint: form.hint, welsh: welshOf(form), kind: form.kind, signerRule: form['signer-rule'], bands: form.bands as Band[],
    schoolId: form.school === '' ? null : form.school, position: Number(form.position), active: form.active === 'yes',
  }
}

async function editable(deps: ConsentQuestionDeps, actor: Actor, id: string): Promise<ConsentQuestion> {
  const one = await deps.consentQuestions.get(id)
  if (!one || (one.schoolId === null ? actor.schools('consents.edit') !== 'all' : !actor.can('consents.edit', one.schoolId))) throw new NotFound()
  return one
}

async function form(deps: ConsentQuestionDeps, actor: Actor, options: { values: object; action: string; changing: boolean }) {
  const schools = (await deps.schools.all()).filter((school) => actor.can('consents.edit', school.id))
  return view('pages/consents/question.njk', {
    crumbs: CRUMBS, ...options, welsh: deps.config.languages.welsh, heading: options.changing ? 'Change a question' : 'Add a question',
    kinds: CONSENT_KINDS.map((value) => ({ value, text: KIND_WORDS[value] })), signers: CONSENT_SIGNERS.map((value) => ({ value, text: SIGNER_WORDS[value] })),
    bands: BANDS.map((value) => ({ value, text: BAND_WORDS[value] })),
    schools: [...(actor.schools('consents.edit') === 'all' ? [{ value: '', text: 'Every school of the trust' }] : []), ...schools.map(({ id, name }) => ({ value: id, text: name }))],
  })
}
