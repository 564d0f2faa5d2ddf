import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startMariaDb } from '../test/support/mariadb.ts'
import { type BenchOptions, type BenchRow, quantile } from './support/bench-row.ts'
import { writeRoster } from './support/roster-files.ts'
import { runTask } from './support/run-task.ts'
import { startMailSink } from './support/mail-sink.ts'
import { startServer } from '../test/support/start-server.ts'
import { hidden, links, type Seen, WebPupil } from '../test/support/web-pupil.ts'
import { freshDatabase, inWorkFolder } from './support/work-folder.ts'

const LIMIT_MS = 300
const WITHIN_MS = 60_000
/** A pupil looks at each page for a moment. */
const LOOK_MS = 900
/** The last pupil begins early enough to be done in time. */
const BEGIN_WITHIN_MS = 48_000

/**
 * 1,000 pupils reading and signing within a minute, by the real pages, sealed meanwhile; on both databases, each as it is meant to be run: one
 * process on the embedded one, `serve` and `worker` beside each other on a server, by its socket.
 */
export function benchClassroom(options: BenchOptions): Promise<BenchRow[]> {
  return inWorkFolder(async (folder) => {
    const pupils = options.quick ? 60 : 1_000
    const files = await writeRoster(join(folder, 'files'), options.quick ? 400 : 3_000, 1)
    const rows = describe('SQLite', await measure(folder, files, null, pupils, options), pupils, options.quick)
    const server = await startMariaDb()
    if (!server) return [...rows, { name: 'pupils signing, MariaDB', value: Number.NaN, unit: 'ms', note: 'not measured: the Debian package mariadb-server is missing' }]
    try {
      return [...rows, ...describe('MariaDB', await measure(folder, files, server, pupils, options), pupils, options.quick)]
    } finally {
      await server.stop()
    }
  })
}

interface Morning {
  /** Of every page and form. */
  times: number[]
  /** Of the one request that signs. */
  submits: number[]
  errors: string[]
  tookMs: number
  signatures: number
  sealed: number
  sealedAfterMs: number
  /** Processor time of our processes, all threads, sealing included. */
  cpuMs: number
}

async function measure(folder: string, files: string, mariadb: { adminUrl: string; socket: string } | null, most: number, { quick, say }: BenchOptions): Promise<Morning> {
  const place = await freshDatabase(folder, mariadb?.adminUrl ?? null, mariadb?.socket)
  await runTask('syncRoster', { folder: files, ...place, migrate: true })
  await runTask('issueAll', place)
  const { pupils } = await runTask('makeLinks', { ...place, most })
  if (pupils.length < most) throw new Error(`There are only ${pupils.length} pupils`)
  const mails = await startMailSink()
  const config = join(place.dataDir, 'bench.yml')
  writeFileSync(config, `trustProxy: ["127.0.0.1"]\nmail: { from: "office@larkfield.example", smtpUrl: "smtp://127.0.0.1:${mails.port}" }\n`)
  const settings = { ASSENT_CONFIG: config }
  const server = await startServer(place, { args: mariadb ? [] : ['--with-worker'], settings })
  const worker = mariadb ? await startServer(place, { command: 'worker', settings }) : null
  try {
    say(`${most} pupils sign in, ${mariadb ? 'MariaDB' : 'SQLite'} ...`)
    const browsers = pupils.map(({ slot, path }, at) => ({ slot, path, browser: new WebPupil(server.url, `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`) }))
    for (let from = 0; from < browsers.length; from += 8) await Promise.all(browsers.slice(from, from + 8).map(signIn))
    say('and read, answer and sign ...')
    const found = { times: [] as number[], submits: [] as number[], errors: [] as string[] }
    const start = performance.now()
    const cpu = () => cpuOf(server.child.pid) + (worker ? cpuOf(worker.child.pid) : 0)
    const before = cpu()
    const spread = quick ? 3_000 : BEGIN_WITHIN_MS
    await Promise.all(browsers.map(async ({ slot, browser }, at) => {
      await setTimeout((at / most) * spread)
      browser.times.length = 0
      try {
        found.submits.push(await sign(browser, slot))
      } catch (error) {
        found.errors.push((error as Error).message)
      }
      found.times.push(...browser.times)
    }))
    const tookMs = performance.now() - start
    const { signatures, sealed, waitedMs } = await runTask('checkRecords', { ...place, withinMs: 60_000 })
    return { ...found, tookMs, signatures, sealed, sealedAfterMs: waitedMs, cpuMs: cpu() - before }
  } finally {
    await worker?.stop()
    await server.stop()
    await mails.stop()
    await place.drop()
  }
}

/** Milliseconds of user and system time of a process so far; not a number where the system does not tell. */
function cpuOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    // In clock ticks, of which Linux has a hundred a second.
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}

async function signIn({ path, browser }: { path: string; browser: WebPupil }): Promise<void> {
  const page = expect(await browser.get(path), 200, 'link')
  expect(await browser.post(path, { _csrf: hidden(page, '_csrf') }), 303, 'link opened')
}

/** The list, the text, the answer, the check, the signature, the thanks. Gives the time of the request that signs. */
async function sign(browser: WebPupil, slot: string): Promise<number> {
  expect(await browser.get('/me'), 200, 'list')
  await setTimeout(LOOK_MS)
  let at = `/me/sign/${slot}`
  let to: string | undefined
  for (let step = 0; step < 40 && to === undefined; step += 1) {
    const page = expect(await browser.get(at), 200, 'text')
    to = links(page).find((href) => href.startsWith(`/me/sign/${slot}/sign?`))
    const number = Number(/step=(\d+)/.exec(at)?.[1] ?? 1)
    at = links(page).find((href) => href.startsWith(`/me/sign/${slot}?step=${number + 1}&text=`)) ?? at
    await setTimeout(LOOK_MS / 3)
  }
  if (to === undefined) throw new Error('the text does not end')
  const form = expect(await browser.get(to), 200, 'answer')
  await setTimeout(LOOK_MS)
  expect(await browser.post(to, { _csrf: hidden(form, '_csrf'), text: hidden(form, 'text'), answer: 'yes', signature: 'Maisie Thornbury', signatureDrawn: '' }), 303, 'answer kept')
  const check = expect(await browser.get(`/me/sign/${slot}/check`), 200, 'check')
  await setTimeout(LOOK_MS)
  const fields = { _csrf: hidden(check, '_csrf'), text: hidden(check, 'text'), shown: hidden(check, 'shown'), formKey: hidden(check, 'formKey') }
  const sent = expect(await browser.post(`/me/sign/${slot}/check`, fields), 303, 'signed')
  if (sent.location !== `/me/sign/${slot}/done`) throw new Error(`signing led to ${sent.location}`)
  expect(await browser.get(`/me/sign/${slot}/done`), 200, 'thanks')
  return sent.ms
}

function expect(seen: Seen, status: number, what: string): Seen {
  if (seen.status !== status) throw new Error(`${what} answered ${seen.status}`)
  return seen
}

function describe(where: string, found: Morning, pupils: number, quick: boolean): BenchRow[] {
  const judged = (limit: number) => (quick ? {} : { limit })
  const [first] = found.errors
  return [
    { name: `any page or form, 95 of 100, ${where}`, value: quantile(found.times, 0.95), unit: 'ms', ...judged(LIMIT_MS), note: `${found.times.length} requests; half under ${quantile(found.times, 0.5).toFixed(0)} ms` },
    { name: `the form that signs, 95 of 100, ${where}`, value: quantile(found.submits, 0.95), unit: 'ms', ...judged(LIMIT_MS), note: `slowest ${Math.max(...found.submits).toFixed(0)} ms` },
    { name: `${pupils} pupils from the first page to the last thanks, ${where}`, value: found.tookMs / 1_000, unit: 's', ...judged(WITHIN_MS / 1_000) },
    { name: `processor time of the server for one pupil, ${where}`, value: found.cpuMs / pupils, unit: 'ms CPU', note: `${(found.cpuMs / found.times.length).toFixed(2)} ms for a request, its part of sealing included` },
    { name: `errors, ${where}`, value: found.errors.length, unit: '', limit: 0, ...(first ? { note: first } : {}) },
    { name: `signatures without their record a minute later, ${where}`, value: pupils - found.sealed, unit: '', limit: 0, note: `${found.sealed} of ${found.signatures} sealed, ${(found.sealedAfterMs / 1_000).toFixed(1)} s after the last` },
  ]
}
