import { createHash } from 'node:crypto'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { Language } from '../../shared/dates.ts'
import type { Band } from './band.ts'

/** Images by use, publication of work, one additional online service each (G5). */
export const CONSENT_KINDS = ['images', 'publication', 'service'] as const
export type ConsentKind = (typeof CONSENT_KINDS)[number]

/** Whose answer counts. `guardian-and-pupil`: both have to say yes. `pupil` and `self`: the person alone. */
export const CONSENT_SIGNERS = ['guardian', 'guardian-and-pupil', 'pupil', 'self'] as const
export type ConsentSigner = (typeof CONSENT_SIGNERS)[number]

/** What somebody reads of a question. */
export interface QuestionWords {
  /** Short, for lists: "Photos on the school website". */
  title: string
  question: string
  hint: string
}

/** One optional question beside the agreements. Its answer is never part of agreeing to rules (G5). Its own words are the English ones. */
export interface ConsentQuestion extends QuestionWords {
  id: string
  /** The same use at trust and school: a school's own question stands in place of the trust's. */
  key: string
  schoolId: string | null
  kind: ConsentKind
  /** The same in Welsh; null: who reads Welsh pages reads the English words (G6). */
  welsh: QuestionWords | null
  bands: readonly Band[]
  signerRule: ConsentSigner
  /** Rises with each change of the wording. */
  version: number
  /** Answers to versions before this count no more. */
  countsFrom: number
  position: number
  active: boolean
}

export function sameWords(one: QuestionWords | null, other: QuestionWords | null): boolean {
  return one?.title === other?.title && one?.question === other?.question && one?.hint === other?.hint
}

/** A question as one reader sees it. `hash`: an answer is to exactly these words (S1). */
export interface SaidQuestion extends QuestionWords {
  language: Language
  hash: string
}

type Worded = Pick<ConsentQuestion, 'key' | 'version' | 'welsh' | keyof QuestionWords>

/** The question for a reader of this language, in English where there is nothing else. Pure. */
export function questionIn(question: Worded, language: Language): SaidQuestion {
  const welsh = language === 'cy' ? question.welsh : null
  const { title, question: asked, hint } = welsh ?? question
  return { title, question: asked, hint, language: welsh ? 'cy' : 'en-GB', hash: questionHash({ key: question.key, version: question.version, title, question: asked, hint }) }
}

/** The question with the words that have this hash; null when it says something else by now. Pure. */
export function questionSaidAs(question: Worded, hash: string): SaidQuestion | null {
  return (['en-GB', 'cy'] as const).map((language) => questionIn(question, language)).find((said) => said.hash === hash) ?? null
}

/** What was asked, as a hash. */
function questionHash(question: Pick<ConsentQuestion, 'key' | 'title' | 'question' | 'hint' | 'version'>): string {
  const { key, title, question: asked, hint, version } = question
  return createHash('sha256').update(canonicalJson({ key, title, question: asked, hint, version })).digest('hex')
}

/** Of the questions of trust and school those that a school asks a band; its own stand in place of the trust's, also to leave one out. Pure. */
export function questionsFor(questions: readonly ConsentQuestion[], schoolId: string, band: Band | null): ConsentQuestion[] {
  const own = new Set(questions.filter((one) => one.schoolId === schoolId).map((one) => one.key))
  return questions.filter((one) => one.active && (one.schoolId === schoolId || (one.schoolId === null && !own.has(one.key))) && (band === null || one.bands.includes(band)))
    .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))
}

/** Which slots have to say yes; from the 18th birthday the student's alone (G4). Pure. */
export function slotsAsked(rule: ConsentSigner, adult: boolean): readonly ('guardian' | 'pupil' | 'self')[] {
  if (rule === 'self') return ['self']
  if (adult || rule === 'pupil') return ['pupil']
  return rule === 'guardian' ? ['guardian'] : ['guardian', 'pupil']
}

/** Questions that many schools ask, to begin with; none is asked before somebody adds it. */
export const SUGGESTED_QUESTIONS: readonly Pick<ConsentQuestion, 'key' | 'kind' | 'welsh' | keyof QuestionWords>[] = [
  {
    key: 'images-display', kind: 'images', title: 'Photos on display in school', question: 'May we show photos or films of you or your child inside the school?', hint: 'On walls and screens that only people in the school see. No full name beside them.',
    welsh: { title: 'Lluniau i’w dangos yn yr ysgol', question: 'A gawn ni ddangos lluniau neu ffilmiau ohonoch chi neu o’ch plentyn y tu mewn i’r ysgol?', hint: 'Ar waliau a sgriniau y mae pobl yr ysgol yn unig yn eu gweld. Dim enw llawn wrth eu hymyl.' },
  },
  {
    key: 'images-website', kind: 'images', title: 'Photos on the school website', question: 'May we show photos or films on the school’s website and in its prospectus?', hint: 'Anyone can see these. No full name beside them.',
    welsh: { title: 'Lluniau ar wefan yr ysgol', question: 'A gawn ni ddangos lluniau neu ffilmiau ar wefan yr ysgol ac yn ei phrosbectws?', hint: 'Gall unrhyw un weld y rhain. Dim enw llawn wrth eu hymyl.' },
  },
  {
    key: 'images-social', kind: 'images', title: 'Photos on social media', question: 'May we show photos or films on the school’s social media pages?', hint: 'Anyone can see and copy these. No full name beside them.',
    welsh: { title: 'Lluniau ar y cyfryngau cymdeithasol', question: 'A gawn ni ddangos lluniau neu ffilmiau ar dudalennau cyfryngau cymdeithasol yr ysgol?', hint: 'Gall unrhyw un weld a chopïo’r rhain. Dim enw llawn wrth eu hymyl.' },
  },
  {
    key: 'images-press', kind: 'images', title: 'Photos in the press', question: 'May newspapers or television show photos or films taken at school?', hint: 'We tell you before, and the school cannot take them back later.',
    welsh: { title: 'Lluniau yn y wasg', question: 'A gaiff papurau newydd neu’r teledu ddangos lluniau neu ffilmiau a dynnwyd yn yr ysgol?', hint: 'Byddwn yn dweud wrthych ymlaen llaw, ac ni all yr ysgol eu cymryd yn ôl wedyn.' },
  },
  {
    key: 'work-published', kind: 'publication', title: 'School work published', question: 'May we publish school work, such as a picture or a story, outside the school?', hint: 'With first name and year at most.',
    welsh: { title: 'Cyhoeddi gwaith ysgol', question: 'A gawn ni gyhoeddi gwaith ysgol, fel llun neu stori, y tu allan i’r ysgol?', hint: 'Gydag enw cyntaf a blwyddyn ar y mwyaf.' },
  },
]
