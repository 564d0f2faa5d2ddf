import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: two files at a time keep MariaDB, Chromium and the suite from starving one another.
    maxWorkers: 2,
    // In CI only: what passed at its second try is named at the end of the run.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    env: { TZ: 'UTC' },
  },
})
