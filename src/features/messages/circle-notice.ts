import type { Clock } from '../../adapters/clock.ts'
import { circleRoles, type GrantedRole } from '../identity/permissions.ts'
import { placeWords, ROLE_WORDS } from '../identity/role-words.ts'
import { isFromProvider } from '../identity/role-grant.ts'
import type { RoleStore } from '../identity/role-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { MailService } from './mail-service.ts'

/** Outbox job that tells the safeguarding circle who has joined it. */
export const CIRCLE_NOTICE = 'messages.circle-notice'

export interface CircleNoticeDeps { clock: Clock; roles: RoleStore; people: PeopleQueries; schools: SchoolStore; mail: MailService; baseUrl: string; trustName: () => string }

/** Nobody joins the circle that reads the true reasons (A5) in silence, least of all by their own hand. */
export class CircleNotice {
  readonly #deps: CircleNoticeDeps
  constructor(deps: CircleNoticeDeps) {
    this.#deps = deps
  }

  /** Outbox handler: one mail to each other member of the circle at that place. A role taken away meanwhile is told no more. */
  async send(grantId: string): Promise<void> {
    const { roles, clock, people, schools, mail, baseUrl, trustName } = this.#deps
    const grant = await roles.find(grantId)
    if (!grant) return
    const circle = (await roles.inForce('all', clock.now())).filter((held) => circleRoles.has(held.role) && held.personId !== grant.personId
      && (held.schoolId === null || grant.schoolId === null || held.schoolId === grant.schoolId))
    const known = await people.people([...circle.map(({ personId }) => personId), grant.personId, grant.grantedBy.replace('person:', '')])
    const names = new Map((await schools.all()).map(({ id, name }) => [id, name]))
    const giver = isFromProvider(grant) ? 'a group of the school’s sign-in' : known.get(grant.grantedBy.replace('person:', ''))?.name ?? 'an administrator'
    for (const personId of new Set(circle.map((held) => held.personId))) {
      const person = known.get(personId)
      if (!person?.email) continue
      await mail.send({
        dedupeKey: `circle:${grant.id}:${personId}`, personId, to: person.email, template: 'circle-joined',
        variables: async () => ({
          schoolName: names.get(grant.schoolId ?? '') ?? trustName(), recipientName: person.name, memberName: known.get(grant.personId)?.name ?? 'Somebody', roleName: ROLE_WORDS[grant.role as GrantedRole],
          place: placeWords(grant, names), giverName: grant.grantedBy === `person:${grant.personId}` ? 'themselves' : giver, link: `${baseUrl}/settings/roles`,
        }),
      })
    }
  }
}
