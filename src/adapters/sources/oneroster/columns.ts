import type { ColumnSpec } from '../csv/columns.ts'

/**
 * The columns read from each OneRoster file, and so the connector's allow-list (R7): passwords, telephone numbers and
 * demographics are never looked at. Column names from 1EdTech's CSV bindings 1.1 and 1.2; misspelt ones from published
 * sample files.
 */
const shared = { caseSensitive: false, misspelt: { dataLastModified: 'dateLastModified', prefferedGivenName: 'preferredGivenName', prefferedFamilyName: 'preferredFamilyName' } } as const

const spec = <F extends string>(required: readonly F[], optional: readonly F[]): ColumnSpec<F> => {
  const known = new Set<string>([...required, ...optional])
  const misspelt = Object.fromEntries(Object.entries(shared.misspelt).filter(([, right]) => known.has(right))) as Record<string, F>
  return { required, optional, misspelt, caseSensitive: shared.caseSensitive }
}

export const ORGS = spec(['sourcedId', 'name', 'type'], ['status', 'identifier', 'parentSourcedId'])
export const SESSIONS = spec(['sourcedId', 'endDate'], ['status', 'startDate'])
export const CLASSES = spec(['sourcedId', 'title', 'schoolSourcedId'], ['status', 'classType', 'termSourcedIds'])
export const ENROLLMENTS = spec(['sourcedId', 'classSourcedId', 'userSourcedId', 'role'], ['status', 'schoolSourcedId', 'beginDate', 'endDate'])
export const ROLES = spec(['sourcedId', 'userSourcedId', 'role', 'orgSourcedId'], ['status', 'beginDate', 'endDate'])

const PERSON = ['status', 'enabledUser', 'username', 'userIds', 'identifier', 'email', 'agentSourcedIds', 'grades', 'preferredGivenName', 'preferredFamilyName'] as const
export const USERS_1_1 = spec(['sourcedId', 'givenName', 'familyName', 'orgSourcedIds', 'role'], PERSON)
export const USERS_1_2 = spec(['sourcedId', 'givenName', 'familyName'], PERSON)
export type UserColumn = (typeof USERS_1_1)['required'][number] | (typeof PERSON)[number]
