import { z } from 'zod'
import { definePage, type Page } from '../../../http/define-page.ts'
import { backToForm } from '../../../http/back-to-form.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { Forbidden, Refused } from '../../../shared/errors.ts'
import { today } from '../../../shared/dates.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { mayGivePassword } from '../passwords/password-people.ts'

const PATH = '/access/new-accounts'
const MOST_LISTED = 200

/** `/access/new-accounts`: accounts for people who have none, where the trust lets Assent make them. */
export function newAccountPages({ life, passwordStore, passwordRules, people }: AccessPageDeps): Page[] {
  return [definePage({
    name: 'new accounts', path: PATH, permission: 'access.plan',
    get: async ({ actor, now }) => {
      const wanted = await passwordStore.firstWanted(MOST_LISTED)
      const ids = wanted.map(({ personId }) => personId)
      const names = await people.people(ids)
      const places = await people.affiliationsOf(ids)
      const teacherSchools = new Set((await passwordRules.rules()).teacherSchools)
      const mine = wanted.filter(({ personId }) => mayGivePassword(actor, personId, places.get(personId) ?? [], today(now), teacherSchools))
      return view('pages/access/new-accounts.njk', {
        first: mine.map(({ personId, username }) => ({ name: names.get(personId)?.name ?? '', href: `/access/passwords/people/${personId}`, username })),
        crumbs: [{ text: 'Access', href: '/access' }], path: PATH, may: actor.schools('access.plan') === 'all',
        directories: life.making().map(({ name, rule }) => ({ name, roles: rule.roles.join(', '), username: rule.username, domain: rule.domain, homes: rule.homes.map(({ role, years, school, container }) => ({ who: [role, years?.join(', '), school].filter(Boolean).join('; ') || 'Everybody', container })) })),
      })
    },
    post: {
      body: z.strictObject({}), audit: 'access.new-accounts-asked',
      handle: async (ctx) => {
        if (ctx.actor.schools('access.plan') !== 'all') throw new Forbidden('Somebody for the whole trust does this.')
        try {
          return redirect(`/access/plans/${(await life.newAccounts(ctx.actor.label)).run}`)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'plan', `${error.what} ${error.remedy}`.trim())
        }
      },
    },
  })]
}
