import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import { detectSource } from '../../adapters/sources/detect-source.ts'
import type { RosterSource } from '../../adapters/sources/source.ts'
import type { Database } from '../../db/database.ts'
import type { JobHandler, Outbox } from '../../db/outbox.ts'
import { today } from '../../shared/dates.ts'
import { Refused, UnusableInput } from '../../shared/errors.ts'
import { findSchool, type SchoolStore } from '../schools/school-store.ts'
import type { RosterRun } from './roster-run.ts'
import type { RosterService } from './roster-service.ts'
import { problemOf, type SyncCommand } from './sync-command.ts'
import { kindOfUpload } from './upload-kind.ts'

/** Larger files are read by the command line, which does not hold them in memory. */
export const UPLOAD_LIMIT_BYTES = 50_000_000

/** Kind of the outbox job that reads a file somebody gave on a page. */
export const ROSTER_SYNC = 'roster.sync'

/** What somebody asks for with a file. */
export interface ReadingOrder {
  /** Name of the source. */
  name: string
  /** Null: to be worked out. */
  format: string | null
  /** For a CSV of one school. */
  schoolKey?: string
  planOnly: boolean
  actor: string
  /** Schools the file may speak of. */
  within: 'all' | readonly string[]
}

const taskSchema = z.object({
  run: z.string(), name: z.string(), format: z.string(), planOnly: z.boolean(), actor: z.string(), path: z.string(), showAs: z.string(),
  folder: z.string().nullable(), schoolKey: z.string().nullable(), within: z.union([z.literal('all'), z.array(z.string())]),
})
type Task = z.infer<typeof taskSchema>

export interface RosterUploadsDeps {
  db: Database
  clock: Clock
  ids: Ids
  outbox: Outbox
  roster: RosterService
  schools: SchoolStore
  sourceOf: (format: string) => RosterSource
  /** Folder of this feature in the data directory; made when first needed. */
  folder: string
  /** Called when a reading has ended places without waiting for anybody, so that the plan for their access is made. */
  whenEnded: (actor: string) => Promise<void>
}

/** Files given on a page: kept for as long as it takes to read them, and read by a worker. */
export class RosterUploads {
  readonly #deps: RosterUploadsDeps
  constructor(deps: RosterUploadsDeps) {
    this.#deps = deps
  }

  /**
   * Takes a file in and puts its reading in line; returns the run's id.
   * @throws UnusableInput when it is neither a zip nor a CSV, or of no format we know; nothing is kept then.
   */
  async take(file: { filename: string; bytes: Buffer }, order: ReadingOrder): Promise<string> {
    const found = kindOfUpload(file.bytes)
    if ('problem' in found) throw new UnusableInput({ what: found.problem, where: file.filename })
    const folder = join(this.#deps.folder, this.#deps.ids.next())
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      // The sender's name for it is for showing only, never a part of a path (ASVS 5.3.2).
      const path = join(folder, `upload.${found.kind}`)
      await writeFile(path, file.bytes, { mode: 0o600, flag: 'wx' })
      return await this.#queue({ path, showAs: file.filename, folder, bytes: file.bytes.length }, order)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The same for a file of the demo, which stays where it is. */
  async takeSample(sample: { path: string; name: string }, order: ReadingOrder): Promise<string> {
    return this.#queue({ path: sample.path, showAs: sample.name, folder: null, bytes: (await stat(sample.path)).size }, order)
  }

  async #queue(file: { path: string; showAs: string; folder: string | null; bytes: number }, order: ReadingOrder): Promise<string> {
    const { db, outbox, roster } = this.#deps
    const format = order.format ?? await detectSource(file.path)
    if (!format) {
      throw new UnusableInput({
        what: 'We could not work out which kind of roster this is.', where: file.showAs,
        remedy: 'Choose the format yourself. A zip should hold the files of OneRoster or School Data Sync, or one single CSV.',
      })
    }
    await this.#fits(order, format)
    return db.transaction(async () => {
      const run = await roster.begin({ name: order.name, format, mode: 'enforce', planOnly: order.planOnly, actor: order.actor }, { name: file.showAs.slice(0, 190), bytes: file.bytes })
      const task: Task = {
        run, name: order.name, format, planOnly: order.planOnly, actor: order.actor, path: file.path, showAs: file.showAs.slice(0, 190), folder: file.folder,
        schoolKey: order.schoolKey ?? null, within: order.within === 'all' ? 'all' : [...order.within],
      }
      await outbox.put(ROSTER_SYNC, task, { dedupeKey: `${ROSTER_SYNC}:${run}` })
      return run
    })
  }

  /** A source keeps its format, and belongs to its schools. */
  async #fits(order: ReadingOrder, format: string): Promise<void> {
    const { roster } = this.#deps
    const source = await roster.sources.byName(order.name)
    if (!source) return
    if (source.lastGoodRunId !== null && source.format !== format) {
      throw new UnusableInput({
        what: `The source “${order.name}” has always been read as ${source.format}; this file is ${format}.`, where: 'source',
        remedy: 'Give this file a source name of its own, or choose the other file.',
      })
    }
    if (order.within === 'all') return
    const schools = [...(await roster.sources.schoolMap(source.id)).values()]
    if (schools.some((id) => !order.within.includes(id))) {
      throw new UnusableInput({ what: `The source “${order.name}” also supplies schools that are not yours.`, where: 'source', remedy: 'Give your school’s file a source name of its own.' })
    }
  }

  /** Reads one file; called again after a crash, it begins the reading again under a new run. */
  readonly handler: JobHandler = async (payload) => {
    const task = taskSchema.parse(payload)
    const run = await this.#openRun(task)
    if (run) await this.#read(task, run)
    if (task.folder !== null) await rm(task.folder, { recursive: true, force: true })
  }

  async #read(task: Task, run: RosterRun): Promise<void> {
    const { roster } = this.#deps
    const command: SyncCommand = {
      name: task.name, format: task.format, path: task.path, showAs: task.showAs, mode: 'enforce', planOnly: task.planOnly, actor: task.actor, runId: run.id,
      ...(task.schoolKey === null ? {} : { schoolKey: task.schoolKey }),
    }
    try {
      if (task.within !== 'all') await this.#staysWithin(command, task.within)
      const report = await roster.sync(command)
      if (report.state === 'applied' && report.leavers > 0) await this.#deps.whenEnded(task.actor)
    } catch (error) {
      // Somebody else reads this source just now: the outbox tries again later.
      if (error instanceof Refused && (await roster.runs.get(run.id))?.state === 'reading') throw error
      await roster.fail(run.id, problemOf(error, command))
      if (!(error instanceof UnusableInput) && !(error instanceof Refused)) throw error
    }
  }

  /** The run that still is to be read, or null. One that was cut off after it had begun is closed and begun again. */
  async #openRun(task: Task): Promise<RosterRun | null> {
    const { roster, db } = this.#deps
    let run = await roster.runs.get(task.run)
    while (run?.report.again) run = await roster.runs.get(run.report.again)
    if (run?.state !== 'reading') return null
    const begun = await db.read('plan_items').where({ plan_id: run.planId }).first('seq')
    if (!begun) return run
    const old = run
    return db.transaction(async () => {
      const again = await roster.begin({ name: task.name, format: task.format, mode: 'enforce', planOnly: task.planOnly, actor: task.actor }, old.report.file)
      await roster.fail(old.id, { what: 'The service was stopped while it read this file.', where: task.showAs, remedy: 'It was begun again; nothing is applied twice.' }, { again })
      return roster.runs.get(again)
    })
  }

  /** @throws UnusableInput when the file speaks of a school that is not the sender's. */
  async #staysWithin(command: SyncCommand, within: readonly string[]): Promise<void> {
    const { roster, schools, sourceOf, clock } = this.#deps
    const source = await roster.sources.byName(command.name)
    const known = source ? await roster.sources.schoolMap(source.id) : new Map<string, string>()
    const all = await schools.all()
    const open = await sourceOf(command.format).open({
      path: command.path, today: today(clock.now()), ...(source?.profile ? { profile: source.profile } : {}), ...(command.schoolKey ? { schoolKey: command.schoolKey } : {}),
    })
    try {
      const stranger = open.schools.find((stated) => !within.includes(known.get(stated.key) ?? findSchool(all, stated)?.id ?? ''))
      if (stranger) {
        throw new UnusableInput({
          what: `The file also speaks of “${stranger.name}”, which is not one of your schools. Nothing was read.`, where: command.showAs ?? '',
          remedy: 'Export your own school only, or ask the trust’s IT team to read this file.',
        })
      }
    } finally {
      await open.close()
    }
  }

  /** Removes files that nobody came back for (a job given up), a day after they came. */
  async removeOld(): Promise<number> {
    const names = await readdir(this.#deps.folder).catch(() => [])
    let removed = 0
    for (const name of names) {
      const path = join(this.#deps.folder, name)
      const { mtimeMs } = await stat(path)
      if (mtimeMs > this.#deps.clock.now() - 86_400_000) continue
      await rm(path, { recursive: true, force: true })
      removed += 1
    }
    return removed
  }
}
