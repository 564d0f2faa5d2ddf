import { parseYesNo, valueOf } from '../facts/cells.ts'
import { CELL_GAP, joinCells, rowKey } from '../facts/row.ts'
import { parseYearCode } from '../facts/year-codes.ts'
import type { RosterFact } from '../source.ts'
import type { MappedField } from './fields.ts'
import type { Line, RowContext } from './row-context.ts'
import { cellAt } from './row-context.ts'

/** What the pupil's own row depends on. */
export function pupilText({ cells, schoolKey }: Line, context: RowContext): string {
  return joinCells(`csv-pupil-1${CELL_GAP}${schoolKey}${CELL_GAP}${context.dateOrder}`, cells, context.pupilCells)
}

type RollStatus = 'on' | 'gone' | 'not-yet' | 'never'

/** Words of an enrolment status. "Not yet" counts once there is a start date; "never" is an application, not a pupil. */
function rollStatus(cell: string): RollStatus | undefined {
  const word = cell.toLowerCase().replace(/[^a-z]/g, '')
  if (['', 'onroll', 'current', 'active', 'enrolled', 'single', 'singleregistration', 'dual', 'dualregistered', 'dualmain', 'dualsubsidiary', 'main', 'subsidiary', 'guest', 'fe', 'c', 'm', 's', 'g', 'f', 'o', 'yes', 'y', 'true', 't'].includes(word)) return 'on'
  if (['leaver', 'left', 'formerpupil', 'former', 'offroll', 'unenrolled', 'inactive', 'alumni'].includes(word)) return 'gone'
  if (['accepted', 'admitted', 'preadmission', 'preadmissions', 'future', 'joiner'].includes(word)) return 'not-yet'
  if (['applied', 'applicant', 'offered', 'withdrawn', 'rejected', 'declined', 'reserve', 'waitinglist', 'enquiry'].includes(word)) return 'never'
  return undefined
}

/** Person, affiliation and registration group of one pupil. */
export function pupilFacts({ cells, schoolKey }: Line, context: RowContext): RosterFact[] | string {
  const cell = (field: MappedField) => cellAt(cells, context.at[field])
  const id = cell('pupilId')
  const yearCode = parseYearCode(cell('year'))
  if (yearCode === undefined) return `The column ${context.header('year')} of pupil ${id} must hold a year: N1, N2, R, or 1 to 14.`
  const start = context.date(cell('startDate'))
  const end = context.date(cell('leavingDate'))
  if ('wrong' in start) return `The column ${context.header('startDate')} of pupil ${id} ${start.wrong}.`
  if ('wrong' in end) return `The column ${context.header('leavingDate')} of pupil ${id} ${end.wrong}.`
  const preferredForename = valueOf(cell('pupilForename')) ?? ''
  const surname = valueOf(cell('pupilSurname')) ?? ''
  if (preferredForename === '' && surname === '') return `Pupil ${id} has no name.`
  const status = rollStatus(cell('status'))
  if (status === undefined) context.warn(`The column ${context.header('status')} holds a word we do not know; those pupils were read as on roll.`)
  if (status === 'never') return []
  if (status === 'not-yet' && start.date === null) return `Pupil ${id} is not yet on roll and has no ${context.header('startDate') || 'start date'}.`

  const personKey = rowKey('pupil', id)
  const own = context.at.admissionNumber === context.at.pupilId
  const facts: RosterFact[] = [
    {
      kind: 'person', personKey, preferredForename, surname,
      email: valueOf(cell('pupilEmail')), username: valueOf(cell('pupilUsername')),
      admissionNumber: valueOf(cell('admissionNumber')), misId: own ? null : id, upn: valueOf(cell('upn')),
      enabled: true,
      // "Leaver" without a date proposes; only a date ends (R5).
      toBeDeleted: status === 'gone' && end.date === null,
    },
    { kind: 'affiliation', personKey, schoolKey, role: 'pupil', yearCode, startDate: start.date, endDate: end.date },
  ]
  const group = valueOf(cell('registration'))
  if (group !== null) {
    facts.push({
      kind: 'group', personKey, schoolKey, groupKey: rowKey('reg', schoolKey, group), name: group, registration: true,
      startDate: null, endDate: null, endIsSession: false,
    })
  }
  return facts
}

/** A class that the row names beside the pupil. */
export function classFacts({ cells, schoolKey }: Line, context: RowContext): RosterFact[] {
  const name = valueOf(cellAt(cells, context.at.className)) ?? cellAt(cells, context.at.classId)
  return [{
    kind: 'group', personKey: rowKey('pupil', cellAt(cells, context.at.pupilId)), schoolKey,
    groupKey: rowKey('class', schoolKey, cellAt(cells, context.at.classId) || name), name, registration: false,
    startDate: null, endDate: null, endIsSession: false,
  }]
}

/** True for yes and for any text that is not a plain no: a remark in a court-order column must never be read as no. */
export function isFlagged(cell: string): boolean {
  return !(cell.trim() === '' || parseYesNo(cell) === false || /^(none|n\/a|na|-)$/i.test(cell.trim()))
}
