import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { communities } from '../../src/demo/names/communities.ts'
import type { NameSet } from '../../src/demo/names/community.ts'
import { NO_SURNAME, unusualNames } from '../../src/demo/names/unusual.ts'
import { toAscii, toWindows1252Text } from '../../src/demo/transliterate.ts'
import { createUsernames } from '../../src/demo/usernames.ts'

const texts = (set: NameSet) => [...set.female, ...set.male, ...set.surnames.flatMap((one) => [one.male, one.female])]
const all = communities.flatMap((one) => [...texts(one.names), ...(one.own ? texts(one.own) : [])])

describe('the names', () => {
  it('come from many traditions and scripts, each with names to choose from', () => {
    expect(communities.length).toBeGreaterThan(35)
    for (const one of communities) {
      expect(new Set(one.names.female).size).toBeGreaterThanOrEqual(5)
      expect(new Set(one.names.male).size).toBeGreaterThanOrEqual(5)
      expect(one.names.surnames.length).toBeGreaterThanOrEqual(8)
    }
    const scripts = ['Bengali', 'Arabic', 'Han', 'Cyrillic', 'Greek', 'Gurmukhi', 'Gujarati', 'Devanagari', 'Tamil', 'Hangul', 'Hebrew', 'Ethiopic']
    const found = scripts.filter((script) => all.some((one) => new RegExp(`\\p{Script=${script}}`, 'u').test(one.text)))
    expect(found).toEqual(scripts)
  })

  it('have no empty part, stray separator or space at an end, are NFC, and have a Latin form wherever they are not Latin', () => {
    for (const { text, latin } of all) {
      expect(text).toMatch(/^[^|/,]+$/)
      expect(text.trim()).toBe(text)
      expect(text.normalize('NFC')).toBe(text)
      expect(latin).not.toMatch(/[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u)
      expect(toAscii(latin)).toMatch(/[A-Za-z]/)
    }
  })

  it('include very long, very short and single ones', () => {
    const lengths = unusualNames.map((one) => one.forename.text.length + 1 + one.surname.text.length)
    expect(Math.max(...lengths)).toBeGreaterThanOrEqual(60)
    expect(Math.min(...lengths)).toBeLessThanOrEqual(4)
    expect(unusualNames.some((one) => one.surname.text === NO_SURNAME)).toBe(true)
  })
})

describe('transliteration', () => {
  it('makes plain ASCII of accents and special letters', () => {
    expect(['Siân', 'Łukasz', 'Þóra', 'Nguyễn', 'Adébáyọ̀', 'Çağlar', 'O’Neill', 'Straße'].map(toAscii))
      .toEqual(['Sian', 'Lukasz', 'Thora', 'Nguyen', 'Adebayo', 'Caglar', "O'Neill", 'Strasse'])
  })

  it('keeps what Windows-1252 has, and transliterates only what it lacks', () => {
    expect(toWindows1252Text('José', 'José')).toBe('José')
    expect(toWindows1252Text('Šimkus', 'Šimkus')).toBe('Šimkus')
    expect(toWindows1252Text('Świętosław', 'Świętosław')).toBe('Swietoslaw')
    expect(toWindows1252Text('Nguyễn-Élise', 'Nguyễn-Élise')).toBe('Nguyen-Élise')
    expect(toWindows1252Text('陳', 'Chan')).toBe('Chan')
    for (const { text, latin } of all) {
      const kept = toWindows1252Text(text, latin)
      expect(iconv.decode(iconv.encode(kept, 'windows-1252'), 'windows-1252')).toBe(kept)
      expect(kept).not.toContain('?')
    }
  })
})

describe('login names', () => {
  const name = (forename: string, surname: string) => ({ forename, surname, latinForename: forename, latinSurname: surname, legalForename: null })

  it('are year, initial and family name in ASCII, each handed out once', () => {
    const usernames = createUsernames()
    expect(usernames.pupil(name('Jo', 'Smith'), 2026)).toBe('26jsmith')
    expect(usernames.pupil(name('Jack', 'Smith'), 2026)).toBe('26jsmith2')
    expect(usernames.pupil(name('Jón', 'Smíth'), 2026)).toBe('26jsmith3')
    expect(usernames.pupil(name('Jo', 'Smith'), 2025)).toBe('25jsmith')
    expect(usernames.pupil(name('Thiri', NO_SURNAME), 2026)).toBe('26thiri')
    expect(usernames.staff(name('Siân', "O'Dea"))).toBe('s.odea')
  })

  it('fit sAMAccountName and never meet, even where numbers and names mix', () => {
    const usernames = createUsernames()
    const given = Array.from({ length: 400 }, (_, index) => usernames.pupil(name('A', index % 3 === 0 ? 'B2' : index % 3 === 1 ? 'B' : 'Thistlethwaite-Featherstone'), 2026))
    expect(new Set(given).size).toBe(400)
    for (const username of given) expect(username.length).toBeLessThanOrEqual(20)
  })
})
