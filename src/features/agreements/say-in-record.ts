import type { Words } from '../../adapters/words/words.ts'
import type { Language } from '../../shared/dates.ts'
import { sentence, type SentenceValues } from '../../shared/sentence.ts'

/** Puts words of ours that stand on a kept text or record into the language of that text, its `{{places}}` filled. */
export type SayInRecord = (textLanguage: string, english: string, values?: SentenceValues) => string

/** The language in which we write beside a text: Welsh where it is Welsh, else English. */
export const languageOfRecord = (textLanguage: string): Language => (/^cy(-|$)/i.test(textLanguage) ? 'cy' : 'en-GB')

/** English everywhere: where nobody reads it but its author, and in tests. */
export const IN_ENGLISH: SayInRecord = (_, english, values = {}) => String(sentence(english, values))

/**
 * Words of a record by their catalogue (`pdf`): each English sentence with `_record` behind it is the key, because a heading of a sealed page and a
 * button may say the same in English and not in Welsh. What has no Welsh stays English.
 */
export function sayInRecord(words: Pick<Words, 'say' | 'knows'>): SayInRecord {
  return (textLanguage, english, values = {}) => {
    const language = languageOfRecord(textLanguage)
    const key = `${english}_record`
    return words.knows(language, key) ? words.say(language, key, values) : IN_ENGLISH(textLanguage, english, values)
  }
}
