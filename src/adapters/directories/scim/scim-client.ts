import { OutsideFailure } from '../../../shared/errors.ts'
import type { Answer, Call } from '../web/answers.ts'
import type { Outside } from '../web/outside.ts'
import { RestClient } from '../web/rest-client.ts'
import type { ScimSettings } from './scim-settings.ts'
import { PATCH_OP, type ScimList } from './scim-types.ts'

/** Asked for on one page; a server may give fewer (RFC 7644 section 3.4.2.4). */
const PAGE = 200

/** Questions to a SCIM server, with its lists and errors. */
export class ScimClient extends RestClient {
  constructor(settings: ScimSettings, outside: Outside) {
    super({
      where: `directory "${settings.name}" (SCIM)`, baseUrl: settings.baseUrl.replace(/\/$/, ''), codeOf: scimType,
      token: async () => settings.token, forgetToken: () => undefined,
    }, outside)
  }

  /**
   * All resources of a list. @throws OutsideFailure unless exactly as many came as the server says there are: part of a list is
   * never taken for the whole, and one that changed on the way is asked for again by the next run.
   */
  async* all<T extends { id?: string }>(path: string): AsyncGenerator<T> {
    const seen = new Set<string>()
    for (let start = 1; ;) {
      const { body } = await this.good({ method: 'GET', path: `${path}${path.includes('?') ? '&' : '?'}startIndex=${start}&count=${PAGE}`, headers: { accept: 'application/scim+json' } })
      const { totalResults, Resources = [] } = (body ?? {}) as ScimList<T>
      if (typeof totalResults !== 'number' || !Array.isArray(Resources)) throw this.#unproved('the answer is no list')
      for (const resource of Resources) {
        if (!resource.id || seen.has(resource.id)) throw this.#unproved('an entry came twice, or without an id')
        seen.add(resource.id)
      }
      yield* Resources
      start += Resources.length
      if (seen.size === totalResults) return
      if (Resources.length === 0 || seen.size > totalResults) throw this.#unproved(`the server says there are ${totalResults}, and gave ${seen.size}`)
    }
  }

  #unproved(why: string): OutsideFailure {
    return new OutsideFailure({ what: `A list could not be read to its end: ${why}. Part of a list is never taken for the whole.`, where: this.where, remedy: 'Run again; nothing was changed.' })
  }
}

/** A PATCH (RFC 7644 section 3.5.2); with `version` it fails where somebody else was faster (section 3.14). */
export function patch(path: string, operations: readonly object[], version?: string): Call {
  return {
    method: 'PATCH', path, body: { schemas: [PATCH_OP], Operations: operations },
    headers: { 'content-type': 'application/scim+json', accept: 'application/scim+json', ...(version === undefined ? {} : { 'if-match': version }) },
  }
}

/** A text within a filter or path (RFC 7644 section 3.4.2.2: as in JSON). */
export const quoted = (text: string): string => JSON.stringify(text)

/** The kind of a SCIM error; empty where there is none. */
export function scimType(answer: Answer): string {
  const { scimType: type } = (answer.body ?? {}) as { scimType?: unknown }
  return typeof type === 'string' && /^[A-Za-z]{1,40}$/.test(type) ? type : ''
}
