import type { Language } from '../../shared/dates.ts'
import { type ActWords, ENGLISH_ACT } from './act-words.ts'
import type { CompiledTemplate } from './pdf-records.ts'

/** Raised when the tail's layout or the numbers below change; old templates keep being read by their own format. */
export const TEMPLATE_FORMAT = 1

/** The faces in which names and values are set without shaping. */
export type FastFace = 'regular' | 'bold' | 'italic'

/** One face's table: for the n-th character of `chars` its font resource, glyph as four hex digits, and width in thousandths of an em. */
export interface FastTable {
  chars: string
  resources: string[]
  glyphs: string[]
  widths: number[]
  /** Another family, for words with a letter that this one lacks; absent where it lacks none that matters. */
  spare?: FastTable
}

/** Where the objects of the tail go, and what they refer to in the prefix. */
export interface TemplateMeta {
  /** Number of the first object of the tail; 0 .. first-1 have rows in `xref`. */
  first: number
  /** The cross-reference rows of the prefix, 20 bytes each, row 0 included. */
  xref: string
  /** Object numbers in the prefix. */
  objects: {
    catalog: number
    info: number
    /** Intermediate page node with the agreement's pages. */
    textPages: number
    /** Content stream with the running header. */
    header: number
    /** Dictionary of the fonts. */
    fonts: number
    structureDocument: number
    widget: number
  }
  textPageCount: number
  /** Key of the first page of the tail in the structure's parent tree. */
  firstStructKey: number
  fonts: Record<FastFace, FastTable>
  /** Font resources of the prefix, for resource dictionaries that add fonts: "/F0 12 0 R /F1 ...". */
  fontEntries: string
  young: boolean
  title: string
  trustName: string
  versionLabel: string
  /** Our words on the signature page; English where absent, as in templates of before. */
  words?: ActWords
}

/** Number of the tail's fixed objects, counted from `first`. */
export const TAIL = { pages: 0, signature: 1, fileSpec: 2, file: 3, section: 4, parents: 5, page: 6, free: 7 } as const

/** Reads a template's meta; throws on a format this release does not know. */
export function templateMeta(template: CompiledTemplate): TemplateMeta {
  if (template.format !== TEMPLATE_FORMAT) throw new Error(`A record template of format ${template.format} is not known to this release.`)
  return template.meta as unknown as TemplateMeta
}

/** In which language our words stand on the records of a template. */
export function templateLanguage(template: CompiledTemplate): Language {
  return (templateMeta(template).words ?? ENGLISH_ACT).language
}
