/** What can be allowed. Signing is not here: it is by being the signatory. Deny is the default. */
export const permissions = [
  'office.board.view', 'office.board.export',
  'roster.view', 'roster.run', 'roster.approve',
  'access.view', 'access.plan', 'access.approve', 'access.undo',
  'restriction.place', 'restriction.lift',
  'person.view', 'audit.view', 'records.view', 'agreements.view', 'settings.manage',
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

const board = ['office.board.view', 'office.board.export'] as const
const rosters = ['roster.view', 'roster.run', 'roster.approve'] as const
const access = ['access.view', 'access.plan', 'access.approve', 'access.undo'] as const
const desk = ['paper.enter', 'behalf.sign', 'letters.print', 'visits.manage'] as const
const restrictions = ['restriction.place', 'restriction.lift'] as const

/**
 * Who may do what. A role that sees figures or its own groups only (governor, class teacher) has no entry here until a
 * page for exactly that exists.
 */
const table: Record<Role, readonly Permission[]> = {
  'trust-admin': [...board, ...desk, ...rosters, ...access, ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view', 'settings.manage', 'calendar.edit'],
  'trust-safeguarding-lead': ['office.board.view', 'access.view', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view'],
  'it-admin': [...rosters, ...access, 'person.view', 'agreements.view'],
  'external-it': ['roster.view', 'roster.run', 'access.view', 'access.plan'],
  office: [...board, ...desk, ...rosters, 'person.view', 'records.view', 'agreements.view', 'calendar.edit'],
  hr: ['office.board.view', 'person.view', 'agreements.view'],
  headteacher: [...board, 'visits.manage', 'roster.view', 'access.view', 'access.approve', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view', 'calendar.edit'],
  'head-of-year': ['office.board.view', 'restriction.place', 'person.view', 'agreements.view'],
  'class-teacher': [],
  cover: [],
  dsl: ['office.board.view', 'access.view', ...restrictions, 'person.view', 'audit.view', 'records.view', 'agreements.view'],
  'designated-teacher': ['person.view', 'agreements.view'],
  senco: ['person.view', 'agreements.view'],
  dpo: [...board, 'person.view', 'audit.view', 'records.view', 'agreements.view'],
  governor: [],
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

/** Roles that are never given without an end (external support, one lesson of cover). */
export const timeBoxedRoles: ReadonlySet<GrantedRole> = new Set(['external-it', 'cover'])

export function isGrantedRole(role: string): role is GrantedRole {
  return (grantedRoles as readonly string[]).includes(role)
}
