import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StagedKeys } from '../../../src/features/roster/staged-keys.ts'

const digest = (text: string): string => createHash('sha256').update(text).digest('binary')

describe('staged keys', () => {
  it('tells new, same and other rows of one key apart, also after it has grown many times', () => {
    const keys = new StagedKeys()
    for (let n = 0; n < 50_000; n += 1) expect(keys.add(`user:${n}`, digest(`row ${n}`))).toBe('new')
    expect(keys.size).toBe(50_000)
    for (let n = 0; n < 50_000; n += 997) {
      expect(keys.add(`user:${n}`, digest(`row ${n}`))).toBe('same')
      expect(keys.add(`user:${n}`, digest('something else'))).toBe('other')
    }
    expect(keys.size).toBe(50_000)
  })
})
