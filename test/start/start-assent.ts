import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment, root, type RunOptions } from '../commands/run-assent.ts'

export interface Running {
  child: ChildProcess
  output: { stdout: string; stderr: string }
  /** Asks the process to end; how it ended, and how long it took in milliseconds. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null; ms: number }>
}

const running = new Set<Running>()

/** Starts a command that stays, and waits until it has said `ready` on stdout. */
export async function startAssent(args: readonly string[], ready: RegExp, options: RunOptions & { command?: string[] } = {}): Promise<Running> {
  const [program = process.execPath, ...before] = options.command ?? [process.execPath, join(options.at ?? root, 'bin', 'assent.cjs')]
  const child = spawn(program, [...before, ...args], { cwd: options.cwd ?? tmpdir(), stdio: ['ignore', 'pipe', 'pipe'], env: environment(options) })
  const output = { stdout: '', stderr: '' }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => { child.once('close', (code, signal) => resolve({ code, signal })) })
  const one: Running = {
    child, output,
    async stop(signal = 'SIGTERM') {
      running.delete(one)
      const from = Date.now()
      child.kill(signal)
      return { ...await ended, ms: Date.now() - from }
    },
  }
  running.add(one)
  child.stderr?.setEncoding('utf8').on('data', (text: string) => { output.stderr += text })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
      if (ready.test(output.stdout)) resolve()
    })
    void ended.then(({ code }) => reject(new Error(`ended with ${code} before it was ready:\n${output.stdout}\n${output.stderr}`)))
  })
  return one
}

/** Ends what a failed test left running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((one) => one.stop('SIGKILL')))
}
