import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { yearName } from '../people/year-name.ts'
import { NotFound } from '../../shared/errors.ts'
import { searchText } from '../../shared/names.ts'
import { SIGN_IN_SETTINGS, UNKNOWN_LOGINS } from './sign-in-paths.ts'
import type { SignInFeature } from './sign-in-feature.ts'
import { loginView } from './sign-in-settings-views.ts'
import { ensureWholeTrust } from './whole-trust.ts'

const permission = 'settings.manage'
const LIST = 'unknown login'
const MOST = 50

/** `/settings/sign-in/unknown`: logins that were right and nobody's; a person says whose they are. */
export function unknownLoginPages({ signIn, people, schools }: { signIn: SignInFeature; people: PeopleQueries; schools: { all(): Promise<{ id: string; name: string }[]> } }): Page[] {
  const { review, providers } = signIn
  return [
    nameSearchPage({ list: LIST, path: `${UNKNOWN_LOGINS}/find`, permission, listPath: UNKNOWN_LOGINS }),
    definePage({
      name: 'unknown logins', path: UNKNOWN_LOGINS, permission,
      query: z.object({ login: z.string().max(26).optional(), named: z.string().optional() }),
      get: async ({ actor, session, query }) => {
        ensureWholeTrust(actor)
        const { total, list } = await review.unknown(MOST)
        const labels = new Map((await providers.store.all()).map(({ id, label }) => [id, label]))
        const chosen = list.find(({ id }) => id === query.login) ?? null
        const name = chosen && query.named ? keptSearch(session, LIST) : ''
        return view('pages/settings/unknown-logins.njk', {
          crumbs: [{ text: 'Sign-in', href: SIGN_IN_SETTINGS }], action: UNKNOWN_LOGINS, find: `${UNKNOWN_LOGINS}/find`, total, most: MOST,
          logins: list.filter(({ id }) => id !== chosen?.id).map((identity) => loginView(identity, labels.get(identity.providerId) ?? '')),
          chosen: chosen && { ...loginView(chosen, labels.get(chosen.providerId) ?? ''), name, back: `${UNKNOWN_LOGINS}?login=${chosen.id}`, found: name === '' ? null : await found(name) },
        })
      },
      post: {
        body: z.strictObject({ login: z.string().length(26), decision: z.enum(['link', 'refuse'], 'Choose what to do'), person: z.string().max(26).default('') }),
        audit: 'sign-in.login-answered', stepUp: true,
        handle: async ({ actor, body }) => {
          ensureWholeTrust(actor)
          try {
            if (body.decision === 'refuse') await review.refuse(body.login, actor.label)
            else await review.link(body.login, body.person, actor.label)
          } catch (error) {
            // Pressed twice, or a colleague was faster.
            if (!(error instanceof NotFound)) throw error
            return redirect(UNKNOWN_LOGINS, { kind: 'info', text: error.what })
          }
          return redirect(UNKNOWN_LOGINS, body.decision === 'refuse' ? 'Noted: this login does not get in, and is not asked about again.' : 'Linked. They can sign in from now on.')
        },
      },
    }),
  ]

  /** People with that name, each with what tells them apart. */
  async function found(name: string): Promise<{ id: string; name: string; detail: string }[]> {
    const names = new Map((await schools.all()).map((school) => [school.id, school.name]))
    const hits = await people.search(searchText(name), 20)
    const places = await people.affiliationsOf(hits.map(({ id }) => id))
    return hits.map((person) => ({
      id: person.id, name: person.name,
      detail: (places.get(person.id) ?? []).map((place) => [place.role, place.yearCode === null ? '' : yearName(place.yearCode), place.regGroup ?? '', names.get(place.schoolId) ?? ''].filter(Boolean).join(', ')).join('; '),
    }))
  }
}
