import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Output } from '../../src/commands/command.ts'
import { loadConfig } from '../../src/config.ts'
import { Database } from '../../src/db/database.ts'
import { defaultDatabaseUrl } from '../../src/db/dialect.ts'
import type { Scope } from '../../src/features/machines/scopes.ts'
import { answer } from '../../src/main.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a caller of the command sees. */
export interface Finished {
  code: number | null
  stdout: string
  stderr: string
  /** The one object of `--json`; throws when stdout holds anything else. */
  json(): Record<string, unknown>
}

export interface RunOptions {
  dataDir?: string
  env?: Record<string, string>
  cwd?: string
  /** Runs as this user; only root can do that. */
  uid?: number
  /** Another installation's folder. */
  at?: string
}

/** The real command in a process of its own, with nothing of this process's settings. */
export function runAssent(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawn(process.execPath, [join(options.at ?? root, 'bin', 'assent.cjs'), ...args], {
    cwd: options.cwd ?? tmpdir(), stdio: ['ignore', 'pipe', 'pipe'], env: environment(options),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  })
  const read = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => { read.stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { read.stderr += text })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(finished(code, read)))
  })
}

/**
 * The same command in this process, where a test gives dozens and none is about the process itself: starting one takes a second of
 * processor time. Its settings are those named alone, as for a process of its own.
 */
export async function runHere(args: readonly string[], options: Pick<RunOptions, 'dataDir' | 'env'> = {}): Promise<Finished> {
  const before = { ...process.env }
  const read = { stdout: '', stderr: '' }
  const listener = (to: 'stdout' | 'stderr') => ({ write: (text: string) => { read[to] += text } })
  for (const name of Object.keys(process.env)) if (name.startsWith('ASSENT_')) delete process.env[name]
  Object.assign(process.env, environment(options))
  try {
    const words = args.filter((word) => word !== '--json')
    const code = await answer(words, new Output(words.length < args.length, { stdout: listener('stdout'), stderr: listener('stderr') }))
    return finished(code, read)
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

function finished(code: number | null, read: { stdout: string; stderr: string }): Finished {
  return {
    code, ...read,
    json() {
      const lines = read.stdout.trimEnd().split('\n')
      if (lines.length !== 1) throw new Error(`not one object on stdout: ${read.stdout}\n${read.stderr}`)
      return JSON.parse(lines[0] ?? '') as Record<string, unknown>
    },
  }
}

/** Only what a bare shell has, and the settings named. */
export function environment({ dataDir, env }: RunOptions): Record<string, string> {
  const { PATH = '', HOME = tmpdir() } = process.env
  return { PATH, HOME, TZ: 'UTC', ...(dataDir ? { ASSENT_DATA_DIR: dataDir } : {}), ...env }
}

const made: string[] = []

/** A new folder of this test run. */
export function scratch(name = 'assent-cli-'): string {
  const dir = mkdtempSync(join(tmpdir(), name))
  made.push(dir)
  return dir
}

export function removeScratch(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
}

/** A data directory as `assent migrate` leaves it. */
export async function migrated(env: Record<string, string> = {}): Promise<string> {
  const dataDir = join(scratch(), 'data')
  const done = await runAssent(['migrate', '--json'], { dataDir, env })
  if (done.code !== 0) throw new Error(`migrate failed: ${done.stdout}${done.stderr}`)
  return dataDir
}

/** A copy of a data directory nobody uses just now: cheaper than making it again. */
export function copyOf(dataDir: string): string {
  const copy = join(scratch(), 'data')
  cpSync(dataDir, copy, { recursive: true, preserveTimestamps: true })
  return copy
}

/** Looks into, or meddles with, the database of a data directory no process uses. */
export async function withDatabase<T>(dataDir: string, look: (db: Database) => Promise<T>): Promise<T> {
  const db = await Database.open(defaultDatabaseUrl(dataDir))
  try {
    return await look(db)
  } finally {
    await db.close()
  }
}

/** What a plan may write: itself. Everything else is the school's. */
const PLANNING = /^(schema_migrations|knex_|sqlite_|libsql_|plans$|plan_|roster_runs|roster_rejections|leases|sources$)/

/** Every row of every table that is not bookkeeping of plans and runs. */
export function dump(dataDir: string): Promise<Record<string, unknown[]>> {
  return withDatabase(dataDir, async (db) => {
    const tables = await db.rows("select name from sqlite_master where type = 'table' order by name", [])
    const found: Record<string, unknown[]> = {}
    for (const name of tables.map((row) => String(row['name'])).filter((table) => !PLANNING.test(table))) {
      const rows = await db.rows(`select * from ${name}`, [])
      found[name] = rows.map((row) => JSON.stringify(row)).sort()
    }
    return found
  })
}

/** Numbers of people, affiliations and guardian links. */
export function counts(dataDir: string): Promise<[people: number, affiliations: number, links: number]> {
  return withDatabase(dataDir, async (db) => {
    const of = async (table: string): Promise<number> => Number((await db.read(table).count({ n: '*' }).first())?.['n'])
    return [await of('people'), await of('affiliations'), await of('guardian_links')]
  })
}

/** Work inside an installation's own services, as a page of it would do it. */
export async function inside<T>({ dataDir, env = {} }: { dataDir: string; env?: Record<string, string> }, work: (services: Services) => Promise<T>): Promise<T> {
  const services = await openServices(loadConfig({ ASSENT_DATA_DIR: dataDir, ...env }), { actor: 'os:test' })
  try {
    return await work(services)
  } finally {
    await services.worker.stop()
    await services.db.close()
  }
}

/** A token of this person's own for the command line, good for a day. */
export async function ownToken({ machines, actors, clock }: Services, personId: string, scopes: readonly Scope[], name: string): Promise<string> {
  const actor = await actors.actorFor(personId, null)
  if (!actor) throw new Error('nobody')
  return machines.tokens.issue({ name, scopes: [...scopes], schoolId: null, expiresAt: clock.now() + 86_400_000 }, actor)
}
