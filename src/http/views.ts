import nunjucks from 'nunjucks'
import type { Words } from '../adapters/words/words.ts'
import { inWords, speaking } from '../adapters/words/speaking.ts'
import { longDate, longInstant, shortDate } from '../shared/dates.ts'
import type { CalendarDate, Instant, Language } from '../shared/dates.ts'
import { assetUrl, templateFolder } from './assets.ts'
import { brandStyle } from './brand-colour.ts'
import { isSpoken } from './spoken-pages.ts'

/** The school (or trust) that leads the page. */
export interface Brand {
  /** Shown first: the school's name, or the trust's on pages of the whole trust. */
  schoolName: string
  trustName: string
  /** Two or three letters for the drawn shield when the school has no crest of its own. */
  initials: string
  /** `#rrggbb`; every colour on the page is derived from it with enough contrast. */
  colour: string
  /** Address of the crest, same origin or `data:`; absent: a shield with the initials is drawn. */
  crestUrl?: string
  /** What a careful reader compares with the address bar, such as `assent.larkmoor.example`. */
  address?: string
  /** IANA zone in which instants are shown. */
  timeZone?: string
}

/** Who is looking; null before sign-in. */
export interface ActorView {
  name: string
  /** "School office", "Parent or carer". */
  role: string
  signOutUrl?: string
  /** The demo's way back to the persona picker. */
  switchUrl?: string
}

/** One entry of the office's navigation; it is current when `path` lies below its address and no longer one fits. */
export interface NavItem {
  text: string
  href: string
  /** Heading under which neighbouring entries of the same group stand; absent: no heading. */
  group?: string
  /** Small figure beside the entry, such as the number of plans that wait. */
  count?: number
}

/** What every page gets beside its own view model. */
export interface PageGlobals {
  cspNonce: string
  csrfToken: string
  brand: Brand
  actor: ActorView | null
  /** Path of this request, without the query. */
  path: string
  nav: NavItem[]
  /** BCP 47; default `en-GB`. */
  lang: string
  dir: 'ltr' | 'rtl'
  /** Languages that are offered; the switch is shown where there is more than one. */
  languages: readonly Language[]
  /** This page's address, for coming back to it. */
  here: string
  /** Messages of a refused form, in the order of the fields. */
  errors: FieldError[]
}

/** One message of a form: what is wrong and what to do, beside the field and in the summary. */
export interface FieldError {
  field: string
  text: string
  /** What stands in the places of the text. */
  values?: Readonly<Record<string, string>>
}

export interface Views {
  /**
   * Renders a template such as `pages/signing/read.njk`. Everything is escaped unless the template says `safe`.
   * @throws Error naming the template when it is missing or broken.
   */
  render(name: string, data: Partial<PageGlobals> & Record<string, unknown>): string
}

/**
 * Makes the renderer. `dev` reads templates and style sheets afresh on each render. A page of people who sign comes in the language of its
 * data (`lang`); every other one is in English.
 */
export function createViews(words: Words, options: { templatesDir?: string | string[]; dev?: boolean } = {}): Views {
  const dev = options.dev ?? false
  const folders = options.templatesDir ?? templateFolder()
  // A macro sees what its environment has and nothing of the page, so each language has an environment.
  const environment = (language: Language) => {
    const env = new nunjucks.Environment(new nunjucks.FileSystemLoader(folders, { noCache: dev, watch: false }), {
      autoescape: true,
      trimBlocks: true,
      lstripBlocks: true,
    })
    env.addGlobal('asset', (file: string) => assetUrl(file, dev))
    for (const [name, filter] of Object.entries(filtersIn(language, words))) env.addFilter(name, filter)
    return speaking(env, words, language)
  }
  const environments = { 'en-GB': environment('en-GB'), cy: environment('cy') }
  return {
    render: (name, data) => {
      const spoken = isSpoken(name)
      const language: Language = spoken && data.lang === 'cy' ? 'cy' : 'en-GB'
      const shown = inWords({ ...data, lang: language }, words, language) as object
      return environments[language].render(name, { ...shown, spoken, brandStyle: data.brand ? styleOf(data.brand.colour) : '' })
    },
  }
}

const styles = new Map<string, string>()
function styleOf(colour: string): string {
  const style = styles.get(colour) ?? brandStyle(colour)
  styles.set(colour, style)
  return style
}

const figures = new Intl.NumberFormat('en-GB')

const filtersIn = (language: Language, words: Words) => ({
  /** "Tuesday 1 September 2026". */
  longDate: (date: CalendarDate) => longDate(date, language),
  /** "1 September 2026", for lists where the weekday says nothing. */
  shortDate: (date: CalendarDate) => shortDate(date, language),
  /** "1 September 2026 at 14:05". */
  longInstant: (at: Instant, timeZone?: string) => longInstant(at, timeZone, language),
  /** For `<time datetime>`. */
  isoInstant: (at: Instant) => new Date(at).toISOString(),
  /** "1 pupil", "1,204 pupils", "2 children". */
  count: (amount: number, one: string, many = `${one}s`) => `${figures.format(amount)} ${amount === 1 ? one : many}`,
  /** "1,204". */
  figure: (amount: number) => figures.format(amount),
  /** Whole per cent, rounded down, so that 100 % is said only when nothing is left. */
  percentOf: (part: number, whole: number) => (whole === 0 ? 0 : Math.floor((part / whole) * 100)),
  /** The message of one field, or an empty text. */
  forField: (errors: FieldError[] | undefined, field: string) => {
    const error = errors?.find((e) => e.field === field)
    return error ? words.say(language, error.text, error.values) : ''
  },
  /** Address of the entry that the path lies under; the longest wins, so that `/office` does not claim `/office/board`. */
  currentHref: (nav: NavItem[], path = '') =>
    nav.map((item) => item.href).filter((href) => path === href || path.startsWith(`${href}/`)).sort((a, b) => b.length - a.length)[0] ?? '',
})
