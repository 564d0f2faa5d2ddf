import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { brandFor, listView } from './me-views.ts'
import { whoIs } from './my-task.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

/** `/me`: everything asked of the person who is signed in, their own and their children's (F3). */
export function mePages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'my list', path: '/me', permission: 'signed-in',
      get: async (ctx) => {
        const personId = whoIs(ctx)
        const [tasks, person, trainings, asked] = await Promise.all([
          deps.signingQueries.tasksOf(personId, ctx.language), deps.people.person(personId), deps.issuing.trainings.of(personId), deps.consents.askedOf(personId, ctx.language),
        ])
        const { template, data } = listView(tasks, { name: ctx.actor.name, forename: person?.preferredForename ?? ctx.actor.name }, {
          trainings, groupLists: ctx.session.via !== 'link' && ctx.actor.roles.some(({ role }) => role === 'staff') && (await deps.consentLists.groupsOf(personId)).length > 0, choices: asked.length === 0 ? null : asked.flatMap((about) => about.questions).filter((one) => one.answer === null).length,
        })
        return view(template, { brand: brandFor(tasks, deps.brandOf), workLinks: deps.workLinks(ctx.actor), ...data })
      },
    }),
    definePage({ name: 'family list', path: '/f', permission: 'signed-in', get: async () => redirect('/me') }),
  ]
}
