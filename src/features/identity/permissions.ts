/** What can be allowed. Signing is not here: it is by being the signatory. Deny is the default. */
export const permissions = [
  'office.board.view', 'office.board.export', 'requests.chase', 'figures.view',
  'roster.view', 'roster.run', 'roster.approve',
  'access.view', 'access.plan', 'access.approve', 'access.undo',
  'restriction.place', 'restriction.lift',
  'person.view', 'audit.view', 'looks.view', 'records.view', 'agreements.view', 'settings.manage',
  // The desk: paper, signing for somebody at their word, letters with codes, visitors.
  'paper.enter', 'behalf.sign', 'letters.print', 'visits.manage',
  'calendar.edit',
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
const access = ['access.view', 'access.plan', 'access.approve', 'access.undo'] as const
const desk = ['paper.enter', 'behalf.sign', 'letters.print', 'visits.manage'] as const
const restrictions = ['restriction.place', 'restriction.lift'] as const

/** Who may do what. What a role of `narrowRoles` may do counts in its own groups or years only. */
const table: Record<Role, readonly Permission[]> = {
  'trust-admin': [...board, ...desk, ...rosters, ...access, ...restrictions, 'person.view', 'audit.view', 'looks.view', 'records.view', 'agreements.view', 'figures.view', 'settings.manage', 'calendar.edit'],
  'trust-safeguarding-lead': ['office.board.view', 'access.view', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view'],
  'it-admin': [...rosters, ...access, 'person.view', 'agreements.view'],
  'external-it': ['roster.view', 'roster.run', 'access.view', 'access.plan'],
  office: [...board, ...desk, ...rosters, 'person.view', 'records.view', 'agreements.view', 'calendar.edit'],
  hr: ['office.board.view', 'person.view', 'agreements.view'],
  headteacher: [...board, 'visits.manage', 'figures.view', 'roster.view', 'access.view', 'access.approve', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view', 'calendar.edit'],
  'head-of-year': [...board, 'restriction.place', 'person.view', 'agreements.view'],
  'class-teacher': ['office.board.view', 'office.board.export'],
  cover: [],
  dsl: ['office.board.view', 'access.view', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view'],
  'designated-teacher': ['person.view', 'agreements.view'],
  senco: ['person.view', 'agreements.view'],
  dpo: ['office.board.view', 'office.board.export', 'person.view', 'audit.view', 'looks.view', 'records.view', 'agreements.view'],
  governor: ['figures.view'],
  'link-governor': [],
  staff: [],
  pupil: [],
  guardian: [],
  visitor: [],
}

/** True when the table says so; a role nobody knows may do nothing. */
export function allows(role: string, permission: string): boolean {
  return Object.hasOwn(table, role) && (table[role as Role] as readonly string[]).includes(permission)
}

/** Permissions whose pages ask `Actor.scope`, so that a role for one year or group counts there; everywhere else it counts for nothing. */
export const groupPermissions: ReadonlySet<string> = new Set<Permission>(['office.board.view', 'office.board.export', 'requests.chase'])

/** Roles for a year or group: without one they allow nothing, save that a class teacher has the groups that the records say. */
export const narrowRoles: ReadonlySet<string> = new Set<GrantedRole>(['head-of-year', 'class-teacher', 'cover'])

/** The circle that reads the true reason of a restriction (A5); a change in it is told to the others. */
export const circleRoles: ReadonlySet<string> = new Set<GrantedRole>(['trust-safeguarding-lead', 'dsl', 'headteacher', 'trust-admin'])

/** Roles that are never given without an end (external support, one lesson of cover). */
export const timeBoxedRoles: ReadonlySet<GrantedRole> = new Set(['external-it', 'cover'])

export function isGrantedRole(role: string): role is GrantedRole {
  return (grantedRoles as readonly string[]).includes(role)
}
