import { AssentError, OutsideFailure } from '../../../shared/errors.ts'

/** One question to a web service, its path relative to the service's base. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  path: string
  body?: unknown
  headers?: Record<string, string>
}

/** What came back. Status 0 with a `failure`: nothing did. */
export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: unknown
  failure?: AssentError
  /** A silence that another try may end. */
  passing?: true
}

export const isGood = (answer: Answer): boolean => answer.status >= 200 && answer.status < 300

/**
 * Milliseconds that the service asked to be left alone; null where it does not say. Whole seconds or a date by RFC 9110 section 10.2.3; Microsoft
 * Graph also sends fractions of a second ("Microsoft Graph throttling guidance", sample response: `Retry-After: 2.128`).
 */
export function retryAfter(answer: Answer, now: number): number | null {
  const text = answer.headers['retry-after']
  if (text === undefined) return null
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** Trouble with the service as a whole, in plain words. Its own text is never passed on: it may name people (V4); `code` is its code. */
export function answerFailure(answer: Answer, where: string, code: string): OutsideFailure | AssentError {
  if (answer.failure) return answer.failure
  return new OutsideFailure({ where, ...parts(answer.status, `${answer.status}${code === '' ? '' : ` ${code}`}`) })
}

function parts(status: number, code: string): { what: string; remedy: string } {
  if (status === 401) {
    return { what: `The directory does not accept Assent's credentials (${code}).`, remedy: 'They may have expired or been revoked: make new ones and put them into the secret file of this directory.' }
  }
  if (status === 403) {
    return { what: `Assent may not do that in the directory (${code}).`, remedy: 'Give Assent the rights that the guide names for this directory (docs/directories.md).' }
  }
  if (status === 429) {
    return { what: `The directory has been asked too much for now (${code}).`, remedy: 'Run again later; what was done stays done and the rest follows.' }
  }
  if (status >= 500) {
    return { what: `The directory could not answer (${code}).`, remedy: 'Run again later; nothing else needs doing.' }
  }
  return { what: `The directory answered with ${code}.`, remedy: 'Check the settings of this directory; if they seem in order, pass the code on to support.' }
}

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_GET_ISSUER_CERT',
])

/** Why no answer came. `passing` failures are worth another try at once. */
export function silence(error: unknown, where: string): { failure: AssentError; passing?: true } {
  if (error instanceof AssentError) return { failure: error }
  const code = codeOf(error)
  const fail = (what: string, remedy: string, passing = false) =>
    ({ failure: new OutsideFailure({ what, where, remedy }, error), ...(passing ? { passing } : {}) })
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return fail('The server that answered has a certificate for another name, so it may not be the directory.', 'Check the address in the directory settings, and what stands between this machine and it.')
  if (UNTRUSTED.has(code)) return fail("The server's certificate was issued by an authority that is not trusted here.", 'If a filter opens encrypted connections, exempt this address; else set the authority with NODE_EXTRA_CA_CERTS.')
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return fail("The server's certificate is not valid today.", 'Check the clock of this machine.')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return fail('The name of the directory server cannot be found.', 'Check the address in the directory settings, and the name service of this machine.')
  if (code === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT') return fail('The directory did not answer in time.', 'Run again later; check that the network lets Assent through.', true)
  return fail(`The directory did not answer, or broke off the connection${code === '' ? '' : ` (${code})`}.`, 'Check that the network lets Assent through; then run again.', true)
}

/** The code of a failed fetch lies in its cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if (error.name === 'TimeoutError') return error.name
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}
