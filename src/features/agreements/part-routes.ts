import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ensureCan } from '../../http/actor.ts'
import { listOf } from '../../http/strict-schema.ts'
import { NotFound } from '../../shared/errors.ts'
import { editDraft, governingText } from './agreement.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, crumbsOf, keyParams, openAgreement, openDraft, seenField, wordsField } from './authoring-deps.ts'
import { digestOf } from './authoring-service.ts'
import { clausesOf } from './clauses.ts'
import { clauseKey } from './draft-text.ts'
import { renderMarkdown } from './render-markdown.ts'
import { problemOfPart, type SchoolPart, type SchoolPartPlan, stillToFill } from './school-part.ts'
import { nameOf, textKey } from './shown-as.ts'

const row = listOf(wordsField(400))

/** What the trust leaves to its schools, what each school has filled in, and the filling in (G2). */
export function partPages(deps: AuthoringPagesDeps): Page[] {
  const { authoring, parts, drafts, agreements } = deps.texts
  return [
    definePage({
      name: 'school parts', path: `${AGREEMENTS_PATH}/school-parts`, permission: 'agreements.view',
      get: async (ctx) => {
        const schools = (await deps.schools.all()).filter(({ id }) => ctx.actor.can('agreements.view', id))
        const tables = []
        for (const agreement of await agreements.store.all()) {
          const version = (await drafts.openVersion(agreement.id) ?? await agreements.store.current(agreement.id))?.version
          if (!version?.schoolPart) continue
          const rows = []
          for (const school of schools) {
            if (agreement.schoolId !== null && agreement.schoolId !== school.id) continue
            const { revision, part } = await drafts.part(agreement.id, school.id)
            const lacks = stillToFill(version.schoolPart, part, governingText(version))
            rows.push([
              { text: school.name, href: at.part(agreement.key, school.id) },
              { tag: lacks.length > 0 ? { status: 'attention', text: 'To be filled in' } : revision > 0 ? { status: 'signed', text: 'Filled in' } : { status: 'quiet', text: 'Neutral words' } },
              { text: lacks.join(', ') || '–' },
            ])
          }
          tables.push({ title: agreement.title, rows })
        }
        return view('pages/agreements/parts.njk', { crumbs: [{ text: 'Agreement texts', href: AGREEMENTS_PATH }], tables })
      },
    }),
    definePage({
      name: 'school part', path: `${AGREEMENTS_PATH}/:key/school-part/:schoolId`, permission: 'agreements.view', params: keyParams.extend({ schoolId: z.string().regex(/^[0-9A-Z]{26}$/) }),
      get: async (ctx) => {
        const { agreement, plan, version, school } = await planned(deps, ctx)
        const { revision, part } = await drafts.part(agreement.id, school.id)
        return view('pages/agreements/part.njk', {
          crumbs: [...crumbsOf(agreement), { text: 'School parts', href: `${AGREEMENTS_PATH}/school-parts` }], school: school.name, title: agreement.title, revision, action: ctx.path, mayFill: ctx.actor.can('agreements.fill', school.id),
          fields: plan.fields.map((field) => ({ ...field, value: part.fields[field.key] ?? '' })),
          clauses: version.texts.flatMap((text) => clausesOf(text.markdown).filter(({ id }) => plan.clauses.some((clause) => clause.id === id)).map(({ id, heading, markdown }) => ({
            id: `${textKey(text)}/${id}`, heading, textName: nameOf(text), trustHtml: renderMarkdown(markdown), value: part.clauses[`${textKey(text)}/${id}`] ?? '', lang: text.language,
          }))),
        })
      },
      post: {
        permission: 'agreements.fill', body: z.strictObject({ revision: z.coerce.number().int().min(0), field: row, clause: listOf(wordsField(8000)) }), audit: 'agreement.school-part',
        handle: async (ctx) => {
          const { agreement, plan, version, school } = await planned(deps, ctx)
          ensureCan(ctx.actor, 'agreements.fill', school.id)
          const places = version.texts.flatMap((text) => clausesOf(text.markdown).filter(({ id }) => plan.clauses.some((clause) => clause.id === id)).map(({ id }) => `${textKey(text)}/${id}`))
          const part: SchoolPart = {
            fields: Object.fromEntries(plan.fields.map(({ key }, n) => [key, ctx.body.field[n] ?? ''])), clauses: Object.fromEntries(places.map((place, n) => [place, ctx.body.clause[n] ?? ''])),
          }
          const typed = { field: ctx.body.field, clause: ctx.body.clause }
          const problem = problemOfPart(part)
          const refuse = (text: string) => {
            ctx.session.keepForm({ path: ctx.path, errors: [{ field: 'part', text, href: '#part' }], values: typed })
            return redirect(ctx.path)
          }
          if (problem) return refuse(problem.text)
          const outcome = await parts.fill({ agreementId: agreement.id, schoolId: school.id, seen: ctx.body.revision, plan, part, actor: ctx.actor.label })
          if (outcome.kind === 'saved') return redirect(ctx.path, 'Saved. Who has not begun to sign reads these words; what was signed stays as it was.')
          return refuse(`Somebody filled this in meanwhile: ${Object.values({ ...outcome.now.part.fields, ...outcome.now.part.clauses }).map((words) => `"${words}"`).join(', ')}. Yours is in the form below; save again to put it in its place.`)
        },
      },
    }),
    definePage({
      name: 'what schools fill in', path: `${AGREEMENTS_PATH}/:key/draft/school-part`, permission: 'agreements.edit', params: keyParams,
      get: async (ctx) => {
        const { agreement, version } = await openDraft(deps, ctx.actor, ctx.params.key)
        const plan = version.schoolPart
        return view('pages/agreements/part-plan.njk', {
          crumbs: [...crumbsOf(agreement), { text: 'Draft', href: at.draft(agreement.key) }], action: ctx.path, backHref: at.draft(agreement.key), seen: digestOf(plan),
          fields: Array.from({ length: Math.max(3, (plan?.fields.length ?? 0) + 2) }, (_, n) => plan?.fields[n] ?? { key: '', label: '', neutral: '', required: false }),
          clauses: clausesOf(governingText(version).markdown).map(({ id, heading }) => ({ value: id ?? '', text: heading })),
          own: plan?.clauses.map(({ id }) => id) ?? [], must: plan?.clauses.filter(({ required }) => required).map(({ id }) => id) ?? [],
        })
      },
      post: {
        body: z.strictObject({ label: row, neutral: row, must: listOf(z.string().max(2)), own: listOf(z.string().max(60)), mustOwn: listOf(z.string().max(60)), seen: seenField }), audit: 'agreement.school-part-planned',
        handle: async (ctx) => {
          const { version } = await openDraft(deps, ctx.actor, ctx.params.key)
          const plan = readPlan(ctx.body, version.schoolPart)
          if (typeof plan === 'string') {
            ctx.session.keepForm({ path: ctx.path, errors: [{ field: 'label-1', text: plan, href: '#label-1' }], values: { label: ctx.body.label, neutral: ctx.body.neutral } })
            return redirect(ctx.path)
          }
          const outcome = await authoring.edit(ctx.params.key, { what: 'what schools fill in', seen: ctx.body.seen, part: (draft) => draft.schoolPart, apply: (draft) => editDraft(draft, { schoolPart: plan }) }, ctx.actor.label)
          if (outcome.kind === 'overtaken') {
            ctx.session.keepForm({ path: ctx.path, errors: [{ field: 'label-1', text: `Somebody changed this meanwhile to: ${outcome.version.schoolPart?.fields.map(({ label }) => label).join(', ') ?? 'nothing'}. Yours is in the form; save again to put it in its place.`, href: '#label-1' }], values: { label: ctx.body.label, neutral: ctx.body.neutral } })
            return redirect(ctx.path)
          }
          return redirect(at.draft(ctx.params.key), 'Saved. Schools can fill in their part now; the page "School parts" shows who has.')
        },
      },
    }),
  ]
}

async function planned(deps: AuthoringPagesDeps, ctx: { actor: Parameters<typeof openAgreement>[1]; params: { key: string; schoolId: string } }) {
  const { agreement, schools, open, current } = await openAgreement(deps, ctx.actor, ctx.params.key)
  ensureCan(ctx.actor, 'agreements.view', ctx.params.schoolId)
  const school = schools.find(({ id }) => id === ctx.params.schoolId)
  const version = (open ?? current)?.version
  if (!school || !version?.schoolPart || (agreement.schoolId !== null && agreement.schoolId !== school.id)) throw new NotFound()
  return { agreement, school, version, plan: version.schoolPart }
}

/** A field keeps its key when its label is changed in its place. Pure; a text says what is wrong. */
export function readPlan(body: { label: string[]; neutral: string[]; must: string[]; own: string[]; mustOwn: string[] }, before: SchoolPartPlan | undefined): SchoolPartPlan | string {
  const fields: SchoolPartPlan['fields'][number][] = []
  for (const [n, typed] of body.label.entries()) {
    const label = typed.trim()
    if (label === '') continue
    const neutral = body.neutral[n]?.trim() ?? ''
    if (neutral === '') return `"${label}" needs neutral words, so that nobody ever reads a hole.`
    const key = before?.fields[n]?.key ?? clauseKey(label)
    if (key === '' || fields.some((field) => field.key === key)) return `"${label}" is there twice, or has no letters. Choose another name.`
    fields.push({ key, label, neutral, required: body.must.includes(String(n)) })
  }
  return { fields, clauses: body.own.map((id) => ({ id, required: body.mustOwn.includes(id) })) }
}
