import { guardedRequest } from '../../adapters/guarded-request.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Config } from '../../config.ts'
import type { JobHandlers, Outbox } from '../../db/outbox.ts'
import type { Schedule } from '../../db/schedules.ts'
import type { Actor } from '../../http/actor.ts'
import type { Page } from '../../http/define-page.ts'
import { version } from '../../version.ts'
import { createSecretBox, type SecretBox } from '../identity/secret-box.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { API_LIMITS, apiRouter } from './api-router.ts'
import { ApiService } from './api-service.ts'
import { openApi } from './open-api.ts'
import { ownTokenPages } from './own-token-pages.ts'
import { tokenPages } from './token-pages.ts'
import { type TokenParts, TokenService } from './token-service.ts'
import { WebhookChanges } from './webhook-changes.ts'
import { WEBHOOK_PAUSED, WebhookNotices, type WebhookNoticesParts } from './webhook-notices.ts'
import { webhookPages } from './webhook-pages.ts'
import { WEBHOOK_JOB } from './webhook-sender.ts'
import { WebhookService } from './webhook-service.ts'
import { WebhookStore } from './webhook-store.ts'

type Outside = TokenParts & ConstructorParameters<typeof ApiService>[0] & Omit<WebhookNoticesParts, 'baseUrl'> & {
  config: Config
  ids: Ids
  outbox: Pick<Outbox, 'put'>
  /** The installation's; the first closes what is kept and has to be read again. */
  secrets: readonly string[]
}

/** What the composition root gets. */
export interface MachinesFeature {
  tokens: TokenService
  api: ApiService
  webhooks: WebhookService
  webhookStore: WebhookStore
  box: SecretBox
  handlers: JobHandlers
  schedules: Schedule[]
  /** `/api`. */
  router: ReturnType<typeof apiRouter>
  /** What of these wants looking at, by the address of its settings page. */
  settingsNotes(actor: Actor): Promise<Record<string, string>>
  /** Forgets what is no longer needed. */
  tidy(): Promise<void>
}

/** Wires what other systems use together. */
export function createMachinesFeature(outside: Outside): MachinesFeature {
  const { config, db, clock, ids, people, secrets } = outside
  const tokens = new TokenService(outside)
  const api = new ApiService(outside)
  const box = createSecretBox(secrets, ids, 'secrets of other systems')
  // The answer's body is nobody's business. What may be plain is a trial on this computer, as for signing in.
  const limits = { hosts: config.webhooks.allowedHosts, mayBePlain: !config.https, mostBytes: 0 }
  const webhookStore = new WebhookStore(db)
  const webhooks = new WebhookService({ ...outside, box, limits, store: webhookStore, changes: new WebhookChanges({ db, people }), request: guardedRequest(limits) })
  return {
    tokens, api, box, webhooks, webhookStore,
    handlers: { [WEBHOOK_JOB]: webhooks.sender.handler, [WEBHOOK_PAUSED]: new WebhookNotices({ ...outside, baseUrl: config.baseUrl }, webhookStore).handler },
    schedules: [{ name: 'webhooks', cron: '* * * * *', run: () => webhooks.sender.collect() }],
    router: apiRouter({ clock, tokens, api, description: openApi({ baseUrl: config.baseUrl, version: version() }), limits: API_LIMITS }),
    async settingsNotes(actor) {
      const stopped = await webhooks.stopped(actor)
      return stopped.length === 0 ? {} : { '/settings/webhooks': `Paused: ${stopped.join(', ')}` }
    },
    async tidy() {
      await api.once.tidy()
      await webhooks.tidy()
    },
  }
}

/** The pages below `/settings/api` and `/settings/webhooks`, and one’s own tokens. */
export function machinePages(services: { machines: MachinesFeature; people: PeopleQueries; schools: SchoolStore }): Page[] {
  const tokens = { ...services, shownKey: 'shown-once' }
  return [...tokenPages(tokens), ...ownTokenPages(tokens), ...webhookPages({ ...services, shownKey: 'webhook-shown-once' })]
}
