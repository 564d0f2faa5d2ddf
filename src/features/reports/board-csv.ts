import { csvLine } from '../../shared/csv-line.ts'
import { today } from '../../shared/dates.ts'
import type { Agreement } from '../agreements/agreement-store.ts'
import type { School } from '../schools/school-store.ts'
import type { BoardLine } from './board-queries.ts'
import { STATUS_WORDS } from './board-words.ts'

const HEADER = ['Surname', 'Forename', 'School', 'Year', 'Registration group', 'Agreement', 'For', 'State', 'Whose turn', 'Overdue', 'Asked on', 'Due on', 'Completed on']

/** The list as CSV (RFC 4180, UTF-8 with a mark so that spreadsheets read the names right), a piece at a time. */
export async function* boardCsv(batches: AsyncIterable<BoardLine[]>, names: { schools: readonly School[]; agreements: readonly Agreement[] }): AsyncIterable<string> {
  const schools = new Map(names.schools.map((school) => [school.id, school.name]))
  const titles = new Map(names.agreements.map((agreement) => [agreement.id, agreement.title]))
  yield `\uFEFF${csvLine(HEADER)}`
  for await (const lines of batches) {
    yield lines.map((line) => csvLine([
      line.surname, line.forename, schools.get(line.schoolId) ?? null, line.yearCode, line.regGroup, titles.get(line.agreementId) ?? null, line.occasion,
      STATUS_WORDS[line.status].text, STATUS_WORDS[line.status].turn, line.overdue ? 'yes' : '', today(line.askedAt), line.dueOn,
      line.completedAt === null ? null : today(line.completedAt),
    ])).join('')
  }
}
