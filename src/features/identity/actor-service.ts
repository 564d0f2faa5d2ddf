import type { Clock } from '../../adapters/clock.ts'
import type { Actor, ActorRole } from '../../http/actor.ts'
import type { SignInRoute } from '../../http/session-data.ts'
import { isFromProvider } from './group-roles.ts'
import { allows } from './permissions.ts'
import type { PeoplePort } from './ports.ts'
import type { RoleStore } from './role-store.ts'

const STAFF = new Set(['teacher', 'support', 'trainee', 'supply'])
const VISITORS = new Set(['volunteer', 'contractor', 'visitor'])

/** Says who a person is at this moment: what they were given, and what they are in the school's records. */
export class ActorService {
  readonly #parts: { roles: RoleStore; people: PeoplePort; clock: Clock; demo: boolean }

  /** `demo` lets everyone see the local mailbox; it is for the demo's configuration only. */
  constructor(parts: { roles: RoleStore; people: PeoplePort; clock: Clock; demo: boolean }) {
    this.#parts = parts
  }

  /**
   * Null when there is no such person. A signing link proves less than the school's sign-in: who came by one is only the
   * signatory, whatever else they are (ASVS 6.3.4).
   */
  async actorFor(personId: string, via: SignInRoute | null): Promise<Actor | null> {
    const { roles, people, clock, demo } = this.#parts
    const facts = await people.factsOf(personId)
    if (!facts) return null
    const granted = (via === 'link' || via === 'class' ? [] : await roles.grantsOf(personId, clock.now()))
      // What a directory's groups give is worth something only to whom that directory has just let in.
      .filter((grant) => via === 'saml' || via === 'oidc' || !isFromProvider(grant))
    return makeActor({
      personId,
      name: facts.name,
      granted: granted.map(({ role, schoolId, groupName }) => ({ role, schoolId, groupName })),
      own: ownRoles(facts.affiliations, facts.children.length > 0),
      children: facts.children,
      demo,
    })
  }
}

function makeActor(parts: {
  personId: string
  name: string
  granted: ActorRole[]
  own: ActorRole[]
  children: { pupilId: string; doNotContact: boolean }[]
  demo: boolean
}): Actor {
  const roles = [...parts.granted, ...parts.own]
  // A grant for one year or class says nothing about the rest of the school, so it does not count here.
  const wide = roles.filter((role) => role.groupName === null)
  const allowing = (permission: string) => wide.filter(({ role }) => allows(role, permission))
  const everywhere = (permission: string) => parts.demo && permission === 'mailbox.view'
  return {
    personId: parts.personId,
    name: parts.name,
    label: `person:${parts.personId}`,
    roles,
    can: (permission, schoolId) => everywhere(permission)
      || allowing(permission).some((role) => schoolId === undefined || role.schoolId === null || role.schoolId === schoolId),
    schools: (permission) => {
      const found = allowing(permission).map((role) => role.schoolId)
      return everywhere(permission) || found.includes(null) ? 'all' : [...new Set(found)].filter((id) => id !== null)
    },
    guardianOf: parts.children.filter((child) => !child.doNotContact).map((child) => child.pupilId),
    relatedTo: parts.children.map((child) => child.pupilId),
  }
}

/** One person may wear several of these hats (P1). */
function ownRoles(affiliations: { role: string; schoolId: string }[], isGuardian: boolean): ActorRole[] {
  const hats = affiliations.flatMap<ActorRole>(({ role, schoolId }) => {
    const own = STAFF.has(role) ? 'staff' : VISITORS.has(role) ? 'visitor' : role === 'pupil' || role === 'guardian' ? role : null
    return own ? [{ role: own, schoolId, groupName: null }] : []
  })
  if (isGuardian && !hats.some(({ role }) => role === 'guardian')) hats.push({ role: 'guardian', schoolId: null, groupName: null })
  return hats.filter((hat, n) => hats.findIndex((other) => other.role === hat.role && other.schoolId === hat.schoolId) === n)
}
