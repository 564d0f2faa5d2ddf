/** Where the settings of the schools' own sign-in are. */
export const SIGN_IN_SETTINGS = '/settings/sign-in'
/** Out to the session's own provider to confirm who one is, and where its answer is taken up. */
export const CONFIRM_AT_SCHOOL = '/confirm/school'
export const CONFIRMED = `${CONFIRM_AT_SCHOOL}/done`
export const NEW_PROVIDER = `${SIGN_IN_SETTINGS}/new`
export const UNKNOWN_LOGINS = `${SIGN_IN_SETTINGS}/unknown`
export const providerPath = (name: string): string => `${SIGN_IN_SETTINGS}/providers/${name}`
export const testPath = (name: string): string => `${providerPath(name)}/test`
export const metadataPath = (name: string): string => `${providerPath(name)}/metadata`
