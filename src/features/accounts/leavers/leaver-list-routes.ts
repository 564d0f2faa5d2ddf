import { z } from 'zod'
import type { Actor } from '../../../http/actor.ts'
import { backToForm, backWithErrors } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { addDays, isCalendarDate, today } from '../../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../../shared/errors.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import type { LeaverList } from './leaver-list.ts'
import { leaverListView, leaversView } from './leaver-list-views.ts'

const MOST_BYTES = 1_000_000
const text = z.string()

/** `/access/leavers`: from the roster, or from a list; and what was understood of a list. */
export function leaverListPages(deps: AccessPageDeps): Page[] {
  return [leaversPage(deps), listPage(deps), planListPage(deps)]
}

function leaversPage({ listed, jobs, pages, schools, sampleList }: AccessPageDeps): Page {
  return definePage({
    name: 'leavers', path: '/access/leavers', permission: 'access.plan', query: z.object({ sample: z.enum(['yes']).optional().catch(undefined) }),
    get: async ({ actor, query, now, values }) => {
      const within = actor.schools('access.plan')
      const lists = await listed.store.newest(within, 10)
      const look = await pages.newestLook(0)
      return view('pages/access/leavers.njk', leaversView({
        values, sample: query.sample === 'yes' ? sampleList : null, haveSample: sampleList !== null, yesterday: addDays(today(now), -1),
        schools: (await schools.all()).filter(({ id }) => within === 'all' || within.includes(id)), wholeTrust: within === 'all',
        lists, names: await pages.actorNames(lists.map(({ madeBy }) => madeBy)), job: await jobs.waiting(null),
        look: look && { plan: look, people: await pages.losingPeople(look.id, actor.schools('access.view')) },
      }))
    },
    post: {
      body: z.strictObject({ school: text.max(26), list: text.max(500_000).default(''), 'last-day': text.trim().max(10) }), audit: 'access.list-sent',
      upload: { field: 'file', maxBytes: MOST_BYTES },
      handle: async (ctx) => {
        const { actor, body, file } = ctx
        const within = actor.schools('access.plan')
        const schoolId = body.school === 'all' && within === 'all' ? null : body.school
        const wrong: Record<string, string> = {}
        if (schoolId !== null && (within !== 'all' && !within.includes(schoolId) || !(await schools.get(schoolId)))) wrong['school'] = 'Choose which school they leave'
        if (!isCalendarDate(body['last-day'])) wrong['last-day'] = 'Write their last day, such as 2026-07-17'
        const content = file ? readText(file.bytes) : body.list
        if (content === null) wrong['file'] = 'This file is not plain text. Save it as CSV or text and choose it again'
        else if (content.trim() === '') wrong['list'] = 'Write or paste one person on each line, or choose a file'
        if (Object.keys(wrong).length > 0 || content === null) return backWithErrors(ctx, wrong)
        try {
          const list = await listed.make({ text: content, schoolId, lastDay: body['last-day'], actor: actor.label, within })
          return redirect(`/access/leavers/${list.id}`)
        } catch (error) {
          if (!(error instanceof UnusableInput)) throw error
          return backToForm(ctx, error.what.startsWith('Their last day') ? 'last-day' : 'list', `${error.what} ${error.remedy}`)
        }
      },
    },
  })
}

function listPage(deps: AccessPageDeps): Page {
  const { listed, people, pages, schools } = deps
  return definePage({
    name: 'leavers of a list', path: '/access/leavers/:id', permission: 'access.plan', params: z.strictObject({ id: text.length(26) }),
    get: async ({ actor, params, path }) => {
      const list = await theList(deps, params.id, actor)
      const ids = [...new Set(list.entries.flatMap((entry) => [...entry.candidates, ...entry.personId === null ? [] : [entry.personId]]))]
      const school = list.schoolId === null ? null : await schools.get(list.schoolId)
      return view('pages/access/leaver-list.njk', leaverListView({
        list, path, people: await people.people(ids), affiliations: await people.affiliationsOf(ids), school: school?.name ?? 'the whole trust',
        names: await pages.actorNames([list.madeBy]), waiting: await listed.waiting(list.id),
      }))
    },
    post: {
      body: z.strictObject({ pick: z.union([text, z.array(text).max(500)]).default([]) }), audit: 'access.list-line-decided',
      handle: async (ctx) => {
        const list = await theList(deps, ctx.params.id, ctx.actor)
        const picks = [ctx.body.pick].flat().flatMap((one) => {
          const [line, person] = one.split(':')
          return line && person ? [[Number(line), person] as const] : []
        })
        try {
          await listed.pick(list.id, new Map(picks), ctx.actor.schools('access.plan'))
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'pick', `${error.what} ${error.remedy}`)
        }
        return redirect(ctx.path)
      },
    },
  })
}

function planListPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'plan of a list', path: '/access/leavers/:id/plan', permission: 'access.plan', params: z.strictObject({ id: text.length(26) }),
    get: async ({ actor, params }) => {
      const list = await theList(deps, params.id, actor)
      return redirect(list.planId === null ? `/access/leavers/${list.id}` : `/access/plans/${list.planId}`)
    },
    post: {
      body: z.strictObject({}), audit: 'access.list-plan-asked',
      handle: async (ctx) => {
        const list = await theList(deps, ctx.params.id, ctx.actor)
        try {
          await deps.listed.requestPlan(list.id, ctx.actor.label)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'plan', `${error.what} ${error.remedy}`, `/access/leavers/${list.id}`)
        }
        return redirect(`/access/leavers/${list.id}`)
      },
    },
  })
}

/** @throws NotFound, alike for a list that does not exist and one of a school that is not the reader's. */
async function theList({ listed }: AccessPageDeps, id: string, actor: Actor): Promise<LeaverList> {
  const list = await listed.get(id)
  const within = actor.schools('access.plan')
  if (within !== 'all' && (list.schoolId === null || !within.includes(list.schoolId))) throw new NotFound('There is no such list.')
  return list
}

/** UTF-8, or what spreadsheets in this country write otherwise; null for something that is no text. */
function readText(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
