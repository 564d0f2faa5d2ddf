import type { Language } from '../shared/dates.ts'
import { Forbidden, NotFound } from '../shared/errors.ts'

/** One hat (P1) and where it counts: `schoolId` null is the whole trust; `groupName` and `yearCode` narrow to a part of the school. */
export interface ActorRole {
  role: string
  schoolId: string | null
  groupName: string | null
  yearCode?: string | null
}

/** A school, or one year or registration group of it. */
export interface Place {
  schoolId: string
  yearCode: string | null
  groupName: string | null
}

/** Where somebody may do something, as far down as groups. */
export type Scope = 'all' | readonly Place[]

/** Who is asking. Made afresh for each request, so that a changed role counts at once. */
export interface Actor {
  /** ULID of the person; null for a visitor who has not signed in and for the command line. */
  readonly personId: string | null
  /** Preferred name, for pages only; never for logs (V4). */
  readonly name: string
  /** For the audit log: `person:ULID`, `os:user` or `anonymous`. */
  readonly label: string
  readonly roles: readonly ActorRole[]
  /** The language this person last chose for their own pages and mails; absent: none was chosen. */
  readonly language?: Language | null
  /** With a school: may they do it in the whole of it. Without: may they do it anywhere, be it in one group. */
  can(permission: string, schoolId?: string): boolean
  /** Schools in the whole of which they may do it. */
  schools(permission: string): 'all' | string[]
  /** Where they may do it, with years and groups: for pages whose every question is narrowed by it. */
  scope(permission: string): Scope
  /** Pupils whose page this person may act on as a guardian; without those marked do-not-contact (F2). */
  readonly guardianOf?: readonly string[]
  /** Pupils with any link to this person, do-not-contact included: the conflict rule looks here (P7). */
  readonly relatedTo?: readonly string[]
}

/** Someone we do not know. */
export const anonymous: Actor = Object.freeze({
  personId: null,
  name: '',
  label: 'anonymous',
  roles: [],
  can: () => false,
  schools: () => [],
  scope: () => [],
})

/**
 * For handlers: stops unless the actor may do this, at this school where one is given.
 * @throws NotFound for a school that is not theirs (absent and not theirs read alike); Forbidden without the permission.
 */
export function ensureCan(actor: Actor, permission: string, schoolId?: string): void {
  if (schoolId !== undefined && !actor.can(permission, schoolId)) throw new NotFound()
  if (!actor.can(permission)) throw new Forbidden()
}

/**
 * P7: staff never witness, sign on behalf, approve or see incidents for a pupil of their own family.
 * @throws Forbidden when the actor has any guardian link to the pupil.
 */
export function ensureNotFamily(actor: Actor, pupilId: string): void {
  if (actor.relatedTo?.includes(pupilId)) throw new Forbidden('You have a family link to this pupil, so a colleague must do this.')
}

/**
 * P7, and nobody decides about themself: for acts that settle what somebody has to sign or has signed.
 * @throws Forbidden when it is about the actor or a pupil of their family.
 */
export function ensureNotOwn(actor: Actor, personId: string): void {
  if (actor.personId === personId) throw new Forbidden('This is about you, so a colleague must do this.')
  ensureNotFamily(actor, personId)
}
