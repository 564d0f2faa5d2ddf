import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DEFAULT_RULES, PASSWORD_BANDS, passwordBand } from '../../../src/features/accounts/passwords/password-rules.ts'
import { bitsOf, makePassword, unknownPassword } from '../../../src/features/accounts/passwords/temporary-password.ts'
import { LONGER_WORDS, PLAIN_WORDS } from '../../../src/features/accounts/passwords/word-lists.ts'

const UNKIND = /ass|tit|cum|anal|sex|poo|wee|arse|bum|dick|cock|piss|shit|fuck|fag|rape|nig|spas|slag|slut|twat|wank|nazi|kill|die|gun|bomb|hell|god|tard|gay|ape|spic|coon|puss|boob|fart|butt|crap|turd|drug|beer|wine/

describe('temporary passwords', () => {
  it('words are plain, different, short for the young, and hold nothing unkind', () => {
    expect(PLAIN_WORDS.length).toBeGreaterThanOrEqual(256)
    expect(LONGER_WORDS.length).toBeGreaterThanOrEqual(512)
    expect(new Set(LONGER_WORDS).size).toBe(LONGER_WORDS.length)
    for (const word of PLAIN_WORDS) expect(word).toMatch(/^[a-z]{3,8}$/)
    for (const word of LONGER_WORDS) {
      expect(word).toMatch(/^[a-z]{3,9}$/)
      expect(word).not.toMatch(UNKIND)
    }
  })

  it('each band has its own: three plain words for the young, who keep it; harder ones for the others, who choose their own', () => {
    for (const band of ['EYFS', 'KS1', 'KS2'] as const) {
      expect(makePassword(DEFAULT_RULES.bands[band], randomBytes)).toMatch(/^[a-z]+-[a-z]+-[a-z]+-\d$/)
      expect(DEFAULT_RULES.bands[band].mustChange).toBe(false)
      expect(bitsOf(DEFAULT_RULES.bands[band])).toBeGreaterThan(27)
    }
    for (const band of ['KS3-4', 'KS5', 'adult'] as const) {
      expect(makePassword(DEFAULT_RULES.bands[band], randomBytes)).toMatch(/^[A-Z][a-z]+-[A-Z][a-z]+-[A-Z][a-z]+-\d\d$/)
      expect(DEFAULT_RULES.bands[band].mustChange).toBe(true)
      expect(bitsOf(DEFAULT_RULES.bands[band])).toBeGreaterThan(35)
    }
  })

  it('every default has three kinds of characters, which directories ask for, and is at least twelve long', () => {
    for (const band of PASSWORD_BANDS) for (let n = 0; n < 200; n += 1) {
      const password = makePassword(DEFAULT_RULES.bands[band], randomBytes)
      expect([/[a-z]/, /[A-Z]/, /\d/, /-/].filter((kind) => kind.test(password)).length).toBeGreaterThanOrEqual(3)
      expect(password.length).toBeGreaterThanOrEqual(12)
    }
    expect(unknownPassword(randomBytes)).not.toBe(unknownPassword(randomBytes))
  })

  it('every word is as likely as any other: bytes that would favour some are thrown away', () => {
    const seen = new Map<string, number>()
    for (let n = 0; n < 20_000; n += 1) for (const word of makePassword({ words: 3, list: 'plain', capitals: false, figures: 0, mustChange: false }, randomBytes).split('-')) seen.set(word, (seen.get(word) ?? 0) + 1)
    const expected = 60_000 / PLAIN_WORDS.length
    expect(seen.size).toBe(PLAIN_WORDS.length)
    // Chi squared over so many words: far beyond this only where some are favoured.
    const chi = [...seen.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chi).toBeLessThan(PLAIN_WORDS.length + 6 * Math.sqrt(2 * PLAIN_WORDS.length))
    const drawn: Buffer[] = [Buffer.from('ffff', 'hex'), Buffer.from('0000', 'hex'), Buffer.from('0001', 'hex'), Buffer.from('0002', 'hex')]
    expect(makePassword({ words: 3, list: 'plain', capitals: false, figures: 0, mustChange: false }, () => drawn.shift() as Buffer)).toBe(PLAIN_WORDS.slice(0, 3).join('-'))
  })

  it('the band follows the year; an adult in any school is an adult; who cannot be told is treated as young', () => {
    const at = (role: 'pupil' | 'teacher', yearCode: string | null) => ({ role, yearCode })
    const nobody = { bandOverride: null }
    expect(['R', '2', '6', '11', '13'].map((year) => passwordBand(nobody, [at('pupil', year)]))).toEqual(['EYFS', 'KS1', 'KS2', 'KS3-4', 'KS5'])
    expect(passwordBand(nobody, [at('pupil', '13'), at('teacher', null)])).toBe('adult')
    expect(passwordBand(nobody, [at('pupil', 'X')])).toBe('KS1')
    expect(passwordBand({ bandOverride: 'KS5' }, [at('pupil', 'X')])).toBe('KS5')
  })
})
