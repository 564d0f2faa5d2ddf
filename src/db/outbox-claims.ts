import type { Instant } from '../shared/dates.ts'
import type { Database } from './database.ts'

/** After so many attempts a job is dead and someone must look. */
export const MAX_ATTEMPTS = 12

const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 24 * 3_600_000

export interface HeldJob {
  id: string
  kind: string
  dedupeKey: string
  payload: string
  attempt: number
  createdAt: Instant
}

export interface Claim {
  kinds: readonly string[]
  token: string
  dueAt: Instant
  now: Instant
  until: Instant
  limit: number
}

interface Candidate {
  id: string
  kind: string
  dedupe_key: string
  payload: string
  locked_by: string | null
  attempts: number
  created_at: number
}

/**
 * Takes free jobs for the holder of `token` by a conditional update, which two workers cannot both win. A job left locked by
 * a worker that died is taken alone, and its attempt counted: if it is what kills workers, it takes no others with it.
 */
export async function claimJobs(db: Database, claim: Claim): Promise<{ held: HeldJob[]; dead: number }> {
  for (let look = 0; look < 20; look += 1) {
    const candidates = await freeJobs(db, claim)
    const first = candidates[0]
    if (!first) break
    if (first.locked_by !== null && Number(first.attempts) + 1 >= MAX_ATTEMPTS) {
      if (await buryAbandoned(db, first.id, claim.now)) return { held: [], dead: 1 }
      continue
    }
    const wanted = first.locked_by === null ? candidates.filter((job) => job.locked_by === null) : [first]
    const won = first.locked_by === null ? await take(db, claim, wanted.map((job) => job.id)) : await takeAbandoned(db, claim, first)
    // What a job is never changes; only how often it was begun does, and that for an abandoned one alone.
    const counted = first.locked_by === null ? 1 : 2
    if (won > 0) return { held: (won === wanted.length ? wanted : await stillOurs(db, claim.token, wanted)).map((job) => heldJob(job, counted)), dead: 0 }
  }
  return { held: [], dead: 0 }
}

/** By their ids, not by walking all that are ready, which is what the embedded database would do for a plain comparison: it took 39 µs a job. */
const READY = `coalesce(state, '') = 'ready'`

function take(db: Database, claim: Claim, ids: string[]): Promise<number> {
  return db.together(() => db.runIn(
    `update outbox set locked_by = ?, locked_until = ? where ${READY} and locked_by is null and (locked_until is null or locked_until <= ?) and available_at <= ? and id in (:list)`,
    [claim.token, claim.until, claim.now, claim.dueAt], ids))
}

function takeAbandoned(db: Database, claim: Claim, job: Candidate): Promise<number> {
  return db.transaction(() => free(db.sql('outbox').where({ id: job.id, locked_by: job.locked_by }), claim.now)
    .update({ locked_by: claim.token, locked_until: claim.until, attempts: Number(job.attempts) + 1 }))
}

async function freeJobs(db: Database, claim: Claim): Promise<Candidate[]> {
  return await db.rows(
    `select id, kind, dedupe_key, payload, locked_by, attempts, created_at from outbox where state = 'ready' and kind in (?${', ?'.repeat(claim.kinds.length - 1)})
     and available_at <= ? and (locked_until is null or locked_until <= ?) order by available_at, id limit ${Math.floor(claim.limit)}`,
    [...claim.kinds, claim.dueAt, claim.now]) as unknown as Candidate[]
}

function free(query: ReturnType<Database['sql']>, now: Instant): ReturnType<Database['sql']> {
  return query.where('state', 'ready').where((lock) => lock.whereNull('locked_until').orWhere('locked_until', '<=', now))
}

/** Another worker was faster with some of them. */
async function stillOurs(db: Database, token: string, wanted: readonly Candidate[]): Promise<Candidate[]> {
  const rows = await db.sql('outbox').whereIn('id', wanted.map((job) => job.id)).where({ locked_by: token }).select('id') as { id: string }[]
  return wanted.filter((job) => rows.some((row) => row.id === job.id))
}

function heldJob(job: Candidate, begun: number): HeldJob {
  return { id: job.id, kind: job.kind, dedupeKey: job.dedupe_key, payload: job.payload, attempt: Number(job.attempts) + begun, createdAt: Number(job.created_at) }
}

async function buryAbandoned(db: Database, id: string, now: Instant): Promise<boolean> {
  const buried = await db.transaction(() => free(db.sql('outbox').where({ id }), now).whereNotNull('locked_by').update({
    state: 'dead', attempts: MAX_ATTEMPTS, locked_by: null, locked_until: null, last_error: 'The worker stopped each time it ran this job.',
  }))
  return buried > 0
}

const ours = (db: Database, id: string, token: string) => db.sql('outbox').where({ id, locked_by: token, state: 'ready' })

/** Keeps jobs for longer; false when the first of them is no longer ours. */
export async function holdJobs(db: Database, ids: readonly string[], token: string, until: Instant): Promise<boolean> {
  return db.transaction(async () => {
    await db.runIn(`update outbox set locked_until = ? where ${READY} and locked_by = ? and id in (:list)`, [until, token], ids.slice(1))
    return await ours(db, ids[0] ?? '', token).update({ locked_until: until }) > 0
  })
}

/** Marks jobs done; those that are no longer ours are left as they are. Returns how many were. */
export async function finishJobs(db: Database, ids: readonly string[], token: string, now: Instant): Promise<number> {
  if (ids.length === 0) return 0
  return db.together(() => db.runIn(
    `update outbox set state = 'done', done_at = ?, locked_by = null, locked_until = null, last_error = null where ${READY} and locked_by = ? and id in (:list)`, [now, token], ids))
}

/** Gives back jobs that were claimed and not begun. */
export async function releaseJobs(db: Database, ids: string[], token: string): Promise<void> {
  await db.transaction(() => db.sql('outbox').whereIn('id', ids).where({ locked_by: token, state: 'ready' })
    .update({ locked_by: null, locked_until: null }))
}

/** Puts a failed job off, or buries it after the last attempt; null when it is no longer ours. */
export async function retryJob(
  db: Database, job: HeldJob, token: string, failure: { now: Instant; jitter: number; reason: string },
): Promise<'ready' | 'dead' | null> {
  const state = job.attempt >= MAX_ATTEMPTS ? 'dead' : 'ready'
  const changed = await db.together(() => ours(db, job.id, token).update({
    state,
    attempts: job.attempt,
    available_at: failure.now + waitAfter(job.attempt, failure.jitter),
    last_error: failure.reason,
    locked_by: null,
    locked_until: null,
  }))
  return changed > 0 ? state : null
}

/**
 * Milliseconds to wait after the n-th failed attempt: 5 s, then three times as long each time, at most a day; a mail server
 * that is down from Friday evening to Monday morning costs no job. `jitter` in [0, 1) spreads the waits over 75 to 125 %.
 */
export function waitAfter(attempt: number, jitter: number): number {
  return Math.round(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 3 ** (attempt - 1)) * (0.75 + jitter / 2))
}
