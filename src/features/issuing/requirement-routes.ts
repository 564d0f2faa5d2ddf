import { z } from 'zod'
import { type Actor, ensureCan } from '../../http/actor.ts'
import { backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { Requirement } from '../agreements/requirement-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { IssueService } from './issue-service.ts'
import { draftOf, formOf, requirementBody, type RequirementDraft } from './requirement-form.ts'
import type { RequirementService } from './requirement-service.ts'
import { formView, listView, type Named, oneView, previewView } from './requirement-views.ts'

export interface RequirementPagesDeps {
  agreements: AgreementStore; schools: SchoolStore; people: PeopleQueries; issuing: IssueService; requirements: RequirementService
}

const PATH = '/requirements'
const DRAFT = 'requirement'
const params = z.strictObject({ id: z.string().regex(/^[0-9A-Z]{26}$/) })
const defaults = { act: 'sign', signers: 'any', compulsory: 'yes', due: '10', grace: '0', 'if-unsigned': 'remind', cadence: 'academic-year' }

/** `/requirements`: who must do what; each change is shown with its numbers before it is saved. */
export function requirementPages(deps: RequirementPagesDeps): Page[] {
  return [
    definePage({
      name: 'requirements', path: PATH, permission: 'agreements.view',
      get: async ({ actor }) => {
        const all = (await deps.agreements.requirements()).filter((one) => one.schoolId === null || actor.can('agreements.view', one.schoolId))
        return view('pages/requirements/list.njk', { ...listView(all, await namedFor(deps), actor.can('requirements.edit')), ...(actor.can('attested.import') ? { attestedHref: '/office/attested' } : {}) })
      },
    }),
    definePage({
      name: 'add requirement', path: `${PATH}/new`, permission: 'requirements.edit',
      get: async ({ actor, session, values }) => {
        const kept = keptDraft(session)
        const shown = Object.keys(values).length > 0 ? values : kept && kept.replaces === null ? formOf(kept.draft) : defaults
        return view('pages/requirements/form.njk', { crumbs: CRUMBS, ...formView(await namedFor(deps, actor), { values: shown, action: `${PATH}/new`, wholeTrust: wholeTrust(actor), changing: false, backHref: PATH }) })
      },
      post: { body: requirementBody, audit: 'requirement.drafted', handle: async (ctx) => drafted(ctx, null) },
    }),
    definePage({
      name: 'change requirement', path: `${PATH}/:id/edit`, permission: 'requirements.edit', params,
      get: async ({ actor, session, values, params: { id } }) => {
        const requirement = await editable(deps, actor, id)
        const kept = keptDraft(session)
        const shown = Object.keys(values).length > 0 ? values : formOf(kept?.replaces === id ? kept.draft : requirement)
        return view('pages/requirements/form.njk', { crumbs: CRUMBS, ...formView(await namedFor(deps, actor), { values: shown, action: `${PATH}/${id}/edit`, wholeTrust: wholeTrust(actor), changing: true, backHref: `${PATH}/${id}` }) })
      },
      post: {
        body: requirementBody, audit: 'requirement.drafted',
        handle: async (ctx) => {
          await editable(deps, ctx.actor, ctx.params.id)
          return drafted(ctx, ctx.params.id)
        },
      },
    }),
    definePage({
      name: 'preview requirement', path: `${PATH}/preview`, permission: 'requirements.edit',
      get: async ({ session }) => {
        const kept = keptDraft(session)
        if (!kept) return redirect(PATH)
        const preview = await deps.issuing.preview(await deps.requirements.complete(kept.draft, kept.replaces), kept.replaces ? { replaces: kept.replaces } : {})
        return view('pages/requirements/preview.njk', {
          crumbs: CRUMBS,
          ...previewView(kept.draft, preview, await namedFor(deps), {
            changing: kept.replaces !== null, backHref: kept.replaces ? `${PATH}/${kept.replaces}/edit` : `${PATH}/new`,
          }),
        })
      },
      post: {
        body: z.strictObject({}), audit: 'requirement.saved',
        handle: async ({ actor, session }) => {
          const kept = keptDraft(session)
          if (!kept) return redirect(PATH)
          ensureMayPlace(actor, kept.draft)
          if (kept.replaces) await editable(deps, actor, kept.replaces)
          try {
            const id = await deps.requirements.save(kept.draft, kept.replaces, actor.label)
            session.delete(DRAFT)
            return redirect(`${PATH}/${id}`, 'Saved. People are asked at the next issue.')
          } catch (error) {
            if (!(error instanceof Refused)) throw error
            return redirect(kept.replaces ? `${PATH}/${kept.replaces}/edit` : `${PATH}/new`, { kind: 'attention', text: `${error.what} ${error.remedy}` })
          }
        },
      },
    }),
    definePage({
      name: 'requirement', path: `${PATH}/:id`, permission: 'agreements.view', params,
      get: async ({ actor, params: { id } }) => {
        const requirement = await deps.agreements.requirementStore.get(id)
        if (!requirement || (requirement.schoolId !== null && !actor.can('agreements.view', requirement.schoolId))) throw new NotFound()
        const seen = requirement.act === 'train' ? (await deps.issuing.trainings.ofRequirement(id)).filter((training) => actor.can('trainings.manage', training.schoolId)) : []
        const people = await deps.people.people(seen.map((training) => training.personId))
        return view('pages/requirements/one.njk', {
          crumbs: CRUMBS, ...oneView(requirement, await namedFor(deps), { mayEdit: mayPlace(actor, requirement), trainings: seen, names: new Map([...people].map(([key, person]) => [key, person.name])) }),
        })
      },
    }),
    definePage({
      name: 'end requirement', path: `${PATH}/:id/end`, permission: 'requirements.edit', params,
      post: {
        body: z.strictObject({}), audit: 'requirement.end-asked',
        handle: async ({ actor, params: { id } }) => {
          await editable(deps, actor, id)
          await deps.requirements.end(id, actor.label)
          return redirect(PATH, 'Ended. Nobody new is asked by it; what was asked already stays.')
        },
      },
    }),
    definePage({
      name: 'training certificate', path: `${PATH}/trainings/:id/certificate`, permission: 'trainings.manage', params,
      get: async ({ actor, params: { id } }) => {
        const training = await deps.issuing.trainings.get(id)
        const file = training ? await deps.issuing.trainings.file(id) : null
        if (!training || !file) throw new NotFound()
        ensureCan(actor, 'trainings.manage', training.schoolId)
        return download({ filename: `certificate-${id}.${file.type === 'application/pdf' ? 'pdf' : file.type === 'image/png' ? 'png' : 'jpg'}`, contentType: file.type, body: file.bytes })
      },
    }),
  ]

  async function drafted(ctx: Parameters<typeof backWithErrors>[0] & { actor: Actor; body: z.output<typeof requirementBody> }, replaces: string | null) {
    const { draft, problems } = draftOf(ctx.body)
    if (draft.schoolId === null && !wholeTrust(ctx.actor)) problems['school'] = 'Choose your school.'
    const wrongText = Object.keys(problems).length === 0 ? await deps.requirements.textProblem(draft) : null
    if (wrongText) problems['signer-rule'] = wrongText
    if (Object.keys(problems).length > 0) return backWithErrors(ctx, problems)
    ensureMayPlace(ctx.actor, draft)
    ctx.session.set(DRAFT, { draft, replaces })
    return redirect(`${PATH}/preview`)
  }
}

const CRUMBS = [{ text: 'Requirements', href: PATH }]

const wholeTrust = (actor: Actor): boolean => actor.schools('requirements.edit') === 'all'

/** A requirement of the whole trust is for those who may edit everywhere. */
function mayPlace(actor: Actor, requirement: Pick<Requirement, 'schoolId'>): boolean {
  return requirement.schoolId === null ? wholeTrust(actor) : actor.can('requirements.edit', requirement.schoolId)
}

function ensureMayPlace(actor: Actor, requirement: Pick<Requirement, 'schoolId'>): void {
  if (!mayPlace(actor, requirement)) throw new NotFound()
}

async function editable(deps: RequirementPagesDeps, actor: Actor, id: string): Promise<Requirement> {
  const requirement = await deps.agreements.requirementStore.get(id)
  if (!requirement || !mayPlace(actor, requirement)) throw new NotFound()
  return requirement
}

/** The form as it was judged, kept until it is saved; in the session of the one who fills it in. */
function keptDraft(session: SessionHandle): { draft: RequirementDraft; replaces: string | null } | null {
  return (session.get(DRAFT) as { draft: RequirementDraft; replaces: string | null } | undefined) ?? null
}

async function namedFor(deps: RequirementPagesDeps, actor?: Actor): Promise<Named> {
  const [agreements, schools] = await Promise.all([deps.agreements.all(), deps.schools.all()])
  return { agreements, schools: actor ? schools.filter((school) => actor.can('requirements.edit', school.id)) : schools }
}
