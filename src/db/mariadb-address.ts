import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { UnusableInput } from '../shared/errors.ts'

/** What follows the `?`: a socket on this machine; TLS with an authority that the system knows (`tls=verify`) or with one's own (`ca=FILE`). */
const PARAMETERS = new Set(['socket', 'tls', 'ca'])

/** What is wrong with the address of a database server, or null. */
export function mariadbUrlProblem(url: string): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed) return 'is not a valid address: mysql://user:password@host:3306/NAME'
  if (parsed.pathname.length <= 1) return 'names no database: mysql://user:password@host:3306/NAME'
  const unknown = [...parsed.searchParams.keys()].find((name) => !PARAMETERS.has(name))
  // A slip here must not end in a connection that is not encrypted.
  if (unknown !== undefined) return `has "${unknown}" after the ?, which means nothing here: socket, tls and ca do`
  if (parsed.searchParams.has('tls') && parsed.searchParams.get('tls') !== 'verify') return 'has a tls that is not "verify": without a check of the certificate encryption keeps nobody out'
  if (usesTls(parsed) && parsed.searchParams.has('socket')) return 'asks for TLS on a socket, which leads nowhere but to this machine'
  if (usesTls(parsed) && isIP(bareHost(parsed)) !== 0) return 'asks for TLS and names the server by number: write its name as in its certificate'
  return null
}

/** True where names of children would travel over a network in the clear. */
export function crossesNetworkPlain(url: string): boolean {
  if (!url.startsWith('mysql://') || mariadbUrlProblem(url) !== null) return false
  const parsed = new URL(url)
  const host = bareHost(parsed)
  return !usesTls(parsed) && !parsed.searchParams.has('socket') && !(host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host))
}

/** What the driver is told. @throws UnusableInput when the authority's file cannot be read. */
export function mariadbConnection(url: string): object {
  const parsed = new URL(url)
  const socket = parsed.searchParams.get('socket')
  const ca = parsed.searchParams.get('ca')
  return {
    ...(socket ? { socketPath: socket } : { host: bareHost(parsed), port: Number(parsed.port || 3306) }),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    charset: 'utf8mb4',
    dateStrings: true,
    // Without `verifyIdentity` the driver would take any certificate of a known authority, whosever it is.
    ...(usesTls(parsed) ? { ssl: { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca: authority(ca) }) } } : {}),
  }
}

/** Why a connection by TLS failed, for people; null for anything else. */
export function tlsFailure(error: unknown): { what: string; remedy: string } | null {
  const { code, reason, message } = error as { code?: string; reason?: string; message?: string }
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return { what: 'The database server offers no TLS.', remedy: 'Give the server a certificate (ssl_cert, ssl_key), or use a socket on the same machine.' }
  if (code !== 'HANDSHAKE_SSL_ERROR') return null
  // Only a name that does not fit comes with a reason.
  if (reason !== undefined) return { what: 'The certificate of the database server is for another name.', remedy: 'Write the name in ASSENT_DATABASE_URL as it stands in the certificate.' }
  return { what: `The certificate of the database server is not trusted: ${message ?? 'no reason given'}.`, remedy: 'Name the authority that issued it: ?ca=/path/of/authority.pem in ASSENT_DATABASE_URL.' }
}

const usesTls = (url: URL): boolean => url.searchParams.has('tls') || url.searchParams.has('ca')

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

function authority(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UnusableInput({ what: `The certificate of the database's authority cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`, where: path, remedy: 'Name a PEM file that this user may read: ?ca=... in ASSENT_DATABASE_URL.' }, error)
  }
}
