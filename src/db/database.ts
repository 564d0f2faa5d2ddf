import { AsyncLocalStorage } from 'node:async_hooks'
import type { Knex } from 'knex'
import { type Dialect, openDialect } from './dialect.ts'
import { affected, direct } from './direct.ts'
import { GatheredReads } from './gathered-reads.ts'
import { inUnit, type Unit } from './unit.ts'

/** Work that waits to share a transaction, in the asynchronous context of whoever asked for it. */
interface Piece {
  run<T>(unit: () => Promise<T>): Promise<T>
  work: () => Promise<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
}

const ATTEMPTS = 8
const TOGETHER = 32
/** Where many may write, so many runs of gathered work at a time: one that waits for a lock holds up not all. */
const RUNS_AT_ONCE = 4
/** After a shared transaction the next one waits four times as long as that took, at most so many milliseconds: see `#share`. */
const LONGEST_GATHERING_MS = 25
/** Long enough that somebody who looks every few milliseconds finds the door open. */
const SHORTEST_REST_MS = 6
const LONGEST_REST_MS = 40

/**
 * The handle every store holds. Inside `transaction` all handles of the call chain use that transaction, so that no
 * argument has to be threaded through and nothing can slip past it.
 */
export class Database {
  readonly dialect: Dialect
  readonly #units = new AsyncLocalStorage<Unit>()
  readonly #waiting: Piece[] = []
  #sharing = false
  readonly #gatheredReads = new GatheredReads((sql, keys) => this.rowsIn(sql, [], keys))

  constructor(dialect: Dialect) {
    this.dialect = dialect
  }

  /** @throws OutsideFailure when the database does not answer. */
  static async open(url: string): Promise<Database> {
    return new Database(await openDialect(url))
  }

  /** For writing, and for reading what is about to be written. */
  get sql(): Knex {
    return this.#units.getStore()?.sql ?? this.dialect.writer
  }

  /** For reading: never waits behind a writer; inside a transaction it sees that transaction. */
  get read(): Knex {
    return this.#units.getStore()?.sql ?? this.dialect.reader
  }

  get inTransaction(): boolean {
    return this.#units.getStore() !== undefined
  }

  /**
   * Runs `work` in one transaction; joins the one already open. On deadlock or a busy database the whole of `work` runs
   * again, so it may touch nothing but the database. No network, PDF or file work belongs inside.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.#units.getStore()) return work()
    for (let attempt = 1; ; attempt += 1) {
      let hooks: readonly (() => void)[] = []
      try {
        const result = await inUnit(this.dialect.writer, () => this.#units.getStore(), (unit) => {
          hooks = unit.afterCommit
          // Awaited within: a query that `work` hands back unstarted begins when it is awaited.
          return this.#units.run(unit, async () => await work())
        })
        for (const hook of hooks) this.#units.exit(hook)
        return result
      } catch (error) {
        if (!this.dialect.isRetryable(error) || attempt >= ATTEMPTS) throw error
        await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * (0.5 + Math.random())))
      }
    }
  }

  /**
   * Like `transaction`, for small work that many people ask for at once. Where only one writer can be at work, all that came while it
   * was busy share one transaction, so that thirty signatures cost little more than one; each is told once that has committed.
   * When one of them fails, all are done again, each in a transaction of its own, so a refusal is worth an answer rather than an error.
   */
  together<T>(work: () => Promise<T>): Promise<T> {
    if (!this.dialect.oneWriter || this.inTransaction) return this.transaction(work)
    const run = AsyncLocalStorage.snapshot()
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run, work, resolve: (value) => resolve(value as T), reject })
      if (!this.#sharing) void this.#share()
    })
  }

  /**
   * Makes a function of one thing out of a `run` over many: what is asked for while a run is under way goes into the next, at most thirty-two
   * in one transaction, so that a class that signs at once costs few statements more than one pupil. A run may happen again, and after a
   * failure each of its things is run alone, so that one takes no other with it.
   */
  gathering<I, O>(run: (items: readonly I[]) => Promise<readonly O[]>): (item: I) => Promise<O> {
    const waiting: { item: I; resolve(value: O): void; reject(error: unknown): void }[] = []
    const most = this.dialect.oneWriter ? 1 : RUNS_AT_ONCE
    let running = 0
    const alone = async (item: I): Promise<O> => (await run([item]))[0] as O
    const work = async (): Promise<void> => {
      running += 1
      // Whoever asks in the same turn comes along.
      await new Promise((resolve) => setImmediate(resolve))
      while (waiting.length > 0) {
        let part: typeof waiting = []
        try {
          const results = await this.together(async () => {
            if (part.length === 0) part = waiting.splice(0, TOGETHER)
            return part.length === 0 ? [] : run(part.map(({ item }) => item))
          })
          for (const [at, one] of part.entries()) one.resolve(results[at] as O)
        } catch (error) {
          // Without a connection there was no run.
          if (part.length < 2) for (const one of part.length === 0 ? waiting.splice(0) : part) one.reject(error)
          else for (const one of part) await this.transaction(() => alone(one.item)).then(one.resolve, one.reject)
        }
      }
      running -= 1
    }
    return (item) => (this.inTransaction ? alone(item) : new Promise<O>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running < most) void work()
    }))
  }

  /**
   * The first who asks is served at once. After that the writer takes at most a fifth of the time: a commit waits for the disk within the call
   * and holds up every request, so where the disk is slow more share one. (A thousand pupils in a minute made 7.8 commits each, and those
   * stood still for 29 ms of each pupil's time on a disk that took 4 ms.)
   */
  async #share(): Promise<void> {
    this.#sharing = true
    // Whoever asks in the same turn comes along.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const began = performance.now()
      const pieces = this.#waiting.splice(0, TOGETHER)
      try {
        const results = await this.transaction(async () => {
          const unit = this.#units.getStore() as Unit
          const done: unknown[] = []
          for (const piece of pieces) done.push(await piece.run(() => this.#units.run(unit, async () => await piece.work())))
          return done
        })
        for (const [at, piece] of pieces.entries()) piece.resolve(results[at])
      } catch (error) {
        const [only] = pieces
        if (pieces.length === 1) only?.reject(error)
        else for (const piece of pieces) await piece.run(() => this.transaction(piece.work)).then(piece.resolve, piece.reject)
      }
      if (this.#waiting.length < TOGETHER) await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_GATHERING_MS, (performance.now() - began) * 4)))
    }
    this.#sharing = false
  }

  /**
   * One step of a long job: a short transaction, and after it a rest in which others get to write, where only one writer can be at
   * work. A quarter of the time spent, so that a waiting signature is let in and the job takes little longer.
   */
  async step<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    const result = await this.transaction(work)
    if (this.dialect.oneWriter && !this.inTransaction) {
      const rest = Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, (performance.now() - start) / 4))
      await new Promise((resolve) => setTimeout(resolve, rest))
    }
    return result
  }

  /** Calls `hook` once the open transaction has committed; at once when there is none. */
  afterCommit(hook: () => void): void {
    const unit = this.#units.getStore()
    if (unit) unit.afterCommit.push(hook)
    else hook()
  }

  /** Inserts many rows of equal shape with as few statements as the database takes. */
  async insertMany(table: string, rows: readonly object[], oftenEmpty: readonly string[] = []): Promise<void> {
    const first = rows[0]
    if (!first) return
    // What is empty in every row need not be bound once for each of them.
    const empty = oftenEmpty.filter((name) => rows.every((row) => (row as Record<string, unknown>)[name] === null))
    const columns = Object.keys(first).filter((name) => !empty.includes(name))
    await this.#insert('INSERT INTO', table, columns, rows)
  }

  /** Like `insertMany`; rows whose key exists are skipped. Returns how many were new. */
  async insertNew(table: string, rows: readonly object[]): Promise<number> {
    const first = rows[0]
    return first ? this.#insert(this.dialect.insertIgnore, table, Object.keys(first), rows) : 0
  }

  /** Rows of a hand-written SELECT, for the few places where building the query would cost more than running it. */
  async rows(sql: string, bindings: readonly Knex.RawBinding[]): Promise<Record<string, unknown>[]> {
    if (!this.inTransaction) {
      try {
        return await this.dialect.near.rows(sql, bindings)
      } catch {
        // The long way waits while the database is busy, and tells what is wrong.
      }
    }
    const answer = await direct(this.read, sql, bindings)
    return (Array.isArray((answer as unknown[])[0]) ? (answer as unknown[])[0] : answer) as Record<string, unknown>[]
  }

  /** Runs a hand-written statement that changes rows; returns how many. For the same few places. */
  async run(sql: string, bindings: readonly unknown[]): Promise<number> {
    return affected(await direct(this.sql, sql, bindings))
  }

  /**
   * Like `rows` for a SELECT whose `(:list)` is to hold many values; both databases are asked in parts of at most 500. Few
   * lengths of list mean few statements to prepare and keep.
   */
  async rowsIn(sql: string, before: readonly Knex.RawBinding[], list: readonly string[]): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = []
    for (const part of partsOf(list)) {
      for (const row of await this.rows(sql.replace(':list', marks(part)), [...before, ...part])) found.push(row)
    }
    return found
  }

  /**
   * Rows of a SELECT by values of one of its columns: `key in (:list)` alone, or with conditions that hold for everybody. On a server, outside
   * a transaction, what is asked in one turn of the event loop shares a statement. The rows are for reading: others may hold the same.
   */
  async rowsBy(sql: string, key: string, list: readonly string[]): Promise<Record<string, unknown>[]> {
    if (list.length === 0) return []
    // A long list is worth a statement of its own, and would hold up those who want one row.
    return this.dialect.oneWriter || this.inTransaction || list.length > TOGETHER ? this.rowsIn(sql, [], list) : this.#gatheredReads.rows(sql, key, list)
  }

  /** Like `run` for a statement whose `(:list)` is to hold many values. */
  async runIn(sql: string, before: readonly unknown[], list: readonly string[]): Promise<number> {
    let changed = 0
    for (const part of partsOf(list)) changed += await this.run(sql.replace(':list', marks(part)), [...before, ...part])
    return changed
  }

  async #insert(verb: string, table: string, columns: string[], rows: readonly object[]): Promise<number> {
    // knex's builder costs more than the insert itself on tens of thousands of rows; the statement is the same.
    const head = `${verb} ${table} (${columns.map((name) => `\`${name}\``).join(', ')}) VALUES `
    const one = `(?${', ?'.repeat(columns.length - 1)})`
    const most = Math.max(1, Math.floor(this.dialect.maxBindings / columns.length))
    let changed = 0
    for (let from = 0, size = 0; from < rows.length; from += size) {
      size = Math.min(most, this.dialect.rowsPerInsert(rows.length - from))
      const bindings: unknown[] = []
      for (let at = from; at < from + size; at += 1) {
        const row = rows[at] as Record<string, unknown>
        for (const name of columns) bindings.push(row[name] ?? null)
      }
      changed += affected(await direct(this.sql, head + one + `, ${one}`.repeat(size - 1), bindings))
    }
    return changed
  }

  close(): Promise<void> {
    return this.dialect.close()
  }
}

const LENGTHS = [1, 10, 32, 100, 500]

/** A list in parts of few different lengths; a value named twice finds its row once. */
function partsOf(list: readonly string[]): string[][] {
  const parts: string[][] = []
  for (let from = 0; from < list.length; from += 500) {
    const part = list.slice(from, from + 500)
    const size = LENGTHS.find((candidate) => candidate >= part.length) ?? part.length
    while (part.length < size) part.push(part[0] as string)
    parts.push(part)
  }
  return parts
}

const marks = (part: readonly string[]): string => `?${', ?'.repeat(part.length - 1)}`
