import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TaskName, TaskInput, TaskOutput } from '../task.ts'
import type { Cost } from './bench-row.ts'

const script = fileURLToPath(new URL('../task.ts', import.meta.url))

/** What a task measured, with the largest memory its process ever held. */
export type Measured<T> = T & Cost & { peakMb: number }

/** Runs one task in a process of its own, so that nobody's memory, caches or compiled code help another. */
export function runTask<N extends TaskName>(name: N, input: TaskInput<N>, nodeOptions: readonly string[] = []): Promise<Measured<TaskOutput<N>>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeOptions, script, name, JSON.stringify(input)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => { text += part })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text.trim().split('\n').at(-1) ?? '') as Measured<TaskOutput<N>>)
      else reject(new Error(`The task ${name} ended with exit code ${code}`))
    })
  })
}
