import { createSign } from 'node:crypto'
import { OutsideFailure } from '../../../shared/errors.ts'
import { silence } from '../web/answers.ts'
import type { Outside } from '../web/outside.ts'
import { parsed } from '../web/rest-client.ts'
import type { FreshToken } from '../web/token-memory.ts'
import { GOOGLE_ENDPOINTS, GOOGLE_SCOPES, type GoogleSettings, type ServiceAccountKey } from './google-settings.ts'

const HOUR = 3600

/** A token for the service account, on behalf of the administrator (RFC 7523; domain-wide delegation). @throws OutsideFailure. */
export async function googleToken(settings: GoogleSettings, key: ServiceAccountKey, outside: Outside, where: string): Promise<FreshToken> {
  const url = settings.endpoints?.token ?? GOOGLE_ENDPOINTS.token
  const now = Math.floor(outside.clock.now() / 1000)
  const assertion = signed(key, { iss: key.client_email, sub: settings.adminUser, scope: GOOGLE_SCOPES.join(' '), aud: GOOGLE_ENDPOINTS.token, iat: now, exp: now + HOUR })
  let response: Response
  let answer: { access_token?: unknown; expires_in?: unknown; error?: unknown } | null
  try {
    response = await outside.fetch(url, {
      method: 'POST', redirect: 'error', signal: AbortSignal.timeout(30_000), headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString(),
    })
    answer = parsed(await response.text()) as typeof answer
  } catch (error) {
    throw silence(error, where).failure
  }
  if (response.ok && typeof answer?.access_token === 'string') return { token: answer.access_token, lifetime: Number(answer.expires_in ?? HOUR) * 1000 }
  const code = typeof answer?.error === 'string' ? answer.error : String(response.status)
  const [what, remedy] = REASONS[code] ?? [`Google gives Assent no token (${code}).`, 'Check the service account and its domain-wide delegation.']
  throw new OutsideFailure({ what, where, remedy })
}

const REASONS: Readonly<Record<string, [what: string, remedy: string]>> = {
  invalid_grant: ["Google does not accept the service account's key, or does not know the administrator it asks for (invalid_grant).", 'Check adminUser and the clock of this machine; if the key was deleted or has expired, make a new one and put it into the key file.'],
  unauthorized_client: ['The service account is not delegated every right that Assent asks for (unauthorized_client).', 'In the Google admin console, under domain-wide delegation, enter the scopes of docs/directories.md for its client id, all of them.'],
  access_denied: ['Google denies the service account access (access_denied).', 'Check that domain-wide delegation is on and that an API access control does not block it.'],
}

function signed(key: ServiceAccountKey, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'RS256', typ: 'JWT', ...(key.private_key_id ? { kid: key.private_key_id } : {}) })}.${part(claims)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key.private_key, 'base64url')}`
}
