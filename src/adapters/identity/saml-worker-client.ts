import { Worker } from 'node:worker_threads'
import { IdentityDoubted, type IdentityProblem } from './proven-identity.ts'
import type { SamlJob, SamlJobResults } from './saml-worker.ts'

interface Waiting {
  id: number
  job: SamlJob
  resolve(result: never): void
  reject(error: Error): void
}

type Message = { ready: true } | { id: number; result?: never; problem?: IdentityProblem }

/** How long one message may take, and how many may wait. */
export interface SamlWorkerLimits {
  jobMs: number
  /** Starting the thread reads the libraries. */
  startMs: number
  waiting: number
}

/**
 * One worker thread for everything that reads XML, one message at a time: whatever a message does to it, the thread that answers
 * everybody goes on. A message that takes too long is refused and its thread replaced.
 */
export class SamlWorkerClient {
  readonly #limits: SamlWorkerLimits
  #worker: Worker | null = null
  #ready = false
  #queue: Waiting[] = []
  #current: Waiting | null = null
  #timer: NodeJS.Timeout | undefined
  #nextId = 1

  constructor(limits: Partial<SamlWorkerLimits> = {}) {
    this.#limits = { jobMs: 3_000, startMs: 30_000, waiting: 200, ...limits }
  }

  /** @throws IdentityDoubted with the worker's reason; `busy` when too many wait, or it took too long. */
  run<K extends SamlJob['kind']>(job: Extract<SamlJob, { kind: K }>): Promise<SamlJobResults[K]> {
    if (this.#queue.length >= this.#limits.waiting) return Promise.reject(new IdentityDoubted('busy'))
    return new Promise((resolve, reject) => {
      this.#queue.push({ id: this.#nextId++, job, resolve, reject })
      this.#next()
    })
  }

  /** Ends the thread; whoever waits is refused. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    this.#stop(worker)
    await worker.terminate()
  }

  #next(): void {
    if (this.#current || this.#queue.length === 0) return
    const worker = this.#worker ?? this.#start()
    worker.ref()
    if (!this.#ready) return
    const job = this.#queue.shift() as Waiting
    this.#current = job
    this.#limit(worker, this.#limits.jobMs)
    worker.postMessage({ id: job.id, job: job.job })
  }

  #start(): Worker {
    // In the clone this file is TypeScript, in a release JavaScript; the worker beside it has the same ending.
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./saml-worker.${ending}`, import.meta.url), { name: 'saml', resourceLimits: { maxOldGenerationSizeMb: 192 } })
    this.#worker = worker
    this.#ready = false
    this.#limit(worker, this.#limits.startMs)
    worker.on('message', (message: Message) => this.#heard(worker, message))
    worker.on('error', () => this.#stop(worker))
    worker.on('exit', () => this.#stop(worker))
    return worker
  }

  #heard(worker: Worker, message: Message): void {
    if (this.#worker !== worker) return
    clearTimeout(this.#timer)
    if ('ready' in message) {
      this.#ready = true
    } else {
      const job = this.#current
      this.#current = null
      if (job && message.result !== undefined) job.resolve(message.result)
      else job?.reject(new IdentityDoubted(message.problem ?? 'structure'))
    }
    // An idle worker does not keep the process alive.
    if (this.#queue.length === 0) worker.unref()
    else this.#next()
  }

  #limit(worker: Worker, ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#stop(worker), ms)
  }

  /** Gives up the message under way, and those that wait when the thread never came up; a new thread takes the others. */
  #stop(worker: Worker): void {
    if (this.#worker !== worker) return
    clearTimeout(this.#timer)
    const lost = this.#ready ? [this.#current] : this.#queue.splice(0)
    this.#worker = null
    this.#ready = false
    this.#current = null
    void worker.terminate()
    for (const job of lost) job?.reject(new IdentityDoubted('busy'))
    this.#next()
  }
}
