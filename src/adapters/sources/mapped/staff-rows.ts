import { valueOf } from '../facts/cells.ts'
import { CELL_GAP, joinCells, rowKey } from '../facts/row.ts'
import type { AffiliationRole, RosterFact } from '../source.ts'
import { cellAt } from './row-context.ts'
import type { MappedField } from './fields.ts'
import type { Line, RowContext } from './row-context.ts'

/**
 * Words of a job title -> role, first match counts. Support comes before teachers, so that a "headteacher's PA" and a
 * "teaching assistant" are not taken for teachers; what fits nothing is support staff.
 */
const TITLES: readonly [RegExp, AffiliationRole][] = [
  [/\b(governor|trustee|member of the board|academy council)/i, 'governor'],
  [/\bvolunteer/i, 'volunteer'],
  [/\b(visitor|guest)\b/i, 'visitor'],
  [/\b(contractor|peripatetic|external)/i, 'contractor'],
  [/\b(supply|agency|temporary teacher)\b/i, 'supply'],
  [/\b(trainee|pgce|scitt|student teacher|apprentice)/i, 'trainee'],
  [/\b(pa|ta|hlta|secretary|admin\w*|office\w*|technician|caretaker|cleaner|kitchen|catering|cook|site|business|finance|bursar|nurse|librarian|mentor|welfare|midday|lunchtime|network|it support|ict support|exams? officer|receptionist|human resources|hr|assistant(?! head| principal)|support)\b/i, 'support'],
  [/(teacher|teaching|\bhead|principal|deputy|lecturer|\btutor|\bsenco\b|\bect\b|\bnqt\b|faculty lead|subject lead)/i, 'teacher'],
]

export function staffRoleOf(title: string): AffiliationRole {
  return TITLES.find(([pattern]) => pattern.test(title))?.[1] ?? 'support'
}

export function staffText({ cells, schoolKey }: Line, context: RowContext): string {
  return joinCells(`csv-staff-1${CELL_GAP}${schoolKey}${CELL_GAP}${context.dateOrder}`, cells, context.staffCells)
}

export function staffFacts({ cells, schoolKey }: Line, context: RowContext): RosterFact[] | string {
  const cell = (field: MappedField) => cellAt(cells, context.at[field])
  const id = cell('staffId')
  const start = context.date(cell('staffStart'))
  const end = context.date(cell('staffEnd'))
  if ('wrong' in start) return `The column ${context.header('staffStart')} of staff member ${id} ${start.wrong}.`
  if ('wrong' in end) return `The column ${context.header('staffEnd')} of staff member ${id} ${end.wrong}.`
  const preferredForename = valueOf(cell('staffForename')) ?? ''
  const surname = valueOf(cell('staffSurname')) ?? ''
  if (preferredForename === '' && surname === '') return `Staff member ${id} has no name.`
  const personKey = rowKey('staff', id)
  return [
    {
      kind: 'person', personKey, preferredForename, surname, email: valueOf(cell('staffEmail')), username: valueOf(cell('staffUsername')),
      admissionNumber: null, misId: id, upn: null, enabled: true, toBeDeleted: false,
    },
    { kind: 'affiliation', personKey, schoolKey, role: staffRoleOf(cell('staffRole')), yearCode: null, startDate: start.date, endDate: end.date },
  ]
}
