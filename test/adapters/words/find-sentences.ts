import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSpoken } from '../../../src/http/spoken-pages.ts'
import { wordsForSigners } from './signers-files.ts'
import { isSpokenMail } from '../../../src/features/messages/mail-renderer.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A sentence as the code says it: the key of its Welsh, without the suffix of a plural. */
export interface FoundSentence {
  key: string
  counted: boolean
  places: string[]
  in: string
}

const QUOTED = `'((?:[^'\\\\\\n]|\\\\.)*)'|"((?:[^"\\\\\\n]|\\\\.)*)"`
const CALL = new RegExp(`\\b(?:t|tHtml|sentence)\\(\\s*(?:${QUOTED})\\s*(?:,\\s*(\\{[^{}]*\\}|YOUNG))?`, 'g')

/** Every sentence of pages and mails of people who sign. */
export function findSentences(): FoundSentence[] {
  const found = [...templates(), ...sources()].flatMap(({ name, text }) => [...text.matchAll(CALL)].map((match) => asFound(match[1] ?? match[2] ?? '', match[3] ?? '', name)))
  const known = new Set(found.map(({ key }) => key.replace(/_(?:young|year)$/, '')))
  // What is looked up as it comes: messages of forms and refusals, and whatever else such a file says.
  const messages = sources().flatMap(({ name, text }) => wordsForSigners(name, text)?.filter((said) => !known.has(said)).map((said) => asFound(said, '', name)) ?? [])
  return [...found, ...messages]
}

function asFound(text: string, values: string, where: string): FoundSentence {
  const context = values === 'YOUNG' ? 'young' : /context: '(\w+)'/.exec(values)?.[1]
  return { key: context === undefined ? text : `${text}_${context}`, counted: /\bcount\b/.test(values), places: placesOf(text), in: where }
}

/** The `{{places}}` of a sentence, in order of the alphabet. */
export const placesOf = (text: string): string[] => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? ''))].sort()

function templates(): { name: string; text: string }[] {
  const folder = join(root, 'templates')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.njk') && isOfSigners(name))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

/** Layouts and components are read whole: what stands there is on pages of people who sign as well. */
function isOfSigners(name: string): boolean {
  if (name.startsWith('layouts/') || name.startsWith('components/') || name.startsWith('emails/_') || name === 'pages/class/kept.njk') return true
  return isSpoken(name) || isSpokenMail(/^emails\/([a-z-]+)\./.exec(name)?.[1] ?? '')
}

function sources(): { name: string; text: string }[] {
  const folder = join(root, 'src')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && name !== 'shared/sentence.ts').map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}
