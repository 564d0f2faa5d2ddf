// kill -9 of server or worker at random moments, 200 times on each database: about half an hour. `npm run soak -- 50` for fewer; another seed by ASSENT_SOAK_SEED.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const kills = process.argv[2] ?? '200'
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/journeys/kill-nine.test.ts'], { stdio: 'inherit', env: { ...process.env, ASSENT_SOAK_KILLS: kills } })
process.exitCode = status ?? 1
