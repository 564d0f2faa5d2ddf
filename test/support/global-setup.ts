import type { TestProject } from 'vitest/node'
import { startMariaDb, type ThrowawayMariaDb } from './mariadb.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Admin URL of the run's throwaway MariaDB server, or null where the server is not installed. */
    mariadbUrl: string | null
  }
}

/** One throwaway MariaDB server for the run; each test file makes a database of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server: ThrowawayMariaDb | null = await startMariaDb()
  if (!server) {
    const message = 'MariaDB tests skipped: install the Debian package mariadb-server to run them.'
    if (process.env['CI'] === 'true') throw new Error(message)
    console.warn(message)
  }
  project.provide('mariadbUrl', server?.adminUrl ?? null)
  return async () => server?.stop()
}
