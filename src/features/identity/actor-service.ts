import type { Clock } from '../../adapters/clock.ts'
import type { Actor, ActorRole, Place } from '../../http/actor.ts'
import type { Language } from '../../shared/dates.ts'
import type { SignInRoute } from '../../http/session-data.ts'
import { isFromProvider } from './role-grant.ts'
import { allows, groupPermissions, narrowRoles } from './permissions.ts'
import type { PeoplePort, PersonFacts } from './ports.ts'
import type { RoleGrant } from './role-grant.ts'
import type { RoleStore } from './role-store.ts'
import { STAFF_ROLES } from '../people/affiliation.ts'

const VISITORS = new Set(['volunteer', 'contractor', 'visitor'])

interface ActorParts {
  roles: RoleStore
  people: PeoplePort
  clock: Clock
  /** Lets everyone see the local mailbox; for the demo's configuration only. */
  demo: boolean
  /** Whether a person's access is suspended, whatever the cause. */
  isSuspended(personId: string): Promise<boolean>
}

/** Says who a person is at this moment: what they were given, and what they are in the school's records. */
export class ActorService {
  readonly #parts: ActorParts
  constructor(parts: ActorParts) {
    this.#parts = parts
  }

  /**
   * Null when there is no such person. A signing link proves less than the school's sign-in: who came by one is only the
   * signatory, whatever else they are (ASVS 6.3.4). Who has left the trust or is suspended has no role
   * meanwhile (ASVS 7.4.2).
   */
  async actorFor(personId: string, via: SignInRoute | null): Promise<Actor | null> {
    const { roles, people, clock, demo, isSuspended } = this.#parts
    const facts = await people.factsOf(personId)
    if (!facts) return null
    const given = (via === 'link' || via === 'class' || facts.left ? [] : await roles.grantsOf(personId, clock.now()))
      // What a directory's groups give is worth something only to whom that directory has just let in.
      .filter((grant) => via === 'saml' || via === 'oidc' || !isFromProvider(grant))
    const granted = given.length > 0 && await isSuspended(personId) ? [] : given
    return makeActor({
      personId,
      name: facts.name,
      language: facts.language ?? null,
      granted: granted.flatMap((grant) => hatsOf(grant, facts)),
      own: ownRoles(facts.affiliations, facts.children.length > 0),
      children: facts.children,
      demo,
    })
  }
}

function makeActor(parts: {
  personId: string
  name: string
  language: Language | null
  granted: ActorRole[]
  own: ActorRole[]
  children: { pupilId: string; doNotContact: boolean }[]
  demo: boolean
}): Actor {
  const roles = [...parts.granted, ...parts.own]
  // A grant for one year or class says nothing about the rest of the school: it counts only where a page asks for `scope`.
  const wide = roles.filter((role) => !narrowRoles.has(role.role) && role.groupName === null && !role.yearCode)
  const narrow = (permission: string) => (groupPermissions.has(permission) ? roles.filter((role) => isNarrow(role) && allows(role.role, permission)) : [])
  const allowing = (permission: string) => wide.filter(({ role }) => allows(role, permission))
  const everywhere = (permission: string) => parts.demo && permission === 'mailbox.view'
  return {
    personId: parts.personId,
    name: parts.name,
    language: parts.language,
    label: `person:${parts.personId}`,
    roles,
    can: (permission, schoolId) => everywhere(permission)
      || allowing(permission).some((role) => schoolId === undefined || role.schoolId === null || role.schoolId === schoolId)
      || (schoolId === undefined && narrow(permission).length > 0),
    schools: (permission) => {
      const found = allowing(permission).map((role) => role.schoolId)
      return everywhere(permission) || found.includes(null) ? 'all' : [...new Set(found)].filter((id) => id !== null)
    },
    scope: (permission) => {
      const found = [...allowing(permission), ...narrow(permission)]
      return everywhere(permission) || found.some((role) => role.schoolId === null) ? 'all' : found.map(placeOf)
    },
    guardianOf: parts.children.filter((child) => !child.doNotContact).map((child) => child.pupilId),
    relatedTo: parts.children.map((child) => child.pupilId),
  }
}

const isNarrow = (role: ActorRole): boolean => role.schoolId !== null && (role.groupName !== null || Boolean(role.yearCode))

const placeOf = (role: ActorRole): Place => ({ schoolId: role.schoolId ?? '', yearCode: role.yearCode ?? null, groupName: role.groupName })

/** A grant as hats: a class teacher's open grant becomes one for each group that the records give them. */
function hatsOf({ role, schoolId, groupName, yearCode }: RoleGrant, { groups = [] }: PersonFacts): ActorRole[] {
  const hat = { role, schoolId, groupName, ...(yearCode === null ? {} : { yearCode }) }
  const own = role === 'class-teacher' && groupName === null && yearCode === null ? groups.filter((group) => group.schoolId === schoolId) : []
  return own.length > 0 ? own.map((group) => ({ ...hat, groupName: group.name })) : [hat]
}

/** One person may wear several of these hats (P1). */
function ownRoles(affiliations: { role: string; schoolId: string }[], isGuardian: boolean): ActorRole[] {
  const hats = affiliations.flatMap<ActorRole>(({ role, schoolId }) => {
    const own = STAFF_ROLES.has(role) ? 'staff' : VISITORS.has(role) ? 'visitor' : role === 'pupil' || role === 'guardian' ? role : null
    return own ? [{ role: own, schoolId, groupName: null }] : []
  })
  if (isGuardian && !hats.some(({ role }) => role === 'guardian')) hats.push({ role: 'guardian', schoolId: null, groupName: null })
  return hats.filter((hat, n) => hats.findIndex((other) => other.role === hat.role && other.schoolId === hat.schoolId) === n)
}
