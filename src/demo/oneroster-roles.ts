import type { DemoAffiliation, DemoLink } from './model.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'

const IT = /\bIT\b/
const PARENT = /(mother|father)$/i
const CENTRAL = /^(Trust|Data protection)/

/**
 * OneRoster's word for an affiliation. Null where the standard has none (governor, volunteer, visitor, contractor), unless
 * `extensions` allows words of the form `ext:governor`.
 */
export function oneRosterRole(hat: DemoAffiliation, version: OneRosterVersion, extensions: boolean): string | null {
  switch (hat.role) {
    case 'pupil': return 'student'
    case 'guardian': return 'guardian'
    case 'teacher': return version === '1.2' && hat.jobTitle === 'Headteacher' ? 'principal' : 'teacher'
    case 'trainee':
    case 'supply': return extensions ? `ext:${hat.role}` : 'teacher'
    case 'support': return supportRole(hat.jobTitle ?? '', version)
    default: return extensions ? `ext:${hat.role}` : null
  }
}

function supportRole(jobTitle: string, version: OneRosterVersion): string {
  if (/assistant|supervisor/i.test(jobTitle)) return 'aide'
  if (version === '1.1') return 'administrator'
  return IT.test(jobTitle) ? 'systemAdministrator' : CENTRAL.test(jobTitle) ? 'districtAdministrator' : 'siteAdministrator'
}

/**
 * How a guardian's relationship reads in OneRoster and School Data Sync. A grandparent who holds parental responsibility is
 * a guardian; one who does not, a relative. Neither format can say that a step-parent does not hold it.
 */
export function relationshipRole(link: Pick<DemoLink, 'relationship' | 'mayConsent'>): 'parent' | 'relative' | 'guardian' {
  if (link.relationship.startsWith('Grand')) return link.mayConsent ? 'guardian' : 'relative'
  return PARENT.test(link.relationship) ? 'parent' : 'guardian'
}
