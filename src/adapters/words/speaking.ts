import nunjucks from 'nunjucks'
import type { Language } from '../../shared/dates.ts'
import { type Said, Sentence, type SentenceValues, Spoken } from '../../shared/sentence.ts'
import type { Words } from './words.ts'

const { SafeString } = nunjucks.runtime

/**
 * Gives templates their words in one language.
 * - `t(sentence, values)`: text; the template escapes it like any other.
 * - `tHtml(sentence, values)`: a sentence that carries markup of ours. Its values are escaped here, so that nothing typed becomes markup; only what `tHtml` itself made goes in as it is.
 * - `inEnglish(text)`: the `lang` attribute for words that have no Welsh, on a Welsh page.
 */
export function speaking(env: nunjucks.Environment, words: Words, language: Language): nunjucks.Environment {
  env.addGlobal('t', (text: Said | null | undefined, values?: SentenceValues) => (text === null || text === undefined ? '' : words.say(language, text, values)))
  env.addGlobal('tHtml', (text: string, values: SentenceValues = {}) => new SafeString(words.say(language, text, escaped(values, words, language))))
  env.addGlobal('inEnglish', (text: unknown) => new SafeString(language !== 'en-GB' && typeof text === 'string' && !words.knows(language, text) ? ' lang="en-GB"' : ''))
  return env
}

/** A view model with its sentences as texts of one language; everything else as it is. */
export function inWords(value: unknown, words: Words, language: Language): unknown {
  if (value instanceof Sentence || value instanceof Spoken) return words.say(language, value)
  if (Array.isArray(value)) return value.map((one) => inWords(one, words, language))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inWords(one, words, language)]))
}

function escaped(values: SentenceValues, words: Words, language: Language): SentenceValues {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => {
    if (typeof value === 'number' || value === null || value === undefined) return [name, value]
    // A part that `tHtml` made is markup already.
    if ((value as unknown) instanceof SafeString) return [name, String(value)]
    return [name, htmlEscaped(typeof value === 'string' ? value : words.say(language, value))]
  }))
}

const htmlEscaped = (text: string): string => text.replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`)
