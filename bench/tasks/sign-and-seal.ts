import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import type { SignCommand } from '../../src/features/signing/sign-command.ts'
import type { Services } from '../../src/services.ts'
import { captureCommands } from '../support/capture-commands.ts'
import { libpdfJob } from '../support/libpdf-job.ts'
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
  capture: JobCost
  seal: JobCost
  signature: JobCost
  commit: JobCost
  libpdf: JobCost
  /** Bytes written for one signature: its row with the evidence, and the sealed record's own part. */
  bytes: number
}

const PER_ROUND = 32
/** As in a running service, the code is warm. */
const WARM_ROUNDS = 12

/**
 * Signatures along the real road, captured and sealed one after the other, taking turns with a raw signature of the same kind
 * of key, one durable commit of as many bytes, and another library signing a PDF.
 */
export async function signAndSeal(input: { dataDir: string; url: string; rounds: number }, _watch: Stopwatch): Promise<SignAndSeal> {
  const services = await openBenchServices(input)
  const all = await captureCommands(services, (input.rounds + WARM_ROUNDS) * PER_ROUND + 100)
  const commands = await compileTemplates(services, all)
  if (commands.length < (input.rounds + WARM_ROUNDS) * PER_ROUND) throw new Error('There are too few people to sign')
  const writer = await openRawWriter(input.url)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const libpdf = await libpdfJob()
  const costs = { capture: [] as JobCost[], seal: [] as JobCost[], signature: [] as JobCost[], commit: [] as JobCost[], libpdf: [] as JobCost[] }
  let bytes = 0
  for (let round = 0; round < input.rounds + WARM_ROUNDS; round += 1) {
    const part = commands.slice(round * PER_ROUND, (round + 1) * PER_ROUND)
    const ids: string[] = []
    const capture = await cost(PER_ROUND, async (at) => {
      const done = await services.signing.sign(part[at] ?? raise())
      if (done.kind !== 'signed') throw new Error(`A signature was not captured: ${done.kind}`)
      ids.push(done.signature.id)
    })
    const before = process.cpuUsage()
    const began = performance.now()
    // As the worker does it: the jobs are taken, the seals made, the jobs finished.
    const drained = await services.outbox.drain({ 'signing.seal': services.sealing.handler }, { worker: 'bench', limit: PER_ROUND })
    const seal = costSince(before, began, PER_ROUND)
    if (drained.done !== PER_ROUND) throw new Error(`${drained.done} of ${PER_ROUND} signatures were sealed`)
    bytes = await bytesOf(services, ids[0] ?? '')
    const value = Buffer.alloc(bytes, 'a').toString()
    const commit = await cost(PER_ROUND, (at) => writer.insert('settings', [{ name: `bench ${round} ${at}`, value }]))
    const signature = await cost(PER_ROUND * 5, () => { sign('sha256', Buffer.alloc(230, at(round)), key) })
    const other = await cost(3, libpdf)
    if (round < WARM_ROUNDS) continue
    costs.capture.push(capture)
    costs.seal.push(seal)
    costs.commit.push(commit)
    costs.signature.push(signature)
    costs.libpdf.push(other)
  }
  await writer.close()
  await services.worker.stop()
  await services.db.close()
  const mid = (list: JobCost[]): JobCost => ({ cpu: median(list.map((one) => one.cpu)), wall: median(list.map((one) => one.wall)) })
  return { capture: mid(costs.capture), seal: mid(costs.seal), signature: mid(costs.signature), commit: mid(costs.commit), libpdf: mid(costs.libpdf), bytes }
}

/** A text is compiled once, for the first who signs it: that is done here, and the commands of all others come back. */
async function compileTemplates(services: Services, commands: readonly SignCommand[]): Promise<SignCommand[]> {
  const compiled = new Set<string>()
  const others: SignCommand[] = []
  for (const command of commands) {
    if (compiled.has(command.renditionHash)) others.push(command)
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
