import type { Clock } from '../../adapters/clock.ts'
import type { Actor } from '../../http/actor.ts'
import { today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { RoleGrant } from '../identity/role-grant.ts'
import type { RoleService } from '../identity/role-service.ts'
import type { RoleStore } from '../identity/role-store.ts'
import { isCurrent, STAFF_ROLES } from '../people/affiliation.ts'
import type { PeopleQueries, Person } from '../people/people-queries.ts'
import { placedAt } from '../people/placed-at.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { KnownGroup } from './class-group.ts'
import { endOfDay } from './class-session.ts'

const MOST_FOUND = 20

export interface ClassCoverDeps { clock: Clock; roles: RoleService; roleStore: RoleStore; people: PeopleQueries; schools: SchoolStore }

/** Cover for one class: a colleague of the same school leads one session of it, and the role ends with the school's day. */
export class ClassCover {
  readonly #deps: ClassCoverDeps
  constructor(deps: ClassCoverDeps) {
    this.#deps = deps
  }

  /** Who covers this group now. */
  async of(group: KnownGroup): Promise<{ grant: RoleGrant; person: Person | null }[]> {
    const { roleStore, people, clock } = this.#deps
    const grants = (await roleStore.inForce([group.schoolId], clock.now())).filter((grant) => isCoverOf(grant, group))
    const known = await people.people(grants.map(({ personId }) => personId))
    return grants.map((grant) => ({ grant, person: known.get(grant.personId) ?? null }))
  }

  /** Colleagues by name who work at this school today, without whoever asks. */
  async candidates(actor: Actor, group: KnownGroup, name: string): Promise<Person[]> {
    const { people, clock } = this.#deps
    const on = today(clock.now())
    const found = name === '' ? [] : await people.search(name, MOST_FOUND, placedAt('people.id', [group.schoolId], on))
    const working: Person[] = []
    for (const person of found) if (person.id !== actor.personId && await this.#worksAt(person.id, group.schoolId)) working.push(person)
    return working
  }

  /**
   * Gives it until the end of the school's day; giving it again changes nothing. Who gives it leads the group themself (looked at before).
   * @throws NotFound for somebody who does not work at the school; Refused for oneself.
   */
  async give(actor: Actor, group: KnownGroup, personId: string): Promise<void> {
    const { roles, schools, clock } = this.#deps
    if (personId === actor.personId) throw new Refused({ what: 'You lead this class yourself.', remedy: 'Choose a colleague.' })
    if (!await this.#worksAt(personId, group.schoolId)) throw new NotFound('Nobody of this school was chosen.')
    if ((await this.of(group)).some(({ grant }) => grant.personId === personId)) return
    const until = endOfDay(clock.now(), (await schools.get(group.schoolId))?.timezone ?? 'Europe/London')
    await roles.grant({ personId, role: 'cover', schoolId: group.schoolId, ...placeOf(group), until, grantedBy: actor.label })
  }

  /** @throws NotFound for a grant that is no cover of this group. */
  async take(actor: Actor, group: KnownGroup, grantId: string): Promise<void> {
    if (!(await this.of(group)).some(({ grant }) => grant.id === grantId)) throw new NotFound('This cover has ended.')
    await this.#deps.roles.takeAway(grantId, actor.label)
  }

  async #worksAt(personId: string, schoolId: string): Promise<boolean> {
    const { people, clock } = this.#deps
    const on = today(clock.now())
    return ((await people.affiliationsOf([personId])).get(personId) ?? []).some((place) => place.schoolId === schoolId && STAFF_ROLES.has(place.role) && isCurrent(place, on))
  }
}

const placeOf = (group: KnownGroup) => (group.kind === 'year' ? { groupName: null, yearCode: group.name } : { groupName: group.name, yearCode: null })

function isCoverOf(grant: RoleGrant, group: KnownGroup): boolean {
  const place = placeOf(group)
  return grant.role === 'cover' && grant.schoolId === group.schoolId && grant.groupName === place.groupName && grant.yearCode === place.yearCode
}
