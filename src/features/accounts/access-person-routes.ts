import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import { today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import { type Affiliation, placesInCharge } from '../people/affiliation.ts'
import type { AccessPageDeps } from './access-page-deps.ts'
import { accessPersonView } from './access-person-view.ts'
import { mayGivePassword } from './passwords/password-people.ts'
import { powerOver } from './restricting/power-over.ts'

/** `/access/people/:id`: why this person has this access. */
export function accessPersonPage({ access, queries, people, schools, pages, passwordRules }: AccessPageDeps): Page {
  return definePage({
    name: 'access of a person', path: '/access/people/:id', permission: 'person.view', params: z.strictObject({ id: z.string().length(26) }),
    looksAt: ({ params }) => params.id,
    get: async ({ actor, params: { id }, now }) => {
      const person = await people.person(id)
      const places = placesInCharge((await people.affiliationsOf([id])).get(id) ?? [], today(now))
      const seen = places.filter(({ schoolId }) => actor.can('person.view', schoolId))
      if (!person || (seen.length === 0 && actor.schools('person.view') !== 'all')) throw new NotFound('There is no such person.')
      const reveal = inTheCircle(actor, id, places)
      const found = await access.accessOf(id, today(now), { reveal })
      const timeline = await queries.timeline(id, { reveal })
      return view('pages/access/person.njk', accessPersonView({
        person, places: seen, access: found, timeline, on: today(now), names: await pages.actorNames([...timeline.map(({ by }) => by), ...found.restrictions.map(({ placedBy }) => placedBy)]),
        schoolNames: new Map((await schools.all()).map(({ id: schoolId, name }) => [schoolId, name])),
        agreementsHref: `/office/signing/${id}`,
        actions: (mayGivePassword(actor, id, places, today(now), new Set((await passwordRules.rules()).teacherSchools)) ? [{ text: 'New password', href: `/access/passwords/people/${id}`, kind: 'plain' }] : []).concat(powerOver(actor, id, places.filter(({ role }) => role !== 'guardian')) === null ? [] : [{ text: 'Change access', href: `/access/people/${id}/restrict`, kind: 'plain' }].concat(actor.can('access.approve') && actor.personId !== id ? [{ text: 'Access level', href: `/access/people/${id}/level`, kind: 'plain' }, { text: 'Keep access or data', href: `/access/people/${id}/exempt`, kind: 'plain' }] : [])),
        backHref: actor.can('access.view') ? '/access' : null, rosterHref: actor.can('roster.view') ? (run) => `/rosters/runs/${run}` : null,
      }))
    },
  })
}

/** A5: who may place restrictions where this person is now reads the true cause; never about a child of their own (P7). */
function inTheCircle(actor: Actor, personId: string, places: readonly Pick<Affiliation, 'schoolId'>[]): boolean {
  if (actor.relatedTo?.includes(personId)) return false
  if (actor.schools('restriction.place') === 'all') return true
  return places.some(({ schoolId }) => actor.can('restriction.place', schoolId))
}
