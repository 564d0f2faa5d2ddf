/** The kinds of text, in the order a reader is offered them. */
export const VARIANTS = ['standard', 'easy-read', 'symbols'] as const

const VARIANT_WORDS: Readonly<Record<string, string>> = { standard: 'Full text', 'easy-read': 'Short and easy', symbols: 'Short, with symbols' }
/** The same for those who read Welsh: a way to read is named in its own words. */
const WELSH_VARIANT_WORDS: Readonly<Record<string, string>> = { standard: 'Testun llawn', 'easy-read': 'Byr a hawdd', symbols: 'Byr, gyda symbolau' }
/** Where the runtime's own name for a language would differ from what its readers write. */
const OWN_NAMES: Readonly<Record<string, string>> = { 'en-GB': 'English', cy: 'Cymraeg' }
const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i

export const variantWords = (variant: string): string => VARIANT_WORDS[variant] ?? variant

/** A language in its own words, such as "Polski"; the tag where nobody knows it. */
export function languageName(language: string): string {
  const known = OWN_NAMES[language]
  if (known) return known
  try {
    const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
    return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
  } catch {
    return language
  }
}

export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr'
}

/** "English, short and easy"; "Cymraeg, byr a hawdd". */
export function nameOf({ language, variant }: { language: string; variant: string }): string {
  const kind = (language === 'cy' ? WELSH_VARIANT_WORDS[variant] : undefined) ?? variantWords(variant)
  return `${languageName(language)}, ${kind.toLowerCase()}`
}

/** `cy/easy-read`, as addresses carry it. */
export const textKey = ({ language, variant }: { language: string; variant: string }): string => `${language}/${variant}`
