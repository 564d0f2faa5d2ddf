import type { JobHandlers } from '../../db/outbox.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import type { PersonReconciler } from './reconcile-person.ts'
import type { ReconcileService } from './reconcile-service.ts'

const LOOK = 'access.look-at-directory'
const CONFIRM = 'access.confirm-drift'

/** What the pages of directories ask the worker to do, so that nobody waits at a page for a directory. */
export class DirectoryJobs {
  readonly #deps: Pick<AccessDeps, 'db' | 'ids' | 'outbox' | 'accounts'>
  readonly #reconcile: ReconcileService
  readonly #person: PersonReconciler
  constructor(deps: Pick<AccessDeps, 'db' | 'ids' | 'outbox' | 'accounts'>, reconcile: ReconcileService, person: PersonReconciler) {
    this.#deps = deps
    this.#reconcile = reconcile
    this.#person = person
  }

  /** Reads a directory again; nothing is changed there. */
  async requestLook(name: string, actor: string): Promise<void> {
    await this.#put(LOOK, name, { name, actor })
  }

  /** What was undone by hand is to be so all the same (A4). */
  async requestConfirm(accountId: string, actor: string): Promise<void> {
    const account = await this.#deps.accounts.get(accountId)
    if (!account || account.personId === null || !account.drift.some(({ waits }) => waits)) throw new NotFound('There is nothing to decide about this account any more.')
    await this.#put(CONFIRM, accountId, { accountId, actor })
  }

  /** Whether a look waits or runs. */
  async isLooking(name: string): Promise<boolean> {
    return await this.#ready(`${LOOK}:${name}:`) !== undefined
  }

  readonly handlers: JobHandlers = {
    [LOOK]: async (payload) => {
      // What hinders a look stands beside the directory; the lease of another run is waited for.
      await this.#reconcile.observe(String(payload['name']), String(payload['actor'])).catch((error: unknown) => {
        if (!(error instanceof Refused) || error.where.startsWith('directory:')) throw error
      })
    },
    [CONFIRM]: async (payload) => { await this.#person.confirmDrift(String(payload['accountId']), String(payload['actor'])) },
  }

  /** One job at a time for one thing: a second press finds the first. */
  async #put(kind: string, about: string, payload: object): Promise<void> {
    const { db, outbox, ids } = this.#deps
    const prefix = `${kind}:${about}:`
    await db.transaction(async () => {
      if (await this.#ready(prefix)) return
      await outbox.put(kind, payload, { dedupeKey: `${prefix}${ids.next()}` })
    })
  }

  async #ready(prefix: string): Promise<unknown> {
    return this.#deps.db.sql('outbox').where('dedupe_key', '>=', prefix).where('dedupe_key', '<', `${prefix}\uffff`).where({ state: 'ready' }).first('id')
  }
}
