import { guardedRequest, type RequestLimits } from '../guarded-request.ts'
import { IdentityDoubted } from './proven-identity.ts'

/** As `fetch`, of text. */
export type GuardedFetch = (url: string, init?: { method?: string; headers?: unknown; body?: unknown; signal?: AbortSignal | undefined }) => Promise<Response>

/** Fetches something for signing in, with the guard's limits. Rejects with IdentityDoubted `unreachable` for whatever is not allowed or does not answer. */
export function guardedFetch(limits: RequestLimits): GuardedFetch {
  const ask = guardedRequest(limits)
  return async (url, init = {}) => {
    try {
      const { status, headers, body } = await ask(url, {
        method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers as Record<string, string> | undefined)),
        body: init.body === undefined || init.body === null ? '' : String(init.body), signal: init.signal,
      })
      const said = Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : []))
      return new Response(status === 204 ? null : new Uint8Array(body), { status, headers: said.filter(([name]) => name !== 'content-encoding' && name !== 'transfer-encoding') })
    } catch {
      // Why is nothing that a page or a provider needs to know.
      throw new IdentityDoubted('unreachable')
    }
  }
}
