import { cleanHeader } from '../csv/columns.ts'
import type { ColumnProfile } from '../source.ts'
import { CONTACT_OPENERS, fieldOf, OWN, PUPIL_SIGNS, SHARED } from './fields.ts'
import type { MappedField, Subject } from './fields.ts'

const SUBJECTS: readonly [RegExp, Subject][] = [
  [/^(?:pupil|student|child|learner)\b/, 'pupil'],
  [/^(?:(?:parent|guardian|carer|contact)(?: (?:or )?(?:parent|guardian|carer|contact))*)\b/, 'contact'],
  [/^(?:staff|employee|teacher)\b/, 'staff'],
  [/^class\b/, 'class'],
]

interface HeaderWord {
  words: string
  subject: Subject | null
  own: MappedField | null
  base: keyof typeof SHARED | null
  rank: number
  /** Which contact of several, where the header counts them. */
  nth: number
}

/** A header in plain words: lower case, no marks, "(T/F)" and the number of a repeat taken off. */
export function plainWords(header: string): string {
  return cleanHeader(header).toLowerCase().replace(/\(?\b[ty]\s*\/\s*[fn]\b\)?/g, ' ').replace(/[^a-z0-9]+/g, ' ').trim()
}

function readWord(header: string): HeaderWord {
  const all = plainWords(header)
  const direct = lookUp(all)
  if (direct.own || direct.base) return { words: all, subject: null, nth: 1, ...direct }
  const trimmed = all.replace(/ \d+$/, '')
  for (const [pattern, subject] of SUBJECTS) {
    const lead = pattern.exec(trimmed)?.[0]
    const trail = lead === undefined && ['pupil', 'student', 'parent', 'contact', 'class', 'staff'].find((word) => trimmed.endsWith(` ${word}`) && pattern.test(word))
    if (lead === undefined && !trail) continue
    const rest = (lead === undefined ? trimmed.slice(0, -String(trail).length) : trimmed.slice(lead.length)).trim()
    const nth = Number(/^(\d+)\b/.exec(rest)?.[1] ?? /(\d+)$/.exec(all)?.[1] ?? 1)
    const found = lookUp(rest.replace(/^\d+ ?/, ''))
    if (found.own || found.base) return { words: all, subject, nth, ...found }
  }
  return { words: trimmed, subject: null, nth: 1, ...lookUp(trimmed) }
}

function lookUp(words: string): Pick<HeaderWord, 'own' | 'base' | 'rank'> {
  for (const [own, synonyms] of Object.entries(OWN)) {
    const rank = synonyms.indexOf(words)
    if (rank !== -1) return { own: own as MappedField, base: null, rank }
  }
  for (const [base, synonyms] of Object.entries(SHARED)) {
    const rank = synonyms.indexOf(words)
    if (rank !== -1) return { own: null, base: base as keyof typeof SHARED, rank }
  }
  return { own: null, base: null, rank: -1 }
}

export interface Recognised {
  columns: ColumnProfile['columns']
  kind: 'pupils' | 'staff'
  /** True when the contact columns call their people parents, guardians or carers. */
  contactsAreParents: boolean
  warnings: string[]
}

/**
 * Guesses what the columns of a header mean. MIS exports repeat names: `ID, Forename, Surname, ID, Priority, Forename,
 * Surname, ID, Class Name` is a pupil, a contact and a class, known by the order in which they come.
 */
export function recogniseColumns(header: readonly string[]): Recognised {
  const words = header.map(readWord)
  const pupils = words.some((word) => word.subject === 'pupil' || (word.own !== null && PUPIL_SIGNS.has(word.own)))
  const staff = !pupils && words.some((word) => word.subject === 'staff' || word.own === 'staffRole')
  const picked = new Map<MappedField, { index: number; rank: number }>()
  const warnings: string[] = []
  const seen = new Set<string>()
  let subject: Subject = staff ? 'staff' : 'pupil'
  let contactsAreParents = false
  const pick = (field: MappedField, index: number, rank: number) => {
    const held = picked.get(field)
    if (!held || rank < held.rank) picked.set(field, { index, rank })
  }
  words.forEach((word, index) => {
    if (!staff && word.own !== null && CONTACT_OPENERS.has(word.own) && subject === 'pupil') subject = 'contact'
    if (word.own !== null) return pick(ownField(word.own, staff), index, word.rank)
    if (word.base === null) return
    if (word.subject !== null) {
      if (word.subject === 'contact' && word.nth > 1) {
        warnings.push('Columns of a second contact on the same line are not read: export one line per pupil and contact.')
        return
      }
      if (word.subject === 'contact' && /parent|guardian|carer/.test(word.words)) contactsAreParents = true
      subject = word.subject
    } else if (!staff) {
      const mark = `${subject} ${word.words}`
      if (subject === 'pupil' && word.base === 'id' && picked.has('pupilSurname') && contactFollows(words, index, seen)) subject = 'contact'
      else if (seen.has(mark)) subject = subject === 'pupil' ? 'contact' : 'class'
      seen.add(`${subject} ${word.words}`)
    }
    const field = fieldOf(subject, word.base)
    if (field !== null) pick(field, index, word.rank)
  })
  const adno = picked.get('admissionNumber')
  if (!picked.has('pupilId') && adno) picked.set('pupilId', adno)
  const columns: ColumnProfile['columns'] = {}
  for (const [field, { index }] of picked) columns[field] = positionOf(header, index)
  return { columns, kind: staff ? 'staff' : 'pupils', contactsAreParents, warnings: [...new Set(warnings)] }
}

/** An `ID` after the pupil's name and right before a contact's columns is the contact's own, not the pupil's. */
function contactFollows(words: readonly HeaderWord[], index: number, seen: ReadonlySet<string>): boolean {
  const next = words.slice(index + 1, index + 4).find((word) => word.own !== null || word.base !== null)
  if (!next) return false
  return next.own === null ? next.subject === null && seen.has(`pupil ${next.words}`) : CONTACT_OPENERS.has(next.own)
}

function ownField(own: MappedField, staff: boolean): MappedField {
  if (!staff) return own
  return own === 'startDate' ? 'staffStart' : own === 'leavingDate' ? 'staffEnd' : own
}

function positionOf(header: readonly string[], index: number): { header: string; occurrence: number } {
  const name = cleanHeader(header[index] ?? '')
  const occurrence = header.slice(0, index).filter((other) => cleanHeader(other) === name).length
  return { header: name, occurrence }
}
