import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { streamDemoTrust } from '../../src/demo/generate-people.ts'
import { writeOneRoster } from '../../src/demo/write-oneroster.ts'
import { academicYear, today } from '../../src/shared/dates.ts'

/** The day the files are about: the product's clock is the system's. */
export const rosterDay = (): string => today(Date.now())

/** OneRoster 1.1 of so many pupils with their guardians; the seed decides the order of the rows of every file. */
export async function writeRoster(folder: string, pupils: number, shuffle: number): Promise<string> {
  const on = rosterDay()
  const roster = streamDemoTrust({ seed: 2026, people: pupils, year: academicYear(on), today: on })
  return writeOneRoster(roster, folder, { version: '1.1', order: { shuffle } })
}

/** Changes one row in a hundred: an e-mail address of a user, the first day of an enrolment. */
export function changeOnePercent(folder: string): void {
  rewrite(join(folder, 'users.csv'), (line) => line.replace('.example', '.test'))
  rewrite(join(folder, 'enrollments.csv'), (line) => line.replace(/-09-01/, '-09-02'))
}

function rewrite(path: string, change: (line: string) => string): void {
  const lines = readFileSync(path, 'utf8').split('\r\n')
  writeFileSync(path, lines.map((line, at) => (at > 0 && at % 100 === 0 ? change(line) : line)).join('\r\n'))
}
