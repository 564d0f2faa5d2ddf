import { createServer, type Server } from 'node:http'
import { createApp } from '../app.ts'
import type { BuiltDemo } from '../demo/build-demo.ts'
import { isEmbedded } from '../db/dialect.ts'
import type { Services } from '../services.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, type Output, parse, withServices } from './command.ts'

export const serveCommand: Command = {
  name: 'serve',
  usage: 'serve [--with-worker]',
  summary: 'The web server (with the worker in the same process by default on the embedded database).',
  run(argv, out) {
    const { values } = parse(argv, { 'with-worker': { type: 'boolean' } }, 'serve [--with-worker]')
    return withServices(async (services) => {
      // Before anybody is told that we are here: whoever hears it may ask us to stop at once.
      const stopped = untilStopped()
      const link = await services.setup.ifNeeded()
      if (values['with-worker'] ?? isEmbedded(services.config.databaseUrl)) services.worker.start()
      const server = await listen(services)
      announce(services, out, link ? `${services.config.baseUrl}${link.path}` : null)
      await stopped
      await close(server)
      return 0
    }, { migrate: true, testSeal: true })
  },
}

export const workerCommand: Command = {
  name: 'worker',
  usage: 'worker',
  summary: 'Does the jobs: seals, mails, directories, the log, the schedule.',
  run(argv, out) {
    parse(argv, {}, 'worker')
    return withServices(async (services) => {
      const stopped = untilStopped()
      services.worker.start()
      out.answer({ working: true }, 'Assent works. Stop it with Ctrl-C.')
      await stopped
      return 0
    }, { testSeal: true })
  },
}

function announce(services: Services, out: Output, setupLink: string | null): void {
  const { baseUrl, host, port, mail } = services.config
  out.answer({ listening: baseUrl, bound: `${host}:${port}`, setupLink, mail: mail !== null }, [
    `Assent listens at ${baseUrl}`,
    ...(new URL(baseUrl).host === `${host}:${port}` ? [] : [`(bound to ${host}:${port}; the proxy in front passes requests on to it)`]),
    ...(setupLink ? [`No administrator yet. Open this link within 24 hours (it works once):\n${setupLink}`] : []),
    ...(mail ? [] : ['Note: no mail server is configured, so invitations and receipts wait (mail.from, mail.smtpUrl).']),
  ].join('\n'))
}

/**
 * For a command that does much before it listens: says at once that the port is taken.
 * @throws UnusableInput as `listen` does.
 */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const probe = createServer()
  await bind(probe, host, port)
  await new Promise((resolve) => { probe.close(resolve) })
}

/**
 * Longer than proxies keep a connection that nobody uses (nginx a minute, Caddy two): where the server closes first, a form that a proxy sends at
 * that moment is lost on the way, and the proxy may not send it again.
 */
const KEPT_OPEN_MS = 130_000

/** Binds the port. @throws UnusableInput when it is taken. */
export async function listen(services: Services, demo?: BuiltDemo): Promise<Server> {
  const server = createServer({ keepAliveTimeout: KEPT_OPEN_MS }, createApp(services, { demo }))
  await bind(server, services.config.host, services.config.port)
  return server
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UnusableInput({
        what: error.code === 'EADDRINUSE' ? `Port ${port} is taken by another program.` : `Port ${port} cannot be opened (${error.code ?? 'unknown reason'}).`,
        where: `${host}:${port}`, remedy: 'Stop the other program, or choose another port with ASSENT_PORT (demo: --port).',
      }, error))
    })
    server.listen(port, host, resolve)
  })
}

/** Answers what is being asked, then ends; who holds a connection open longer is cut off. */
export async function close(server: Server): Promise<void> {
  server.closeIdleConnections()
  const late = setTimeout(() => server.closeAllConnections(), 2_000)
  await new Promise<void>((resolve) => { server.close(() => resolve()) })
  clearTimeout(late)
}

/** How long work in progress may take after the stop: a process manager kills what lingers. */
const STOP_WITHIN_MS = 4_500

/**
 * Until the operator or the system asks to stop. What does not end in time is cut off: every job is done again from the outbox,
 * so nothing is lost. A second signal changes nothing.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      setTimeout(() => {
        process.stderr.write('Stopped with work in progress; it is taken up again at the next start.\n')
        process.exit(0)
      }, STOP_WITHIN_MS).unref()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  })
}
