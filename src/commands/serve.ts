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
      const link = await services.setup.ifNeeded()
      if (values['with-worker'] ?? isEmbedded(services.config.databaseUrl)) services.worker.start()
      const server = await listen(services)
      announce(services, out, link ? `${services.config.baseUrl}${link.path}` : null)
      await untilStopped()
      await close(server)
      return 0
    }, { migrate: true, testSeal: true })
  },
}

export const workerCommand: Command = {
  name: 'worker',
  usage: 'worker',
  summary: 'Does the jobs: seals, mails, directories, the log, the schedule.',
  run: (_argv, out) => withServices(async (services) => {
    services.worker.start()
    out.line('Assent works. Stop it with Ctrl-C.')
    await untilStopped()
    return 0
  }, { testSeal: true }),
}

function announce(services: Services, out: Output, setupLink: string | null): void {
  out.line(`Assent listens at ${services.config.baseUrl}`)
  if (setupLink) out.line(`No administrator yet. Open this link within 24 hours (it works once):\n${setupLink}`)
  if (!services.config.mail && !services.config.demo) out.line('Note: no mail server is configured, so invitations and receipts wait (mail.from, mail.smtpUrl).')
}

/** Binds the port. @throws UnusableInput when it is taken. */
export async function listen(services: Services, demo?: BuiltDemo): Promise<Server> {
  const server = createServer(createApp(services, { demo }))
  const { host, port } = services.config
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UnusableInput({
        what: error.code === 'EADDRINUSE' ? `Port ${port} is taken by another program.` : `Port ${port} cannot be opened (${error.code ?? 'unknown reason'}).`,
        where: `${host}:${port}`, remedy: 'Stop the other program, or choose another port with ASSENT_PORT (demo: --port).',
      }, error))
    })
    server.listen(port, host, resolve)
  })
  return server
}

export async function close(server: Server): Promise<void> {
  server.closeIdleConnections()
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    setTimeout(() => server.closeAllConnections(), 5_000).unref()
  })
}

/** Until the operator or the system asks to stop. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
