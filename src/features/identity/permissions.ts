/** What can be allowed. Signing is not here: it is by being the signatory. Deny is the default. */
export const permissions = [
  'office.board.view', 'office.board.export', 'requests.chase', 'figures.view', 'registers.view',
  'roster.view', 'roster.run', 'roster.approve',
  'access.view', 'access.plan', 'access.approve', 'access.undo',
  // I7: approving which access somebody's work needs; others who may approve access propose it.
  'access.level',
  // I7: opening access before the agreement is signed, for five days; the head's alone.
  'access.provisional',
  // Doing and ticking off tasks of systems without an interface.
  'access.tasks',
  // Give pupils a temporary password; the same for adults, whose accounts hold more.
  'passwords.set', 'passwords.staff',
  'restriction.place', 'restriction.lift',
  'guest.view', 'guest.ask', 'guest.approve',
  'person.view', 'audit.view', 'looks.view', 'records.view', 'agreements.view', 'settings.manage',
  // Write texts; fill in a school's own part; put a board's approval on record; put a text in force.
  'agreements.edit', 'agreements.fill', 'agreements.approve', 'agreements.publish',
  // The desk: paper, signing for somebody at their word, letters with codes, visitors.
  'paper.enter', 'behalf.sign', 'letters.print', 'visits.manage',
  'calendar.edit',
  'requirements.edit', 'queues.view', 'consents.view', 'consents.edit', 'protection.set', 'starters.manage', 'attested.import', 'signature.invalidate', 'request.excuse',
  // Who may consent for a pupil, as people say it; whether dates of birth are kept at all (the DPO's decision).
  'responsibility.record', 'birth-dates.decide',
  // Who has completed which training, with the certificates.
  'trainings.manage',
  // The local mailbox of the demo; given to nobody elsewhere.
  'mailbox.view',
] as const

export type Permission = (typeof permissions)[number]

/** Roles that a person is given, for the trust, a school, or a year or class of it. */
export const grantedRoles = [
  'trust-admin', 'trust-safeguarding-lead', 'it-admin', 'external-it', 'office', 'hr', 'headteacher', 'head-of-year', 'class-teacher',
  'cover', 'dsl', 'designated-teacher', 'senco', 'dpo', 'governor', 'link-governor',
] as const

/** Roles that follow from being in the school's records. */
export const affiliationRoles = ['staff', 'pupil', 'guardian', 'visitor'] as const

export type GrantedRole = (typeof grantedRoles)[number]
export type Role = GrantedRole | (typeof affiliationRoles)[number]

const board = ['office.board.view', 'office.board.export', 'requests.chase'] as const
const rosters = ['roster.view', 'roster.run', 'roster.approve'] as const
const access = ['access.view', 'access.plan', 'access.approve', 'access.undo', 'access.tasks'] as const
const passwords = ['passwords.set', 'passwords.staff'] as const
const texts = ['agreements.view', 'agreements.edit', 'agreements.fill', 'agreements.approve', 'agreements.publish'] as const
const guests = ['guest.view', 'guest.ask', 'guest.approve'] as const
const desk = ['paper.enter', 'behalf.sign', 'letters.print', 'visits.manage'] as const
const restrictions = ['restriction.place', 'restriction.lift'] as const

/** Who may do what. What a role of `narrowRoles` may do counts in its own groups or years only. */
const table: Record<Role, readonly Permission[]> = {
  'trust-admin': [...board, ...rosters, ...access, 'access.level', ...passwords, ...restrictions, 'person.view', 'audit.view', 'looks.view', 'records.view', ...texts, ...guests, 'figures.view', 'registers.view', 'settings.manage', 'calendar.edit', ...desk],
  'trust-safeguarding-lead': ['office.board.view', 'access.view', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view', 'agreements.edit', 'agreements.fill', 'agreements.publish', 'guest.view'],
  'it-admin': [...rosters, ...access, ...passwords, 'person.view', 'agreements.view', 'guest.view', 'guest.ask'],
  'external-it': ['roster.view', 'roster.run', 'access.view', 'access.plan'],
  office: [...board, ...rosters, 'access.tasks', 'passwords.set', 'person.view', 'records.view', 'agreements.view', 'agreements.fill', 'calendar.edit', 'guest.view', 'guest.ask', ...desk],
  hr: ['office.board.view', 'person.view', 'agreements.view', ...guests],
  headteacher: [...board, 'figures.view', 'registers.view', 'roster.view', 'access.view', 'access.approve', 'access.level', 'access.provisional', ...restrictions, 'person.view', 'audit.view', 'records.view', ...texts, ...guests, 'calendar.edit', 'visits.manage'],
  'head-of-year': [...board, 'restriction.place', 'person.view', 'agreements.view'],
  'class-teacher': ['office.board.view', 'office.board.export', 'passwords.set'],
  cover: [],
  dsl: ['office.board.view', 'access.view', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view', 'agreements.edit', 'agreements.fill', ...guests],
  'designated-teacher': ['person.view', 'agreements.view'],
  senco: ['person.view', 'agreements.view'],
  dpo: ['office.board.view', 'office.board.export', 'person.view', 'audit.view', 'looks.view', 'records.view', 'agreements.view'],
  governor: ['figures.view'],
  'link-governor': ['figures.view', 'registers.view'],
  staff: [],
  pupil: [],
  guardian: [],
  visitor: [],
}

/** What to do about those who said no, want a call, or need not sign for a while (I4, S4). */
const outcomes = ['queues.view', 'request.excuse', 'signature.invalidate'] as const

/** Requirements, outcomes and consents: beside the table, by role. */
const signing: Partial<Record<Role, readonly Permission[]>> = {
  'trust-admin': [...outcomes, 'requirements.edit', 'consents.edit', 'consents.view', 'starters.manage', 'attested.import', 'responsibility.record', 'trainings.manage'],
  'trust-safeguarding-lead': [...outcomes, 'consents.view', 'protection.set', 'responsibility.record'],
  office: [...outcomes, 'consents.view', 'starters.manage', 'attested.import', 'responsibility.record', 'trainings.manage'],
  hr: ['starters.manage', 'trainings.manage'],
  headteacher: [...outcomes, 'requirements.edit', 'consents.edit', 'consents.view', 'responsibility.record', 'trainings.manage'],
  dsl: [...outcomes, 'consents.view', 'protection.set', 'responsibility.record'],
  'designated-teacher': ['protection.set'],
  dpo: ['consents.view', 'birth-dates.decide'],
}

/** True when the table says so; a role nobody knows may do nothing. */
export function allows(role: string, permission: string): boolean {
  if (!Object.hasOwn(table, role)) return false
  return [...table[role as Role], ...signing[role as Role] ?? []].some((allowed) => allowed === permission)
}

/** Permissions whose pages ask `Actor.scope`, so that a role for one year or group counts there; everywhere else it counts for nothing. */
export const groupPermissions: ReadonlySet<string> = new Set<Permission>(['office.board.view', 'office.board.export', 'requests.chase', 'passwords.set'])

/** Roles for a year or group: without one they allow nothing, save that a class teacher has the groups that the records say. */
export const narrowRoles: ReadonlySet<string> = new Set<GrantedRole>(['head-of-year', 'class-teacher', 'cover'])

/** The circle that reads the true reason of a restriction (A5); a change in it is told to the others. */
export const circleRoles: ReadonlySet<string> = new Set<GrantedRole>(['trust-safeguarding-lead', 'dsl', 'headteacher', 'trust-admin'])

/** Roles that are never given without an end (external support, one lesson of cover). */
export const timeBoxedRoles: ReadonlySet<GrantedRole> = new Set(['external-it', 'cover'])

export function isGrantedRole(role: string): role is GrantedRole {
  return (grantedRoles as readonly string[]).includes(role)
}
