import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { pageNumber, pagesOf } from '../../http/paging.ts'
import { longInstant, today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { actorNames } from '../people/actor-names.ts'
import { findPeople } from '../people/find-people.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import { grantedRoles } from './permissions.ts'
import { rolePersonPages } from './role-person-pages.ts'
import { decidesAt, type RolePagesDeps, ROLES_PATH, ROLES_PERMISSION } from './role-pages-deps.ts'
import { placeWords, ROLE_WORDS } from './role-words.ts'

const SEARCH_PATH = `${ROLES_PATH}/search`
const PAGE_SIZE = 50

/** `/settings/roles`: who holds which role, where, until when; giving and taking them. */
export function rolePages(deps: RolePagesDeps): Page[] {
  return [listPage(deps), nameSearchPage({ list: 'roles', path: SEARCH_PATH, permission: ROLES_PERMISSION, listPath: ROLES_PATH }), takePage(deps), ...rolePersonPages(deps)]
}

function listPage(deps: RolePagesDeps): Page {
  const { roleStore, people, schools } = deps
  return definePage({
    name: 'roles', path: ROLES_PATH, permission: ROLES_PERMISSION,
    query: z.object({ role: z.enum(['', ...grantedRoles]).default('').catch(''), page: pageNumber, named: z.enum(['', '1']).default('').catch('') }),
    get: async (ctx) => {
      const { role, page, named } = ctx.query
      const scope = ctx.actor.schools(ROLES_PERMISSION)
      const grants = (await roleStore.inForce(scope, ctx.now)).filter((grant) => role === '' || grant.role === role).sort((a, b) => grantedRoles.indexOf(a.role) - grantedRoles.indexOf(b.role))
      const shown = grants.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
      const names = await people.people(shown.map(({ personId }) => personId))
      const by = await actorNames(people, shown.map(({ grantedBy }) => grantedBy))
      const schoolNames = new Map((await schools.all()).map(({ id, name }) => [id, name]))
      const searched = named ? keptSearch(ctx.session, 'roles') : ''
      return view('pages/identity/roles.njk', {
        crumbs: [{ text: 'Settings', href: '/settings' }], takeAction: `${ROLES_PATH}/take`, total: grants.length,
        search: { action: SEARCH_PATH, name: searched, back: ROLES_PATH, label: 'Give a role to somebody: their name, or a part of it' },
        found: searched === '' ? null : (await findPeople(deps, searched, scope, today(ctx.now))).map(({ id, name, email }) => ({ name, hint: email ?? 'no address known', href: `${ROLES_PATH}/people/${id}` })),
        filters: { action: ROLES_PATH, label: 'Filter the roles', clearHref: ROLES_PATH, fields: [{ id: 'role', label: 'Role', value: role, options: [{ value: '', text: 'All roles' }, ...grantedRoles.map((value) => ({ value, text: ROLE_WORDS[value] }))] }] },
        grants: shown.map((grant) => ({
          id: grant.id, name: names.get(grant.personId)?.name ?? 'Somebody erased', href: `${ROLES_PATH}/people/${grant.personId}`, role: ROLE_WORDS[grant.role],
          place: placeWords(grant, schoolNames), until: grant.until === null ? 'until it is taken' : `until ${longInstant(grant.until)}`, given: `given by ${by(grant.grantedBy)} on ${longInstant(grant.grantedAt)}`,
        })),
        pages: pagesOf({ page, size: PAGE_SIZE, shown: shown.length, total: grants.length, what: 'role', path: ROLES_PATH, keep: { role } }),
      })
    },
  })
}

function takePage({ roles, roleStore }: RolePagesDeps): Page {
  return definePage({
    name: 'take a role', path: `${ROLES_PATH}/take`, permission: ROLES_PERMISSION,
    post: {
      body: z.strictObject({ grant: z.string().length(26) }), audit: 'role.take-asked', stepUp: true,
      handle: async (ctx) => {
        const grant = await roleStore.find(ctx.body.grant)
        if (!grant || !decidesAt(ctx.actor, grant.schoolId)) throw new NotFound('There is no such role to take away.')
        try {
          await roles.takeAway(grant.id, ctx.actor.label)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm({ ...ctx, body: {} }, 'roles', `${error.what} ${error.remedy}`, ROLES_PATH)
        }
        return redirect(ROLES_PATH, 'The role is taken away, and their sessions have ended.')
      },
    },
  })
}
