import { createHash } from 'node:crypto'
import { applyTo } from '../../adapters/directories/apply-change.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import { RECONCILE_PERSON } from './access-service.ts'
import type { AccessTask } from './access-task.ts'
import type { Account } from './account-store.ts'
import { tellPlan } from './tell-plan.ts'

/** What a person says about a task. */
export interface TaskAnswer {
  outcome: 'done' | 'could-not'
  /** Needed where it could not be done. */
  remark: string | null
  /** A picture of the screen; only its SHA-256 is kept. */
  proof: Buffer | null
}

/** Tasks of systems without an interface: ticked off by a person, with proof of who and when. */
export class TaskService {
  readonly #deps: AccessDeps
  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  /**
   * Closes a task. Done: its account counts as observed so from now on, and the line of the plan that asked for it as verified.
   * @throws NotFound, or Refused when it is not open any more.
   */
  async answer(taskId: string, answer: TaskAnswer, actor: string): Promise<void> {
    const { db, tasks, audit } = this.#deps
    const proofSha256 = answer.proof === null ? null : createHash('sha256').update(answer.proof).digest('hex')
    await db.transaction(async () => {
      const task = await tasks.get(taskId)
      if (!task) throw new NotFound('There is no such task.')
      if (!await tasks.decide(taskId, { state: answer.outcome, by: actor, remark: answer.remark, proofSha256 })) {
        throw new Refused({ what: 'This task is not open any more: somebody has answered it, or the plan behind it was undone.', remedy: 'Look at the list of tasks again.' })
      }
      const account = await this.#account(task)
      if (answer.outcome === 'done') await this.#observe(task)
      await tellPlan(this.#deps.plans, account, answer.outcome === 'done'
        ? { state: 'verified', error: null } : { state: 'failed', error: 'A person has said that this could not be done; the reason stands with the task.' })
      await audit.record({
        actor, event: answer.outcome === 'done' ? 'access.task-done' : 'access.task-impossible', subject: account?.personId ? `person:${account.personId}` : `account:${account?.id ?? task.immutableId}`,
        payload: { task: taskId, change: task.change, remark: answer.remark, proofSha256 },
      })
      await this.#follow(account, task.id)
    })
  }

  /** What could not be done can be now: it is asked for again. */
  async askAgain(taskId: string, actor: string): Promise<void> {
    const { db, tasks, audit } = this.#deps
    await db.transaction(async () => {
      const task = await tasks.get(taskId)
      if (!task || !await tasks.askAgain(taskId)) throw new NotFound('There is no such task.')
      await audit.record({ actor, event: 'access.task-asked-again', subject: `task:${taskId}`, payload: {} })
      await this.#follow(await this.#account(task), taskId)
    })
  }

  async #account(task: AccessTask): Promise<Account | null> {
    return (await this.#deps.accounts.byImmutableIds(task.directoryId, [task.immutableId])).get(task.immutableId) ?? null
  }

  async #observe({ directoryId, immutableId, change }: AccessTask): Promise<void> {
    const target = [...this.#deps.targets.values()].find(({ id }) => id === directoryId)
    const seen = await this.#deps.tasks.ofDirectory(directoryId, 1).get(immutableId)
    if (!target || !seen) return
    // The names were found good when the task was made; what a person did counts even where the mapping has changed since.
    const names = { containers: change.moveTo === undefined ? [] : [change.moveTo], groups: change.addGroups ?? [] }
    await this.#deps.tasks.setAccount(directoryId, applyTo(seen, change, names))
  }

  /** The account is looked at again, so that what was Assent's doing is known (A4). */
  async #follow(account: Account | null, taskId: string): Promise<void> {
    if (!account?.personId) return
    await this.#deps.outbox.put(RECONCILE_PERSON, { personId: account.personId }, { dedupeKey: `${RECONCILE_PERSON}:${taskId}:${this.#deps.ids.next()}` })
  }
}
