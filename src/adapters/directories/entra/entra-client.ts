import { OutsideFailure } from '../../../shared/errors.ts'
import type { Answer, Call } from '../web/answers.ts'
import type { Outside } from '../web/outside.ts'
import { Pace } from '../web/pace.ts'
import { RestClient } from '../web/rest-client.ts'
import { TokenMemory } from '../web/token-memory.ts'
import { entraBatch } from './entra-batch.ts'
import { ENTRA_ENDPOINTS, type EntraSettings, usableEntraSettings } from './entra-settings.ts'
import { entraTokens } from './entra-token.ts'

/** Of one app in one tenant: resource units (as in the smallest tenants), and writes. Microsoft Graph, service-specific limits of identity. */
const ENTRA_QUOTAS = { units: { units: 3500, windowMs: 10_000 }, writes: { units: 3000, windowMs: 150_000 } }

/** What a question costs: lists cost more than single objects. */
function costOf({ method, path }: Pick<Call, 'method' | 'path'>): { units: number; writes: number } {
  if (method !== 'GET') return { units: 1, writes: 1 }
  return { units: /\/(?:members|transitiveMembers|memberOf)\b|^\/(?:users|groups|roleManagement)\b(?!\/[0-9a-f-]{36}\b)/i.test(path) ? 2 : 1, writes: 0 }
}

/** Questions to Microsoft Graph, with its quotas, batches and errors. */
export class EntraClient extends RestClient {
  readonly #base: string

  constructor(settings: EntraSettings, outside: Outside) {
    const where = `directory "${settings.name}" (Microsoft Entra)`
    const tokens = new TokenMemory(entraTokens(settings, usableEntraSettings(settings).certificate, outside, where), outside.clock)
    const units = new Pace(ENTRA_QUOTAS.units, outside)
    const writes = new Pace(ENTRA_QUOTAS.writes, outside)
    const baseUrl = settings.endpoints?.graph ?? ENTRA_ENDPOINTS.graph
    super({
      where, baseUrl, batch: entraBatch, codeOf, token: () => tokens.token(), forgetToken: () => tokens.forget(),
      paces: (call) => {
        const cost = costOf(call)
        return [{ pace: units, units: cost.units }, ...(cost.writes > 0 ? [{ pace: writes, units: cost.writes }] : [])]
      },
    }, outside)
    this.#base = baseUrl
  }

  /** All entries of a list, page by page to the one that names no next. @throws OutsideFailure; part of a list is never the whole. */
  async* all<T>(path: string): AsyncGenerator<T> {
    yield* this.rest<T>(await this.good({ method: 'GET', path }))
  }

  /** The same, where the first page is here already. */
  async* rest<T>(first: Answer): AsyncGenerator<T> {
    const seen = new Set<string>()
    for (let page = first; ;) {
      const { value, '@odata.nextLink': next } = (page.body ?? {}) as { value?: T[]; '@odata.nextLink'?: string }
      if (!Array.isArray(value) || (next !== undefined && (!next.startsWith(`${this.#base}/`) || seen.has(next)))) throw this.#unproved()
      yield* value
      if (next === undefined) return
      seen.add(next)
      page = await this.good({ method: 'GET', path: next.slice(this.#base.length) })
    }
  }

  #unproved(): OutsideFailure {
    return new OutsideFailure({ what: 'A list could not be read to its end. Part of a list is never taken for the whole.', where: this.where, remedy: 'Run again; nothing was changed.' })
  }
}

/** The code in Graph's error body; empty where there is none. */
export function codeOf(answer: Answer): string {
  const { error } = (answer.body ?? {}) as { error?: { code?: unknown } }
  return typeof error?.code === 'string' && /^[A-Za-z_.]{1,60}$/.test(error.code) ? error.code : ''
}
