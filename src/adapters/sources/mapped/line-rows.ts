import { LazyRow, reject, rowKey } from '../facts/row.ts'
import type { SourceItem } from '../source.ts'
import { contactFacts, contactOf, contactText, linkFacts, linkText } from './contact-rows.ts'
import { classFacts, pupilFacts, pupilText } from './pupil-rows.ts'
import { cellOf } from './row-context.ts'
import type { RowContext } from './row-context.ts'
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
  const family = new Map<string, string>()
  let pupil = ''
  const addOnce = (add: Add, row: LazyRow) => {
    if (family.get(row.key) === row.text) return
    if (family.size < REMEMBERED) family.set(row.key, row.text)
    add(row)
  }
  return (cells, line, add) => {
    const id = cellOf(cells, context, 'pupilId')
    if (id === '') return add(reject(file, line, `The column ${context.header('pupilId')} is empty.`))
    const key = rowKey('pupil', id)
    if (key !== pupil) {
      family.clear()
      pupil = key
    }
    const schoolKey = schoolKeyOf(cells, context.indexes) || context.defaultSchool
    if (schoolKey === '') return add(reject(file, line, `The line of pupil ${id} names no school.`, key))
    addOnce(add, new LazyRow(key, file, line, pupilText(cells, context, schoolKey), cells, (row) => pupilFacts(row, context, schoolKey)))

    const classKey = cellOf(cells, context, 'classId') || cellOf(cells, context, 'className')
    if (classKey !== '') {
      const text = `csv-class-1\u001f${schoolKey}\u001f${cellOf(cells, context, 'className')}`
      addOnce(add, new LazyRow(rowKey('class', id, classKey), file, line, text, cells, (row) => classFacts(row, context, schoolKey)))
    }

    const contact = contactOf(cells, context, id)
    // R7: those on file for emergencies alone are not taken in, unless it must be known that they may not be written to.
    if (contact === null || (contact.emergencyOnly && !contact.doNotContact)) return
    const contactKey = rowKey('contact', contact.id)
    if (contact.forename === '' && contact.surname === '') {
      return add(reject(file, line, `A contact of pupil ${id} has no name.`, contactKey))
    }
    addOnce(add, new LazyRow(contactKey, file, line, contactText(contact), cells, () => contactFacts(contact)))
    addOnce(add, new LazyRow(rowKey('link', id, contact.id), file, line, linkText(cells, context, contact, schoolKey), cells, (row) => linkFacts(row, context, contact, schoolKey)))
  }
}

/** One line of a staff list -> one row. */
export function createStaffRows(file: string, context: RowContext): (cells: string[], line: number, add: Add) => void {
  return (cells, line, add) => {
    const id = cellOf(cells, context, 'staffId')
    if (id === '') return add(reject(file, line, `The column ${context.header('staffId')} is empty.`))
    const key = rowKey('staff', id)
    const schoolKey = schoolKeyOf(cells, context.indexes) || context.defaultSchool
    if (schoolKey === '') return add(reject(file, line, `The line of staff member ${id} names no school.`, key))
    add(new LazyRow(key, file, line, staffText(cells, context, schoolKey), cells, (row) => staffFacts(row, context, schoolKey)))
  }
}
