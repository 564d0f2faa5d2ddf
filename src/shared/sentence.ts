import { type CalendarDate, type Instant, type Language, longDate, longInstant, shortDate } from './dates.ts'

/** What may stand in a sentence's places; the places are written `{{name}}`. */
export type SentenceValues = Readonly<Record<string, string | number | Sentence | Spoken | null | undefined>>

/**
 * A sentence of ours that is put into the reader's language where it is shown: its English words are the key. A view model carries it in place
 * of a finished string, so that it need not know who reads. Where nobody asks for a language it reads as English.
 */
export class Sentence {
  readonly text: string
  readonly values: SentenceValues
  constructor(text: string, values: SentenceValues = {}) {
    this.text = text
    this.values = values
  }

  toString(): string {
    const text = this.values['count'] === 1 && typeof this.values['one'] === 'string' ? this.values['one'] : this.text
    return text.replace(/\{\{(\w+)\}\}/g, (place, name: string) => String(this.values[name] ?? place))
  }

  toJSON(): string {
    return this.toString()
  }
}

/** How a part is put into the reader's language. */
export type Say = (said: Said) => string

/** Something that is written differently in each language without being a sentence: a date, a list of names. */
export class Spoken {
  readonly #write: (language: Language, say: Say) => string
  constructor(write: (language: Language, say: Say) => string) {
    this.#write = write
  }

  in(language: Language, say: Say): string {
    return this.#write(language, say)
  }

  toString(): string {
    return this.#write('en-GB', String)
  }

  toJSON(): string {
    return this.toString()
  }
}

/** What a view model may carry where words of ours stand. */
export type Said = string | Sentence | Spoken

/**
 * A sentence of ours for a page or mail. With `count` the Welsh has its six forms, and `one` is the English of exactly one.
 * Only literal text is a key, so that a test finds each in the catalogue; names and the like are values.
 */
export function sentence(text: string, values: SentenceValues = {}): Sentence {
  return new Sentence(text, values)
}

/** "Tuesday 1 September 2026" in the reader's language. */
export const saidDay = (date: CalendarDate): Spoken => new Spoken((language) => longDate(date, language))
/** "1 September 2026" in the reader's language. */
export const saidShortDay = (date: CalendarDate): Spoken => new Spoken((language) => shortDate(date, language))
/** "1 September 2026 at 14:05" in the reader's language. */
export const saidInstant = (at: Instant, timeZone?: string): Spoken => new Spoken((language) => longInstant(at, timeZone, language))

/** Parts one after another, such as "Year 4, class 4B, Larkmoor Primary School". */
export const saidInTurn = (parts: readonly Said[], separator = ', '): Spoken => new Spoken((_, say) => parts.map(say).join(separator))

/** "Amira", "Amira and Noah", "Amira, Noah and Zoë"; in Welsh "ac" before a vowel. */
export function saidNames(names: readonly string[]): Spoken {
  const last = names.at(-1) ?? ''
  return new Spoken((language) => {
    if (names.length < 2) return last
    const and = language === 'cy' ? (/^[aeiouwyâêîôûŵŷäëïöüáéíóú]/i.test(last) ? 'ac' : 'a') : 'and'
    return `${names.slice(0, -1).join(', ')} ${and} ${last}`
  })
}
