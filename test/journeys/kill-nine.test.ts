import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { describe, expect, inject, it } from 'vitest'
import { killNine, type Killed } from '../support/kill-nine.ts'

/** `npm run soak` sets it; without, enough to find what is broken every time. */
const KILLS = Number(process.env['ASSENT_SOAK_KILLS'] ?? 12)
const PER_KILL = 3
const seed = Number(process.env['ASSENT_SOAK_SEED'] ?? 20_261_122)

/** Mulberry32: the same kills at the same moments for one seed. */
function seeded(from: number): () => number {
  let state = from
  return () => {
    state = (state + 0x6D2B79F5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function expectWhole(found: Killed): void {
  expect(found.faults).toEqual([])
  expect(found.kills).toBe(KILLS)
  expect(found.log).toMatchObject({ valid: true, firstBad: null })
  expect(found.sealedAfterS).toBeLessThan(60)
}

describe('S2, D3: kill -9 at random moments', { retry: 0 }, () => {
  it(`SQLite, server with its worker, ${KILLS} times: what was acknowledged is there with its record, nothing twice`, async () => {
    expectWhole(await killNine({ url: (dataDir) => `sqlite:${join(dataDir, 'assent.db')}`, apart: false, kills: KILLS, perKill: PER_KILL, random: seeded(seed) }))
  }, KILLS * 15_000 + 120_000)

  it.skipIf(inject('mariadbUrl') === null)(`MariaDB, server or worker, ${KILLS} times: the same`, async () => {
    const adminUrl = inject('mariadbUrl') ?? ''
    const name = `k_${randomBytes(6).toString('hex')}`
    const admin = await createConnection(adminUrl)
    await admin.query(`create database ${name}`)
    try {
      expectWhole(await killNine({ url: () => adminUrl.replace(/\/mysql$/, `/${name}`), apart: true, kills: KILLS, perKill: PER_KILL, random: seeded(seed + 1) }))
    } finally {
      await admin.query(`drop database ${name}`)
      await admin.end()
    }
  }, KILLS * 15_000 + 120_000)
})
