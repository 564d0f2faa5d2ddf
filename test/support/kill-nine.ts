import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { loadConfig } from '../../src/config.ts'
import { verifyLog, type VerifiedLog } from '../../src/features/audit/verify-log.ts'
import { openServices } from '../../src/open-services.ts'
import type { Services } from '../../src/services.ts'
import { freePort } from './mariadb.ts'
import { smallTrust } from './small-trust.ts'
import { type Place, type RunningServer, startServer } from './start-server.ts'
import { hidden, WebPupil } from './web-pupil.ts'

export interface Killed {
  /** Slots whose signature the server had acknowledged before or between its deaths. */
  acknowledged: number
  kills: number
  /** What must not be: a sentence each. */
  faults: string[]
  /** Seconds from the last start until every signature had its record. */
  sealedAfterS: number
  log: VerifiedLog
}

interface Staged {
  slot: string
  browser: WebPupil
  fields: Record<string, string>
  acknowledged: boolean
}

const AT_ONCE = 4
const SEALED_WITHIN_MS = 60_000

/**
 * People stand at the last page of signing; then the server and the worker are killed (SIGKILL) at random moments while the forms are being
 * sent, and started again. `random` gives 0 to 1. Whatever was sent without an answer is sent again, as a browser does.
 */
export async function killNine(options: { url: (dataDir: string) => string; apart: boolean; kills: number; perKill: number; random: () => number }): Promise<Killed> {
  const dataDir = mkdtempSync(join(tmpdir(), 'assent-kill-'))
  const place: Place = { dataDir, url: options.url(dataDir) }
  const config = join(dataDir, 'assent.yml')
  writeFileSync(config, 'trustProxy: ["127.0.0.1"]\n')
  const port = await freePort()
  const start = (command: 'serve' | 'worker') => startServer(place, {
    command, port, settings: { ASSENT_CONFIG: config }, ...(command === 'serve' && !options.apart ? { args: ['--with-worker'] } : {}),
  })
  const running: RunningServer[] = []
  try {
    const people = await within(place, true, (services) => invite(services, options.kills * options.perKill))
    running.push(await start('serve'), ...(options.apart ? [await start('worker')] : []))
    const staged: Staged[] = []
    for (let from = 0; from < people.length; from += AT_ONCE) staged.push(...await Promise.all(people.slice(from, from + AT_ONCE).map((one, at) => stage(running[0]?.url ?? '', one, from + at))))
    let acknowledged = 0
    for (let kill = 0; kill < options.kills; kill += 1) {
      const waiting = staged.filter((one) => !one.acknowledged).slice(0, options.perKill * 3)
      const which = options.apart && options.random() < 0.5 ? 1 : 0
      const victim = running[which]
      const storm = send(waiting)
      await setTimeout(options.random() * 350)
      victim?.child.kill('SIGKILL')
      if (victim && victim.child.exitCode === null && victim.child.signalCode === null) await once(victim.child, 'exit')
      await storm
      acknowledged = staged.filter((one) => one.acknowledged).length
      running[which] = await start(which === 0 ? 'serve' : 'worker')
    }
    const began = performance.now()
    await send(staged.filter((one) => !one.acknowledged))
    const left = staged.filter((one) => !one.acknowledged).length
    const judged = await within(place, false, (services) => judge(services, staged, began))
    return { ...judged, acknowledged, kills: options.kills, faults: [...judged.faults, ...(left > 0 ? [`${left} people could not sign at all`] : [])] }
  } finally {
    await Promise.all(running.map((one) => one.stop()))
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function within<T>(place: Place, migrate: boolean, work: (services: Services) => Promise<T>): Promise<T> {
  const services = await openServices(loadConfig({ ASSENT_DATA_DIR: place.dataDir, ASSENT_DATABASE_URL: place.url }), { actor: 'os:test', migrate })
  try {
    return await work(services)
  } finally {
    await services.worker.stop()
    await services.db.close()
  }
}

async function invite(services: Services, count: number): Promise<{ slot: string; path: string }[]> {
  const trust = await smallTrust({ services, db: services.db, clock: services.clock })
  for (let at = 0; at < count; at += 1) await trust.add({ name: `Pat Example${at}`, role: 'teacher' })
  await trust.issue()
  const rows = await services.db.rows(`select s.id, r.person_id from signatories s join requests r on r.id = s.request_id where s.act = 'sign' and s.state = 'open' order by s.id`, [])
  const invited: { slot: string; path: string }[] = []
  for (const row of rows) {
    const link = await services.links.issueLink({ personId: row['person_id'] as string, purpose: 'sign', route: 'mail', ttl: 86_400_000 })
    invited.push({ slot: row['id'] as string, path: link.path })
  }
  return invited
}

/** Signs in and goes to the last page before signing. */
async function stage(base: string, { slot, path }: { slot: string; path: string }, number: number): Promise<Staged> {
  const browser = new WebPupil(base, `10.9.${number >> 8}.${number & 255}`)
  await browser.post(path, { _csrf: hidden(await browser.get(path), '_csrf') })
  const text = /\/sign\?text=([0-9a-f]{64})/.exec((await browser.get(`/me/sign/${slot}?all=1`)).text)?.[1] ?? ''
  const to = `/me/sign/${slot}/sign?text=${text}`
  await browser.post(to, { _csrf: hidden(await browser.get(to), '_csrf'), text, answer: 'yes', signature: 'Pat Example', signatureDrawn: '' })
  const check = await browser.get(`/me/sign/${slot}/check`)
  if (check.status !== 200) throw new Error(`The check page answered ${check.status}`)
  return { slot, browser, acknowledged: false, fields: { _csrf: hidden(check, '_csrf'), text, shown: hidden(check, 'shown'), formKey: hidden(check, 'formKey') } }
}

/** Sends the forms, a few at a time. No answer is no acknowledgement; what led to the page of thanks is one. */
async function send(all: readonly Staged[]): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE) {
    await Promise.all(all.slice(from, from + AT_ONCE).map(async (one) => {
      const answer = await one.browser.post(`/me/sign/${one.slot}/check`, one.fields).catch(() => null)
      if (answer?.status === 303 && answer.location === `/me/sign/${one.slot}/done`) one.acknowledged = true
    }))
  }
}

async function judge(services: Services, staged: readonly Staged[], began: number): Promise<{ faults: string[]; sealedAfterS: number; log: VerifiedLog }> {
  const { db } = services
  const one = async (sql: string) => Number((await db.rows(sql, []))[0]?.['n'] ?? 0)
  while (await one(`select count(*) as n from signatures where seal_state <> 'sealed'`) > 0 && performance.now() - began < SEALED_WITHIN_MS) await setTimeout(100)
  const sealedAfterS = (performance.now() - began) / 1_000
  const faults: string[] = []
  for (const { slot, acknowledged } of staged) {
    const signatures = await db.rows('select id, active from signatures where signatory_id = ?', [slot])
    if (acknowledged && signatures.length !== 1) faults.push(`slot ${slot} was acknowledged and has ${signatures.length} signatures`)
    for (const signature of signatures) {
      const file = await services.sealing.file(signature['id'] as string)
      const verdict = file && await services.verify.verify(file.bytes)
      if (!verdict?.valid || verdict.status !== 'current') faults.push(`signature ${String(signature['id'])} has no valid record`)
    }
  }
  const counts: [string, string][] = [
    ['signatures without an entry of their own', `select count(*) as n from signatures s where (select count(*) from audit_entries e where e.event = 'signature.captured' and e.subject = concat('person:', s.subject_id)) <> 1`],
    ['records sealed twice', `select count(*) as n from (select signature_id from sealed_records where file_sha256 is not null group by signature_id having count(*) > 1) t`],
    ['seals logged twice', `select count(*) as n from (select subject from audit_entries where event = 'record.sealed' group by subject having count(*) > 1) t`],
    ['requests that are not complete though signed', `select count(*) as n from requests r join signatories s on s.request_id = r.id where s.state = 'signed' and r.state = 'open'`],
  ]
  for (const [what, sql] of counts) {
    const n = await one(sql)
    if (n > 0) faults.push(`${n} ${what}`)
  }
  await services.sequencer.sequence()
  return { faults, sealedAfterS, log: await verifyLog(db, { publicKeys: services.auditKey.publicKeys, now: services.clock.now() }) }
}
