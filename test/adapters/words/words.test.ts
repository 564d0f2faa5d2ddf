import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWords, type Words } from '../../../src/adapters/words/words.ts'
import { longDate, longInstant } from '../../../src/shared/dates.ts'
import { saidDay, sentence } from '../../../src/shared/sentence.ts'

let folder: string
let words: Words

const put = (name: string, content: object) => writeFileSync(join(folder, 'locales', 'cy', `${name}.json`), JSON.stringify(content))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'words-'))
  mkdirSync(join(folder, 'locales', 'cy'), { recursive: true })
  put('common', {
    'Read and sign.': 'Darllen a llofnodi.', 'Hello {{name}}: welcome.': 'Helo {{name}}: croeso.', 'Sign by {{date}}.': 'Llofnodwch erbyn {{date}}.',
    'Your answer': 'Eich ateb', 'Your answer_young': 'Dy ateb',
  })
  put('signing', {
    '{{count}} dogs_zero': '{{count}} ci', '{{count}} dogs_one': '{{count}} ci', '{{count}} dogs_two': '{{count}} gi',
    '{{count}} dogs_few': '{{count}} chi', '{{count}} dogs_many': '{{count}} chi', '{{count}} dogs_other': '{{count}} ci',
  })
  words = createWords(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('words (G6)', () => {
  it('has the English sentence as key, dots and colons included', () => {
    expect(words.say('cy', 'Read and sign.')).toBe('Darllen a llofnodi.')
    expect(words.say('en-GB', 'Read and sign.')).toBe('Read and sign.')
    expect(words.say('cy', 'Hello {{name}}: welcome.', { name: 'Carys' })).toBe('Helo Carys: croeso.')
    expect(words.say('en-GB', 'Hello {{name}}: welcome.', { name: 'Carys' })).toBe('Hello Carys: welcome.')
  })

  it('falls back to English, and to the English of one', () => {
    expect(words.say('cy', 'Nobody wrote this: {{what}}.', { what: 'x' })).toBe('Nobody wrote this: x.')
    expect(words.say('cy', '{{count}} cats', { count: 1, one: 'One cat' })).toBe('One cat')
    expect(words.knows('cy', 'Nobody wrote this: {{what}}.')).toBe(false)
    expect(words.knows('cy', 'Read and sign.')).toBe(true)
  })

  it('has the six plural forms of Welsh', () => {
    const said = [0, 1, 2, 3, 6, 11].map((count) => words.say('cy', '{{count}} dogs', { count, one: 'One dog' }))
    expect(said).toEqual(['0 ci', '1 ci', '2 gi', '3 chi', '6 chi', '11 ci'])
    expect([1, 2].map((count) => words.say('en-GB', '{{count}} dogs', { count, one: 'One dog' }))).toEqual(['One dog', '2 dogs'])
  })

  it('tells one who is a child from one who is not', () => {
    expect(words.say('cy', 'Your answer')).toBe('Eich ateb')
    expect(words.say('cy', 'Your answer', { context: 'young' })).toBe('Dy ateb')
    expect(words.say('en-GB', 'Your answer', { context: 'young' })).toBe('Your answer')
  })

  it('never reads a value as a sentence, a place or an option', () => {
    for (const typed of ['$t(Read and sign.)', '{{name}}', '{{lng}}', '<b>&"', '{{- name}}', '$t(x, {"lng":"cy"})', '__proto__']) {
      expect(words.say('cy', 'Hello {{name}}: welcome.', { name: typed })).toBe(`Helo ${typed}: croeso.`)
      expect(words.say('en-GB', 'Hello {{name}}: welcome.', { name: typed })).toBe(`Hello ${typed}: welcome.`)
    }
    expect(words.say('cy', 'Hello {{name}}: welcome.', { name: 'Read and sign.' })).toBe('Helo Read and sign.: croeso.')
  })

  it('says a sentence of a view model, with sentences and dates in its places', () => {
    const said = sentence('Hello {{name}}: welcome.', { name: sentence('Sign by {{date}}.', { date: saidDay('2026-09-01') }) })
    expect(words.say('cy', said)).toBe('Helo Llofnodwch erbyn dydd Mawrth 1 Medi 2026.: croeso.')
    expect(words.say('en-GB', said)).toBe('Hello Sign by Tuesday 1 September 2026.: welcome.')
    expect(String(said)).toBe(words.say('en-GB', said))
    expect(JSON.stringify({ said })).toBe(JSON.stringify({ said: String(said) }))
    expect(String(sentence('{{count}} cats', { count: 1, one: 'One cat' }))).toBe('One cat')
  })

  it('writes dates in Welsh', () => {
    expect(longDate('2026-11-22', 'cy')).toBe('dydd Sul 22 Tachwedd 2026')
    expect(longInstant(Date.parse('2026-07-03T13:05:00Z'), undefined, 'cy')).toBe('3 Gorffennaf 2026 am 14:05')
  })

  it('refuses a sentence that stands twice', () => {
    put('zz', { 'Read and sign.': 'Darllen.' })
    expect(() => createWords(folder)).toThrow('"Read and sign." stands in common.json and in zz.json')
    rmSync(join(folder, 'locales', 'cy', 'zz.json'))
  })
})
