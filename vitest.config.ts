import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: two files at a time keep MariaDB, Chromium and the suite from starving one another.
    maxWorkers: 2,
    env: { TZ: 'UTC' },
  },
})
