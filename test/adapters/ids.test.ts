import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createIds } from '../../src/adapters/ids.ts'

/** Bytes of which no sixteen come twice. */
function counted(): (bytes: number) => Buffer {
  let count = 0
  return (bytes) => Buffer.concat(Array.from({ length: Math.ceil(bytes / 32) }, () => createHash('sha256').update(String(count += 1)).digest())).subarray(0, bytes)
}

describe('identifiers and secrets', () => {
  it('gives no byte of its store of randomness twice, whatever is asked for in between', () => {
    const ids = createIds({ now: () => 1_800_000_000_000 }, counted())
    const seen = new Set<string>()
    for (let n = 0; n < 3_000; n += 1) {
      for (const bytes of [12, 16, 32, 64, 100]) {
        const given = ids.random(bytes)
        expect(given.length).toBe(bytes)
        seen.add(given.toString('hex').slice(0, 24))
      }
      seen.add(ids.next())
    }
    expect(seen.size).toBe(3_000 * 6)
  })

  it('keeps what it gave unchanged afterwards', () => {
    const ids = createIds({ now: () => 0 }, counted())
    const first = ids.random(32)
    const copy = Buffer.from(first)
    for (let n = 0; n < 500; n += 1) ids.random(32).fill(0)
    expect(first.equals(copy)).toBe(true)
    expect(first.every((byte) => byte === 0)).toBe(false)
  })
})
