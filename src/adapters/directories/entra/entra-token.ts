import { AuthError, ConfidentialClientApplication, type INetworkModule, type NetworkRequestOptions, ServerError } from '@azure/msal-node'
import { AssentError, OutsideFailure } from '../../../shared/errors.ts'
import { silence } from '../web/answers.ts'
import type { Outside } from '../web/outside.ts'
import { parsed } from '../web/rest-client.ts'
import type { FreshToken } from '../web/token-memory.ts'
import { type ClientCertificate, ENTRA_ENDPOINTS, type EntraSettings } from './entra-settings.ts'

/** Fetches tokens for the app itself (client credentials). @throws OutsideFailure saying what is wrong with app or secret. */
export function entraTokens(settings: EntraSettings, certificate: ClientCertificate | null, outside: Outside, where: string): () => Promise<FreshToken> {
  const app = new ConfidentialClientApplication({
    auth: {
      clientId: settings.clientId, authority: `${ENTRA_ENDPOINTS.login}/${settings.tenantId}`,
      ...(certificate ? { clientCertificate: certificate } : { clientSecret: settings.clientSecret ?? '' }),
    },
    system: { networkClient: network(settings.endpoints?.login ?? ENTRA_ENDPOINTS.login, outside), disableInternalRetries: true, loggerOptions: { piiLoggingEnabled: false, loggerCallback: () => undefined } },
  })
  return async () => {
    try {
      const result = await app.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'], skipCache: true })
      if (result) return { token: result.accessToken, lifetime: Math.max(0, (result.expiresOn?.getTime() ?? 0) - Date.now()) }
      throw new OutsideFailure({ what: 'Microsoft gives Assent no token.', where, remedy: 'Check the app registration.' })
    } catch (error) {
      throw failureOf(error, where)
    }
  }
}

/** Microsoft's library asks over the same network as everything else. */
function network(login: string, outside: Outside): INetworkModule {
  const send = async <T>(method: string, url: string, options: NetworkRequestOptions = {}) => {
    const response = await outside.fetch(url.replace(ENTRA_ENDPOINTS.login, login), {
      method, redirect: 'error', signal: AbortSignal.timeout(30_000), ...(options.headers ? { headers: options.headers } : {}), ...(options.body === undefined ? {} : { body: options.body }),
    })
    return { headers: Object.fromEntries(response.headers), body: parsed(await response.text()) as T, status: response.status }
  }
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  }
}

/** By Microsoft's own numbers: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const REASONS: Readonly<Record<string, [what: string, remedy: string]>> = {
  7000215: ['Microsoft does not accept the client secret (AADSTS7000215).', "Put the secret's value, not its id, into the secret file."],
  7000222: ['The client secret has expired (AADSTS7000222).', 'Make a new secret for the app registration and put it into the secret file.'],
  700027: ['Microsoft does not accept the certificate (AADSTS700027).', 'Upload the certificate to the app registration; it may have expired.'],
  700016: ['Microsoft does not know the app in this tenant (AADSTS700016).', 'Check clientId and tenantId.'],
  90002: ['Microsoft does not know the tenant (AADSTS90002).', 'Check tenantId.'],
  7000112: ['The app registration is disabled (AADSTS7000112).', 'Enable it in the tenant.'],
}

function failureOf(error: unknown, where: string): AssentError {
  if (error instanceof AssentError) return error
  if (error instanceof ServerError || error instanceof AuthError) {
    const number = /AADSTS(\d+)/.exec(`${error.errorMessage} ${error.message}`)?.[1] ?? ''
    const [what, remedy] = REASONS[number] ?? [`Microsoft gives Assent no token (${number === '' ? error.errorCode : `AADSTS${number}`}).`, 'Check the app registration, its secret or certificate, and the conditional access policies for workloads.']
    if (error.errorCode !== 'network_error') return new OutsideFailure({ what, where, remedy })
  }
  return silence(error, where).failure
}
