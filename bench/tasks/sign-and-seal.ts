import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import type { SignCommand } from '../../src/features/signing/sign-command.ts'
import type { Services } from '../../src/services.ts'
import { captureCommands } from '../support/capture-commands.ts'
import { libpdfJob } from '../support/libpdf-job.ts'
import { signpdfJob } from '../support/signpdf-job.ts'
import { openBenchServices } from '../support/open-bench-services.ts'
import { openRawWriter } from '../support/raw-writer.ts'
import type { Stopwatch } from '../support/stopwatch.ts'
import { median } from '../support/bench-row.ts'

/** CPU and wall clock of one job, in microseconds: medians of the rounds. */
export interface JobCost {
  cpu: number
  wall: number
}

export interface SignAndSeal {
  /** One after the other: each waits for its own commit. */
  capture: JobCost
  /** A class at once: whoever comes while a commit is under way shares the next. */
  captureTogether: JobCost
  seal: JobCost
  signature: JobCost
  commit: JobCost
  libpdf: JobCost
  /** Null where its key file cannot be made. */
  signpdf: JobCost | null
  /** Bytes written for one signature: its row with the evidence, and the sealed record's own part. */
  bytes: number
}

/** Each way of capturing takes half of them. */
const PER_ROUND = 64
const HALF = PER_ROUND / 2
/** As in a running service, the code is warm. */
const WARM_ROUNDS = 12

/**
 * Signatures along the real road, captured and sealed one after the other, taking turns with a raw signature of the same kind
 * of key, one durable commit of as many bytes, and another library signing a PDF.
 */
export async function signAndSeal(input: { dataDir: string; url: string; rounds: number }, _watch: Stopwatch): Promise<SignAndSeal> {
  const services = await openBenchServices(input)
  const all = await captureCommands(services, Math.ceil((input.rounds + WARM_ROUNDS) * PER_ROUND * 1.15) + 100)
  const commands = await compileTemplates(services, all)
  if (commands.length < (input.rounds + WARM_ROUNDS) * PER_ROUND) throw new Error('There are too few people to sign')
  const writer = await openRawWriter(input.url)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const libpdf = await libpdfJob()
  const signpdf = await signpdfJob()
  const costs = { capture: [] as JobCost[], captureTogether: [] as JobCost[], seal: [] as JobCost[], signature: [] as JobCost[], commit: [] as JobCost[], libpdf: [] as JobCost[], signpdf: [] as JobCost[] }
  let bytes = 0
  for (let round = 0; round < input.rounds + WARM_ROUNDS; round += 1) {
    const part = commands.slice(round * PER_ROUND, (round + 1) * PER_ROUND)
    const ids: string[] = []
    const one = async (command: SignCommand | undefined) => {
      const done = await services.signing.sign(command ?? raise())
      if (done.kind !== 'signed') throw new Error(`A signature was not captured: ${done.kind}`)
      ids.push(done.signature.id)
    }
    const capture = await cost(HALF, (at) => one(part[at]))
    const startCpu = process.cpuUsage()
    const start = performance.now()
    await Promise.all(part.slice(HALF).map(one))
    const captureTogether = costSince(startCpu, start, HALF)
    const before = process.cpuUsage()
    const began = performance.now()
    // As the worker does it: the jobs are taken, the seals made, the jobs finished.
    const drained = await services.outbox.drain({ 'signing.seal': services.sealing.handler }, { worker: 'bench', limit: PER_ROUND })
    const seal = costSince(before, began, PER_ROUND)
    if (drained.done !== PER_ROUND) throw new Error(`${drained.done} of ${PER_ROUND} signatures were sealed`)
    bytes = await bytesOf(services, ids[0] ?? '')
    const value = Buffer.alloc(bytes, 'a').toString()
    const commit = await cost(HALF, (at) => writer.insert('settings', [{ name: `bench ${round} ${at}`, value }]))
    const signature = await cost(200, () => { sign('sha256', Buffer.alloc(230, at(round)), key) })
    const other = await cost(3, libpdf)
    const third = signpdf && await cost(1, signpdf)
    if (round < WARM_ROUNDS) continue
    costs.capture.push(capture)
    costs.captureTogether.push(captureTogether)
    costs.seal.push(seal)
    costs.commit.push(commit)
    costs.signature.push(signature)
    costs.libpdf.push(other)
    if (third) costs.signpdf.push(third)
  }
  await writer.close()
  await services.worker.stop()
  await services.db.close()
  const mid = (list: JobCost[]): JobCost => ({ cpu: median(list.map((one) => one.cpu)), wall: median(list.map((one) => one.wall)) })
  return { capture: mid(costs.capture), captureTogether: mid(costs.captureTogether), seal: mid(costs.seal), signature: mid(costs.signature), commit: mid(costs.commit), libpdf: mid(costs.libpdf), signpdf: signpdf && mid(costs.signpdf), bytes }
}

/**
 * A text is compiled once, for the first who signs it: that is done here, and the commands of all others come back, but for names
 * that need shaping: those go the slow way through the worker, which `sealing` measures by itself.
 */
async function compileTemplates(services: Services, commands: readonly SignCommand[]): Promise<SignCommand[]> {
  const compiled = new Set<string>()
  const names = new Map([...await services.people.people(commands.map((command) => command.signerId))].map(([id, person]) => [id, person.name]))
  const others: SignCommand[] = []
  for (const command of commands) {
    if (compiled.has(command.renditionHash)) { if (COMMON.test(names.get(command.signerId) ?? '')) others.push(command) }
    else {
      compiled.add(command.renditionHash)
      const done = await services.signing.sign(command)
      if (done.kind !== 'signed') throw new Error(`A signature was not captured: ${done.kind}`)
    }
  }
  await services.outbox.drain({ 'signing.seal': services.sealing.handler }, { worker: 'bench', limit: compiled.size })
  return others
}

async function bytesOf({ db }: Services, id: string): Promise<number> {
  const [row] = await db.rows('select length(s.evidence) as evidence, length(r.tail) as tail from signatures s join sealed_records r on r.signature_id = s.id where s.id = ?', [id])
  return Number(row?.['evidence'] ?? 0) + Number(row?.['tail'] ?? 0)
}

async function cost(times: number, job: (at: number) => Promise<void> | void): Promise<JobCost> {
  const cpu = process.cpuUsage()
  const wall = performance.now()
  for (let at = 0; at < times; at += 1) await job(at)
  return costSince(cpu, wall, times)
}

function costSince(cpu: NodeJS.CpuUsage, wall: number, times: number): JobCost {
  const used = process.cpuUsage(cpu)
  return { cpu: (used.user + used.system) / times, wall: (performance.now() - wall) * 1000 / times }
}

const COMMON = /^[\x20-\x7e\xa0-\u017f]*$/

const at = (round: number): number => round % 256
const raise = (): never => { throw new Error('There are too few people to sign') }
