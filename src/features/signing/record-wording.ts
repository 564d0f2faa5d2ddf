import { actWords, type ActWords } from '../../adapters/pdf/act-words.ts'
import type { Language } from '../../shared/dates.ts'
import { languageOfRecord, type SayInRecord } from '../agreements/say-in-record.ts'

/** Our words on the record of a text in another language than English: the language's own, and where a court would want it the English beside it. */
export interface RecordWording {
  readonly language: Language
  readonly act: ActWords
  /** The sentence alone, its places left open. */
  say(english: string): string
  /** "Disgybl (Pupil)": with the English name, places filled in both. */
  beside(english: string, values?: Readonly<Record<string, string>>): string
}

/** Wordings by the language of a text; null: English. Each sentence is put into words once and not once for a signature. */
export function recordWordings(say: SayInRecord): (textLanguage: string) => RecordWording | null {
  const made = new Map<Language, RecordWording>()
  return (textLanguage) => {
    const language = languageOfRecord(textLanguage)
    if (language === 'en-GB') return null
    let wording = made.get(language)
    if (!wording) made.set(language, wording = wordingIn(language, say))
    return wording
  }
}

const PLACE = /\{\{(\w+)\}\}/g

/** Fills the places of a sentence in one pass, so that a name that looks like a place stays a name. */
export function fillPlaces(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACE, (place, name: string) => values[name] ?? place)
}

function wordingIn(language: Language, say: SayInRecord): RecordWording {
  const known = new Map<string, string>()
  const open = (english: string): string => {
    const before = known.get(english)
    if (before !== undefined) return before
    // Each place is filled with itself, so that it stays open.
    const text = say(language, english, Object.fromEntries([...english.matchAll(PLACE)].map(([place, name = '']) => [name, place])))
    known.set(english, text)
    return text
  }
  const beside = (english: string, values: Readonly<Record<string, string>> = {}): string => {
    const said = open(english)
    const both = said === english ? english : `${said} (${english})`
    return both.includes('{{') ? fillPlaces(both, values) : both
  }
  return { language, act: actWords(language, open, (english) => beside(english)), say: open, beside }
}
