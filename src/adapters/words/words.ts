import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import i18next, { type Resource } from 'i18next'
import type { Language } from '../../shared/dates.ts'
import { type Said, Sentence, type SentenceValues, Spoken } from '../../shared/sentence.ts'

/** Sentences of ours in the reader's language. */
export interface Words {
  /**
   * The sentence in this language, its `{{places}}` filled. Where there is no Welsh of it, English. Values go in as they are: who writes HTML
   * escapes the whole, or the values beforehand. A value is never read as a sentence or a place of its own.
   */
  say(language: Language, sentence: Said, values?: SentenceValues): string
  /** True when this sentence has words of its own in that language. */
  knows(language: Language, sentence: string): boolean
}

/**
 * Loads the catalogues of `<templatesDir>/locales/cy/*.json`, one namespace for each file. The English sentence is the key, so English needs no
 * catalogue and templates stay readable.
 * @throws Error when a catalogue is no JSON, or the same sentence stands in two.
 */
export function createWords(templatesDir: string): Words {
  const catalogues = readCatalogues(join(templatesDir, 'locales', 'cy'))
  const namespaces = Object.keys(catalogues)
  const engine = i18next.createInstance({
    lng: 'en-GB', fallbackLng: 'en-GB', supportedLngs: ['en-GB', 'cy'], load: 'currentOnly', initAsync: false,
    resources: { cy: catalogues } satisfies Resource, ns: namespaces, defaultNS: namespaces[0] ?? 'common', fallbackNS: namespaces,
    keySeparator: false, nsSeparator: false, returnEmptyString: false, interpolation: { escapeValue: false },
  })
  void engine.init()
  // Without places a Welsh sentence is the same every time; the engine takes fifty times as long to find it as this does.
  const plain = new Map(namespaces.flatMap((name) => Object.keys(catalogues[name] ?? {}).filter((text) => !text.includes('{{')).map((text) => [text, engine.t(text, { lng: 'cy', nest: false })] as const)))
  return {
    say(language, said, more) {
      // An English sentence is its own key.
      if (typeof said === 'string' && more === undefined && !said.includes('{{')) return language === 'en-GB' ? said : plain.get(said) ?? said
      if (said instanceof Spoken) return said.in(language, (part) => (typeof part === 'string' ? part : this.say(language, part)))
      const [text, values] = said instanceof Sentence ? [said.text, { ...said.values, ...more }] : [said, more ?? {}]
      const { one, ...places } = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(this, language, value)]))
      return engine.t(text, {
        ...places, lng: language, defaultValue: text, ...(typeof one === 'string' ? { defaultValue_one: one } : {}),
        // A typed value such as "$t(x)" stays what it is.
        nest: false, replace: places,
      })
    },
    knows: (language, text) => language === 'cy' && namespaces.some((name) => Object.hasOwn(catalogues[name] ?? {}, text)),
  }
}

function written(words: Words, language: Language, value: SentenceValues[string]): string | number {
  if (value instanceof Sentence || value instanceof Spoken) return words.say(language, value)
  return value ?? ''
}

/** Namespace, English sentence (with its plural's suffix), Welsh sentence. */
export type Catalogues = Readonly<Record<string, Readonly<Record<string, string>>>>

/** @throws Error when a file is no JSON, or a sentence stands in two. */
export function readCatalogues(folder: string): Catalogues {
  const catalogues: Record<string, Record<string, string>> = {}
  const seen = new Map<string, string>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    const catalogue = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>
    for (const key of Object.keys(catalogue)) {
      if (seen.has(key)) throw new Error(`The sentence "${key}" stands in ${seen.get(key) ?? ''} and in ${file}.`)
      seen.set(key, file)
    }
    catalogues[file.replace(/\.json$/, '')] = catalogue
  }
  return catalogues
}
