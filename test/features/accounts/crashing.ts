import type { AccountOrder, Directory } from '../../../src/adapters/directories/directory.ts'
import { Database } from '../../../src/db/database.ts'

/** The process is gone: nothing it would still do happens. */
export class Crash extends Error {
  override name = 'Crash'
}

/** Counts what a process does outside itself; at the step told it dies, and stays dead. */
export class Fuse {
  readonly #at: number
  steps = 0
  constructor(at: number) {
    this.#at = at
  }

  get blown(): boolean {
    return this.steps >= this.#at
  }

  step(): void {
    if (this.blown) throw new Crash('killed')
    this.steps += 1
    if (this.blown) throw new Crash('killed')
  }
}

/** A handle of the process that dies: each statement is a step, and after the last one nothing reaches the database. */
export class CrashingDatabase extends Database {
  readonly #fuse: Fuse
  constructor(db: Database, fuse: Fuse) {
    super(db.dialect)
    this.#fuse = fuse
  }

  override get sql(): Database['sql'] {
    this.#fuse.step()
    return super.sql
  }

  override get read(): Database['read'] {
    this.#fuse.step()
    return super.read
  }
}

/** Dies before the directory is asked, or after it has done what it was asked and before the answer arrives. */
export function crashingDirectory(directory: Directory, fuse: Fuse): Directory {
  const { readMany, changeMany } = directory
  return {
    ...directory,
    ...(readMany === undefined ? {} : { readMany: async (ids) => {
      fuse.step()
      const looks = await readMany(ids)
      fuse.step()
      return looks
    } }),
    // Each account of a batch is a step: the process may die when any number of them is done.
    ...(changeMany === undefined ? {} : { changeMany: async (orders) => {
      const sent: AccountOrder[] = []
      try {
        for (const order of orders) {
          fuse.step()
          sent.push(order)
        }
      } catch (error) {
        await changeMany(sent)
        throw error
      }
      const outcomes = await changeMany(orders)
      fuse.step()
      return outcomes
    } }),
    list: () => directory.list(),
    check: () => directory.check(),
    close: () => directory.close(),
    async read(id) {
      fuse.step()
      const account = await directory.read(id)
      fuse.step()
      return account
    },
    async change(id, change) {
      fuse.step()
      const account = await directory.change(id, change)
      fuse.step()
      return account
    },
  }
}
