import { UnusableInput } from '../../../shared/errors.ts'

/** How to reach one system that speaks SCIM 2.0. */
export interface ScimSettings {
  /** How people call this directory; used in messages. */
  name: string
  /** Where `/Users` lies, such as `https://library.example/scim/v2`. */
  baseUrl: string
  /** The bearer token. */
  token: string
  /** Display names or ids of the groups that the mapping names. */
  groups: readonly string[]
  /** Groups whose members automation never touches (B4). */
  protectedGroups?: readonly string[]
  /** User names or ids of further such accounts. */
  protectedUsers?: readonly string[]
}

/** @throws UnusableInput that lists every problem at once. */
export function assertUsableScim(settings: ScimSettings): void {
  const problems: string[] = []
  const url = URL.canParse(settings.baseUrl) ? new URL(settings.baseUrl) : null
  const loopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (!url || (url.protocol !== 'https:' && !loopback)) problems.push('url is no https:// address: the token and names of people travel over it.')
  if (url && (url.username || url.search || url.hash)) problems.push('url has more than host, port and path.')
  if (settings.token === '') problems.push('the token is empty.')
  if (problems.length === 0) return
  throw new UnusableInput({ what: `The directory settings cannot be used: ${problems.join(' ')}`, where: `directory "${settings.name}"`, remedy: 'Correct the settings of this directory and try again.' })
}
