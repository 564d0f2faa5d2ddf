import { parentPort, workerData } from 'node:worker_threads'
import { codesOn } from './scan-codes.ts'
import type { ScanType } from './scan-type.ts'

const { bytes, type } = workerData as { bytes: Uint8Array; type: ScanType }
parentPort?.postMessage(await codesOn(bytes, type).catch(() => []))
