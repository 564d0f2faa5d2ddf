import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { pageNumber } from '../../http/paging.ts'
import { today } from '../../shared/dates.ts'
import type { AccessPageDeps } from './access-page-deps.ts'
import { accessSearchPage, peopleSearch } from './access-people-search.ts'
import { accessPersonPage } from './access-person-routes.ts'
import { accessPlanPages } from './access-plan-routes.ts'
import { accessView, PLANS_PER_PAGE } from './access-views.ts'
import { assurancePages } from './assurance/assurance-routes.ts'
import { approvalPages } from './life/approval-routes.ts'
import { retentionPages } from './life/retention-routes.ts'
import { newAccountPages } from './life/new-account-routes.ts'
import { passwordPages } from './passwords/password-routes.ts'
import { passwordSettingsPages } from './passwords/password-settings-routes.ts'
import { taskPages } from './life/task-routes.ts'
import { leaverListPages } from './leavers/leaver-list-routes.ts'
import { planChoicePages } from './leavers/plan-choice-routes.ts'
import { planReportPages } from './leavers/plan-report-routes.ts'
import { exemptionPages } from './restricting/exemption-routes.ts'
import { restrictPages } from './restricting/restrict-routes.ts'
import { accountDecisionPages } from './account-decision-routes.ts'
import { directoryPages } from './directory-routes.ts'
import { directoryTaskPages } from './task-routes.ts'

/** `/access`, its plans, people, directories and tasks. */
export function accessPages(deps: AccessPageDeps): Page[] {
  return [listPage(deps), accessSearchPage(), lookPage(deps), ...directoryPages(deps), ...accountDecisionPages(deps), ...directoryTaskPages(deps), ...leaverListPages(deps), ...planChoicePages(deps), ...planReportPages(deps), ...restrictPages(deps), ...exemptionPages(deps), ...taskPages(deps), ...retentionPages(deps), ...approvalPages(deps), ...newAccountPages(deps), ...passwordPages(deps), ...passwordSettingsPages(deps), ...assurancePages(deps), ...accessPlanPages(deps), accessPersonPage(deps)]
}

function listPage(deps: AccessPageDeps): Page {
  const { pages, jobs } = deps
  return definePage({
    name: 'access', path: '/access', permission: 'access.view', query: z.object({ page: pageNumber, named: z.literal('1').optional() }),
    get: async ({ actor, query, session, now }) => {
      const schools = actor.schools('access.view')
      const waiting = await pages.plans(schools, { offset: 0, limit: 50 }, { waiting: true })
      const done = await pages.plans(schools, { offset: (query.page - 1) * PLANS_PER_PAGE, limit: PLANS_PER_PAGE }, { waiting: false })
      const look = await pages.newestLook(0)
      const emptyLook = look && (await pages.counts(look.id, schools)).total === 0 ? look : null
      return view('pages/access/plans.njk', accessView({
        emptyLook, people: await peopleSearch(deps, { actor, session, named: query.named === '1', on: today(now) }), more: otherLists(actor),
        waiting: waiting.plans, done: done.plans, total: done.total, page: query.page, now,
        names: await pages.actorNames([...waiting.plans, ...done.plans].flatMap(({ plan }) => [plan.createdBy, plan.approvedBy])),
        job: await jobs.waiting(null), mayPlan: actor.can('access.plan'), maySwitch: actor.schools('access.approve') === 'all', directories: await pages.directories(),
      }))
    },
  })
}

/** Pages about access beside the plans, as far as the reader may go. */
function otherLists(actor: Actor): { text: string; href: string }[] {
  return [
    { text: 'Access assurance', href: '/access/assurance' },
    ...(actor.can('restriction.place') ? [{ text: 'Restrictions to look at', href: '/access/reviews' }] : []),
    ...(actor.can('access.plan') ? [{ text: 'Agreements not signed', href: '/access/unsigned' }, { text: 'New accounts', href: '/access/new-accounts' }] : []),
    ...(actor.can('access.approve') ? [{ text: 'Exemptions', href: '/access/exemptions' }, { text: 'Archive and delete', href: '/access/retention' }] : []),
  ]
}

function lookPage({ jobs }: AccessPageDeps): Page {
  return definePage({
    name: 'look for leavers', path: '/access/look', permission: 'access.plan',
    post: {
      body: z.strictObject({}), audit: 'access.look-asked',
      handle: async ({ actor }) => {
        await jobs.requestPlan(actor.label)
        return redirect('/access')
      },
    },
  })
}
