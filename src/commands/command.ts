import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import type { OpenOptions } from '../open-services.ts'
import type { Services } from '../services.ts'
import { AssentError, UnusableInput } from '../shared/errors.ts'
import { systemFailure } from './system-failure.ts'

/** One `assent` command: how it is called, and what it does. Returns the exit code. */
export interface Command {
  name: string
  usage: string
  summary: string
  run(argv: string[], out: Output): Promise<number>
}

/** Where a command's words go: those of the process, unless somebody else listens. */
export interface Streams {
  stdout: { write(text: string): unknown }
  stderr: { write(text: string): unknown }
}

/** With `--json` stdout carries one object only; otherwise lines for people. */
export class Output {
  readonly json: boolean
  readonly #to: Streams
  constructor(json: boolean, to: Streams = process) {
    this.json = json
    this.#to = to
  }

  /** A line for people; silent under `--json`. */
  line(text = ''): void {
    if (!this.json) this.#to.stdout.write(`${text}\n`)
  }

  /** The command's one answer: the object under `--json`, the text otherwise. */
  answer(value: object, text: string): void {
    this.#to.stdout.write(this.json ? `${JSON.stringify(value)}\n` : `${text}\n`)
  }

  /** Says what went wrong: to stderr, under `--json` as the one object. Returns the exit code. */
  fail(cause: unknown): number {
    const error = cause instanceof AssentError ? cause : systemFailure(cause)
    const { what, where, remedy } = error ?? {
      what: 'Something went wrong inside Assent. This is a fault of ours.', where: placeOf(cause), remedy: 'Run it again with the same input; if it goes on, report it with the place named here.',
    }
    if (this.json) this.#to.stdout.write(`${JSON.stringify({ error: { what, where, remedy } })}\n`)
    else this.#to.stderr.write([what, where && `Where: ${where}`, remedy && `What to do: ${remedy}`].filter(Boolean).join('\n') + '\n')
    return error?.exitCode ?? 1
  }
}

/** Kind and line of a fault, without its message: that could quote personal data. */
function placeOf(fault: unknown): string {
  if (!(fault instanceof Error)) return 'unknown'
  const line = /(?:src|migrations)\/[\w./-]+:\d+/.exec(fault.stack?.split('\n').find((text) => /\/(src|migrations)\//.test(text) && !text.includes('node_modules')) ?? '')?.[0]
  return [fault.name, 'code' in fault ? `(${String(fault.code)})` : '', line ? `at ${line}` : ''].filter(Boolean).join(' ')
}

/** `os:<user>` (B8). */
export function operator(): string {
  return `os:${userInfo().username}`
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options']

/**
 * Parses a command's own flags and at most `most` words beside them. @throws UnusableInput naming what is not understood, with the usage.
 */
export function parse<const O extends NonNullable<Options>>(argv: string[], options: O, usage: string, most = 0) {
  const remedy = `Usage: assent ${usage}`
  let parsed: ReturnType<typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>>
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UnusableInput({ what: flagProblem(error as Error), where: 'command line', remedy })
  }
  const extra = parsed.positionals[most]
  if (extra !== undefined) throw new UnusableInput({ what: `"${extra}" is not understood here.`, where: 'command line', remedy })
  return parsed
}

/** The engine's first sentence; what follows explains an escape nobody needs here. */
function flagProblem(error: Error): string {
  const first = error.message.split(/\. (?:To specify|Did you)|\n/)[0] ?? ''
  return first.endsWith('.') ? first : `${first}.`
}

/** Opens the services, runs `work`, and closes them whatever happens. */
export async function withServices(work: (services: Services) => Promise<number>, options: Partial<OpenOptions> & { dataDir?: string } = {}): Promise<number> {
  const [{ loadConfig }, { openServices }] = await Promise.all([import('../config.ts'), import('../open-services.ts')])
  const config = loadConfig(process.env, options.dataDir ? { dataDir: options.dataDir } : {})
  const services = await openServices(config, { actor: operator(), ...options })
  try {
    return await work(services)
  } finally {
    await services.worker.stop()
    await services.db.close()
  }
}

/** A whole number from a flag, not below `least`. @throws UnusableInput naming the flag. */
export function wholeNumber(text: string | undefined, flag: string, { least = 0, most = 999_999_999 } = {}): number | null {
  if (text === undefined) return null
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (value >= least && value <= most) return value
  const range = most === 999_999_999 ? `from ${least}` : `from ${least} to ${most}`
  throw new UnusableInput({ what: `${flag} must be a whole number ${range}; it was "${text}".`, where: 'command line', remedy: `Give ${flag} a number.` })
}
