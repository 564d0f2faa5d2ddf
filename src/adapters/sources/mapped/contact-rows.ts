import { hash } from 'node:crypto'
import { parseYesNo, valueOf } from '../facts/cells.ts'
import { relationshipOf } from '../facts/relationships.ts'
import { CELL_GAP, rowKey } from '../facts/row.ts'
import type { LinkFact, RosterFact } from '../source.ts'
import { isFlagged } from './pupil-rows.ts'
import { cellAt } from './row-context.ts'
import type { MappedField } from './fields.ts'
import type { Line, RowContext } from './row-context.ts'

/** The contact of a line as its cells say it; null when the line names nobody. */
export interface Contact {
  /** The file's own id, or a digest that stays the same as long as name and address do. */
  id: string
  forename: string
  surname: string
  email: string
  doNotContact: boolean
  emergencyOnly: boolean
}

/**
 * Contacts without an id are told apart by e-mail and name: an address that two adults share stays two people (F3).
 * Without an address the name counts only within the pupil's own family.
 */
export function contactOf(cells: readonly string[], context: RowContext, pupilId: string): Contact | null {
  const cell = (field: MappedField) => cellAt(cells, context.at[field])
  const forename = cell('contactForename')
  const surname = cell('contactSurname')
  const email = cell('contactEmail')
  let id = cell('contactId')
  if (id === '' && forename === '' && surname === '' && email === '') return null
  if (id === '') {
    const name = plainName(`${forename} ${surname}`)
    const family = email === '' ? `p\u001f${pupilId}` : `e\u001f${email.toLowerCase()}`
    id = `~${hash('sha256', `${family}\u001f${name}`, 'hex').slice(0, 24)}`
  }
  const emergencyOnly = saysEmergency(cellAt(cells, context.at.relationship), false) || saysEmergency(cellAt(cells, context.at.emergencyOnly), true)
  return { id, forename, surname, email, doNotContact: isFlagged(cellAt(cells, context.at.doNotContact)), emergencyOnly }
}

/** A relationship, or a type of contact; the column may also be a plain yes or no. Asked of every line, so it glances first. */
function saysEmergency(cell: string, mayBeYes: boolean): boolean {
  if (cell === '') return false
  return (/emerg/i.test(cell) && (relationshipOf(cell)?.emergencyOnly ?? false)) || (mayBeYes && parseYesNo(cell) === true)
}

function plainName(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

/** The person alone: an adult with children in two schools must read the same on every line. */
export function contactText(contact: Contact): string {
  return `csv-contact-1${CELL_GAP}${contact.forename}${CELL_GAP}${contact.surname}${CELL_GAP}${contact.email}`
}

export function contactFacts(contact: Contact): RosterFact[] {
  return [{
    kind: 'person', personKey: rowKey('contact', contact.id),
    preferredForename: valueOf(contact.forename) ?? '', surname: valueOf(contact.surname) ?? '',
    email: valueOf(contact.email), username: null, admissionNumber: null, misId: null, upn: null, enabled: true, toBeDeleted: false,
  }]
}

/** Why an adult may not be contacted is never kept: the text holds yes or no alone. */
export function linkText({ cells, schoolKey }: Line, context: RowContext, contact: Contact): string {
  const lead = context.contactsAreParents ? 'csv-link-1p' : 'csv-link-1'
  return lead + CELL_GAP + schoolKey + CELL_GAP + cellAt(cells, context.at.relationship) + CELL_GAP + cellAt(cells, context.at.parentalResponsibility) +
    CELL_GAP + cellAt(cells, context.at.priority) + CELL_GAP + (contact.doNotContact ? 'T' : '')
}

/** The link, and the guardian's affiliation to the school where the adult has a part to play. */
export function linkFacts({ cells, schoolKey }: Line, context: RowContext, contact: Contact): RosterFact[] | string {
  const cell = (field: MappedField) => cellAt(cells, context.at[field])
  const pupilId = cell('pupilId')
  const stated = parseYesNo(cell('parentalResponsibility'))
  if (stated === undefined) return `The column ${context.header('parentalResponsibility')} of pupil ${pupilId} must be T or F, or Yes or No.`
  const priority = cell('priority') === '' ? 1 : Number(cell('priority'))
  if (!Number.isInteger(priority) || priority < 0 || priority > 999) return `The column ${context.header('priority')} of pupil ${pupilId} must be a whole number.`
  const word = cell('relationship') || (context.contactsAreParents ? 'Parent' : '')
  const meaning = relationshipOf(word)
  if (meaning && !meaning.known) context.warn(`The column ${context.header('relationship')} holds a word we do not know; those adults may sign only where parental responsibility is stated.`)
  const barred = contact.emergencyOnly
  const link: LinkFact = {
    kind: 'link', personKey: rowKey('pupil', pupilId), guardianKey: rowKey('contact', contact.id), relationship: word,
    maySign: !barred && (stated === true || (meaning?.maySign ?? false)),
    mayConsent: !barred && (stated ?? meaning?.mayConsent ?? false),
    doNotContact: contact.doNotContact,
    priority: Math.max(1, priority),
  }
  if (!link.maySign && !link.mayConsent) return [link]
  return [link, { kind: 'affiliation', personKey: link.guardianKey, schoolKey, role: 'guardian', yearCode: null, startDate: null, endDate: null }]
}
