import { definePage, type Page } from '../../../http/define-page.ts'
import { download, view } from '../../../http/page-result.ts'
import { csvLine } from '../../../shared/csv-line.ts'
import { longDate } from '../../../shared/dates.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import type { AssuredAccount } from './assurance-queries.ts'

const SHOWN = 200

/** `/access/assurance`: the report and its file. */
export function assurancePages({ assurance }: AccessPageDeps): Page[] {
  return [
    definePage({
      name: 'access assurance', path: '/access/assurance', permission: 'access.view',
      get: async ({ actor, now }) => {
        const report = await assurance.report(actor.schools('access.view'), now)
        const { leaving } = report
        const days = (n: number | null) => (n === null ? 'nobody left' : n === 1 ? '1 day' : `${n} days`)
        return view('pages/access/assurance.njk', {
          crumbs: [{ text: 'Access', href: '/access' }], on: longDate(report.on), csvHref: '/access/assurance.csv',
          tiles: [
            { figure: report.active, text: `of ${report.accounts.toLocaleString('en-GB')} accounts are switched on` },
            { figure: report.withoutPerson.length, text: 'are on without a current person', ...(report.withoutPerson.length > 0 ? { status: 'attention' } : {}) },
            { figure: report.administrators.length, text: 'are administrators or services' }, { figure: report.shared.length, text: 'are shared, with an owner' },
          ],
          leaving: `Over the last year ${leaving.people === 0 ? 'no leaver was suspended by a plan.' : `it took ${days(leaving.median)} in the middle and ${days(leaving.longest)} at most from the last day to the suspension of ${leaving.people} people; ${leaving.slow} took longer than a week.`}`,
          groups: [
            { title: 'Switched on without a current person', text: 'Match them to somebody, register them as shared, or switch them off.', list: report.withoutPerson },
            { title: 'Administrators and services', text: 'Never changed automatically (B4). Check that each still has a reason.', list: report.administrators },
            { title: 'Shared logins', text: 'Each has somebody who answers for it (A7).', list: report.shared },
          ].map(({ list, ...group }) => ({ ...group, table: tableOf(group.title, list.slice(0, SHOWN), actor.can('person.view')), more: Math.max(0, list.length - SHOWN) })),
        })
      },
    }),
    definePage({
      name: 'access assurance file', path: '/access/assurance.csv', permission: 'access.view', stepUp: true,
      get: async ({ actor, now }) => {
        const report = await assurance.report(actor.schools('access.view'), now)
        const lines = (kind: string, list: readonly AssuredAccount[]) => list.map((one) => csvLine([kind, one.username, one.directory, one.name, one.text])).join('')
        return download({
          filename: `access-assurance-${report.on}.csv`, contentType: 'text/csv; charset=utf-8',
          body: `\uFEFF${csvLine(['Kind', 'Account', 'Directory', 'Person', 'Finding'])}${lines('without a person', report.withoutPerson)}${lines('administrator or service', report.administrators)}${lines('shared', report.shared)}`
            + csvLine(['leaving', null, null, null, `${report.leaving.people} people; days from the last day to suspended: median ${report.leaving.median ?? '-'}, longest ${report.leaving.longest ?? '-'}, over a week ${report.leaving.slow}`]),
        })
      },
    }),
  ]
}

function tableOf(caption: string, list: readonly AssuredAccount[], links: boolean): object {
  return {
    caption, captionHidden: true, columns: [{ text: 'Account' }, { text: 'Directory' }, { text: 'Person' }, { text: 'Finding' }],
    rows: list.map((one) => [{ text: one.username }, { text: one.directory }, { text: one.name ?? '–', ...(links && one.personId !== null ? { href: `/access/people/${one.personId}` } : {}) }, { text: one.text }]),
  }
}
