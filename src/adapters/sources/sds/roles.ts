import type { AffiliationRole } from '../source.ts'

/** SDS's role words -> our roles; null for one that is no present affiliation. */
const ROLES: Readonly<Record<string, AffiliationRole | null>> = {
  student: 'pupil',
  teacher: 'teacher', faculty: 'teacher', professor: 'teacher', instructor: 'teacher', lecturer: 'teacher', adjunct: 'teacher', principal: 'teacher', chair: 'teacher', dean: 'teacher',
  substitute: 'supply', studentteacher: 'trainee', intern: 'trainee', volunteer: 'volunteer', governor: 'governor', contractor: 'contractor',
  staff: 'support', teacherassistant: 'support', assistant: 'support', aide: 'support', coach: 'support', administrator: 'support', siteadministrator: 'support', districtadministrator: 'support',
  itadmin: 'support', officestaff: 'support', nurse: 'support', paraprofessional: 'support', specialservices: 'support', counselor: 'support', adviser: 'support', advisor: 'support',
  librarian: 'support', researcher: 'support', proctor: 'support', administrativesupport: 'support', technicalsupport: 'support', transportation: 'support', affiliate: 'support', other: 'support',
  parent: 'guardian', guardian: 'guardian', relative: 'guardian',
  alumni: null,
}

/** Returns undefined for an unknown word. */
export function sdsRole(cell: string): AffiliationRole | null | undefined {
  return ROLES[cell.trim().toLowerCase()]
}
