import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../adapters/clock.ts'
import type { Ids } from '../adapters/ids.ts'
import type { Database } from '../db/database.ts'
import type { JobHandler, Outbox } from '../db/outbox.ts'
import type { AuditLog } from '../features/audit/audit-log.ts'
import { kindOfUpload } from '../features/roster/upload-kind.ts'
import type { SchoolStore } from '../features/schools/school-store.ts'
import { type CalendarDate, DAY_MS, instantAt, isCalendarDate, today } from '../shared/dates.ts'
import { AssentError, NotFound, Refused, UnusableInput } from '../shared/errors.ts'
import { replayInThread } from './replay-in-thread.ts'
import type { ReplayInstallation } from './replay-installation.ts'
import type { Replay, ReplaySettings } from './replay-rosters.ts'
import { type GivenFile, ReplayStore, type StoredReplay } from './replay-store.ts'

/** Kind of the outbox job that runs a replay. */
export const REPLAY_RUN = 'replay.run'
/** Files of one replay on the page; the command line has no limit. */
export const MOST_FILES = 20
/** Of one file, and of all of a replay. */
export const FILE_LIMIT_BYTES = 50_000_000
/** Replays that are gathered and not yet run. */
const MOST_GATHERING = 5
const ALL_LIMIT_BYTES = 300_000_000
const RUN_LIMIT_MS = 30 * 60_000
/** Files that nobody lets run are removed after a day: they name children. */
const GATHERING_MS = DAY_MS
/** More people than this are counted and not named. */
const MOST_NAMED = 20_000

export interface ReplaysDeps {
  db: Database
  clock: Clock
  ids: Ids
  audit: AuditLog
  outbox: Outbox
  schools: SchoolStore
  /** The brake, grace and so on of this installation. */
  settings: Omit<ReplaySettings, 'schools' | 'installation' | 'format' | 'schoolKey'>
  /** Roll-over windows, protected people and exemptions; only read. */
  installation: () => Promise<ReplayInstallation>
  /** A folder of its own in the data directory; made when first needed. */
  folder: string
  /** For how many days a result is kept. */
  keepDays: number
}

/** Replays on a page: gathered file by file, run by a worker on a database that is thrown away, and forgotten after some days. Of the school's it reads roll-over windows, protected people and exemptions, and writes nothing. */
export class Replays {
  readonly #deps: ReplaysDeps
  readonly store: ReplayStore
  constructor(deps: ReplaysDeps) {
    this.#deps = deps
    this.store = new ReplayStore(deps.db)
  }

  get keepDays(): number {
    return this.#deps.keepDays
  }

  /** @throws Refused while others wait for files: each may hold 300 MB that name children. */
  async begin(wanted: { format: string | null; schoolId: string | null; actor: string }): Promise<string> {
    const { db, ids, clock, audit } = this.#deps
    const id = ids.next()
    await db.transaction(async () => {
      if (await this.store.countIn('gathering') >= MOST_GATHERING) throw new Refused({ what: `${MOST_GATHERING} replays wait for files already.`, remedy: 'Go on with one of them, or remove it.' })
      await this.store.insert({ id, startedBy: wanted.actor, createdAt: clock.now(), format: wanted.format, schoolId: wanted.schoolId, removeAt: clock.now() + GATHERING_MS })
      await audit.record({ actor: wanted.actor, event: 'replay.begun', subject: `replay:${id}`, payload: {} })
    })
    return id
  }

  /** @throws UnusableInput for a file or day that cannot be used, with `where` naming the field; Refused once it runs; nothing is kept then. */
  async add(id: string, file: { filename: string; bytes: Buffer }, day: CalendarDate): Promise<void> {
    const replay = await this.#gathering(id)
    const { clock, ids, db } = this.#deps
    if (!isCalendarDate(day) || day > today(clock.now())) throw new UnusableInput({ what: 'Write the day that the export is from, today or earlier.', where: 'day' })
    if (replay.files.some((one) => one.day === day)) throw new UnusableInput({ what: 'There is a file of that day already.', where: 'day', remedy: 'Give another day, or take the other file out.' })
    if (replay.files.length >= MOST_FILES) throw new UnusableInput({ what: `A replay takes at most ${MOST_FILES} files.`, where: 'file', remedy: 'Use the command line for more: npx assent replay FOLDER.' })
    if (replay.files.reduce((sum, { bytes }) => sum + bytes, file.bytes.length) > ALL_LIMIT_BYTES) throw new UnusableInput({ what: 'The files together are larger than 300 MB.', where: 'file', remedy: 'Use the command line: npx assent replay FOLDER.' })
    const found = kindOfUpload(file.bytes)
    if ('problem' in found) throw new UnusableInput({ what: found.problem, where: 'file' })
    // The sender's name for it is for showing only, never a part of a path (ASVS 5.3.2).
    const given: GivenFile = { id: ids.next(), name: file.filename.slice(0, 190), day, bytes: file.bytes.length, kind: found.kind }
    await mkdir(join(this.#deps.folder, id), { recursive: true, mode: 0o700 })
    await writeFile(this.#pathOf(id, given), file.bytes, { mode: 0o600, flag: 'wx' })
    const kept = await db.transaction(async () => {
      const now = await this.#held(id)
      if (!now || now.files.length >= MOST_FILES || now.files.some((one) => one.day === day)) return false
      return this.store.update(id, 'gathering', { files: [...now.files, given].toSorted((a, b) => (a.day < b.day ? -1 : 1)) })
    })
    if (!kept) {
      await rm(this.#pathOf(id, given), { force: true })
      throw changedMeanwhile()
    }
  }

  /** @throws NotFound, Refused */
  async takeOut(id: string, fileId: string): Promise<void> {
    const replay = await this.#gathering(id)
    const file = replay.files.find((one) => one.id === fileId)
    if (!file) throw new NotFound('There is no such file.')
    const out = await this.#deps.db.transaction(async () => {
      const now = await this.#held(id)
      return now !== null && this.store.update(id, 'gathering', { files: now.files.filter((one) => one.id !== fileId) })
    })
    // What runs has read the list already and needs the file.
    if (!out) throw changedMeanwhile()
    await rm(this.#pathOf(id, file), { force: true })
  }

  /** Puts it in line. @throws Refused without two files, or while another runs. */
  async start(id: string, actor: string): Promise<void> {
    const { db, outbox, clock, audit, keepDays } = this.#deps
    const replay = await this.#gathering(id)
    if (replay.files.length < 2) throw new Refused({ what: 'A replay compares exports of different days, so it needs two at least.', remedy: 'Add another file.' })
    await db.transaction(async () => {
      if (await this.store.countIn('waiting') > 0) throw new Refused({ what: 'Another replay is running.', remedy: 'Wait until it has ended.' })
      if (((await this.#held(id))?.files.length ?? 0) < 2) throw changedMeanwhile()
      await this.store.update(id, 'gathering', { state: 'waiting', doneFiles: 0, removeAt: clock.now() + keepDays * DAY_MS })
      await outbox.put(REPLAY_RUN, { replay: id }, { dedupeKey: `${REPLAY_RUN}:${id}` })
      await audit.record({ actor, event: 'replay.started', subject: `replay:${id}`, payload: { files: replay.files.length } })
    })
  }

  /** Runs it; begun again after a crash it reads everything again, for nothing of it was kept. */
  readonly handler: JobHandler = async (payload) => {
    const id = String(payload['replay'])
    const replay = await this.store.get(id)
    if (replay?.state !== 'waiting') return
    const { clock, db } = this.#deps
    let change: Parameters<ReplayStore['update']>[2]
    try {
      change = { state: 'done', result: capped(await this.#run(replay)), doneFiles: replay.files.length }
    } catch (error) {
      // Whatever it was, it ends here: nothing waits for it, and a person can begin another.
      change = { state: 'failed', trouble: error instanceof AssentError ? `${error.what} ${error.remedy}`.trim() : 'Something went wrong inside Assent. Begin a new replay; if it fails again, report it.' }
    }
    await db.transaction(() => this.store.update(id, 'waiting', { ...change, finishedAt: clock.now() }))
    await rm(join(this.#deps.folder, id), { recursive: true, force: true })
  }

  async #run(replay: StoredReplay): Promise<Replay> {
    const { schools, settings, folder, db } = this.#deps
    const own = join(folder, replay.id)
    await this.#assertThere(replay)
    const all = await schools.all()
    const school = all.find(({ id }) => id === replay.schoolId)
    let noted = Promise.resolve()
    const result = await replayInThread({
      folder: own, files: replay.files.map((file) => ({ name: file.name, path: this.#pathOf(replay.id, file), at: instantAt(file.day, '07:00') })),
      settings: {
        ...settings, installation: await this.#deps.installation(), schools: all.map(({ name, shortName, urn, dfeNumber, phase, brandColour }) => ({ name, shortName, urn, dfeNumber, phase, brandColour })),
        ...(replay.format === null ? {} : { format: replay.format }), ...(school ? { schoolKey: school.name } : {}),
      },
    }, { limitMs: RUN_LIMIT_MS, onDone: (done) => { noted = noted.then(() => db.transaction(() => this.store.update(replay.id, 'waiting', { doneFiles: done })).then(() => undefined)) } })
    await noted
    return result
  }

  /** A restored database has no files beside it. */
  async #assertThere(replay: StoredReplay): Promise<void> {
    for (const file of replay.files) {
      if (!await stat(this.#pathOf(replay.id, file)).catch(() => null)) throw new Refused({ what: `The file “${file.name}” is not there any more.`, remedy: 'Begin a new replay and give the files again.' })
    }
  }

  /** @throws NotFound; Refused while it runs. */
  async remove(id: string, actor: string): Promise<void> {
    const replay = await this.get(id)
    if (replay.state === 'waiting') throw new Refused({ what: 'It is running.', remedy: 'Wait until it has ended; it removes its files by itself.' })
    await this.#forget(id)
    await this.#deps.db.transaction(() => this.#deps.audit.record({ actor, event: 'replay.removed', subject: `replay:${id}`, payload: {} }))
  }

  /** Removes what has been kept long enough, and files of replays that are no more. */
  async tidy(): Promise<void> {
    for (const id of await this.store.over(this.#deps.clock.now())) await this.#forget(id)
    for (const name of await readdir(this.#deps.folder).catch(() => [])) {
      const replay = await this.store.get(name)
      if (!replay || replay.state === 'done' || replay.state === 'failed') await rm(join(this.#deps.folder, name), { recursive: true, force: true })
    }
  }

  /** @throws NotFound */
  async get(id: string): Promise<StoredReplay> {
    const replay = await this.store.get(id)
    if (!replay) throw new NotFound('There is no such replay.')
    return replay
  }

  async #gathering(id: string): Promise<StoredReplay> {
    const replay = await this.get(id)
    if (replay.state !== 'gathering') throw new Refused({ what: 'This replay has been started already.', remedy: 'Begin a new one.' })
    return replay
  }

  /** While it is gathered, and no other transaction changes it until this one has ended; else null. */
  async #held(id: string): Promise<StoredReplay | null> {
    return await this.store.update(id, 'gathering', { state: 'gathering' }) ? this.store.get(id) : null
  }

  async #forget(id: string): Promise<void> {
    await this.store.remove(id)
    await rm(join(this.#deps.folder, id), { recursive: true, force: true })
  }

  #pathOf(id: string, file: GivenFile): string {
    return join(this.#deps.folder, id, `${file.id}.${file.kind}`)
  }
}

const changedMeanwhile = (): Refused => new Refused({ what: 'Somebody else changed this replay at the same moment.', remedy: 'Look at it again.' })

/** Names at most so many people; the sums stay whole. */
function capped(replay: Replay): Replay & { left: number } {
  let room = MOST_NAMED
  let left = 0
  const take = <T>(list: readonly T[]): T[] => {
    const kept = list.slice(0, room)
    room -= kept.length
    left += list.length - kept.length
    return kept
  }
  return { ...replay, readings: replay.readings.map((reading) => ({ ...reading, atOnce: take(reading.atOnce), afterApproval: take(reading.afterApproval), leftAlone: take(reading.leftAlone) })), left }
}
