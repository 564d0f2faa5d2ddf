import { Worker } from 'node:worker_threads'
import type { ScanType } from './scan-type.ts'

/** Reads the QR codes on a scan; an unreadable one has none, and whoever sent it types the code. */
export type ScanReader = (bytes: Uint8Array, type: ScanType) => Promise<string[]>

/** A thread for each scan, so that a hostile picture costs nobody else anything; given up after `limitMs`. One at a time. */
export function createScanReader(limitMs = 20_000): ScanReader {
  let last: Promise<unknown> = Promise.resolve()
  return (bytes, type) => {
    const result = last.then(() => readOne(bytes, type, limitMs))
    last = result
    return result
  }
}

function readOne(bytes: Uint8Array, type: ScanType, limitMs: number): Promise<string[]> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new Promise((resolve) => {
    const worker = new Worker(new URL(`./scan-worker.${ending}`, import.meta.url), { name: 'scan', workerData: { bytes, type }, resourceLimits: { maxOldGenerationSizeMb: 512 } })
    const timer = setTimeout(() => end([]), limitMs)
    const end = (codes: string[]): void => {
      clearTimeout(timer)
      void worker.terminate()
      resolve(codes)
    }
    worker.on('message', end)
    worker.on('error', () => end([]))
    worker.on('exit', () => end([]))
  })
}
