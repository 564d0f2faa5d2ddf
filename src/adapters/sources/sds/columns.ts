import type { ColumnSpec } from '../csv/columns.ts'

/** School Data Sync v2.1 asks for exact headers. These columns are the allow-list (R7): no password, phone or sms. */
const spec = <F extends string>(required: readonly F[], optional: readonly F[]): ColumnSpec<F> => ({ required, optional, caseSensitive: true })

export const ORGS = spec(['sourcedId', 'name', 'type'], ['parentSourcedId'])
export const SESSIONS = spec(['sourcedId', 'endDate'], ['startDate'])
export const CLASSES = spec(['sourcedId', 'orgSourcedId', 'title'], ['sessionSourcedIds'])
export const USERS = spec(['sourcedId', 'givenName', 'familyName'], ['username', 'email'])
export const ROLES = spec(['userSourcedId', 'orgSourcedId', 'role'], ['sessionSourcedId', 'grade', 'roleStartDate', 'roleEndDate'])
export const ENROLLMENTS = spec(['classSourcedId', 'userSourcedId', 'role'], [])
export const RELATIONSHIPS = spec(['userSourcedId', 'relationshipUserSourcedId', 'relationshipRole'], [])
