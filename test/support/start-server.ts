import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from './mariadb.ts'

/** The product's own command. */
export const assent = fileURLToPath(new URL('../../bin/assent.cjs', import.meta.url))

export interface Place { dataDir: string; url: string }

/** What a command of the product is told about where it works. */
export const environment = ({ dataDir, url }: Place, more: Record<string, string> = {}) =>
  ({ ...process.env, ASSENT_DATA_DIR: dataDir, ASSENT_DATABASE_URL: url, ...more })

export interface RunningServer {
  child: ChildProcess
  url: string
  stop(): Promise<void>
}

/** `assent serve` on a free port (or the one told), once it listens; or another command that stays, such as `worker`. */
export async function startServer(place: Place, options: { command?: string; args?: readonly string[]; settings?: Record<string, string>; port?: number } = {}): Promise<RunningServer> {
  const port = options.port ?? await freePort()
  const child = spawn(process.execPath, [assent, options.command ?? 'serve', ...options.args ?? []], { env: environment(place, { ASSENT_PORT: String(port), ...options.settings }), stdio: ['ignore', 'pipe', 'pipe'] })
  // Its log complains of the mail server that is not there; only the last of it matters, should it die.
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => { log = (log + part).slice(-2_000) })
  const ready = new Promise<void>((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (/listens at|Assent works/.test(text)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`serve ended with exit code ${code}: ${log}`)))
  })
  await ready
  return {
    child, url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
