import type { AccessDeps } from './access-deps.ts'
import { bringAbout } from './bring-about.ts'
import { desiredOf, type NamedTarget } from './stage-items.ts'

/**
 * A run over many holds the directory for minutes, and an emergency must not wait for its end (B7). Between its batches the
 * run itself brings about what the DSL or head has placed since it began. What fails here is tried again by the person's own job.
 */
export class UrgentPeople {
  readonly #deps: AccessDeps
  readonly #since: number
  readonly #done = new Set<string>()
  constructor(deps: AccessDeps) {
    this.#deps = deps
    this.#since = deps.clock.now()
  }

  async attend(run: { targets: ReadonlyMap<string, NamedTarget>; protectedIds: ReadonlySet<string>; on: string }): Promise<void> {
    const { db, accounts, directories } = this.#deps
    const rows = await db.read('restrictions').where({ emergency: 1 }).whereNull('released_at').where('placed_at', '>=', this.#since).select('id', 'person_id')
    const fresh = rows.filter((row) => !this.#done.has(row.id) && !run.protectedIds.has(row.person_id))
    if (fresh.length === 0) return
    const people = [...new Set(fresh.map((row) => row.person_id as string))]
    const desired = await desiredOf(this.#deps, people, run.on)
    const paused = await directories.paused()
    for (const [personId, theirs] of await accounts.ofPeople(people)) {
      for (const account of theirs) {
        const target = run.targets.get(account.directoryId)
        if (!target || paused.has(target.id) || target.mode === 'observe') continue
        await bringAbout(this.#deps, target, account, { desired: desired(personId), planId: null }).catch(() => undefined)
      }
    }
    for (const row of fresh) this.#done.add(row.id)
  }
}
