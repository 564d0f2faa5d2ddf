import type { Actor } from '../../http/actor.ts'
import type { Page } from '../../http/define-page.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import type { CalendarDate } from '../../shared/dates.ts'
import { placesInCharge } from '../people/affiliation.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import type { AccessPageDeps } from './access-page-deps.ts'
import { placeWords } from './access-person-view.ts'

const LIST = 'access'
const SEARCH_PATH = '/access/search'

/** Finding the one person whose access matters now: a pupil to be limited this minute is in no plan yet. */
export const accessSearchPage = (): Page => nameSearchPage({ list: LIST, path: SEARCH_PATH, permission: 'person.view', listPath: '/access' })

export interface PeopleSearchView {
  action: string
  name: string
  searched: boolean
  found: { name: string; href: string; detail: string }[]
}

/** The form and whom it found, within the schools whose people the reader may look at; null for who may look at nobody. */
export async function peopleSearch(
  { find, people, schools }: Pick<AccessPageDeps, 'find' | 'people' | 'schools'>, { actor, session, named, on }: { actor: Actor; session: SessionHandle; named: boolean; on: CalendarDate },
): Promise<PeopleSearchView | null> {
  if (!actor.can('person.view')) return null
  const name = named ? keptSearch(session, LIST) : ''
  const found = name === '' ? [] : await find(name, actor.schools('person.view'), on)
  const places = await people.affiliationsOf(found.map(({ id }) => id))
  const schoolNames = new Map((await schools.all()).map(({ id, name: school }) => [id, school]))
  return {
    action: SEARCH_PATH, name, searched: name !== '',
    found: found.map((person) => ({
      name: person.name, href: `/access/people/${person.id}`,
      detail: placesInCharge(places.get(person.id) ?? [], on).filter(({ schoolId }) => actor.can('person.view', schoolId)).map((place) => placeWords(place, { schoolNames, on })).join('; '),
    })),
  }
}
