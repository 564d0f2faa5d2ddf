import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { type OpenOptions, openServices } from '../open-services.ts'
import type { Services } from '../services.ts'
import { AssentError, UnusableInput } from '../shared/errors.ts'

/** One `assent` command: how it is called, and what it does. Returns the exit code. */
export interface Command {
  name: string
  usage: string
  summary: string
  run(argv: string[], out: Output): Promise<number>
}

/** With `--json` stdout carries one object only; otherwise lines for people. */
export class Output {
  readonly json: boolean
  constructor(json: boolean) {
    this.json = json
  }

  /** A line for people; silent under `--json`. */
  line(text = ''): void {
    if (!this.json) process.stdout.write(`${text}\n`)
  }

  /** The command's one answer: the object under `--json`, the text otherwise. */
  answer(value: object, text: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value)}\n` : `${text}\n`)
  }

  fail(error: unknown): number {
    const known = error instanceof AssentError
    const what = known ? error.what : 'Something went wrong inside Assent. This is a fault of ours.'
    const where = known ? error.where : ''
    const remedy = known ? error.remedy : 'Run it again with the same input; if it goes on, report the line above.'
    if (!known) process.stderr.write(`${describe(error)}\n`)
    if (this.json) process.stdout.write(`${JSON.stringify({ error: { what, where, remedy } })}\n`)
    else process.stderr.write([what, where && `Where: ${where}`, remedy && `What to do: ${remedy}`].filter(Boolean).join('\n') + '\n')
    return known ? error.exitCode : 1
  }
}

/** Name and place of a fault, without values that could hold personal data. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  const at = error.stack?.split('\n').find((line) => line.includes('/src/'))?.trim() ?? ''
  return `${error.name}${'code' in error ? ` (${String(error.code)})` : ''} ${at}`
}

/** `os:<user>` (B8). */
export function operator(): string {
  return `os:${userInfo().username}`
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options']

/** Parses a command's own flags. @throws UnusableInput naming the flag. */
export function parse<const O extends NonNullable<Options>>(argv: string[], options: O, usage: string) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UnusableInput({ what: (error as Error).message.split('.')[0] + '.', where: 'command line', remedy: `Usage: ${usage}` })
  }
}

/** Opens the services, runs `work`, and closes them whatever happens. */
export async function withServices(work: (services: Services) => Promise<number>, options: Partial<OpenOptions> & { dataDir?: string } = {}): Promise<number> {
  const config = loadConfig(process.env, options.dataDir ? { dataDir: options.dataDir } : {})
  const services = await openServices(config, { actor: operator(), ...options })
  try {
    return await work(services)
  } finally {
    await services.worker.stop()
    await services.db.close()
  }
}

/** A whole number from a flag. @throws UnusableInput naming the flag. */
export function wholeNumber(text: string | undefined, flag: string): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new UnusableInput({ what: `${flag} must be a whole number; it was "${text}".`, where: 'command line' })
  return value
}
