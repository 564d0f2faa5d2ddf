import { Worker } from 'node:worker_threads'
import { OutsideFailure, Refused } from '../shared/errors.ts'
import type { Replay } from './replay-rosters.ts'
import type { ReplayOrder, ReplayWord } from './replay-thread.ts'

const MOST_MEMORY_MB = 1024

/**
 * Replays in a thread of its own, with memory and time of its own, so that pages go on being answered. Settings of the process and the
 * real database are out of its reach: it is given files, numbers and a folder.
 * @throws Refused when it takes longer than `limitMs` or needs too much memory; OutsideFailure when it stops for another reason.
 */
export function replayInThread(order: ReplayOrder, { limitMs, onDone }: { limitMs: number; onDone: (done: number) => void }): Promise<Replay> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const thread = new Worker(new URL(`./replay-thread.${ending}`, import.meta.url), { name: 'replay', workerData: order, env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB } })
  return new Promise<Replay>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Refused({ what: `The replay took longer than ${Math.round(limitMs / 60_000)} minutes and was given up.`, remedy: 'Try fewer files, or use the command line: npx assent replay FOLDER.' })), limitMs)
    const settle = (end: () => void): void => {
      clearTimeout(timer)
      end()
    }
    thread.on('message', (word: ReplayWord) => {
      if ('done' in word) onDone(word.done)
      else if ('result' in word) settle(() => resolve(word.result))
      else settle(() => reject(word.trouble === null ? stopped() : new Refused(word.trouble)))
    })
    thread.once('error', (error: Error & { code?: string }) => settle(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? new Refused({ what: 'The files need more memory than a replay on the page may take.', remedy: 'Use the command line: npx assent replay FOLDER.' }) : stopped())))
    thread.once('exit', () => settle(() => reject(stopped())))
  }).finally(() => { void thread.terminate() })
}

const stopped = (): OutsideFailure => new OutsideFailure({ what: 'The replay stopped before its end, by a fault of ours or of a file.', remedy: 'Take out the newest file and begin another; if that fails too, report it.' })
