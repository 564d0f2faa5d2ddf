import { definePage, type Page } from '../../../http/define-page.ts'
import { download, view } from '../../../http/page-result.ts'
import { csvLine } from '../../../shared/csv-line.ts'
import { longDate } from '../../../shared/dates.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { mayReadFamilies } from '../family-names.ts'
import type { Assurance, AssuredAccount } from './assurance-queries.ts'

const SHOWN = 200
const KINDS = { person: 'one person', administrator: 'administrator or service', shared: 'shared', nobody: 'of nobody known' } as const

/** `/access/assurance`: the report and its file. */
export function assurancePages({ assurance }: AccessPageDeps): Page[] {
  return [
    definePage({
      name: 'access assurance', path: '/access/assurance', permission: 'access.view',
      get: async ({ actor, now }) => {
        const report = await assurance.report(actor.schools('access.view'), now, { families: mayReadFamilies(actor) })
        const { leaving } = report
        const days = (n: number | null) => (n === null ? 'nobody left' : n === 1 ? '1 day' : `${n} days`)
        return view('pages/access/assurance.njk', {
          crumbs: [{ text: 'Access', href: '/access' }], on: longDate(report.on), csvHref: '/access/assurance.csv',
          tiles: [
            { figure: report.active, text: `of ${report.accounts.toLocaleString('en-GB')} accounts are switched on` },
            { figure: report.withoutPerson.length, text: 'are on without a current person', ...(report.withoutPerson.length > 0 ? { status: 'attention' } : {}) },
            { figure: report.administrators.length, text: 'are administrators or services' }, { figure: report.shared.length, text: 'are shared, with an owner' },
            { figure: report.unused.length, text: `were not used for ${report.unusedDays} days`, ...(report.unused.length > 0 ? { status: 'attention' } : {}) },
          ],
          leaving: `Over the last year ${leaving.people === 0 ? 'no leaver was suspended by a plan.' : `it took ${days(leaving.median)} in the middle and ${days(leaving.longest)} at most from the last day to the suspension of ${leaving.people} people; ${leaving.slow} took longer than a week.`}`,
          groups: [
            { title: 'Switched on without a current person', text: 'Match them to somebody, register them as shared, or switch them off.', list: report.withoutPerson },
            { title: 'Administrators and services', text: 'Never changed automatically (B4). Check that each still has a reason.', list: report.administrators },
            { title: 'Shared logins', text: 'Each has somebody who answers for it (A7).', list: report.shared },
            { title: `Not used for ${report.unusedDays} days`, text: `Whom nobody has seen in for so long may have lost the account, or left. ${signInsWords(report)}`, list: report.unused.map((one) => ({ ...one, text: one.kind === 'person' ? one.text : `${one.text} (${KINDS[one.kind]})` })) },
          ].map(({ list, ...group }) => ({ ...group, table: tableOf(group.title, list.slice(0, SHOWN), actor.can('person.view')), more: Math.max(0, list.length - SHOWN) })),
        })
      },
    }),
    definePage({
      name: 'access assurance file', path: '/access/assurance.csv', permission: 'access.view', stepUp: true,
      get: async ({ actor, now }) => {
        const report = await assurance.report(actor.schools('access.view'), now, { families: mayReadFamilies(actor) })
        return download({ filename: `access-assurance-${report.on}.csv`, contentType: 'text/csv; charset=utf-8', body: assuranceCsv(report) })
      },
    }),
  ]
}

/** The report as a spreadsheet reads it; of the page and the command line alike. */
export function assuranceCsv(report: Assurance): string {
  const line = (kind: string, one: AssuredAccount, day: string | null = null) => csvLine([kind, one.username, one.directory, one.name, one.text, day])
  return [
    `\uFEFF${csvLine(['Kind', 'Account', 'Directory', 'Person', 'Finding', 'Last used'])}`,
    ...report.withoutPerson.map((one) => line('without a person', one)), ...report.administrators.map((one) => line('administrator or service', one)), ...report.shared.map((one) => line('shared', one)),
    ...report.unused.map((one) => line(`not used for ${report.unusedDays} days, ${KINDS[one.kind]}`, one, one.lastSignIn ?? 'never')),
    ...report.signIns.map(({ directory, known, active, note }) => csvLine(['sign-ins known', null, directory, null, `of ${known} of ${active} accounts${note === null ? '' : `; it ${note}`}`, null])),
    csvLine(['leaving', null, null, null, `${report.leaving.people} people; days from the last day to suspended: median ${report.leaving.median ?? '-'}, longest ${report.leaving.longest ?? '-'}, over a week ${report.leaving.slow}`, null]),
  ].join('')
}

/** Which directory says how much: an account that no directory speaks of is not among the unused. */
function signInsWords({ signIns }: Assurance): string {
  if (signIns.length === 0) return ''
  return signIns.map(({ directory, known, active, note }) => `${directory}: sign-ins are known of ${known} of ${active} accounts${note === null ? '' : `; it ${note}`}.`).join(' ')
}

function tableOf(caption: string, list: readonly AssuredAccount[], links: boolean): object {
  return {
    caption, captionHidden: true, columns: [{ text: 'Account' }, { text: 'Directory' }, { text: 'Person' }, { text: 'Finding' }],
    rows: list.map((one) => [{ text: one.username }, { text: one.directory }, { text: one.name ?? '–', ...(links && one.personId !== null ? { href: `/access/people/${one.personId}` } : {}) }, { text: one.text }]),
  }
}
