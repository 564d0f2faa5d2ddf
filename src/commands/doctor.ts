import { selfTest } from '../adapters/pdf/self-test.ts'
import { crossesNetworkPlain } from '../db/dialect.ts'
import { verifyLog } from '../features/audit/verify-log.ts'
import { expiryNotice } from '../features/signing/certificate-notices.ts'
import type { Services } from '../services.ts'
import { AssentError } from '../shared/errors.ts'
import { type Command, type Output, parse, withServices } from './command.ts'

interface Check {
  name: string
  ok: boolean
  detail: string
}

/** An audit entry that waits longer than this for its leaf is an alarm (L1). */
const SEQUENCER_ALARM_MS = 60_000
/** A token comes every day. */
const STAMP_ALARM_MS = 3 * 86_400_000

export const doctorCommand: Command = {
  name: 'doctor',
  usage: 'doctor',
  summary: 'Checks database, durability, sealing key, log, queues and directories.',
  run(argv, out) {
    parse(argv, {}, 'doctor')
    return withServices((services) => examine(services, out))
  },
}

async function examine(services: Services, out: Output): Promise<number> {
  const checks: Check[] = []
  const durability = await services.db.dialect.durabilityProblems()
  checks.push({ name: 'durability', ok: durability.length === 0, detail: durability.join('; ') || 'commits survive a power cut' })
  const plain = crossesNetworkPlain(services.config.databaseUrl)
  checks.push({ name: 'connection to the database', ok: !plain, detail: plain ? 'leads to another machine without encryption: add ?tls=verify or ?ca=FILE to ASSENT_DATABASE_URL' : 'stays on this machine, or is encrypted' })
  checks.push({ name: 'sealing key', ...await attempt(async () => { await selfTest(services.sealer, services.pdf, services.clock.now()); return 'seals and verifies' }) })
  checks.push({ name: 'certificate', ...certificateOf(services) })
  // Measured before the log is walked: what waits is the worker's matter, and no fault of the log.
  const waiting = await services.sequencer.unsequencedFor(services.clock.now())
  checks.push({ name: 'log', ...await attempt(async () => {
    await services.sequencer.sequence()
    const verdict = await verifyLog(services.db, { publicKeys: services.auditKey.publicKeys, now: services.clock.now() })
    if (!verdict.valid) throw new Error(verdict.firstBad?.reason ?? 'not whole')
    return `${verdict.size} entries`
  }) })
  checks.push({ name: 'time-stamps', ...await attempt(() => stampsOf(services)) })
  const late = waiting >= SEQUENCER_ALARM_MS
  checks.push({ name: 'sequencer', ok: !late, detail: `the oldest entry waited ${Math.round(waiting / 1000)} s${late ? ': does assent serve or assent worker run?' : ''}` })
  const jobs = await services.outbox.waiting()
  checks.push({ name: 'jobs', ok: jobs.dead === 0, detail: `${jobs.ready + jobs.later} waiting, ${jobs.dead} given up` })
  checks.push({ name: 'mail', ok: services.config.mail !== null, detail: services.config.mail ? 'configured' : 'no mail server is configured: invitations wait' })
  checks.push(...await webhooksOf(services))
  for (const [name, { directory }] of services.directories) {
    checks.push({ name: `directory ${name}`, ...await attempt(async () => { await directory.check(); return 'answers, with the rights to read' }) })
    await directory.close()
  }
  const healthy = checks.every((check) => check.ok)
  out.answer({ healthy, checks }, checks.map((check) => `${check.ok ? 'ok  ' : 'LOOK'}  ${check.name}: ${check.detail}`).join('\n'))
  return healthy ? 0 : 4
}

/** Nothing where there are none; one that somebody paused is as they want it. */
async function webhooksOf({ machines }: Services): Promise<Check[]> {
  const all = await machines.webhookStore.all()
  const stopped = all.filter(({ pausedWhy, failingSince }) => (pausedWhy === null ? failingSince !== null : pausedWhy !== 'by-hand'))
  return all.length === 0 ? [] : [{ name: 'webhooks', ok: stopped.length === 0, detail: stopped.length === 0 ? `${all.length} set up` : `${stopped.map(({ name }) => name).join(', ')}: see Settings, Webhooks` }]
}

/** Ends within the first of the days at which it is announced: somebody must act. */
function certificateOf({ sealer, clock }: Services): { ok: boolean; detail: string } {
  const notice = expiryNotice(sealer, clock.now())
  const until = new Date(sealer.notAfter).toISOString().slice(0, 10)
  return { ok: notice === null, detail: notice ? `the sealing certificate ends on ${until}: run assent rotate certificate` : `seals until ${until}` }
}

/** @throws Error when a kept token does not fit, or none has come for days. */
async function stampsOf({ headStamps, clock }: Services): Promise<string> {
  const bad = await headStamps.firstBad()
  if (bad) throw new Error(`the token over ${bad.size} entries: ${bad.reason}`)
  const newest = await headStamps.newest()
  if (!headStamps.configured) return newest ? 'no authority is configured any more; earlier tokens fit' : 'no authority is configured'
  if (newest && clock.now() - newest.stampedAt > STAMP_ALARM_MS) throw new Error(`the last token is of ${new Date(newest.stampedAt).toISOString().slice(0, 10)}: does the authority answer?`)
  return newest ? `the last token is of ${new Date(newest.stampedAt).toISOString().slice(0, 10)}` : 'no token yet'
}

async function attempt(work: () => Promise<string>): Promise<{ ok: boolean; detail: string }> {
  try {
    return { ok: true, detail: await work() }
  } catch (error) {
    return { ok: false, detail: error instanceof AssentError ? `${error.what} ${error.remedy}`.trim() : (error as Error).message }
  }
}
