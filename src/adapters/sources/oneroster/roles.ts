import type { AffiliationRole } from '../source.ts'

/** OneRoster's role words, 1.1 and 1.2 together -> our roles (P2). A principal is a teacher by contract. */
const ROLES: Readonly<Record<string, AffiliationRole>> = {
  student: 'pupil', teacher: 'teacher', principal: 'teacher',
  aide: 'support', administrator: 'support', proctor: 'support', counselor: 'support',
  siteadministrator: 'support', districtadministrator: 'support', systemadministrator: 'support',
  parent: 'guardian', guardian: 'guardian', relative: 'guardian',
}

const OURS: readonly AffiliationRole[] = ['pupil', 'teacher', 'support', 'trainee', 'supply', 'governor', 'volunteer', 'contractor', 'visitor', 'guardian']

/** Returns undefined for an unknown word. An extension such as `ext:governor` counts where it is one of our own words. */
export function oneRosterRole(cell: string): AffiliationRole | undefined {
  const word = cell.trim().toLowerCase()
  const own = word.startsWith('ext:') ? word.slice(4) : ''
  return ROLES[word] ?? OURS.find((role) => role === own)
}

export const KNOWN_ROLES = 'student, teacher, principal, aide, administrator, proctor, counselor, parent, guardian, relative'

/** Roles whose class membership matters: those taught, and those who teach them. */
export function joinsClass(cell: string): boolean {
  const word = cell.trim().toLowerCase()
  return word === 'student' || word === 'teacher' || word === 'aide'
}
