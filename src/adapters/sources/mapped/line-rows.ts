import { CELL_GAP, LazyRow, reject, rowKey } from '../facts/row.ts'
import type { SourceItem } from '../source.ts'
import { contactFacts, contactOf, contactText, linkFacts, linkText } from './contact-rows.ts'
import type { Contact } from './contact-rows.ts'
import { classFacts, pupilFacts, pupilText } from './pupil-rows.ts'
import { cellAt } from './row-context.ts'
import type { Line, RowContext } from './row-context.ts'
import { staffFacts, staffText } from './staff-rows.ts'
import { schoolKeyOf } from './survey.ts'

type Add = (item: SourceItem) => void

/** Rows of one family remembered at most; a family is far smaller. */
const REMEMBERED = 200

/**
 * One line -> several rows: the pupil, a contact, their link, a class. An export repeats the pupil for each contact;
 * repeats that follow each other with the same text are left out here already.
 */
export function createLineRows(file: string, context: RowContext): (cells: string[], line: number, add: Add) => void {
  const { at } = context
  const buildPupil = (held: Line) => pupilFacts(held, context)
  const buildClass = (held: Line) => classFacts(held, context)
  const buildLink = (held: Line & { contact: Contact }) => linkFacts(held, context, held.contact)
  const family = new Map<string, string>()
  let pupil = ''
  const isNew = (key: string, text: string) => {
    if (family.get(key) === text) return false
    if (family.size < REMEMBERED) family.set(key, text)
    return true
  }
  return (cells, line, add) => {
    const id = cellAt(cells, at.pupilId)
    if (id === '') return add(reject(file, line, `The column ${context.header('pupilId')} is empty.`))
    const key = rowKey('pupil', id)
    if (key !== pupil) {
      family.clear()
      pupil = key
    }
    const schoolKey = schoolKeyOf(cells, at.school, at.schoolName) || context.defaultSchool
    if (schoolKey === '') return add(reject(file, line, `The line of pupil ${id} names no school.`, key))
    const held: Line = { cells, schoolKey }
    const text = pupilText(held, context)
    if (isNew(key, text)) add(new LazyRow(key, file, line, text, held, buildPupil))

    const className = cellAt(cells, at.className)
    const classId = cellAt(cells, at.classId) || className
    if (classId !== '') {
      const classKey = rowKey('class', id, classId)
      const classText = `csv-class-1${CELL_GAP}${schoolKey}${CELL_GAP}${className}`
      if (isNew(classKey, classText)) add(new LazyRow(classKey, file, line, classText, held, buildClass))
    }

    const contact = contactOf(cells, context, id)
    // R7: those on file for emergencies alone are not taken in, unless it must be known that they may not be written to.
    if (contact === null || (contact.emergencyOnly && !contact.doNotContact)) return
    const contactKey = rowKey('contact', contact.id)
    if (contact.forename === '' && contact.surname === '') return add(reject(file, line, `A contact of pupil ${id} has no name.`, contactKey))
    const ownText = contactText(contact)
    if (isNew(contactKey, ownText)) add(new LazyRow(contactKey, file, line, ownText, contact, contactFacts))
    const linkKey = rowKey('link', id, contact.id)
    const tie = linkText(held, context, contact)
    if (isNew(linkKey, tie)) add(new LazyRow(linkKey, file, line, tie, { cells, schoolKey, contact }, buildLink))
  }
}

/** One line of a staff list -> one row. */
export function createStaffRows(file: string, context: RowContext): (cells: string[], line: number, add: Add) => void {
  const { at } = context
  const build = (held: Line) => staffFacts(held, context)
  return (cells, line, add) => {
    const id = cellAt(cells, at.staffId)
    if (id === '') return add(reject(file, line, `The column ${context.header('staffId')} is empty.`))
    const key = rowKey('staff', id)
    const schoolKey = schoolKeyOf(cells, at.school, at.schoolName) || context.defaultSchool
    if (schoolKey === '') return add(reject(file, line, `The line of staff member ${id} names no school.`, key))
    const held: Line = { cells, schoolKey }
    add(new LazyRow(key, file, line, staffText(held, context), held, build))
  }
}
