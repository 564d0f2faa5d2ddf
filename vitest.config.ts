import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Much of a file is waiting for a disk, a browser or a directory, so three at a time keep two cores busy; more starve MariaDB and Chromium.
    maxWorkers: 3,
    // In CI only: what passed at its second try is named at the end of the run.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    env: { TZ: 'UTC' },
  },
})
