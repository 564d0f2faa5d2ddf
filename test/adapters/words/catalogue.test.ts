import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCatalogues } from '../../../src/adapters/words/words.ts'
import { parseTypedName } from '../../../src/features/signing/typed-name.ts'
import { templateFolder } from '../../../src/http/assets.ts'
import { bareWordsIn, findBareWords } from './find-bare-words.ts'
import { findSentences, placesOf } from './find-sentences.ts'
import { wordsForSigners } from './signers-files.ts'

const FORMS = ['zero', 'one', 'two', 'few', 'many', 'other']
const catalogues = readCatalogues(join(templateFolder(), 'locales', 'cy'))
const welsh = new Map(Object.values(catalogues).flatMap((catalogue) => Object.entries(catalogue)))
const tooLong = parseTypedName('x'.repeat(201))
/** What is put together from a number in the code. */
const MADE = [tooLong.ok ? '' : tooLong.reason]
/** What stands on a sealed record is held against the code by the tests of the record. */
const RECORD = '_record'
const found = findSentences()
const keysOf = ({ key, counted }: { key: string; counted: boolean }): string[] => (counted ? FORMS.map((form) => `${key}_${form}`) : [key])
const english = (key: string): string => key.replace(/_(zero|one|two|few|many|other|young|year|record)$/, '')
const markup = (text: string): string[] => [...text.matchAll(/<[^>]+>/g)].map(([tag]) => tag).sort()

describe('the Welsh catalogue (G6)', () => {
  it('finds the sentences', () => {
    expect(found.length).toBeGreaterThan(600)
    expect(found.map(({ key }) => key)).toEqual(expect.arrayContaining(['I have read this', 'Do you agree?_young', 'Dear {{name}},', 'Write your name. It is your signature.', 'Type your class code']))
  })

  it('has every sentence of pages and mails of people who sign', () => {
    expect([...new Set(found.flatMap((one) => keysOf(one).filter((key) => !welsh.has(key)).map((key) => `${one.in}: ${key}`)))]).toEqual([])
    expect(MADE.filter((key) => !welsh.has(key))).toEqual([])
  })

  it('reads every word of the files that speak to people who sign, whatever the code does with it', () => {
    const route = `definePage({ name: 'x', permission: 'public' }); backWithErrors(ctx, { name: 'Write it down.' }) // Not this one.\n throw new Refused({ what: \`The file of ${'${name}'} is gone.\` })`
    expect(wordsForSigners('features/new/new-routes.ts', route)).toEqual(['Write it down.', 'The file of ${name} is gone.'])
    expect(wordsForSigners('features/new/new-views.ts', "view('pages/signing/done.njk', { title: 'Thank you very much' })")).toEqual(['Thank you very much'])
    expect(wordsForSigners('features/new/office-routes.ts', "definePage({ permission: 'office.board.view' }); view('pages/office/board.njk', { title: 'Who has signed' })")).toBeNull()
  })

  it('has no words in templates of people who sign that pass it by', () => {
    expect(bareWordsIn(`{# Not this #}<h1>{{ t('Known') }}</h1><p class="Not this">Said in English</p>{{ button({ text: "Go on" }) }}<img alt="A picture">`)).toEqual(['A picture', 'Said in English', 'Go on'])
    expect(findBareWords()).toEqual([])
  })

  it('has no sentence that nobody says', () => {
    const said = new Set([...found.flatMap(keysOf), ...MADE])
    expect([...welsh.keys()].filter((key) => !said.has(key) && !key.endsWith(RECORD))).toEqual([])
  })

  it('has the same places and the same markup in both languages', () => {
    const wrong = [...welsh].filter(([key, text]) => {
      const [wanted, has] = [placesOf(english(key)), placesOf(text)]
      // A form for one says the number in words where it likes.
      const places = has.every((place) => wanted.includes(place)) && wanted.every((place) => has.includes(place) || place === 'count')
      return !places || JSON.stringify(markup(english(key))) !== JSON.stringify(markup(text))
    })
    expect(wrong).toEqual([])
  })

  it('is Welsh: nothing is empty or left as it was, and apostrophes are typographic', () => {
    // What has no words of its own but places.
    const bare = (text: string): boolean => !/\p{L}/u.test(text.replace(/\{\{\w+\}\}|<[^>]+>/g, ''))
    const same = new Set(['Staff', 'Camera_record'])
    expect([...welsh].filter(([key, text]) => text.trim() === '' || (text === english(key) && !bare(text) && !same.has(key)))).toEqual([])
    expect([...welsh.values()].filter((text) => text.replace(/<[^>]+>/g, '').includes("'"))).toEqual([])
  })
})
