import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import { pageNumber } from '../../http/paging.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { Forbidden, NotFound } from '../../shared/errors.ts'
import type { AccessPageDeps } from './access-page-deps.ts'
import { accountLists, type DirectorySummary } from './directory-queries.ts'
import { FAMILY_MEMBER, isOfFamilyOnly, mayReadFamilies } from './family-names.ts'
import { ACCOUNTS_PER_PAGE, accountLine, directoriesView, directoryView } from './directory-views.ts'

const params = z.strictObject({ name: z.string().regex(/^[a-z0-9-]{1,60}$/) })
/** Rows asked for at once while a file is written. */
const CSV_PART = 1000

/** `/access/directories`: every directory, one of them with its lists, its file, and a look now. */
export function directoryPages(deps: AccessPageDeps): Page[] {
  return [listPage(deps), onePage(deps), lookPage(deps), filePage(deps)]
}

/** Also the kill switch (B6): of one directory, or of all. It is of the trust, so a school's own administrator has none. */
function listPage({ directoryQueries, reconcile }: AccessPageDeps): Page {
  return definePage({
    name: 'directories', path: '/access/directories', permission: 'access.view',
    get: async ({ actor, now }) => view('pages/access/directories.njk', directoriesView({ directories: await directoryQueries.all(), now, maySwitch: ofTheTrust(actor, 'access.approve'), mayOpen: ofTheTrust(actor, 'access.view') })),
    post: {
      body: z.strictObject({ directory: z.string().max(60).default(''), paused: z.enum(['yes', 'no']), plan: z.string().max(26).default(''), from: z.enum(['directories', 'access']).default('access') }), audit: 'access.switch-used', permission: 'access.approve',
      handle: async ({ actor, body }) => {
        ensureTrust(actor, 'access.approve')
        await reconcile.pause(body.directory === '' ? null : body.directory, body.paused === 'yes', actor.label)
        const to = /^[0-9A-HJKMNP-TV-Z]{26}$/.test(body.plan) ? `/access/plans/${body.plan}` : body.from === 'directories' ? '/access/directories' : '/access'
        return redirect(to, body.paused === 'yes' ? 'Stopped. A run that is under way ends after the account it is at.' : 'Switched on again. Plans that were stopped wait to be continued.')
      },
    },
  })
}

function onePage(deps: AccessPageDeps): Page {
  const { directoryQueries, directoryJobs, people, pages } = deps
  return definePage({
    name: 'directory', path: '/access/directories/:name', permission: 'access.view', params,
    query: z.object({ show: z.enum(accountLists).optional().catch(undefined), page: pageNumber }),
    get: async (ctx) => {
      ensureTrust(ctx.actor, 'access.view')
      const directory = await theDirectory(deps, ctx.params.name)
      const list = ctx.query.show ?? accountLists.find((each) => directory.counts[each] > 0) ?? 'all'
      const accounts = await directoryQueries.accounts(directory.id, list, { offset: (ctx.query.page - 1) * ACCOUNTS_PER_PAGE, limit: ACCOUNTS_PER_PAGE })
      const suggestions = await directoryQueries.suggestions(accounts.map(({ id }) => id))
      const known = await people.people([...new Set([...accounts.flatMap(({ personId, sharedOwnerId }) => [personId, sharedOwnerId].filter((id) => id !== null)), ...[...suggestions.values()].flat().map(({ personId }) => personId)])])
      const places = mayReadFamilies(ctx.actor) ? null : await people.affiliationsOf([...known.keys()])
      const nameOf = (id: string, name: string) => (places !== null && isOfFamilyOnly(places.get(id)) ? FAMILY_MEMBER : name)
      const mayDecide = ofTheTrust(ctx.actor, 'access.approve') && directory.connected
      return view('pages/access/directory.njk', directoryView({
        directory, list, page: ctx.query.page, now: ctx.now, names: new Map([...known].map(([id, { name }]) => [id, nameOf(id, name)])), suggestions, accounts,
        looking: await directoryJobs.isLooking(directory.name), mayDecide, mayLook: ctx.actor.can('access.plan') && directory.connected, relatedTo: ctx.actor.relatedTo ?? [], mayPerson: ctx.actor.can('person.view'),
        maySwitch: ofTheTrust(ctx.actor, 'access.approve'), actorNames: await pages.actorNames([]),
      }))
    },
  })
}

function lookPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'look at a directory', path: '/access/directories/:name/look', permission: 'access.plan', params,
    post: {
      body: z.strictObject({}), audit: 'access.directory-look-asked',
      handle: async ({ actor, params: { name } }) => {
        ensureTrust(actor, 'access.plan')
        await theDirectory(deps, name)
        await deps.directoryJobs.requestLook(name, actor.label)
        return redirect(`/access/directories/${name}`)
      },
    },
  })
}

/** One list as a file for spreadsheets. */
function filePage(deps: AccessPageDeps): Page {
  const { directoryQueries, people } = deps
  return definePage({
    name: 'accounts as a file', path: '/access/directories/:name/accounts.csv', permission: 'access.approve', params, query: z.object({ show: z.enum(accountLists).catch('all') }), stepUp: true,
    get: async ({ actor, params: { name }, query }) => {
      ensureTrust(actor, 'access.approve')
      const directory = await theDirectory(deps, name)
      const lines = [csvLine(['Login', 'Name in the directory', 'Enabled', 'Unit', 'Groups', 'Person', 'Owner of a shared login', 'Protected', 'Last seen', 'Changed by hand'])]
      for (let offset = 0; ; offset += CSV_PART) {
        const accounts = await directoryQueries.accounts(directory.id, query.show, { offset, limit: CSV_PART })
        const known = await people.people([...new Set(accounts.flatMap(({ personId, sharedOwnerId }) => [personId, sharedOwnerId].filter((id) => id !== null)))])
        for (const account of accounts) lines.push(accountLine(account, (id) => (id === null ? '' : known.get(id)?.name ?? '')))
        if (accounts.length < CSV_PART) break
      }
      return download({ filename: `${name}-${query.show}.csv`, contentType: 'text/csv; charset=utf-8', body: `\uFEFF${lines.join('')}` })
    },
  })
}

const ofTheTrust = (actor: Actor, permission: string): boolean => actor.schools(permission) === 'all'

/** @throws Forbidden for somebody who looks after one school only. */
export function ensureTrust(actor: Actor, permission: string): void {
  if (!ofTheTrust(actor, permission)) throw new Forbidden('Directories belong to the whole trust, so somebody for the trust looks after them.')
}

async function theDirectory({ directoryQueries }: AccessPageDeps, name: string): Promise<DirectorySummary> {
  const directory = await directoryQueries.one(name)
  if (!directory) throw new NotFound('There is no such directory.')
  return directory
}
