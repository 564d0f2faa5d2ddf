import { Worker } from 'node:worker_threads'
import type { PdfJob, PdfJobResults } from './pdf-worker.ts'

interface Waiting {
  resolve(result: never): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/** One worker thread for what would stall the event loop: compiling templates and shaping rare scripts. Starts on first use. */
export class PdfWorkerClient {
  #worker: Worker | null = null
  #waiting = new Map<number, Waiting>()
  #nextId = 1
  #limitMs: number

  /** `limitMs`: a job that takes longer is given up and its worker replaced. */
  constructor(limitMs = 60_000) {
    this.#limitMs = limitMs
  }

  /** Runs one job in the worker. Rejects when the job fails, takes too long, or the worker dies. */
  run<K extends PdfJob['kind']>(job: Extract<PdfJob, { kind: K }>): Promise<PdfJobResults[K]> {
    const worker = this.#worker ?? this.#start()
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(worker, new Error('Laying out a record took too long and was given up.')), this.#limitMs)
      this.#waiting.set(id, { resolve, reject, timer })
      worker.ref()
      worker.postMessage({ id, job })
    })
  }

  #start(): Worker {
    // In the clone this file is TypeScript, in a release JavaScript; the worker beside it has the same ending.
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./pdf-worker.${ending}`, import.meta.url), { name: 'pdf' })
    worker.on('message', ({ id, result, error }: { id: number; result?: never; error?: string }) => {
      const waiting = this.#waiting.get(id)
      if (!waiting) return
      this.#waiting.delete(id)
      clearTimeout(waiting.timer)
      if (result === undefined) waiting.reject(new Error(error ?? 'The layout worker gave no answer.'))
      else waiting.resolve(result)
      // An idle worker does not keep the process alive.
      if (this.#waiting.size === 0) worker.unref()
    })
    worker.on('error', (error) => this.#fail(worker, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => this.#fail(worker, new Error('The layout worker stopped.')))
    this.#worker = worker
    return worker
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = null
    void worker.terminate()
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer)
      waiting.reject(error)
    }
    this.#waiting.clear()
  }
}
