import { Readable } from 'node:stream'
import { z } from 'zod'
import { definePage, type Page } from '../../../http/define-page.ts'
import { download, view } from '../../../http/page-result.ts'
import { longInstant } from '../../../shared/dates.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { thePlan } from '../access-plan-routes.ts'
import { planTitle, stateOfPlan } from '../access-words.ts'
import { MOST_PRINTED, reportCsv, reportFacts, reportLine, reportParts } from './plan-report.ts'

const params = z.strictObject({ id: z.string().length(26) })

/** The report of a run: on paper (or printed to PDF by the browser), and as a CSV of every line. */
export function planReportPages(deps: AccessPageDeps): Page[] {
  return [printPage(deps), csvPage(deps)]
}

function printPage(deps: AccessPageDeps): Page {
  const { pages } = deps
  return definePage({
    name: 'access report', path: '/access/plans/:id/report', permission: 'access.view', params,
    get: async ({ actor, params: { id }, now }) => {
      const { plan, counts } = await thePlan(deps, id, actor)
      const names = await pages.actorNames([plan.createdBy, plan.approvedBy])
      const lines: object[] = []
      for await (const part of reportParts(pages, id, actor.schools('access.view'), MOST_PRINTED)) {
        for (const { item, name } of part) lines.push(reportLine(item, name))
      }
      return view('pages/access/report.njk', {
        back: { href: `/access/plans/${id}`, text: 'Back to the plan' }, title: planTitle(plan), state: stateOfPlan(plan, now).text, printedAt: longInstant(now),
        facts: reportFacts(plan, counts, names, (schoolId) => actor.can('access.view', schoolId)),
        lines, more: Math.max(0, counts.total - lines.length),
      })
    },
  })
}

function csvPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'access report file', path: '/access/plans/:id/report.csv', permission: 'access.view', params, stepUp: true,
    get: async ({ actor, params: { id } }) => {
      await thePlan(deps, id, actor)
      return download({ filename: `access-plan-${id}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(reportCsv(deps.pages, id, actor.schools('access.view'))) })
    },
  })
}
