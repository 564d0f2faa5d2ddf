import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { generateKeyPairSync } from 'node:crypto'
import { Browser, type Answer } from '../http/browser.ts'
import { freePort } from './simplesamlphp.ts'

/** The part of oidc-provider that we use; it brings no types of its own. */
interface Provider { callback(): RequestListener }
const { Provider } = createRequire(import.meta.url)('oidc-provider') as { Provider: new (issuer: string, configuration: object) => Provider }

export interface OidcIdp {
  issuer: string
  /** Signs somebody in at that address as a browser would; the address it is sent back to. */
  login(address: string, user: string, browser?: Browser): Promise<string>
  stop(): Promise<void>
}

export const CLIENT = { id: 'assent', secret: 'a client secret of the tests, long enough' }

/** An OpenID Connect provider that knows everybody: the subject and the user name are the name typed in. */
export async function startOidcIdp(redirects: string[]): Promise<OidcIdp> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: redirects, token_endpoint_auth_method: 'client_secret_post', response_types: ['code'], grant_types: ['authorization_code'] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a key of the tests'] }, conformIdTokenClaims: false, pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id, email: `${id}@school.example`, groups: id.startsWith('teacher') ? ['office-staff'] : ['pupils'] }) }),
  })
  const server = createServer(provider.callback())
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve) })
  return {
    issuer,
    async login(address, user, browser = new Browser('')) {
      let answer = await browser.get(address)
      for (let hops = 0; hops < 12; hops += 1) {
        if (answer.location && redirects.some((redirect) => answer.location?.startsWith(redirect))) return answer.location
        answer = answer.location ? await browser.get(new URL(answer.location, issuer).toString()) : await press(browser, issuer, answer, user)
      }
      throw new Error(`The provider did not send anybody back: ${answer.status} ${answer.text.slice(0, 300)}`)
    },
    stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()) }),
  }
}

/** Its own pages: the form of the name first, then the one of consent. */
function press(browser: Browser, issuer: string, page: Answer, user: string): Promise<Answer> {
  const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1]
  const prompt = /name="prompt" value="([^"]+)"/.exec(page.text)?.[1]
  if (!action || !prompt) throw new Error(`No form: ${page.status} ${page.text.slice(0, 300)}`)
  return browser.post(new URL(action, issuer).toString(), { prompt, ...(prompt === 'login' ? { login: user, password: 'any' } : {}) })
}
