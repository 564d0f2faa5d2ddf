import type { TestProject } from 'vitest/node'
import { startMariaDb, type ThrowawayMariaDb } from './mariadb.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Admin URL of the run's throwaway MariaDB server, or null where the server is not installed. */
    mariadbUrl: string | null
  }
}

/**
 * One throwaway MariaDB server for the run; each test file makes a database of its own in it. `ASSENT_TEST_MARIADB_URL` names
 * one that runs already (mysql://user@host:port/mysql, a user who may create databases), so that short runs start at once.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['ASSENT_TEST_MARIADB_URL']
  if (running) {
    project.provide('mariadbUrl', running)
    return async () => undefined
  }
  const server: ThrowawayMariaDb | null = await startMariaDb()
  if (!server) {
    const message = 'MariaDB tests skipped: install the Debian package mariadb-server to run them.'
    if (process.env['CI'] === 'true') throw new Error(message)
    console.warn(message)
  }
  project.provide('mariadbUrl', server?.adminUrl ?? null)
  return async () => server?.stop()
}
