import type { Permission } from '../identity/permissions.ts'

/** What a token may be given, and what its person must still be allowed for it to count. */
export const SCOPES = {
  'requests:read': { needs: 'office.board.view', text: 'Read requests', hint: 'Who has been asked for what, and how it stands; identifiers, no names.' },
  'requests:remind': { needs: 'requests.chase', text: 'Send reminders', hint: 'Remind whoever has still to sign, at most one mail a person and school day.' },
  'access:read': { needs: 'access.view', text: 'Read access', hint: 'Which access somebody should have, in neutral words.' },
  'figures:read': { needs: 'figures.view', text: 'Read figures', hint: 'How many have signed, school by school, with small numbers held back.' },
} as const satisfies Record<string, { needs: Permission; text: string; hint: string }>

export type Scope = keyof typeof SCOPES

export const SCOPE_NAMES = Object.keys(SCOPES) as [Scope, ...Scope[]]
