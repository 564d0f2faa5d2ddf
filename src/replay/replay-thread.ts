import { parentPort, workerData } from 'node:worker_threads'
import { AssentError } from '../shared/errors.ts'
import type { ReplayFile } from './replay-files.ts'
import { type Replay, replayRosters, type ReplaySettings } from './replay-rosters.ts'

/** What a replay in a thread is told. */
export interface ReplayOrder { files: ReplayFile[]; settings: ReplaySettings; folder: string }

/** What it tells. */
export type ReplayWord = { done: number } | { result: Replay } | { trouble: { what: string; remedy: string } | null }

const port = parentPort
const { files, settings, folder } = workerData as ReplayOrder
const say = (word: ReplayWord): void => port?.postMessage(word)

try {
  say({ result: await replayRosters(files, settings, { folder, onReading: (done) => say({ done }) }) })
} catch (error) {
  // A fault is told without its words, which may quote a row.
  say({ trouble: error instanceof AssentError ? { what: error.what, remedy: error.remedy } : null })
}
