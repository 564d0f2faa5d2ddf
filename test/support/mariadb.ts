import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'

const run = promisify(execFile)

export interface ThrowawayMariaDb {
  adminUrl: string
  /** The way for programs on the same machine. */
  socket: string
  stop(): Promise<void>
}

/** A free TCP port on loopback. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

function find(name: string): string | null {
  return ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'].map((dir) => join(dir, name)).find(existsSync) ?? null
}

/** Starts a server in a temporary directory with durable settings, with a certificate where one is given; null where the binary does not exist. */
export async function startMariaDb(tls?: { cert: string; key: string }): Promise<ThrowawayMariaDb | null> {
  const daemon = find('mariadbd')
  const install = find('mariadb-install-db')
  if (!daemon || !install) return null
  const dir = await mkdtemp(join(tmpdir(), 'assent-mariadb-'))
  const user = userInfo().username
  await run(install, ['--no-defaults', `--user=${user}`, `--datadir=${dir}/data`, '--auth-root-authentication-method=normal', '--skip-test-db'])
  const port = await freePort()
  const child = spawn(daemon, [
    '--no-defaults', `--user=${user}`, `--datadir=${dir}/data`, `--tmpdir=${dir}`, `--socket=${dir}/s.sock`, `--pid-file=${dir}/pid`,
    '--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve', '--innodb-flush-log-at-trx-commit=1',
    '--innodb-buffer-pool-size=128M', '--innodb-log-file-size=96M', '--performance-schema=OFF', '--skip-log-bin', '--max-connections=300', ...(tls ? [`--ssl-cert=${tls.cert}`, `--ssl-key=${tls.key}`] : ['--skip-ssl']),
  ], { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const deadline = Date.now() + 30_000
  for (;;) {
    try {
      const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' })
      await connection.end()
      break
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('The throwaway MariaDB did not start', { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    adminUrl: `mysql://root@127.0.0.1:${port}/mysql`,
    socket: `${dir}/s.sock`,
    async stop() {
      child.kill('SIGTERM')
      await exited
      await rm(dir, { recursive: true, force: true })
    },
  }
}
