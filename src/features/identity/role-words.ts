import type { GrantedRole } from './permissions.ts'
import type { RoleGrant } from './role-grant.ts'
import { yearName } from '../people/year-name.ts'

/** Roles as people say them, in the order of the list. */
export const ROLE_WORDS: Record<GrantedRole, string> = {
  'trust-admin': 'Trust administrator', 'trust-safeguarding-lead': 'Trust safeguarding lead', 'it-admin': 'IT administrator', 'external-it': 'External IT support',
  office: 'School office', hr: 'HR', headteacher: 'Headteacher', 'head-of-year': 'Head of year', 'class-teacher': 'Class teacher', cover: 'Cover',
  dsl: 'Designated safeguarding lead', 'designated-teacher': 'Designated teacher', senco: 'SENCo', dpo: 'Data protection officer', governor: 'Governor', 'link-governor': 'Link governor',
}

/** "Larkmoor Primary School, Year 7", "the whole trust". */
export function placeWords({ schoolId, yearCode, groupName }: Pick<RoleGrant, 'schoolId' | 'yearCode' | 'groupName'>, schoolNames: ReadonlyMap<string, string>): string {
  if (schoolId === null) return 'The whole trust'
  const year = yearCode === null ? [] : [yearName(yearCode)]
  return [schoolNames.get(schoolId) ?? 'A school that is gone', ...year, ...(groupName === null ? [] : [groupName])].join(', ')
}
