import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { longDate } from '../../shared/dates.ts'
import { Forbidden, Refused } from '../../shared/errors.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { DELIVERIES, LEFT_OUT, type LeftOut } from './judge-unsigned.ts'
import type { UnsignedService } from './unsigned-service.ts'

const SHOWN = 200

/** `/access/unsigned`: who would be limited because an agreement is not signed, and who would not, and why (I5). */
export function unsignedPages({ unsigned, people, schools }: { unsigned: UnsignedService; people: PeopleQueries; schools: SchoolStore }): Page[] {
  return [definePage({
    name: 'unsigned agreements', path: '/access/unsigned', permission: 'access.plan',
    get: async ({ actor }) => {
      const within = actor.schools('access.plan')
      const mine = <T extends { request: { schoolId: string } }>(list: readonly T[]) => (within === 'all' ? list : list.filter(({ request }) => within.includes(request.schoolId)))
      const preview = await unsigned.preview()
      const proposed = mine(preview.proposed)
      const leftOut = mine(preview.leftOut)
      const names = await people.people([...proposed, ...leftOut].map(({ request }) => request.personId))
      const schoolNames = new Map((await schools.all()).map(({ id, name }) => [id, name]))
      const row = ({ request }: (typeof preview.proposed)[number] | (typeof preview.leftOut)[number]) => ({
        name: names.get(request.personId)?.name ?? '', href: `/access/people/${request.personId}`, title: request.title, due: longDate(request.dueOn).replace(/^\S+ /, ''), school: schoolNames.get(request.schoolId) ?? '',
      })
      return view('pages/access/unsigned.njk', {
        crumbs: [{ text: 'Access', href: '/access' }], mayPlan: within === 'all', people: new Set(proposed.map(({ request }) => request.personId)).size,
        proposed: proposed.slice(0, SHOWN).map((one) => ({ ...row(one), what: one.wish.place.profile === null ? 'Limited access' : 'Supervised', by: one.request.delivered.map((way) => DELIVERIES[way]).join(', ') })), more: Math.max(0, proposed.length - SHOWN),
        groups: (Object.keys(LEFT_OUT) as LeftOut[]).map((why) => ({ text: LEFT_OUT[why], rows: leftOut.filter((one) => one.why === why).slice(0, SHOWN).map(row), total: leftOut.filter((one) => one.why === why).length })).filter(({ total }) => total > 0),
      })
    },
    post: {
      body: z.strictObject({}), audit: 'access.unsigned-plan-asked',
      handle: async (ctx) => {
        if (ctx.actor.schools('access.plan') !== 'all') throw new Forbidden('This plan is about every school, so somebody for the trust makes it.')
        try {
          const { run } = await unsigned.plan(ctx.actor.label)
          return redirect(`/access/plans/${run}`)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'plan', `${error.what} ${error.remedy}`)
        }
      },
    },
  })]
}
