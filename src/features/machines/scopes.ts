import type { Permission } from '../identity/permissions.ts'

/** What a token may be given, and what its person must still be allowed for it to count. */
export const SCOPES = {
  'requests:read': { needs: 'office.board.view', text: 'Read requests', hint: 'Who has been asked for what, and how it stands; identifiers, no names.' },
  'requests:remind': { needs: 'requests.chase', text: 'Send reminders', hint: 'Remind whoever has still to sign, each person at most once on a school day.' },
  'access:read': { needs: 'access.view', text: 'Read access', hint: 'Which access somebody should have, in neutral words.' },
  'access:report': { needs: 'access.view', text: 'Reports of access', hint: 'What a run did and the access assurance report, with names.' },
  'access:plan': { needs: 'access.plan', text: 'Plan access', hint: 'Look for leavers, plan a list, leave people out.' },
  'access:approve': { needs: 'access.approve', text: 'Approve access', hint: 'Apply a plan as the second person, stop it, go on with it.' },
  'access:undo': { needs: 'access.undo', text: 'Undo access', hint: 'Give back what a run took.' },
  'roster:run': { needs: 'roster.run', text: 'Read rosters', hint: 'Read a roster and apply what is not held.' },
  'roster:approve': { needs: 'roster.approve', text: 'Approve rosters', hint: 'Apply what a roster run holds.' },
  'restrictions:place': { needs: 'restriction.place', text: 'Limit one person', hint: 'Limit or take away one person’s access, as its person may on the page.' },
  'restrictions:lift': { needs: 'restriction.lift', text: 'Lift a restriction', hint: 'Give back what a person limited.' },
  'passwords:give': { needs: 'passwords.set', text: 'Give temporary passwords', hint: 'Make temporary passwords for people to whom its person may give one.' },
  'figures:read': { needs: 'figures.view', text: 'Read figures', hint: 'How many have signed, school by school, with small numbers held back.' },
} as const satisfies Record<string, { needs: Permission; text: string; hint: string }>

export type Scope = keyof typeof SCOPES

/** Scopes of the command line: a person gives them to themself, for what they may do by hand (B8). No address of `/api` takes them. */
export const COMMAND_SCOPES = ['access:report', 'access:plan', 'access:approve', 'access:undo', 'roster:run', 'roster:approve', 'restrictions:place', 'restrictions:lift', 'passwords:give'] as const satisfies readonly Scope[]

/** Scopes of other systems, which an administrator gives. */
export const SCOPE_NAMES = ['requests:read', 'requests:remind', 'access:read', 'figures:read'] as const satisfies readonly Scope[]

/** True for a token by which its person acts on the command line. */
export const isOfPerson = (scopes: readonly Scope[]): boolean => scopes.every((scope) => COMMAND_SCOPES.some((own) => own === scope))
