import { join } from 'node:path'
import nunjucks from 'nunjucks'
import { inWords, speaking } from '../../adapters/words/speaking.ts'
import type { Words } from '../../adapters/words/words.ts'
import type { Language } from '../../shared/dates.ts'

export interface RenderedMail {
  subject: string
  text: string
  html: string
}

/** Mails to people who sign, which come in the reader's language (G6). The others, to people who work here, are in English. */
const SPOKEN: ReadonlySet<string> = new Set([
  'consent-receipt', 'guardian-sign-link', 'link-code', 'own-link', 'pupil-sign-link', 'receipt', 'reminder', 'staff-sign-link', 'visitor-sign-link',
])

export const isSpokenMail = (name: string): boolean => SPOKEN.has(name)

/** Renders the mails of `templates/emails`; see its README for the variables. */
export class MailRenderer {
  readonly #words: Words
  readonly #plain: Record<Language, nunjucks.Environment>
  readonly #escaped: Record<Language, nunjucks.Environment>

  constructor(templatesDir: string, words: Words) {
    this.#words = words
    const environment = (autoescape: boolean, language: Language) =>
      speaking(new nunjucks.Environment(new nunjucks.FileSystemLoader(join(templatesDir, 'emails'), { watch: false }), { autoescape }), this.#words, language)
    const both = (autoescape: boolean) => ({ 'en-GB': environment(autoescape, 'en-GB'), cy: environment(autoescape, 'cy') })
    this.#plain = both(false)
    this.#escaped = both(true)
  }

  /** `language` counts for mails to people who sign. */
  render(name: string, variables: object, asked: Language = 'en-GB'): RenderedMail {
    const language = isSpokenMail(name) ? asked : 'en-GB'
    const shown = inWords({ ...variables, language }, this.#words, language) as object
    return {
      subject: this.#plain[language].render(`${name}.subject.njk`, shown).replace(/\s+/g, ' ').trim(),
      text: this.#plain[language].render(`${name}.text.njk`, shown),
      html: this.#escaped[language].render(`${name}.html.njk`, shown),
    }
  }
}
