import type { Config } from '../../config.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Page } from '../../http/define-page.ts'
import { version } from '../../version.ts'
import { createSecretBox, type SecretBox } from '../identity/secret-box.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { API_LIMITS, apiRouter } from './api-router.ts'
import { ApiService } from './api-service.ts'
import { openApi } from './open-api.ts'
import { tokenPages } from './token-pages.ts'
import { type TokenParts, TokenService } from './token-service.ts'

type Outside = TokenParts & ConstructorParameters<typeof ApiService>[0] & {
  config: Config
  ids: Ids
  /** The installation's; the first closes what is kept and has to be read again. */
  secrets: readonly string[]
}

/** What the composition root gets. */
export interface MachinesFeature {
  tokens: TokenService
  api: ApiService
  box: SecretBox
  /** `/api`. */
  router: ReturnType<typeof apiRouter>
  /** Forgets what is no longer needed. */
  tidy(): Promise<void>
}

/** Wires what other systems use together. */
export function createMachinesFeature(outside: Outside): MachinesFeature {
  const { config, clock, ids, secrets } = outside
  const tokens = new TokenService(outside)
  const api = new ApiService(outside)
  return {
    tokens, api, box: createSecretBox(secrets, ids, 'secrets of other systems'),
    router: apiRouter({ clock, tokens, api, description: openApi({ baseUrl: config.baseUrl, version: version() }), limits: API_LIMITS }),
    tidy: () => api.once.tidy(),
  }
}

/** The pages below `/settings/api`. */
export function machinePages(services: { machines: MachinesFeature; people: PeopleQueries; schools: SchoolStore }): Page[] {
  return tokenPages({ ...services, shownKey: 'shown-once' })
}
